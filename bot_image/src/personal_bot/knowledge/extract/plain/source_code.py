"""Source code: cut between what belongs together where it can be, with its lines as place."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, TextIO

from personal_bot.knowledge.extract.chunks import SIZE, tokens
from personal_bot.knowledge.extract.plain.plain_text import opened
from personal_bot.knowledge.extract.segments import Reading, Segment

_LONGEST_LINE: Final = 1 << 16  # characters
_INSIDE: Final = " \t)]}#/*"  # a line that begins so goes on with what came before


def read_code(path: Path, reading: Reading) -> Iterator[Segment]:
    """Give the lines in blocks of at most one chunk.

    Raises:
        CannotReadError: no character set makes text of it.
    """
    with opened(path) as file:
        yield from reading.counted(_cut(file), "bytes", file.buffer.tell, path.stat().st_size)


def _cut(file: TextIO) -> Iterator[Segment]:
    lines: list[str] = []
    first = number = 1
    size, blank = 0, False
    while line := file.readline(_LONGEST_LINE):
        cost = tokens(line)
        begins = blank and line.strip() != "" and line[0] not in _INSIDE
        if lines and (size + cost > SIZE or (begins and size > SIZE // 2)):
            yield _segment(lines, first)
            lines, first, size = [], number, 0
        lines.append(line)
        size += cost
        blank = not line.strip()
        number += line.endswith("\n")
    yield _segment(lines, first)


def _segment(lines: list[str], first: int) -> Segment:
    last = first + len(lines) - 1
    return Segment("".join(lines).rstrip(), "line", f"{first}–{last}" if last > first else str(first))
