"""What the readers of the formats give and are given, and how they refuse."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
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
        progress: gets what is counted (``pages``, ``slides``, …), how many are done, and how many there are.
        skipped: gets a file inside the document that cannot be read, and the key of the sentence that says why.
        scratch: start of the names of files that a reader may make; none is left behind.
        depth: of documents inside documents.
    """

    progress: Callable[[str, int, int], None]
    skipped: Callable[[str, str], None]
    scratch: Path
    depth: int = 0

    def inside(self) -> Reading:
        """For a document in this one: what it skips is told, its progress is not."""
        return replace(self, progress=lambda _unit, _done, _total: None, depth=self.depth + 1)


class CannotReadError(Exception):
    """The document cannot be taken in; `key` and `values` become a `models.Refusal`."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values
