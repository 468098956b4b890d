"""Blocks of text under headings become segments, whose place is the path of headings."""

from collections.abc import Iterable, Iterator
from typing import Final

from personal_bot.knowledge.extract.segments import Segment

_SEPARATOR: Final = " › "
_MOST_HELD: Final = 1 << 16  # characters


def sections(blocks: Iterable[tuple[int, str]]) -> Iterator[Segment]:
    """Give the text under each heading, the heading included; headings without text go with those below them.

    Args:
        blocks: in reading order, each with its level as a heading, from 1, or 0 for text.
    """
    headings: list[tuple[int, str]] = []
    lines: list[str] = []
    held, only_headings = 0, True
    for level, text in blocks:
        goes_deeper = not headings or level > headings[-1][0]
        if (level and not (only_headings and goes_deeper)) or held > _MOST_HELD:
            yield from _section(headings, lines)
            lines, held, only_headings = [], 0, True

        if level:
            headings = [*((depth, title) for depth, title in headings if depth < level), (level, text)]
        elif text.strip():
            only_headings = False
        lines.append(text)
        held += len(text)
    yield from _section(headings, lines)


def _section(headings: list[tuple[int, str]], lines: list[str]) -> Iterator[Segment]:
    if text := "\n".join(lines).strip():
        value = _SEPARATOR.join(" ".join(title.split()) for _, title in headings)
        yield Segment(text, "heading" if value else "", value)
