"""CSV (RFC 4180, and what programs make of it)."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from personal_bot.knowledge.extract.plain.plain_text import opened
from personal_bot.knowledge.extract.segments import Reading, Segment
from personal_bot.knowledge.extract.tables.rows import segments_of, span
from personal_bot.sandbox.errors import CannotReadError

_SAMPLE: Final = 1 << 16  # characters by which the delimiter is told
_LONGEST_CELL: Final = 1 << 20  # characters


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
            found = segments_of(rows, "row", lambda first, last: span(first, last, "–"))
            yield from reading.counted(found, "bytes", file.buffer.tell, path.stat().st_size)
        except csv.Error as error:
            raise CannotReadError("document_corrupt") from error
