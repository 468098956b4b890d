"""Tables: CSV and spreadsheets. Every row is told with the names of its columns, so that it is understood alone."""

from __future__ import annotations

import csv
import itertools
from datetime import datetime, time
from typing import TYPE_CHECKING

from personal_bot.knowledge.extract.chunks import SIZE, tokens
from personal_bot.knowledge.extract.plain_text import opened
from personal_bot.knowledge.extract.segments import CannotReadError, Segment
from personal_bot.knowledge.extract.xml_package import refuse_bomb

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from python_calamine import CalamineSheet

    from personal_bot.knowledge.extract.segments import Reading

    Row = tuple[int, list[str]]  # its number, from 1, and its cells

_SAMPLE = 1 << 16  # characters by which the delimiter is told
_LONGEST_CELL = 1 << 20  # characters
_LONG = 1000  # rows: the progress of such a sheet is told by the row


def read_csv(path: Path, reading: Reading) -> Iterator[Segment]:
    """Give the rows; the place is their numbers.

    Raises:
        CannotReadError: no character set makes text of it, or it is no table.
    """
    csv.field_size_limit(_LONGEST_CELL)
    with opened(path) as file:
        try:
            dialect: type[csv.Dialect] = csv.Sniffer().sniff(file.read(_SAMPLE), delimiters=",;\t|")
        except csv.Error:
            dialect = csv.excel
        file.seek(0)
        try:
            rows = ((number, [cell.strip() for cell in row]) for number, row in enumerate(csv.reader(file, dialect), 1))
            found = _segments(rows, "row", lambda first, last: _span(first, last, "–"))
            yield from reading.counted(found, "bytes", file.buffer.tell, path.stat().st_size)
        except csv.Error as error:
            raise CannotReadError("document_corrupt") from error


def read_sheets(path: Path, reading: Reading) -> Iterator[Segment]:
    """Give the rows of each sheet of a workbook (XLSX, XLS, ODS); the place is written as in its own formulas.

    Raises:
        CannotReadError: broken, encrypted, or larger unpacked than any text.
    """
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError  # noqa: PLC0415 - only for these

    refuse_bomb(path)
    try:
        book = CalamineWorkbook.from_path(path)
        for done, name in enumerate(book.sheet_names, start=1):
            sheet = book.get_sheet_by_name(name)
            rows = _rows(sheet, reading)
            yield from _segments(rows, "sheet", lambda first, last, name=name: f"{name}!{_span(first, last, ':')}")  # type: ignore[misc]
            reading.progress("sheets", done, len(book.sheet_names))
    except PasswordError as error:
        raise CannotReadError("document_encrypted") from error
    except CalamineError as error:
        raise CannotReadError("document_corrupt") from error


def _rows(sheet: CalamineSheet, reading: Reading) -> Iterator[Row]:
    total = (sheet.end or (0, 0))[0] + 1
    step = reading.steps("rows", total)
    for number, row in enumerate(sheet.iter_rows(), (sheet.start or (0, 0))[0] + 1):
        yield number, [_told(cell) for cell in row]
        if total > _LONG:
            step(number)


def _span(first: int, last: int, between: str) -> str:
    return str(first) if first == last else f"{first}{between}{last}"


def _told(cell: object) -> str:
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        return f"{cell:.15g}"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "minutes")
    return str(cell).strip()


def _segments(rows: Iterable[Row], kind: str, place: Callable[[int, int], str]) -> Iterator[Segment]:
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


def _are_names(cells: list[str]) -> bool:
    named = [cell for cell in cells if cell]
    return len(named) > 1 and len(set(named)) == len(named) and not any(cell[:1].isdigit() for cell in named)


def _line(cells: list[str], names: list[str]) -> str:
    pairs = itertools.zip_longest(names[: len(cells)], cells, fillvalue="")
    return "; ".join(f"{name}: {cell}" if name else cell for name, cell in pairs if cell)
