"""Subtitles, SRT and WebVTT: what is said, with the time at which it begins."""

import re
from collections.abc import Iterator
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


def _said(lines: Iterator[str]) -> Iterator[str]:
    """What is said at each time, in one line; a line right behind an empty one may be the name of what follows."""
    begins, said, hidden = "", list[str](), False
    before, is_first = "", True  # the last line, which belongs to what follows when that is a time
    for raw in (*lines, ""):
        line = _MARKS.sub("", raw).strip()
        if times := _TIMES.match(raw):
            if before and not before.isdigit() and not is_first:
                said.append(before)
            if said:
                yield f"{begins} {' '.join(said)}".strip()
            begins, said, before, is_first, hidden = times[1], [], "", False, False
            continue

        if before and not hidden:
            said.append(before)
        hidden = hidden or (line.startswith(_HIDDEN) and is_first) if line else False
        is_first = not before
        before = line
    if said:
        yield f"{begins} {' '.join(said)}".strip()
