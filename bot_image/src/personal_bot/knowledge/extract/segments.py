"""What the readers of the formats give and are given, and how they refuse."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from personal_bot.text_keys import TextKey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path


@dataclass(frozen=True)
class Segment:
    """A part of a document with one place: a page, the text under a heading, or all of it."""

    text: str
    kind: str = ""  # these three: see `models.Place`
    value: str = ""
    file: str = ""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a reader may use while it reads.

    Attributes:
        progress: gets what is counted (see `models.IngestProgress`), how many are done, and how many there are.
        skipped: gets a file inside the document that cannot be read, and the key of the sentence that says why.
        scratch: start of the names of files that a reader may make; none is left behind.
        depth: of documents inside documents.
    """

    progress: Callable[[str, int, int], None]
    skipped: Callable[[str, str], None]
    scratch: Path
    depth: int = 0

    def steps(self, unit: str, total: int) -> Callable[[int], None]:
        """Give what is told how many are done, as often as one likes, and passes each percent on."""
        told = 0

        def step(done: int) -> None:
            nonlocal told
            share = 100 * min(done, total) // max(total, 1)
            if share > told:
                told = share
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

    def inside(self) -> Reading:
        """For a document in this one: what it skips is told, its progress is not."""
        return replace(self, progress=lambda _unit, _done, _total: None, depth=self.depth + 1)


class CannotReadError(Exception):
    """The document cannot be taken in; `key` and `values` become a `models.Refusal`."""

    def __init__(self, key: TextKey, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values
