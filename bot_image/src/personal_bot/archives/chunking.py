"""Consecutive messages as chunks for the library: talk that belongs together, of about the size of other chunks."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from personal_bot.knowledge.extract.chunks import SIZE, SMALLEST, tokens

_PAUSE: Final = 6 * 3600  # seconds of silence after which people talk of something else
MIGRATED: Final = -1_000_000_000
"""Is added to the numbers of messages from before a group became a supergroup."""
_NAMED: Final = 3  # authors that a source names
_LONGEST: Final = 4 * SIZE  # tokens of one message: what is longer is mostly a paste


@dataclass(frozen=True, slots=True)
class Line:
    """A message as it is shown. `at`: seconds since 1970 on the wall clock; `to`: the author of what it replies to."""

    id: int
    author: str
    at: int
    text: str
    to: str | None = None
    forwarded: str | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """Messages side by side."""

    lines: tuple[Line, ...]

    @property
    def text(self) -> str:
        return "\n".join(written(line) for line in self.lines)

    def place(self) -> str:
        """Say where it stands, for a person: who, when, and the numbers of the messages."""
        authors = list(dict.fromkeys(line.author for line in self.lines))
        who = ", ".join(authors[:_NAMED]) + ("…" if len(authors) > _NAMED else "")
        return place(who, self.lines[0].at, self.lines[0].id, self.lines[-1].id)


def windows(lines: Iterable[Line]) -> Iterator[Window]:
    """Cut a chat, in its order, into windows; messages without text are left out."""
    held: list[Line] = []
    weight = 0

    for line in lines:
        if not line.text.strip():
            continue

        cost = min(tokens(line.text), _LONGEST) + 8  # name and time
        quiet = held and line.at - held[-1].at > _PAUSE
        if held and (weight + cost > SIZE or (quiet and weight >= SMALLEST)):
            yield Window(tuple(held))
            held, weight = [], 0

        held.append(line)
        weight += cost

    if held:
        yield Window(tuple(held))


def written(line: Line) -> str:
    """Write a message as the model reads it."""
    text = line.text
    if tokens(text) > _LONGEST:
        text = text.encode()[: 4 * _LONGEST].decode(errors="ignore") + " …"

    to = f" → {line.to}" if line.to else ""
    origin = f" [{line.forwarded}]" if line.forwarded else ""
    return f"{line.author}{to} ({moment(line.at)}){origin}: {text}"


def place(who: str, at: int, first: int, last: int | None = None) -> str:
    """Say where messages stand, for a person, in any language."""
    numbers = f"#{numbered(first)}" if last in {None, first} else f"#{numbered(first)}–{numbered(last or first)}"
    return f"{who}, {moment(at)}, {numbers}"


def numbered(number: int) -> int:
    """Give a message's number as people saw it, also from before a group became a supergroup."""
    return number if number > 0 else number - MIGRATED


def address(link: str, number: int) -> str:
    """Give the address at which a message opens in Telegram; "" where there is none."""
    return f"{link}{number}" if link and number > 0 else ""


def moment(at: int) -> str:
    """Write a wall-clock time."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M")
