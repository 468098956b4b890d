"""Spreadsheets (XLSX, XLS, ODS), sheet by sheet."""

import contextlib
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Final

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError

from personal_bot.knowledge.extract.office.xml_package import package, refuse_bomb
from personal_bot.knowledge.extract.segments import Reading, Segment
from personal_bot.knowledge.extract.tables.rows import Row, segments_of, span
from personal_bot.knowledge.extract.tables.workbook_parts import WorkbookParts
from personal_bot.sandbox.errors import CannotReadError

_LONG: Final = 1000  # rows: the progress of such a sheet is reported by the row
_WORKBOOK: Final = "[Content_Types].xml"


def read_sheets(path: Path, reading: Reading) -> Iterator[Segment]:
    """Give the rows of each sheet of a workbook; the place is written as in the workbook's own formulas.

    Raises:
        CannotReadError: broken, encrypted, or larger unpacked than any text.
    """
    refuse_bomb(path)
    try:
        with _parts(path, reading) as parts:
            book = CalamineWorkbook.from_path(path)
            formulas, broken = 0, list[str]()
            for done, name in enumerate(book.sheet_names, start=1):
                try:
                    sheet = book.get_sheet_by_name(name)
                except CalamineError:  # one broken sheet does not lose the others
                    broken.append(name)
                    continue
                rows = _rows(sheet, parts, name, reading)
                yield from segments_of(rows, "sheet", lambda first, last, name=name: f"{name}!{span(first, last, ':')}")  # type: ignore[misc] # mypy cannot tell the type of a lambda with a default
                if parts and (drawn := parts.drawn(name)):
                    yield Segment(drawn, "sheet", name)
                formulas += parts.formulas_without_results(name) if parts else 0
                reading.progress("sheets", done, len(book.sheet_names))
            if broken and len(broken) == len(book.sheet_names):
                raise CannotReadError("document_corrupt")
    except PasswordError as error:
        raise CannotReadError("document_encrypted") from error
    except CalamineError as error:
        raise CannotReadError("document_corrupt") from error
    reading.lose("lost_formulas", formulas)
    reading.lose("lost_parts", len(broken), broken)


@contextlib.contextmanager
def _parts(path: Path, reading: Reading) -> Iterator[WorkbookParts | None]:
    """The parts of an XLSX; None for the other formats."""
    if not zipfile.is_zipfile(path):
        yield None
        return
    with package(path) as parts:
        yield WorkbookParts(parts, reading) if _WORKBOOK in parts.names else None


def _rows(sheet: CalamineSheet, parts: WorkbookParts | None, name: str, reading: Reading) -> Iterator[Row]:
    total = (sheet.end or (0, 0))[0] + 1
    step = reading.steps("rows", total)
    comments: Mapping[int, Mapping[int, str]] = parts.comments(name) if parts else {}
    percents = _Following(parts.percents(name) if parts else iter(()))
    for number, row in enumerate(sheet.iter_rows(), (sheet.start or (0, 0))[0] + 1):
        in_percent, noted = percents.at(number), comments.get(number, {})
        cells = [_percent(cell) if column in in_percent else _text(cell) for column, cell in enumerate(row, start=1)]
        for column, note in noted.items():
            cells += [""] * (column - len(cells))
            cells[column - 1] = f"{cells[column - 1]} [{note}]".strip()
        yield number, cells
        if total > _LONG:
            step(number)


class _Following:
    """What is known of some rows, asked row by row in their order."""

    def __init__(self, rows: Iterator[tuple[int, frozenset[int]]]) -> None:
        self._rows = rows
        self._number, self._columns = next(rows, (0, frozenset[int]()))

    def at(self, number: int) -> frozenset[int]:
        while self._number and self._number < number:
            self._number, self._columns = next(self._rows, (0, frozenset[int]()))
        return self._columns if self._number == number else frozenset()


def _percent(cell: object) -> str:
    return f"{cell * 100:.12g}%" if isinstance(cell, (int, float)) and not isinstance(cell, bool) else _text(cell)


def _text(cell: object) -> str:  # noqa: PLR0911 - a case a type
    match cell:
        case bool():
            return str(cell).upper()
        case float():
            return f"{cell:.15g}"
        case datetime():
            return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "minutes")
        case date():
            return cell.isoformat()
        case time():
            return cell.isoformat("seconds" if cell.second else "minutes")
        case timedelta():
            return _duration(cell)
        case _:
            return str(cell).strip()


def _duration(length: timedelta) -> str:
    """Hours, which may be more than a day has, and minutes, as sheets show them."""
    minutes, seconds = divmod(round(abs(length).total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    sign = "-" if length < timedelta() else ""
    return f"{sign}{hours}:{minutes:02}" + (f":{seconds:02}" if seconds else "")
