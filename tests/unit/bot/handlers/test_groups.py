"""Groups as people meet the bot in them: it asks, keeps what it may, forgets, and shows nothing private."""

from __future__ import annotations

import contextlib
import sqlite3
from contextlib import closing

import pytest

from standins.telegram.client import Group, Message, Person
from support.bot_process import Scene
from support.exports import GARDEN, as_json

YES = "✅ Keep messages from now on"
HOSE = "The hose lies in the red shed."


class Garden:
    """A group of Anna's with Boris in it, and her bot."""

    def __init__(self, scene: Scene, group: Group, boris: Person) -> None:
        self.scene = scene
        self.group = group
        self.boris = boris

    @classmethod
    async def planted(cls, scene: Scene, *, supergroup: bool = True, privacy: bool = False) -> Garden:
        await scene.people.set_privacy(scene.bot.username, enabled=privacy)
        await scene.process.start()
        boris = await scene.people.join("Boris", username="boris")
        group = await scene.people.make_group("Garden", scene.anna, supergroup=supergroup)
        await group.add(boris, by=scene.anna)
        await scene.anna.send(scene.bot.username, "/start")
        await group.add(scene.bot, by=scene.anna)
        return cls(scene, group, boris)

    async def agreed(self) -> Message:
        asked = await self.group.wait(lambda m: YES in sum(m.buttons, ()), timeout=30)
        await self.group.press(self.scene.anna, asked, YES)
        return await self.group.wait(lambda m: m.text.startswith("💬 I keep"), timeout=30)

    async def kept(self, count: int) -> None:
        """Wait until so many messages are kept."""
        await self.scene.process.until(lambda: len(self.rows()) == count, 30)

    def rows(self) -> list[tuple[int, str, str]]:
        """Number, author and text of all messages that are kept."""
        database = self.scene.process.folder / "data" / "chats" / "messages.sqlite"
        if not database.exists():
            return []
        with (
            contextlib.suppress(sqlite3.OperationalError),
            closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection,
        ):
            return connection.execute(
                "SELECT id, name, text FROM messages JOIN authors ON authors.key = author ORDER BY id"
            ).fetchall()
        return []  # the tables are being made

    async def asks(self, who: Person, text: str, *, has: str) -> Message:
        said = await self.group.say(who, text)
        return await self.group.wait(lambda m: has in m.text, after=said, timeout=30)

    async def tells_anna(self, text: str, *, has: str) -> Message:
        said = await self.scene.anna.send(self.scene.bot.username, text)
        return await self.scene.anna.wait(
            self.scene.bot.username, lambda m: has in m.text and not m.draft, after=said, timeout=30
        )


async def test_nothing_is_kept_before_an_administrator_agrees_and_then_it_is_searched_and_asked_about(
    scene: Scene,
) -> None:
    garden = await Garden.planted(scene)
    asked = await garden.group.wait(lambda m: "If you agree, I keep what is written here" in m.text, timeout=30)
    assert "Nothing is kept until" in asked.text
    assert "privacy mode" not in asked.text
    await garden.group.say(garden.boris, "The key is under stone 4711.")
    refused = await garden.group.press(garden.boris, asked, YES, answer_within=30)
    assert refused
    assert "Only an administrator" in refused["text"]
    now = await garden.agreed()
    assert "Anna agreed to it" in now.text

    hose = await garden.group.say(garden.boris, "The hose lies in the blue shed.")
    await garden.group.say(scene.anna, "Thank you, Boris!", reply_to=hose)
    await garden.kept(2)
    await garden.group.edit(garden.boris, hose, HOSE)
    await scene.process.until(lambda: HOSE in [text for *_, text in garden.rows()], 30)

    found = await garden.tells_anna("/search hose from @boris", has="🔎")
    assert HOSE in found.text
    link = f"https://t.me/c/{str(garden.group.id).removeprefix('-100')}/{hose.id}"
    assert link in {entity.get("url") for entity in found.entities}
    answer = await garden.asks(scene.anna, f"@{scene.bot.username} Where does the hose lie?", has="Sources")
    assert "red shed" in answer.text
    top = await garden.asks(scene.anna, "/top", has="Busiest")
    assert "Boris (@boris) — 1" in top.text
    data = scene.process.folder / "data"
    assert not [file for file in data.rglob("*") if file.is_file() and b"4711" in file.read_bytes()]


