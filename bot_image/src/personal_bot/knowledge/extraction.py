"""A document becomes a file of chunks: runs the extracting process (`extract/`) and turns its news into events."""

import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from personal_bot.models import IngestProgress, Loss
from personal_bot.sandbox.running import Limits, run_limited
from personal_bot.text_keys import TextKey


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractionLimits(Limits):
    """What one document may take.

    Attributes:
        size: bytes of the file.
    """

    size: int = 512 << 20

    def for_size(self, size: int) -> Self:
        """Give the limits for a file of so many bytes: a large one may take longer."""
        return replace(self, seconds=self.seconds + (size >> 20))


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """The chunks lie in the file that was asked for; see `extract.__main__` for its form.

    Attributes:
        chunks: how many.
        skipped: files inside the document that cannot be read, each with the key of the sentence that says why.
        losses: what else could not be taken in.
    """

    chunks: int
    skipped: tuple[tuple[str, TextKey], ...] = ()
    losses: tuple[Loss, ...] = ()


async def extract(
    source: Path, *, name: str, into: Path, limits: ExtractionLimits
) -> AsyncGenerator[IngestProgress | Extracted]:
    """Extract a document's chunks into a file; the last event is `Extracted`.

    Raises:
        RefusedError: the document cannot be taken in.
    """
    request = {"source": str(source), "name": name, "into": str(into)}
    skipped: list[tuple[str, TextKey]] = []
    losses: list[Loss] = []

    async with contextlib.aclosing(run_limited("personal_bot.knowledge.extract", request, limits)) as news:
        async for one in news:
            if "unit" in one:
                yield IngestProgress(**one)
            elif "skipped" in one:
                skipped.append(tuple(one["skipped"]))
            elif "lost" in one:
                losses.append(Loss(**one["lost"]))
            else:
                yield Extracted(chunks=one["chunks"], skipped=tuple(skipped), losses=tuple(losses))
