"""What the readers of exports give: a chat, then its messages."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

_UNIX: Final = date(1970, 1, 1).toordinal()
_DAY: Final = 86_400  # seconds

DELETED: Final = "Deleted Account"
"""What Telegram calls people who deleted their account."""
_VIA: Final = re.compile(r"\s+via @\w+$")
_DIRECTIONS: Final = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\x00-\x08\x0e-\x1f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """A chat whose messages follow.

    Attributes:
        identity: the same in each export of it.
        title: its name.
        link: address of its messages up to their number, "" where Telegram has none.
    """

    identity: str
    title: str
    link: str = ""


@dataclass(frozen=True, slots=True)  # made by the million; the first five by position
class Message:
    """One message. `author` is an identity, `at` seconds since 1970 on the exporter's wall clock, `media` its kind."""

    id: int
    author: str
    author_name: str
    at: int
    text: str
    reply_to: int | None = None
    forwarded: str | None = None
    media: str | None = None


@dataclass(frozen=True, slots=True)
class Lost:
    """A message that cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A message of a group. `group` is the Bot API's id of it."""

    group: int
    title: str
    message: Message
    username: str | None = None
    edited: bool = False


class Clock:
    """Turns wall-clock times into seconds; the days, of which there are few, are remembered."""

    def __init__(self) -> None:
        self._days: dict[str, int] = {}

    def seconds(self, day: str, time: str) -> int:
        """Seconds of ``2024-05-01`` and ``12:03:44``."""
        start = self._days.get(day)
        if start is None:
            start = self._days[day] = (date.fromisoformat(day).toordinal() - _UNIX) * _DAY
        return start + int(time[:2]) * 3600 + int(time[3:5]) * 60 + int(time[6:8] or 0)


def clean_name(name: str) -> str:
    """Give a name in one line, without signs that turn the direction of text, and without the bot that was used."""
    return _VIA.sub("", " ".join(_DIRECTIONS.sub("", name).split()))


def supergroup_link(identity: str, kind: str) -> str:
    """The address of messages of a supergroup or channel (https://core.telegram.org/api/links, "Message links")."""
    number = re.sub(r"^-100", "", identity)
    return f"https://t.me/c/{number}/" if "supergroup" in kind or "channel" in kind else ""
