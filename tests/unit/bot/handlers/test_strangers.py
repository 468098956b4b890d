"""People whom the bot does not answer take nothing of it: no disk, no time, no turn."""

from typing import Any

import pytest

from personal_bot.handlers.messenger import Messenger
from personal_bot.handlers.strangers import Strangers
from personal_bot.settings import AccessMode, Settings
from personal_bot.telegram.client import Connection
from personal_bot.texts import say
from support.bot_process import Scene

OWNER, GUEST, STRANGER = 7, 8, 9


def message(person: int, text: str = "Hello", chat: str = "private") -> dict[str, Any]:
    return {"update_id": 1, "message": {"chat": {"id": 1, "type": chat}, "from": {"id": person}, "text": text}}


def press(person: int, data: str) -> dict[str, Any]:
    chat = {"id": person, "type": "private"}
    return {"update_id": 1, "callback_query": {"from": {"id": person}, "data": data, "message": {"chat": chat}}}


def strangers(mode: AccessMode) -> Strangers:
    settings = Settings(user_id=OWNER, collection="c", access_mode=mode, allowed_user_ids=frozenset({GUEST}))
    return Strangers(settings, Messenger(Connection(token="1:A", api_url="http://localhost")))  # noqa: S106 - of nobody


@pytest.mark.parametrize(
    ("mode", "update", "turned_away"),
    [
        (AccessMode.OWNER, message(STRANGER), True),
        (AccessMode.OWNER, message(GUEST), True),
        (AccessMode.OWNER, message(OWNER), False),
        (AccessMode.ALLOW_LIST, message(STRANGER), True),
        (AccessMode.ALLOW_LIST, message(GUEST), False),
        (AccessMode.PUBLIC, message(STRANGER), False),
        (AccessMode.OWNER, message(STRANGER, chat="supergroup"), False),
        (AccessMode.OWNER, message(STRANGER, "/forget"), False),
        (AccessMode.OWNER, press(STRANGER, "stop:1"), True),
        (AccessMode.OWNER, press(STRANGER, "forget:me"), False),
        (AccessMode.OWNER, {"update_id": 1, "poll": {"id": "p"}}, False),
        (AccessMode.OWNER, {"update_id": 1}, False),
        (AccessMode.OWNER, {"update_id": 1, "edited_message": message(STRANGER)["message"]}, True),
    ],
)
async def test_who_is_turned_away(mode: AccessMode, update: dict[str, Any], turned_away: bool) -> None:  # noqa: FBT001 - a table
    assert strangers(mode).sent(update) is turned_away


async def test_a_person_is_told_once_in_ten_minutes_and_only_so_many_are_remembered() -> None:
    told = strangers(AccessMode.OWNER)
    assert [told.is_time_to_tell(1, now=now) for now in (0.0, 1.0, 599.0, 600.0, 601.0)] == [
        True,
        False,
        False,
        True,
        False,
    ]
    for person in range(2, 5000):
        assert told.is_time_to_tell(person, now=700.0)
    assert told.is_time_to_tell(2, now=701.0)  # forgotten long ago
    assert not told.is_time_to_tell(4999, now=701.0)


async def test_what_strangers_send_is_refused_once_and_neither_journalled_nor_activity(scene: Scene) -> None:
    await scene.process.start()
    boris = await scene.people.join("Boris", language_code="en")
    for number in range(30):
        await boris.send(scene.bot.username, f"stranger's words {number}")
    await boris.wait(scene.bot.username, lambda m: m.text == say("en", "not_for_you"), timeout=30)
    assert (await scene.process.statusz())["activity"]["lastMessage"] is None

    sent = await scene.anna.send(scene.bot.username, "/help")  # comes after all of the stranger's
    await scene.anna.wait(scene.bot.username, lambda m: m.from_bot, after=sent, timeout=30)
    assert "stranger's words" not in scene.process.journal()
    told = [one for one in await boris.messages(scene.bot.username) if one.from_bot]
    assert len(told) == 1
    assert (await scene.process.statusz())["activity"]["lastMessage"]
