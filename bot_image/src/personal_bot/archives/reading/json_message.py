"""One message of ``result.json``: its text with what polls, contacts, places and checklists say."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from personal_bot.archives.reading.messages import DELETED, Clock, Lost, Message, clean_name

_WHEN: Final = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)")
_MEDIA: Final = ("photo", "file", "poll")
_LATEST: Final = 1 << 35  # seconds since 1970: anything later is no time


def message_of(raw: dict[str, Any], clock: Clock) -> Message | Lost | None:
    """Understand a message; service messages (somebody joined) are none."""
    if raw.get("type") == "service":
        return None
    at = _seconds(raw, clock)
    if raw.get("type") != "message" or at is None or not isinstance(raw.get("id"), int):
        return Lost()

    author, name = _author(raw)
    return Message(
        id=raw["id"],
        author=author,
        author_name=name,
        at=at,
        text="\n".join(filter(None, (*_beside(raw), _text(raw.get("text"))))),
        reply_to=_reply(raw),
        forwarded=clean_name(str(raw["forwarded_from"] or "")) or "?" if "forwarded_from" in raw else None,
        media=raw.get("media_type") or next((kind for kind in _MEDIA if kind in raw), None),
    )


def _seconds(raw: dict[str, Any], clock: Clock) -> int | None:
    """The time on the exporter's wall clock; where only seconds since 1970 stand, these."""
    when = raw.get("date")
    if isinstance(when, str) and (found := _WHEN.match(when)):
        try:
            return clock.seconds(found[1], found[2])
        except ValueError:
            return None
    stamp = str(when if isinstance(when, int) else raw.get("date_unixtime"))
    if not stamp.isdecimal() or int(stamp) > _LATEST:
        return None
    moment = datetime.fromtimestamp(int(stamp), UTC)
    return clock.seconds(f"{moment:%Y-%m-%d}", f"{moment:%H:%M:%S}")


def _author(raw: dict[str, Any]) -> tuple[str, str]:
    """Who wrote it: identity and name; those whose account is deleted are told apart by their ids."""
    given = raw.get("from_id")
    identity = f"user{given}" if isinstance(given, int) else str(given or "")
    name = clean_name(str(raw.get("from") or ""))
    if name:
        return identity or name, name
    if not identity:
        return DELETED, DELETED
    return identity, f"{DELETED} {identity.removeprefix('user')}" if raw.get("from") is None else identity


def _reply(raw: dict[str, Any]) -> int | None:
    reply = raw.get("reply_to_message_id")
    return reply if isinstance(reply, int) and "reply_to_peer_id" not in raw else None  # not one of another chat


def _text(value: object) -> str:
    """A text as it is seen, with the addresses that hide behind words."""
    match value:
        case str():
            return value
        case list():
            return "".join(map(_text, value))
        case {"type": "text_link", "text": text, "href": str(address)} if text != address:
            return f"{_text(text)} ({address})"
        case {"text": text}:
            return _text(text)
        case _:
            return ""


def _beside(raw: dict[str, Any]) -> Iterator[str]:
    """What a message says that is no text of its own."""
    match raw.get("poll"):
        case dict(poll):
            yield _choices(poll.get("question"), poll.get("answers"))
    match raw.get("todo_list"):
        case dict(checklist):
            yield _choices(checklist.get("title"), checklist.get("items") or checklist.get("answers"))
    match raw.get("contact_information"):
        case dict(contact):
            yield _listed(*(contact.get(key) for key in ("first_name", "last_name")), between=" ")
            yield _listed(contact.get("phone_number"))
    match raw.get("location_information"):
        case {"latitude": latitude, "longitude": longitude}:
            yield _listed(raw.get("place_name"), raw.get("address"), f"{latitude}, {longitude}")
        case _:
            yield _listed(raw.get("place_name"), raw.get("address"))
    yield _listed(raw.get("game_title"), raw.get("game_description"))
    match raw.get("invoice_information"):
        case dict(invoice):
            yield _listed(invoice.get("title"), invoice.get("description"))


def _choices(question: object, answers: object) -> str:
    listed = answers if isinstance(answers, list) else []
    return "\n".join((_text(question), *(f"– {_text(one)}" for one in listed)))


def _listed(*values: object, between: str = ", ") -> str:
    return between.join(_text(value) for value in values if value)
