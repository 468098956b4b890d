"""Segments become chunks: pieces of about one size, cut where the text pauses, each with its place."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from personal_bot.knowledge.extract.segments import Segment

SIZE: Final = 300  # tokens, by `tokens`
SMALLEST: Final = 80  # tokens: shorter neighbours are put together
NUMBERED: Final = frozenset({"page", "slide", "line", "row"})
"""Kinds of places that are numbers, and can be spans of them."""
_APART: Final = frozenset({"sheet", "path"})  # kinds of places that no chunk has two of
_BLANKS: Final = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)  # made by position, by the thousand
class Chunk:
    """A piece of a document, as it is embedded, found and shown."""

    text: str
    kind: str
    value: str
    file: str = ""


def tokens(text: str) -> int:
    """Estimate the tokens of a text: 4 letters of Latin, 2 of Cyrillic, each within a quarter of what OpenAI counts."""
    return len(text.encode(errors="replace")) // 4 + 1


def chunked(segments: Iterable[Segment], *, size: int = SIZE, smallest: int = SMALLEST) -> Iterator[Chunk]:
    """Cut segments into chunks of at most `size` tokens; segments shorter than `smallest` join their neighbours."""
    from semchunk.semchunk import chunk as cut  # noqa: PLC0415 - costs 0.1 s, which a refused document does not pay

    for segment in _joined(segments, smallest=smallest, size=size):
        for text in cut(segment.text, size, tokens, memoize=False):
            if stripped := str(text).strip():
                yield Chunk(stripped, segment.kind, segment.value, segment.file)


def _joined(segments: Iterable[Segment], *, smallest: int, size: int) -> Iterator[Segment]:
    held: Segment | None = None
    for raw in segments:
        segment = replace(raw, text=_BLANKS.sub("\n\n", raw.text))
        if held is None:
            held = segment
        elif _belong(held, segment) and tokens(held.text) < smallest and tokens(held.text + segment.text) <= size:
            held = replace(held, text=f"{held.text}\n\n{segment.text}", value=_span(held, segment))
        else:
            yield held
            held = segment
    if held is not None:
        yield held


def _belong(first: Segment, second: Segment) -> bool:
    return (first.kind, first.file) == (second.kind, second.file) and first.kind not in _APART


def _span(first: Segment, last: Segment) -> str:
    return span(first.value, last.value) if first.kind in NUMBERED else first.value


def span(first: str, last: str) -> str:
    """Join two numbers, or spans of numbers, to the span over both."""
    start, end = first.partition("–")[0], last.rpartition("–")[2]
    return f"{start}–{end}" if start != end else start
