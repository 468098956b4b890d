"""Subtitles, SRT and WebVTT: what is said, with the time at which it begins."""

import itertools
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from personal_bot.knowledge.extract.plain.plain_text import opened
from personal_bot.knowledge.extract.segments import Reading, Segment

_TIMES: Final = re.compile(r"\s*((?:\d+:)?\d\d:\d\d)[.,]\d{1,3}\s*-->")
_MARKS: Final = re.compile(r"</?[a-zA-Z][^>]*>|\{\\[^}]*\}")
_HIDDEN: Final = ("WEBVTT", "NOTE", "STYLE", "REGION")
_HELD: Final = 40  # lines


def read_subtitles(path: Path, reading: Reading) -> Iterator[Segment]:
    """Give what is said, a line each, behind the time; without the numbers of the lines.

    Raises:
        CannotReadError: no character set makes text of it.
    """
    with opened(path) as file:
        yield from reading.counted(_segments(file), "bytes", file.buffer.tell, path.stat().st_size)


def _segments(lines: Iterator[str]) -> Iterator[Segment]:
    held: list[str] = []
    for line in _said(lines):
        held.append(line)
        if len(held) == _HELD:
            yield Segment("\n".join(held))
            held.clear()
    if held:
        yield Segment("\n".join(held))


def _said(lines: Iterable[str]) -> Iterator[str]:
    """What is said at each time, in one line."""
    begins, said = "", list[str]()
    for empty, group in itertools.groupby(lines, key=lambda line: not line.strip()):
        block = [] if empty else [line.strip() for line in group]
        if not block or (block[0].startswith(_HIDDEN) and not any(map(_TIMES.match, block))):
            continue
        for index, line in enumerate(block):
            if times := _TIMES.match(line):
                if said:
                    yield f"{begins} {' '.join(said)}".strip()
                begins, said = times[1], []
            elif not _is_name(block, index) and (text := _MARKS.sub("", line).strip()):
                said.append(text)
    if said:
        yield f"{begins} {' '.join(said)}".strip()


def _is_name(block: list[str], index: int) -> bool:
    """Whether a line is the number or the name of what is said at the time that follows."""
    is_before_time = index + 1 < len(block) and _TIMES.match(block[index + 1]) is not None
    return is_before_time and (not index or block[index].isdigit())