async def test_who_says_forget_is_forgotten_at_once_and_kept_no_more(scene: Scene) -> None:
    garden = await Garden.planted(scene)
    await garden.agreed()
    await garden.group.say(garden.boris, HOSE)
    await garden.group.say(scene.anna, "The ladder stands behind the house.")
    await garden.kept(2)
    answer = await garden.asks(scene.anna, f"/ask@{scene.bot.username} Where does the hose lie?", has="Sources")
    assert "red shed" in answer.text
    gone = await garden.asks(garden.boris, "/forget", has="Your messages here are removed")
    await garden.group.say(garden.boris, "And the rake too.")
    await garden.group.say(scene.anna, "Good.")
    await scene.process.until(lambda: "Good." in [text for *_, text in garden.rows()], 30)
    assert {name for _, name, _ in garden.rows()} == {"Anna"}
    again = await garden.asks(scene.anna, f"/ask@{scene.bot.username} Where does the hose lie?", has="")
    again = await garden.group.wait(lambda m: m.id == again.id and "Stop" not in str(m.buttons), timeout=30)
    assert "red shed" not in again.text
    refused = await garden.group.press(scene.anna, gone, "↩ Keep mine again", answer_within=30)
    assert refused
    assert "somebody else" in refused["text"]
    await garden.group.press(garden.boris, gone, "↩ Keep mine again")
    await garden.group.wait(lambda m: "kept again" in m.text, timeout=30)
    await garden.group.say(garden.boris, "I am back.")
    await scene.process.until(lambda: "I am back." in [text for *_, text in garden.rows()], 30)


async def test_forget_in_private_is_for_everybody_and_takes_group_messages_along(scene: Scene) -> None:
    garden = await Garden.planted(scene)
    await garden.agreed()
    await garden.group.say(garden.boris, HOSE)
    await garden.group.say(scene.anna, "Good.")
    await garden.kept(2)
    said = await garden.boris.send(scene.bot.username, "/forget")
    sure = await garden.boris.wait(scene.bot.username, lambda m: "in groups" in m.text, after=said, timeout=30)
    assert len(garden.rows()) == 2  # asked first
    await garden.boris.press(sure, "🗑 Delete what is mine")
    await garden.boris.wait(scene.bot.username, lambda m: "It is deleted" in m.text, timeout=30)
    assert {name for _, name, _ in garden.rows()} == {"Anna"}


async def test_an_export_of_the_group_and_what_was_kept_of_it_are_one_chat(scene: Scene) -> None:
    garden = await Garden.planted(scene)
    await garden.agreed()
    said = [await garden.group.say(garden.boris, text) for text in ("one", "two")]
    await garden.kept(2)
    number = int(str(garden.group.id).removeprefix("-100"))
    export = GARDEN | {"id": number, "messages": [GARDEN["messages"][0] | {"id": said[0].id, "text": "one"}]}
    export["messages"].append(GARDEN["messages"][2] | {"id": 900, "text": "three"})
    sent = await scene.anna.send_file(scene.bot.username, "result.json", as_json(export))
    await scene.anna.wait(scene.bot.username, lambda m: m.text.startswith("✅"), after=sent, timeout=30)
    assert [number for number, *_ in garden.rows()] == [said[0].id, said[1].id, 900]
    assert "Garden — 3 messages" in (await garden.tells_anna("/chat", has="Chats: 1")).text


async def test_only_the_owner_brings_the_bot_into_a_group(scene: Scene) -> None:
    await scene.process.start()
    boris = await scene.people.join("Boris")
    group = await scene.people.make_group("Strangers", boris)
    await group.add(scene.bot, by=boris)
    await group.wait(lambda m: "only my owner can add me" in m.text, timeout=30)
    seen = await group.view()
    while seen["members"][str(scene.bot.id)] != "left":
        seen = await group.view(after=seen["seq"], timeout=30)


