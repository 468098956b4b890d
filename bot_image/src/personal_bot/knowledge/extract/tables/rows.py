"""Rows of a table become segments: each is written with the names of its columns, so that it is understood alone."""

import itertools
from collections.abc import Callable, Iterable, Iterator

from personal_bot.knowledge.extract.chunks import SIZE, tokens
from personal_bot.knowledge.extract.segments import Segment

Row = tuple[int, list[str]]  # its number, from 1, and its cells


def segments_of(rows: Iterable[Row], kind: str, place: Callable[[int, int], str]) -> Iterator[Segment]:
    """Give the rows in segments of at most one chunk.

    Args:
        rows: of one table; empty ones are left out.
        kind: of the place.
        place: gives its value, from the numbers of the first and the last row.
    """
    rows = iter(row for row in rows if any(row[1]))
    top = next(rows, None)
    if top is None:
        return
    names = top[1] if _are_names(top[1]) else []
    lines, first, last, size = [" | ".join(filter(None, top[1]))], top[0], top[0], 0

    for number, cells in rows:
        line = _line(cells, names)
        cost = tokens(line)
        if lines and size + cost > SIZE:
            yield Segment("\n".join(lines), kind, place(first, last))
            lines, first, size = [], number, 0
        lines.append(line)
        last, size = number, size + cost

    yield Segment("\n".join(lines), kind, place(first, last))


def span(first: int, last: int, between: str) -> str:
    """Give "2" or "2–5"."""
    return str(first) if first == last else f"{first}{between}{last}"


def _are_names(cells: list[str]) -> bool:
    named = [cell for cell in cells if cell]
    return len(named) > 1 and len(set(named)) == len(named) and not any(cell[:1].isdigit() for cell in named)


def _line(cells: list[str], names: list[str]) -> str:
    pairs = itertools.zip_longest(names[: len(cells)], cells, fillvalue="")
    return "; ".join(f"{name}: {cell}" if name else cell for name, cell in pairs if cell)
