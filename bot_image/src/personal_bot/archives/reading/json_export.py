"""Telegram's machine-readable export, ``result.json``, of one chat or of a whole account, read as a stream.

The form is what Telegram Desktop writes (https://core.telegram.org/import-export): a chat is an object with ``name``,
``type``, ``id`` and ``messages``; an account holds chats in ``chats.list`` and ``left_chats.list``. Versions before
2021 have people's ids as numbers, and tdl (https://docs.iyear.me/tdl) leaves ``type`` and ``name`` out.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final

import ijson  # type: ignore[import-untyped] # has no types

from personal_bot.archives.reading.json_message import message_of
from personal_bot.archives.reading.messages import DELETED, Chat, Clock, Lost, Message, clean_name, supergroup_link
from personal_bot.knowledge.extract.plain.json_stream import RepairedJson, SupportsRead

_Next = Callable[[], tuple[str, Any]]

_LISTS: Final = frozenset({"chats", "left_chats"})
_SKIPPED: Final = frozenset({"text_entities", "reactions"})  # the text again, cut into entities; who liked it
_OPENS: Final = frozenset({"start_map", "start_array"})
_CLOSES: Final = frozenset({"end_map", "end_array"})
_NAMED: Final = {"saved_messages": "Saved Messages", "replies": "Replies", "verification_codes": "Verification Codes"}


def read_json(file: SupportsRead, *, thorough: bool = False) -> Iterator[Chat | Message | Lost]:
    """Give the chats of an export, each followed by its messages; nothing when it is no export.

    Args:
        file: of the export.
        thorough: whether more faults are repaired than those of Telegram's own versions.

    Raises:
        ijson.JSONError: it is no JSON, or ends early.
    """
    events = ijson.basic_parse(RepairedJson(file, thorough=thorough), use_float=True)
    following = iter(events).__next__
    if following()[0] == "start_map":
        yield from _chat(following, Clock())


def _chat(following: _Next, clock: Clock) -> Iterator[Chat | Message | Lost]:
    """Read an object that is a chat, or holds lists of them."""
    head: dict[str, Any] = {}
    while True:
        event, key = following()
        if event == "end_map":
            return

        event, value = following()
        if key == "messages" and event == "start_array" and ("type" in head or "id" in head):
            yield from _messages(following, clock, head)
        elif key in _LISTS and event == "start_map":
            yield from _list(following, clock)
        elif event in _OPENS:
            _skip(following)
        else:
            head[key] = value


def _chat_of(head: dict[str, Any]) -> Chat:
    kind = str(head.get("type", "supergroup"))
    identity = str(head.get("id", head.get("name")))
    unnamed = f"{DELETED} {identity}" if "name" in head else f"Chat {identity}"
    title = clean_name(str(head.get("name") or "")) or _NAMED.get(kind) or unnamed
    return Chat(identity=identity, title=title, link=supergroup_link(identity, kind))


def _list(following: _Next, clock: Clock) -> Iterator[Chat | Message | Lost]:
    while True:
        event, key = following()
        if event == "end_map":
            return
        event, _ = following()
        if key == "list" and event == "start_array":
            while (event := following()[0]) != "end_array":
                if event == "start_map":
                    yield from _chat(following, clock)
        elif event in _OPENS:
            _skip(following)


def _messages(following: _Next, clock: Clock, head: dict[str, Any]) -> Iterator[Chat | Message | Lost]:
    """Read the messages of a chat; an object without a type is one only when a message is found in it."""
    told = "type" in head
    if told:
        yield _chat_of(head)
    while (event := following()[0]) != "end_array":
        if event != "start_map":
            if event == "start_array":
                _skip(following)
            continue
        part = message_of(_object(following), clock)
        if isinstance(part, Message) and not told:
            told = True
            yield _chat_of(head)
        if part and told:
            yield part


def _object(following: _Next) -> dict[str, Any]:
    made: dict[str, Any] = {}
    while True:
        event, key = following()
        if event == "end_map":
            return made
        event, value = following()
        if event == "start_map":
            made[key] = _object(following)
        elif event == "start_array":
            if key in _SKIPPED:
                _skip(following)
            else:
                made[key] = _array(following)
        else:
            made[key] = value


def _array(following: _Next) -> list[Any]:
    made: list[Any] = []
    while True:
        event, value = following()
        if event == "end_array":
            return made
        if event == "start_map":
            made.append(_object(following))
        elif event == "start_array":
            made.append(_array(following))
        else:
            made.append(value)


def _skip(following: _Next) -> None:
    depth = 1
    while depth:
        event = following()[0]
        if event in _OPENS:
            depth += 1
        elif event in _CLOSES:
            depth -= 1
