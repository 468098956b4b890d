"""CSV (RFC 4180, and what programs make of it)."""

import csv
import itertools
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TextIO

from personal_bot.knowledge.extract.plain.plain_text import opened
from personal_bot.knowledge.extract.segments import Reading, Segment
from personal_bot.knowledge.extract.tables.rows import Row, segments_of, span

_SAMPLE: Final = 1 << 16  # characters by which the delimiter is recognised
_SAMPLED_ROWS: Final = 100
_DELIMITERS: Final = "\t;,|"
_LONGEST_CELL: Final = 1 << 20  # characters
_MOST_LINES: Final = 200  # of a cell: one with more has a quotation mark that nobody closed


def read_csv(path: Path, reading: Reading) -> Iterator[Segment]:
    """Give the rows; the place is their numbers.

    Raises:
        CannotReadError: no character set makes text of it.
    """
    csv.field_size_limit(_LONGEST_CELL)
    with opened(path) as file:
        found = segments_of(_rows(file), "row", lambda first, last: span(first, last, "–"))
        yield from reading.counted(found, "bytes", file.buffer.tell, path.stat().st_size)


def _rows(file: TextIO) -> Iterator[Row]:
    """The rows of a file; from a quotation mark that nobody closed on, such marks are letters like others."""
    delimiter, named = _delimiter(file.read(_SAMPLE))
    quoted, skipped, number = True, int(named), 0
    while True:
        file.seek(0)
        lines = (line.replace("\0", "") for line in itertools.islice(iter(file.readline, ""), skipped, None))
        reader = csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE)
        before = 0
        try:
            for row in reader:
                if quoted and reader.line_num - before > _MOST_LINES:
                    break
                before = reader.line_num
                number += 1
                yield number, [cell.strip() for cell in row]
            else:
                return
        except csv.Error:
            if not quoted:  # a line that is too long for any table
                return
        skipped, quoted = skipped + before, False


def _delimiter(sample: str) -> tuple[str, bool]:
    """What separates the cells, and whether the first line says so, as Excel's does ("sep=;")."""
    first = sample.partition("\n")[0].strip()
    if first[:4].lower() == "sep=" and len(first) <= len("sep=") + 1:
        return first[4:] or "\t", True
    return max(_DELIMITERS, key=lambda delimiter: _evenness(sample, delimiter)), False


def _evenness(sample: str, delimiter: str) -> tuple[float, int]:
    """How alike the rows are that a delimiter makes, and into how many cells it cuts them."""
    lines = sample.splitlines(keepends=True)[: _SAMPLED_ROWS + 1]
    try:
        rows = [row for row in csv.reader(lines[:-1] or lines, delimiter=delimiter) if any(row)]
    except csv.Error:
        return 0.0, 0
    widths = Counter(len(row) for row in rows if len(row) > 1)
    if not widths:
        return 0.0, 0
    width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
    return round(count / len(rows), 1), width
