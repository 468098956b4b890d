"""What a status message reads while a request runs: pure functions of where it stands and how long it has taken."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Self

from personal_bot.models import IngestProgress, Stage, Waiting
from personal_bot.requests.results import human_size
from personal_bot.telegram.markup import LONGEST, Piece, cut, join, render, units
from personal_bot.text_keys import TextKey
from personal_bot.texts import known, say

_STAGES: Final[Mapping[Stage, TextKey]] = {
    Stage.SEARCHING: "stage_searching",
    Stage.READING: "stage_reading",
    Stage.THINKING: "stage_thinking",
    Stage.WRITING: "stage_writing",
}
_ROOM_FOR_HEAD: Final = 200  # UTF-16 code units
_SOONEST_GUESS: Final = 2.0  # seconds after which the pace tells something
_MINUTE: Final = 60  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where a request stands.

    Attributes:
        key: of the sentence in `texts/`.
        values: fill the sentence.
        body: what there is of the answer, Markdown.
        left: seconds that it will probably take; None while nobody can know.
    """

    key: TextKey
    values: tuple[tuple[str, object], ...] = ()
    body: str = ""
    left: float | None = None

    def with_body(self, body: str) -> Self:
        """The same, with this much of the answer."""
        return replace(self, body=body)


RECEIVED: Final = Progress(key="received")
GOING_ON: Final = Progress(key="going_on")
AGAIN: Final = Progress(key="again")


def in_queue(position: int) -> Progress:
    """It waits for its turn."""
    return Progress(key="in_line", values=(("place", position),))


def at_stage(stage: Stage) -> Progress:
    """An answer has come to this stage."""
    return Progress(key=_STAGES[stage])


def waiting(event: Waiting, body: str = "") -> Progress:
    """The LLM service asked to wait, or is slow to begin."""
    if event.slow:
        return Progress(key="llm_slow_so_far", body=body)
    return Progress(key="llm_waiting", values=(("seconds", max(1, round(event.seconds))),), body=body)


def downloading(name: str, done: int = 0, total: int = 0, *, left: float | None = None) -> Progress:
    """A file is on its way; `total` is 0 while nobody knows it."""
    if not total:
        return Progress(key="downloading", values=(("name", name),))
    values = (("name", name), ("done", human_size(done)), ("total", human_size(total)), ("share", 100 * done // total))
    return Progress(key="downloading_share", values=values, left=left)


def taking_in(event: IngestProgress, name: str, *, left: float | None = None) -> Progress:
    """The bot takes a document in."""
    if not event.total:
        return Progress(key="ingest_started", values=(("name", name),))
    share = 100 * event.done // event.total
    done, total = (human_size(n) if event.unit == "bytes" else n for n in (event.done, event.total))
    values = (("name", name), ("done", done), ("total", total), ("share", share))
    return Progress(key=known(f"ingest_{event.unit}"), values=values, left=left)


class Eta:
    """How long something will take, by how fast it goes; each unit has a speed of its own.

    Each sheet of a workbook has rows: another total begins anew.
    """

    def __init__(self) -> None:
        self._began: dict[tuple[str, int], tuple[float, int]] = {}

    def left(self, event: IngestProgress, *, now: float) -> float | None:
        """The seconds that are probably left; None before there is something to tell it by.

        Args:
            event: how far it is.
            now: seconds by a clock that only goes forward.
        """
        since, before = self._began.setdefault((event.unit, event.total), (now, event.done))
        done, elapsed = event.done - before, now - since

        if done <= 0 or elapsed < _SOONEST_GUESS or event.done >= event.total:
            return None
        return elapsed / done * (event.total - event.done)


def shown(progress: Progress, *, seconds: float, language: str) -> Piece:
    """The status message's text: one line that says where it stands and for how long, then the answer so far."""
    head = f"{say(language, progress.key, **dict(progress.values))} · {clock(seconds)}"
    if progress.left is not None:
        head += " · " + say(language, "time_left", left=clock(progress.left))
    if not progress.body.strip():
        return cut(Piece(text=head))[0]

    room = LONGEST - _ROOM_FOR_HEAD
    body = render(progress.body)
    if units(body.text) > room:
        body = cut(body, limit=room)[-1]
        head += " · …"
    return join(Piece(text=head), body)


def clock(seconds: float) -> str:
    """A running time as people read it: 7 s, 1:05, 1:00:07."""
    whole = int(seconds)
    if whole < _MINUTE:
        return f"{whole} s"

    minutes, rest = divmod(whole, _MINUTE)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
