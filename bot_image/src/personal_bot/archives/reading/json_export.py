"""Telegram's machine-readable export, ``result.json``, of one chat or of a whole account, read as a stream.

The form is what Telegram Desktop writes (https://core.telegram.org/import-export): a chat is an object with ``name``,
``type``, ``id`` and ``messages``; an account holds chats in ``chats.list`` and ``left_chats.list``.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final, Protocol

import ijson  # type: ignore[import-untyped]

from personal_bot.archives.reading.messages import Chat, Clock, Message, supergroup_link

_Next = Callable[[], tuple[str, Any]]
_LISTS: Final = frozenset({"chats", "left_chats"})
_SKIPPED: Final = frozenset({"text_entities", "reactions"})  # the text again, cut into entities; who liked it
_OPENS: Final = frozenset({"start_map", "start_array"})
_CLOSES: Final = frozenset({"end_map", "end_array"})


class SupportsRead(Protocol):
    """A file, as far as it is needed."""

    def read(self, size: int = -1, /) -> bytes:
        """Give at most so many bytes."""


def read_json(file: SupportsRead) -> Iterator[Chat | Message]:
    """Give the chats of an export, each followed by its messages; nothing when it is no export.

    Raises:
        ijson.JSONError: it is no JSON, or ends early.
    """
    following = iter(ijson.basic_parse(file, use_float=True)).__next__
    if following()[0] == "start_map":
        yield from _chat(following, Clock())


def _chat(following: _Next, clock: Clock) -> Iterator[Chat | Message]:
    """Read an object that is a chat, or holds lists of them."""
    head: dict[str, Any] = {}
    while True:
        event, key = following()
        if event == "end_map":
            return
        event, value = following()
        if key == "messages" and event == "start_array" and "type" in head:
            identity = str(head.get("id", head.get("name")))
            name = head.get("name") or ("Saved Messages" if head["type"] == "saved_messages" else "Deleted Account")
            yield Chat(identity=identity, title=str(name), link=supergroup_link(identity, str(head["type"])))
            yield from _messages(following, clock)
        elif key in _LISTS and event == "start_map":
            yield from _list(following, clock)
        elif event in _OPENS:
            _skip(following)
        else:
            head[key] = value


def _list(following: _Next, clock: Clock) -> Iterator[Chat | Message]:
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


def _messages(following: _Next, clock: Clock) -> Iterator[Message]:
    while following()[0] == "start_map":
        message = _message(_object(following), clock)
        if message:
            yield message


def _message(raw: dict[str, Any], clock: Clock) -> Message | None:
    """Understand a message; service messages (somebody joined) are none."""
    when = raw.get("date")
    if raw.get("type") != "message" or not when or not isinstance(raw.get("id"), int):
        return None
    text = raw.get("text", "")
    if not isinstance(text, str):
        text = "".join(part if isinstance(part, str) else str(part.get("text", "")) for part in text)
    if poll := raw.get("poll"):
        answers = (f"– {answer.get('text', '')}" for answer in poll.get("answers", ()))
        text = "\n".join((str(poll.get("question", "")), *answers, text)).strip()
    name = raw.get("from") or "Deleted Account"
    author = raw.get("from_id")
    return Message(
        id=raw["id"],
        author=str(author if author is not None else name),
        author_name=name,
        at=clock.seconds(when[:10], when[11:]),
        text=text,
        reply_to=raw.get("reply_to_message_id"),
        forwarded=raw["forwarded_from"] or "?" if "forwarded_from" in raw else None,
        media=raw.get("media_type") or next((kind for kind in ("photo", "file", "poll") if kind in raw), None),
    )


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