@pytest.mark.parametrize("language", ["en", "ru"])
async def test_privacy_mode_is_explained_and_admin_rights_lift_it(scene: Scene, language: str) -> None:
    await scene.people.join("Anna", language_code=language)
    garden = await Garden.planted(scene, privacy=True)
    asked = await garden.group.wait(lambda m: "/setprivacy" in m.text, timeout=30)
    await garden.group.press(scene.anna, asked, asked.buttons[0][0])
    await garden.group.wait(lambda m: m.edited and "/setprivacy" in m.text, timeout=30)
    await garden.group.say(garden.boris, "unseen")
    await garden.group.set_status(scene.bot, "administrator", by=scene.anna)
    await scene.anna.wait(scene.bot.username, lambda m: m.text.startswith("👀"), timeout=30)
    await garden.group.say(garden.boris, HOSE)
    await garden.kept(1)
    assert garden.rows()[0][2] == HOSE


async def test_documents_stay_out_of_groups_unless_the_owner_allows_it(scene: Scene) -> None:
    garden = await Garden.planted(scene)
    await scene.knows_the_pets()
    question = f"/ask@{scene.bot.username} What is the cat of Anna called?"
    assert "nothing of this one can be searched" in (await garden.asks(scene.anna, question, has="In a group")).text
    await garden.agreed()
    await garden.group.say(garden.boris, HOSE)
    await garden.kept(1)
    assert "private chat" in (await garden.asks(scene.anna, f"/docs@{scene.bot.username}", has="private")).text
    said = await garden.group.say(scene.anna, question)
    answer = await garden.group.wait(lambda m: "Stop" not in str(m.buttons), after=said, timeout=30)
    assert "Murka" not in answer.text
    listed = await garden.tells_anna("/group", has="messages are kept")
    await scene.anna.press(listed, "☐ Garden")
    await scene.anna.wait(scene.bot.username, lambda m: "☑ Garden" in sum(m.buttons, ()), timeout=30)
    assert "Murka" in (await garden.asks(scene.anna, question, has="Sources")).text


async def test_a_group_that_becomes_a_supergroup_is_followed(scene: Scene) -> None:
    garden = await Garden.planted(scene, supergroup=False)
    await garden.agreed()
    await garden.group.say(garden.boris, HOSE)
    await garden.kept(1)
    garden.group = await garden.group.upgrade(by=scene.anna)
    await garden.group.say(garden.boris, "The rake too.")
    await garden.kept(2)
    assert "Garden — 2 messages" in (await garden.tells_anna("/chat", has="Chats: 1")).text
    answer = await garden.asks(scene.anna, f"/ask@{scene.bot.username} Where does the hose lie?", has="Sources")
    assert "red shed" in answer.text


async def test_what_was_kept_stays_when_the_bot_is_thrown_out_until_its_owner_deletes_it(scene: Scene) -> None:
    garden = await Garden.planted(scene)
    await garden.agreed()
    await garden.group.say(garden.boris, HOSE)
    await garden.kept(1)
    await garden.group.set_status(scene.bot, "kicked", by=scene.anna)
    told = await scene.anna.wait(scene.bot.username, lambda m: "not in “Garden” any more" in m.text, timeout=30)
    assert "1 messages" in told.text
    assert HOSE in (await garden.tells_anna("/search hose", has="🔎")).text


async def test_an_administrator_stops_it_and_a_killed_bot_loses_no_message(scene: Scene) -> None:
    garden = await Garden.planted(scene)
    await garden.agreed()
    await scene.process.kill()
    await garden.group.say(garden.boris, HOSE)
    await scene.process.start()
    await garden.kept(1)
    await garden.group.set_status(garden.boris, "administrator", by=scene.anna)
    state = await garden.asks(garden.boris, f"/group@{scene.bot.username}", has="I keep what is written here")
    before = len(garden.rows())
    await garden.group.press(garden.boris, state, "⏹ Stop keeping")
    await garden.group.wait(lambda m: m.id == state.id and YES in sum(m.buttons, ()), timeout=30)
    await garden.group.say(garden.boris, "unseen")
    await garden.asks(garden.boris, f"/group@{scene.bot.username}", has="Nothing is kept until")
    assert "unseen" not in [text for *_, text in garden.rows()][before:]
