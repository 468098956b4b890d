"""What others may read: documents, and only those chats that the owner opened to them."""

from pathlib import Path

import pytest

from personal_bot.state.sharing import SharingStore
from personal_bot.texts import say
from standins.telegram.client import Message, Person
from support.bot_process import PETS, Scene
from support.exports import GARDEN, as_json

CHAT, DOCUMENT = {"chat": True}, {"chat": False}
HOSE = "Где лежит шланг?"
ABOUT_CHATS = ("/top", "/search шланг", "/digest", "/dossier Boris", "/chat", "/chat Garden", "поиск шланг")


def test_chats_are_private_and_documents_are_not_until_the_owner_says_otherwise(tmp_path: Path) -> None:
    store = SharingStore(tmp_path / "sharing.json")
    assert not store.now().may_read("c", "💬 Garden", **CHAT)
    assert not store.now().may_read("", "💬 Garden", **CHAT)  # not in the library yet
    assert store.now().may_read("d", "a.pdf", **DOCUMENT)
    store.keep(chats={"c"}, private={"d"}, private_names={"a.pdf"})
    assert store.now().may_read("c", "💬 Garden", **CHAT)
    assert not store.now().may_read("c2", "💬 Garden", **CHAT)  # another chat of the same name
    assert not store.now().may_read("d", "renamed.pdf", **DOCUMENT)
    assert not store.now().may_read("d2", "a.pdf", **DOCUMENT)  # a newer version


@pytest.mark.parametrize("damaged", ["", "{", "[]", "7", "{}", '{"chats": "all", "private": [], "private_names": []}'])
def test_when_the_decisions_cannot_be_read_everything_is_private(tmp_path: Path, damaged: str) -> None:
    file = tmp_path / "sharing.json"
    file.write_text(damaged)
    assert not SharingStore(file).now().may_read("d", "a.pdf", **DOCUMENT)
    assert not SharingStore(file).now().may_read("c", "💬 Garden", **CHAT)


class Talk:
    """Somebody's talk with Anna's bot."""

    def __init__(self, scene: Scene, person: Person) -> None:
        self.bot, self.person = scene.bot.username, person

    async def asks(self, text: str, *, has: str) -> Message:
        said = await self.person.send(self.bot, text)
        return await self.person.wait(self.bot, lambda m: has in m.text, after=said, timeout=30)

    async def opens_card(self, name: str) -> Message:
        listed = await self.asks("/docs", has="📚")
        numbered = next(line for line in listed.text.splitlines() if name in line)
        await self.person.press(listed, numbered.partition(".")[0], answer_within=10)
        return await self.person.wait(self.bot, lambda m: m.id == listed.id and m.text.startswith("📄"), timeout=30)

    async def presses(self, message: Message, label: str, *, has: str) -> Message:
        await self.person.press(message, label, answer_within=10)
        return await self.person.wait(self.bot, lambda m: m.id == message.id and has in m.text, timeout=30)


async def test_a_stranger_gets_nothing_of_a_chat_until_it_is_opened_and_nothing_once_it_is_closed(scene: Scene) -> None:
    boris = Talk(scene, await scene.people.join("Boris", language_code="en"))
    anna = Talk(scene, scene.anna)
    await scene.process.start(access_mode="Public")
    await scene.anna.send_file(scene.bot.username, "result.json", as_json(GARDEN))
    await scene.anna.wait(scene.bot.username, lambda m: m.text.startswith("✅"), timeout=60)

    for attempt in ABOUT_CHATS:
        await boris.asks(attempt, has=say("en", "chats_private"))
    await boris.asks(HOSE, has=say("en", "nothing_shared"))
    sent = await scene.anna.send_file(scene.bot.username, "pets.md", PETS)
    await scene.anna.wait(scene.bot.username, lambda m: m.text.startswith("✅"), after=sent, timeout=60)
    await boris.asks("What is the name of Anna's cat?", has="Murka")
    answer = await boris.asks(HOSE, has=".")
    assert "сарае" not in answer.text
    assert "сарае" in (await anna.asks(HOSE, has="Sources")).text

    card = await anna.opens_card("Garden")
    assert say("en", "docs_is_private") in card.text
    card = await anna.presses(card, say("en", "docs_open"), has=say("en", "docs_is_open"))
    await boris.asks("/top", has="Anna Petrova")
    found = await boris.asks("/search сарае", has="🔎")
    answer = await boris.asks(HOSE, has="Sources")
    assert "сарае" in answer.text + found.text

    await anna.presses(card, say("en", "docs_hide"), has=say("en", "docs_is_private"))
    for attempt in ABOUT_CHATS:
        await boris.asks(attempt, has=say("en", "chats_private"))
    told = await boris.person.press(answer, answer.buttons[0][0], answer_within=10)
    assert told
    assert told["text"] == say("en", "source_gone")


async def test_a_private_document_stays_private_under_a_new_name_and_in_a_new_version(scene: Scene) -> None:
    boris = await scene.people.join("Boris", language_code="en")
    guest, anna = Talk(scene, boris), Talk(scene, scene.anna)
    await scene.process.start(access_mode="AllowList", allowed_user_id=str(boris.id))
    await scene.knows_the_pets()
    await guest.asks("/scope", has="Tap those")
    card = await anna.opens_card("pets.md")
    card = await anna.presses(card, say("en", "docs_hide"), has=say("en", "docs_is_private"))
    await guest.asks("What is the name of Anna's cat?", has=say("en", "nothing_shared"))
    await guest.asks("/scope", has="no documents")

    await scene.anna.send_file(scene.bot.username, "pets.md", b"# Pets\n\nThe cat of Anna is called Murka, still.\n")
    await scene.anna.wait(scene.bot.username, lambda m: m.text.startswith("✅"), after=card, timeout=60)
    await scene.process.kill()
    await scene.process.start(access_mode="AllowList", allowed_user_id=str(boris.id))
    await guest.asks("What is the name of Anna's cat?", has=say("en", "nothing_shared"))
    await anna.asks("What is the name of Anna's cat?", has="Murka")
