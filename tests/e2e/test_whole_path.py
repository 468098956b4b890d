"""From nothing to an answer with sources, as a person does it on the chat page of `make demo`."""

import re
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster import deploy
from support.cluster.installation import Installation
from support.messenger import Messenger, messenger

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600)]

MASTER = deploy.MASTER_USERNAME
TEXT = """# The lighthouse of Arkona

The lighthouse was built in 1826 after plans of Schinkel. Its first keeper was called Tobias Brandt.

# The ferry

The ferry to Hiddensee leaves at 9:15 from pier 4. A ticket costs 18 euros.
"""


@pytest.fixture(scope="module")
def pictures() -> Path:
    folder = Path(__file__).parents[2] / "artifacts" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="module")
def page(telegram_url: str, pictures: Path) -> Iterator[Messenger]:
    with messenger(pictures) as found:
        found.join(telegram_url, f"Anna {secrets.token_hex(2)}")
        yield found


@pytest.fixture(scope="module")
def own_bot(page: Messenger, installed: Installation) -> str:
    """Anna's bot, made as she makes it: @BotFather, the master bot, a token, a key; its username."""
    username = f"anna_{secrets.token_hex(3)}_bot"
    page.picture("01-welcome")
    page.open("BotFather")
    page.start()
    page.write("/newbot")
    page.reads("see as its name")
    page.write("Anna's library")
    page.reads("Now its username")
    page.write(username)
    token = re.search(r"\d{8,}:[\w-]{35}", page.reads("Done!"))
    assert token
    page.picture("02-botfather")

    key = f"sk-standin-{secrets.token_hex(16)}"
    installed.secrets |= {token[0], key}
    page.open(MASTER)
    page.start()
    page.reads("Step 1 of 3")
    page.write("12345:not-a-token")
    page.reads("not a bot token")
    page.write(f"{token[0][:-1]}{'A' if token[0][-1] != 'A' else 'B'}")
    page.reads("Telegram does not know this token")
    page.write(token[0])
    page.reads("Step 2 of 3")
    page.write("sk-refused-by-the-service")
    page.reads("does not accept this key")
    page.write(key)
    page.reads("Step 3 of 3")
    page.picture("03-choices")
    page.press("Create the bot")
    page.reads("requested", timeout=30)
    page.picture("03-coming-up")
    page.reads("is ready", timeout=120)
    assert not [text for text in page.texts(mine=True) if token[0] in text or "sk-" in text]
    page.picture("04-ready")
    return username


def test_a_person_gets_a_bot_and_an_answer_with_its_source(
    page: Messenger, own_bot: str, tmp_path: Path, pictures: Path
) -> None:
    page.press("Open @")
    page.start()
    page.reads("Send me a file")
    file = tmp_path / "island.md"
    file.write_text(TEXT)
    page.attach(file)
    page.reads("✅", "island.md", timeout=60)
    page.write("Who was the first keeper of the lighthouse?")
    answer = page.reads("Tobias Brandt", "Sources", timeout=60)
    assert "[1]" in answer
    assert "island.md" in answer
    page.picture("05-answer")
    page.resize(390, 844)
    page.picture("06-answer-on-a-phone")
    page.resize(1280, 860)
    assert len(list(pictures.glob("*.png"))) >= 6
    assert own_bot


def test_a_token_that_is_in_use_here_is_refused(page: Messenger, own_bot: str) -> None:
    page.open("BotFather")
    page.write("/token")
    page.press(own_bot)
    token = re.search(r"\d{8,}:[\w-]{35}", page.reads("The token of"))
    assert token
    page.open(MASTER)
    page.write("/start")
    page.reads("Step 1 of 3")
    page.write(token[0])
    page.reads("one of your bots already")
    page.write("/cancel")
    page.reads("dropped it")


def resource_of(installed: Installation, username: str) -> str:
    """Give the resource of the bot that has this name on Telegram."""
    bots = installed.items("pbot")
    (bot,) = [bot for bot in bots if bot.get("status", {}).get("bot", {}).get("username") == username]
    return str(bot["metadata"]["name"])


def test_the_settings_are_changed_by_buttons(page: Messenger, own_bot: str, installed: Installation) -> None:
    page.open(MASTER)
    page.write("/settings")
    page.reads("⚙️", own_bot, "only you")
    page.picture("11-settings")
    page.press("New key")
    page.reads("send me the new key")
    key = f"sk-standin-{secrets.token_hex(16)}"
    installed.secrets.add(key)
    page.write(key)
    page.reads("has its new key")
    assert not [text for text in page.texts(mine=True) if "sk-" in text]
    page.write("/rename")
    page.reads("What shall")
    page.write("Anna's shelf")
    page.reads("from now on", "/setname")
    page.write("/bots")
    page.reads("Your bots", "«Anna's shelf»")
    page.picture("12-bots")


def test_logs_are_searched_followed_and_sent_as_a_file(page: Messenger, own_bot: str) -> None:
    page.open(MASTER)
    page.write("/logs")
    page.reads("Last lines of", own_bot, answering=True)
    page.press("Search")
    page.reads("What shall I look for")
    page.write("polling")
    page.reads("with «polling»")
    page.picture("13-search")
    page.press("As a file")
    page.reads("The log of", "the last")
    page.press("Follow for a minute")
    page.reads("I show new lines for a minute")
    page.picture("14-follow")


def test_a_deletion_is_undone_and_the_bot_opened_to_all(page: Messenger, own_bot: str, installed: Installation) -> None:
    name = resource_of(installed, own_bot)
    page.open(MASTER)
    page.write("/delete")
    page.reads("Delete @", answering=True)
    page.press("keep what it read")
    page.reads("will be deleted in a minute")
    page.picture("15-undo")
    page.press("Undo")
    page.reads("stays")
    found = installed.get("pbot", name)
    assert found
    assert found["spec"]["state"] == "Running"

    page.write("/settings")
    page.reads("⚙️", own_bot, answering=True)
    page.press("Who may ask")
    page.reads("You always may")
    page.press("Everybody")
    page.reads("Who may ask it: everybody")
    found = installed.get("pbot", name)
    assert found
    assert found["spec"]["access"]["mode"] == "Public"
    page.write("/restart")
    page.reads("is ready", timeout=120, answering=True)


def test_the_commands_of_the_master_bot_do_what_they_say(
    page: Messenger, own_bot: str, installed: Installation
) -> None:
    name = resource_of(installed, own_bot)
    page.open(MASTER)
    page.write("/bots")
    page.reads("Your bots", own_bot)
    page.picture("07-bots")
    page.write("/status")
    page.reads(own_bot)
    page.write("/debug")
    page.reads("Stage: running", "What happened")
    page.picture("08-debug")
    page.write("/logs 20")
    page.reads("Last lines of")
    page.picture("09-logs")

    first = installed.get("pod", f"pbot-{name}")
    assert first
    page.write("/restart")
    page.reads("is ready", timeout=120, answering=True)
    second = installed.get("pod", f"pbot-{name}")
    assert second
    assert first["metadata"]["uid"] != second["metadata"]["uid"]

    page.write("/stop")
    page.reads("is being stopped")
    page.write("/bots")
    page.write("/resume")
    page.reads("is ready", timeout=120, answering=True)

    page.write("/delete")
    page.reads("Delete @")
    page.picture("10-delete")
    page.press("Delete everything")
    page.reads("will be deleted in a minute, with all that it has read")
    page.reads("is deleted, with all that it has read", timeout=100)
    assert not installed.get("pbot", name)
