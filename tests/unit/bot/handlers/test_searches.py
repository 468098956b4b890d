"""Found messages by the page, and kept to an author or a period, in the chat and after a restart."""

from pathlib import Path

import pytest

from personal_bot.archives.queries import Scope
from personal_bot.handlers.chats.search import bounds, narrowed, periods
from personal_bot.state.searches import KeptSearch, KeptSearches
from personal_bot.telegram.buttons import SearchButton, read_button
from personal_bot.texts import say
from standins.telegram.client import Message
from support.bot_process import Scene
from support.exports import as_json, chat

# 20 messages with the word by Anna and Boris in turns, in two years.
SAID = [
    (
        n,
        ("Anna Petrova", "Boris")[n % 2],
        f"{2023 + n // 11}-{1 + n % 3:02}-{1 + n:02}T10:00:00",
        f"The hose, part {n}.",
    )
    for n in range(1, 21)
]
LONG = [(n, "Anna " * 20, f"2024-01-{n:02}T10:00:00", "hose " + "🌻" * 400) for n in range(1, 21)]


@pytest.mark.parametrize(
    "button",
    [
        SearchButton(request_id=7),
        SearchButton(request_id=9 * 10**9, action="period", page=3, author=5, period="2024-05"),
    ],
)
def test_a_button_says_all_that_it_leads_to(button: SearchButton) -> None:
    _, data = button.labelled("▶")
    assert len(data.encode()) <= 64
    assert read_button(data) == button


@pytest.mark.parametrize("value", ["", "x:page:0:0:", "1:page:x:0:", "1:page:0", "::::"])
def test_a_button_that_is_not_understood_leads_nowhere(value: str) -> None:
    assert read_button(f"find:{value}") == SearchButton()


@pytest.mark.parametrize(
    ("period", "days"),
    [("2024", 366), ("2023-02", 28), ("2023-12", 31), ("", None), ("2024-13", None), ("x", None), ("0-0", None)],
)
def test_a_period_has_its_days(period: str, days: int | None) -> None:
    since, until = bounds(period)
    assert (
        (until - since == days * 86400) if days and since is not None and until is not None else since is until is None
    )


def test_a_view_never_shows_more_than_the_search() -> None:
    scope = Scope(chats=(1,), authors=(4, 5), since=100, until=2**31)
    assert narrowed(scope, SearchButton(request_id=1)) == scope
    assert narrowed(scope, SearchButton(request_id=1, author=5)).authors == (5,)
    assert narrowed(scope, SearchButton(request_id=1, author=6)).authors == (4, 5)
    within = narrowed(scope, SearchButton(request_id=1, period="2024"))
    assert (within.since, within.until) == bounds("2024")
    assert narrowed(scope, SearchButton(request_id=1, period="1970")).since == 100


def test_of_several_years_the_years_are_offered_and_of_one_its_months() -> None:
    months = [("2023-01", 2), ("2023-05", 3), ("2024-02", 4)]
    assert periods(months, "") == [("2023", 5), ("2024", 4)]
    assert periods(months, "2023") == periods(months, "2023-05") == months[:2]
    assert periods(months[2:], "") == months[2:]


def test_only_the_newest_searches_are_kept_each_for_its_chat(tmp_path: Path) -> None:
    kept = KeptSearches(tmp_path, most=2)
    search = KeptSearch(user=1, chat=2, words="w", said="w", chats=(1,), authors=(), since=None, until=5)
    for number in (1, 2, 3):
        assert kept.keep(number, search)
    assert kept.of(1, chat_id=2) is None
    assert kept.of(3, chat_id=2) == search
    assert kept.of(3, chat_id=4) is None
    kept.forget_person(1)
    assert kept.of(3, chat_id=2) is None


async def press(scene: Scene, message: Message, label: str, *, has: str = "") -> Message:
    """Press a button whose text begins so; gives the message as it is then."""
    texts = [text for row in message.buttons for text in row]
    await scene.anna.press(message, next(text for text in texts if text.startswith(label)))
    return await scene.anna.wait(
        scene.bot.username, lambda m: m.id == message.id and has in m.text and m.buttons != message.buttons, timeout=30
    )


async def test_pages_and_filters_of_a_search_work_and_after_a_restart_too(scene: Scene) -> None:
    await scene.process.start()
    await scene.anna.send_file(scene.bot.username, "result.json", as_json(chat(*SAID)))
    await scene.anna.wait(scene.bot.username, lambda m: m.text.startswith("✅"), timeout=60)
    await scene.anna.send(scene.bot.username, "/search hose")
    first = await scene.anna.wait(scene.bot.username, lambda m: "20 messages, newest first: 1–8" in m.text, timeout=30)
    assert first.text.index("part 20.") < first.text.index("part 13.")
    assert "part 12." not in first.text
    assert first.buttons == (("▶ 2/3",), ("👤 Author", "📅 Period"))
    second = await press(scene, first, "▶", has="9–16")
    assert "part 12." in second.text
    await scene.process.kill()
    await scene.process.start()
    third = await press(scene, second, "▶", has="17–20")
    assert third.buttons[0] == ("◀ 2/3",)
    authors = await press(scene, third, "👤")
    assert set(authors.buttons[0]) == {"Anna Petrova (10)", "Boris (10)"}
    assert authors.buttons[1:] == (("👥 Everybody", "◀ Back"),)
    boris = await press(scene, authors, "Boris", has="hose · Boris: 10 messages, newest first: 1–8")
    assert "Anna" not in boris.text
    years = await press(scene, boris, "📅")
    assert years.buttons[0] == ("2023 (5)", "2024 (5)")
    year = await press(scene, years, "2023", has="hose · Boris, 2023-01-01 – 2023-12-31: 5 messages")
    assert "part 9." in year.text
    assert "part 11." not in year.text
    everybody = await press(scene, await press(scene, year, "👤 Boris"), "👥", has="2023-12-31: 10 messages")
    always = await press(scene, await press(scene, everybody, "📅 2023"), "📅 All", has="20 messages")
    for file in (scene.process.folder / "data" / "searches").iterdir():
        file.unlink()
    told = await scene.anna.press(always, "▶ 2/3", answer_within=20)
    assert told
    assert told["text"] == say("en", "search_gone")


async def test_a_page_of_long_messages_fits_one_and_few_messages_have_no_buttons(scene: Scene) -> None:
    await scene.process.start()
    await scene.anna.send_file(scene.bot.username, "result.json", as_json(chat(*LONG)))
    await scene.anna.wait(scene.bot.username, lambda m: m.text.startswith("✅"), timeout=60)
    await scene.anna.send(scene.bot.username, "/search hose")
    page = await scene.anna.wait(scene.bot.username, lambda m: "1–8" in m.text, timeout=30)
    assert page.text.count("hose 🌻") == 8
    await scene.anna.send(scene.bot.username, "/search hose since 2024-01-20")
    few = await scene.anna.wait(scene.bot.username, lambda m: ": 1 messages" in m.text, timeout=30)
    assert few.buttons == ()
