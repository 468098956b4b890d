"""What the readers of the formats give and are given."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Self

from personal_bot.models import Loss

_LONGEST_NAME: Final = 80  # characters
_MOST_SPANS: Final = 20


@dataclass(frozen=True, slots=True)  # made by position, by the thousand
class Segment:
    """A part of a document with one place: a page, the text under a heading, or all of it."""

    text: str
    kind: str = ""  # these three: see `models.Place`
    value: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a reader may use while it reads.

    Attributes:
        progress: gets what is counted (see `models.IngestProgress`), how many are done, and how many there are.
        skipped: gets a file inside the document that cannot be read, and the key of the sentence that says why.
        lost: gets what else cannot be taken in.
        scratch: start of the names of files that a reader may make; none is left behind.
        depth: of documents inside documents.
    """

    progress: Callable[[str, int, int], None]
    skipped: Callable[[str, str], None]
    lost: Callable[[Loss], None]
    scratch: Path
    depth: int = 0

    def steps(self, unit: str, total: int) -> Callable[[int], None]:
        """Give a function that takes how many are done, as often as you like, and reports each percent once."""
        reported = 0

        def step(done: int) -> None:
            nonlocal reported
            share = 100 * min(done, total) // max(total, 1)
            if share > reported:
                reported = share
                self.progress(unit, min(done, total), total)

        return step

    def counted(
        self, segments: Iterable[Segment], unit: str, position: Callable[[], int], total: int
    ) -> Iterator[Segment]:
        """Pass segments on; how far it is follows from the position in what is read."""
        step = self.steps(unit, total)
        for segment in segments:
            yield segment
            step(position())

    def lose(self, kind: str, count: int, where: Iterable[int | str] = ()) -> None:
        """Report a loss, unless there is none.

        Args:
            kind: see `models.Loss`.
            count: how many.
            where: numbers, in their order, or names.
        """
        if count:
            self.lost(Loss(kind=kind, count=count, where=spans(where)))

    def inside(self, name: str) -> Self:
        """Give what a document inside this one uses: what it skips is reported, its progress is not."""

        def lost(loss: Loss) -> None:
            self.lost(replace(loss, file=f"{name}/{loss.file}" if loss.file else name))

        return replace(self, progress=lambda _unit, _done, _total: None, lost=lost, depth=self.depth + 1)


def spans(numbers: Iterable[int | str]) -> str:
    """Write numbers as people do, "3, 5–7", or names with commas between them; a long list ends in "…"."""
    written: list[str] = []
    first = last = None
    for number in numbers:
        if isinstance(number, int) and isinstance(last, int) and number == last + 1:
            written[-1] = f"{first}–{number}"
        else:
            first = number
            written.append(str(number)[:_LONGEST_NAME])
        last = number
    return ", ".join([*written[:_MOST_SPANS], *(["…"] if len(written) > _MOST_SPANS else [])])
