"""Spreadsheets (XLSX, XLS, ODS), sheet by sheet."""

from collections.abc import Iterator
from datetime import datetime, time
from pathlib import Path
from typing import Final

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError

from personal_bot.knowledge.extract.office.xml_package import refuse_bomb
from personal_bot.knowledge.extract.segments import Reading, Segment
from personal_bot.knowledge.extract.tables.rows import Row, segments_of, span
from personal_bot.sandbox.errors import CannotReadError

_LONG: Final = 1000  # rows: the progress of such a sheet is reported by the row


def read_sheets(path: Path, reading: Reading) -> Iterator[Segment]:
    """Give the rows of each sheet of a workbook; the place is written as in the workbook's own formulas.

    Raises:
        CannotReadError: broken, encrypted, or larger unpacked than any text.
    """
    refuse_bomb(path)
    try:
        book = CalamineWorkbook.from_path(path)
        for done, name in enumerate(book.sheet_names, start=1):
            rows = _rows(book.get_sheet_by_name(name), reading)
            yield from segments_of(rows, "sheet", lambda first, last, name=name: f"{name}!{span(first, last, ':')}")  # type: ignore[misc] # mypy cannot tell the type of a lambda with a default
            reading.progress("sheets", done, len(book.sheet_names))
    except PasswordError as error:
        raise CannotReadError("document_encrypted") from error
    except CalamineError as error:
        raise CannotReadError("document_corrupt") from error


def _rows(sheet: CalamineSheet, reading: Reading) -> Iterator[Row]:
    total = (sheet.end or (0, 0))[0] + 1
    step = reading.steps("rows", total)
    for number, row in enumerate(sheet.iter_rows(), (sheet.start or (0, 0))[0] + 1):
        yield number, [_text(cell) for cell in row]
        if total > _LONG:
            step(number)


def _text(cell: object) -> str:
    match cell:
        case bool():
            return str(cell).upper()
        case float():
            return f"{cell:.15g}"
        case datetime():
            return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "minutes")
        case _:
            return str(cell).strip()
