"""Rows of a table become segments: each is written with the names of its columns, so that it is understood alone.

The names do not always stand in the first row: programs for bookkeeping write titles above them, and a name may be a
year, or stand there twice.
"""

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from personal_bot.knowledge.extract.chunks import SIZE, tokens
from personal_bot.knowledge.extract.segments import Segment

Row = tuple[int, list[str]]  # its number, from 1, and its cells

_LOOKED_AT: Final = 30  # rows among which the names of columns are looked for
_FULL: Final = 0.6  # of the usual number of cells that a row of names has filled
_LONGEST_NAME: Final = 120  # characters of a column's name
_PERIOD: Final = re.compile(
    r"(?:19|20)\d\d(?:\s*(?:г\.?|год|year))?|(?:19|20)\d\d[-./]\d{1,2}(?:[-./]\d{1,2})?|\d{1,2}[-./](?:\d{1,2}[-./])?"
    r"(?:19|20)?\d\d|\d{1,2}[-–]?\w{0,2}\s*(?:кв|квартал|полугодие|месяц|неделя|день|quarter|half|month|week|day)\b.*",
    re.IGNORECASE,
)
_NUMBER: Final = re.compile(r"[-+(]?[\d\s\xa0\u202f.,']*\d[)%\s₽$€£]*(?:руб\.?)?")


def segments_of(rows: Iterable[Row], kind: str, place: Callable[[int, int], str]) -> Iterator[Segment]:
    """Give the rows in segments of at most one chunk.

    Args:
        rows: of one table; empty ones are left out.
        kind: of the place.
        place: gives its value, from the numbers of the first and the last row.
    """
    rows = iter(row for row in rows if any(row[1]))
    first_rows = list(itertools.islice(rows, _LOOKED_AT))
    if not first_rows:
        return
    titles, names = _head([cells for _, cells in first_rows])

    lines: list[str] = []
    first = last = first_rows[0][0]
    size = 0
    for index, (number, cells) in enumerate(itertools.chain(first_rows, rows)):
        line = " | ".join(filter(None, cells)) if index < titles else _line(cells, names)
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


def _head(rows: Sequence[list[str]]) -> tuple[int, list[str]]:
    """How many rows are titles and names, and the names; a table without names has its first row as title."""
    filled = [sum(map(bool, cells)) for cells in rows]
    usual = Counter(count for count in filled if count > 1).most_common(1)
    least = max(2, _FULL * usual[0][0]) if usual else 2
    for index, cells in enumerate(rows):
        if filled[index] < least:
            continue
        below = rows[index + 1 :]
        if _are_names(cells, below) and (_all_differ(cells) or _figures(below)):
            if below and _goes_on(cells, below[0], below[1:]):
                return index + 2, _distinct(_joined(cells, below[0]))
            return index + 1, _distinct(
                _joined(rows[index - 1], cells) if index and _groups(rows[index - 1]) else cells
            )
        break  # the first full row holds no names: neither does any other
    return 1, []


def _are_names(cells: Sequence[str], below: Sequence[list[str]]) -> bool:
    return all(_is_name(cell, [row[column] for row in below if column < len(row)]) for column, cell in enumerate(cells))


def _is_name(cell: str, below: Iterable[str]) -> bool:
    """Whether a cell can be the name of its column: a text, or a period above figures."""
    if len(cell) > _LONGEST_NAME:
        return False
    if not cell[:1].isdigit():
        return not cell or not _NUMBER.fullmatch(cell)
    if not _PERIOD.fullmatch(cell):
        return False
    told = [one for one in below if one]
    return bool(told) and all(_NUMBER.fullmatch(one) and not _PERIOD.fullmatch(one) for one in told)


def _groups(cells: Sequence[str]) -> bool:
    """Whether a row above the names holds names of groups of columns ("Plan" over two of them)."""
    filled = [column for column, cell in enumerate(cells) if cell]
    return len(filled) > 1 and all(not _NUMBER.fullmatch(cells[column]) for column in filled)


def _goes_on(cells: Sequence[str], following: Sequence[str], below: Sequence[list[str]]) -> bool:
    """Whether the next row says more about the names: it fills what stands below the groups of the row above."""
    gaps = [column for column, cell in enumerate(cells) if not cell and column]
    told = [column for column, cell in enumerate(following) if cell]
    if not gaps or not told or not below or not any(column in gaps for column in told):
        return False
    return _figures(below) and len(told) > 1 and _are_names(following, below)


def _all_differ(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell]
    return len(set(filled)) == len(filled)


def _figures(rows: Sequence[list[str]]) -> bool:
    return any(_NUMBER.fullmatch(cell) for row in rows for cell in row if cell)


def _joined(groups: Sequence[str], names: Sequence[str]) -> list[str]:
    joined, group = [], ""
    for column, name in enumerate(names):
        above = groups[column] if column < len(groups) else ""
        group = above or (group if name else "")
        joined.append(f"{group} / {name}" if group and name and group != name else name or above)
    joined += groups[len(names) :]
    return joined


def _distinct(names: Sequence[str]) -> list[str]:
    """The names, the second of a kind with its number."""
    seen, distinct = Counter[str](), []
    for name in names:
        flat = " ".join(name.split())
        seen[flat] += 1
        distinct.append(f"{flat} ({seen[flat]})" if flat and seen[flat] > 1 else flat)
    return distinct


def _line(cells: list[str], names: list[str]) -> str:
    pairs = itertools.zip_longest(names[: len(cells)], cells, fillvalue="")
    return "; ".join(f"{name}: {cell}" if name else cell for name, cell in pairs if cell)
