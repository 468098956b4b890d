"""Tables that programs write as text and name ``.xls``: HTML, and the XML of Excel 2003 (SpreadsheetML)."""

from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from personal_bot.knowledge.extract.pages.html_page import declared_charset
from personal_bot.knowledge.extract.plain.plain_text import opened
from personal_bot.knowledge.extract.segments import Reading, Segment
from personal_bot.knowledge.extract.tables.rows import Row, segments_of, span
from personal_bot.sandbox.errors import CannotReadError

_BLOCK: Final = 1 << 16  # characters
_UNSEEN: Final = frozenset({"script", "style", "template", "noscript", "title", "xml"})
_WIDEST: Final = 200  # columns that one cell may claim
_SS: Final = "{urn:schemas-microsoft-com:office:spreadsheet}"


def read_html_table(path: Path, reading: Reading) -> Iterator[Segment]:
    """Give the rows of all tables of a page; the place is their numbers.

    Raises:
        CannotReadError: no character set makes text of it.
    """
    with opened(path, declared_charset(path)) as file:
        rows = _html_rows(iter(lambda: file.read(_BLOCK), ""))
        found = segments_of(rows, "row", lambda first, last: span(first, last, "–"))
        yield from reading.counted(found, "bytes", file.buffer.tell, path.stat().st_size)


def read_xml_table(path: Path, reading: Reading) -> Iterator[Segment]:
    """Give the rows of each sheet; the place is written as in the workbook's own formulas.

    Raises:
        CannotReadError: it is no XML.
    """
    with path.open("rb") as file:
        try:
            found = _sheets(ET.iterparse(file, events=("start", "end")))  # noqa: S314 - expat resolves no external entity, limits others
            yield from reading.counted(found, "bytes", file.tell, path.stat().st_size)
        except ET.ParseError as error:
            raise CannotReadError("document_corrupt") from error


def _html_rows(pieces: Iterable[str]) -> Iterator[Row]:
    parser, number = _Tables(), 0
    for piece in pieces:
        parser.feed(piece)
        for row in parser.taken():
            number += 1
            yield number, row
    parser.close()
    parser.end_row()
    for row in parser.taken():
        number += 1
        yield number, row


class _Tables(HTMLParser):
    """Cells of rows; what stands between the tables is a row of one cell."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._rows: list[list[str]] = []
        self._row: list[str] = []
        self._parts: list[str] = []
        self._width = 1
        self._unseen = ""

    def taken(self) -> list[list[str]]:
        rows, self._rows = self._rows, []
        return rows

    def end_row(self) -> None:
        self._end_cell()
        if any(self._row):
            self._rows.append(self._row)
        self._row = []

    def _end_cell(self) -> None:
        text = " ".join("".join(self._parts).split())
        if text or self._width > 1 or self._parts:
            self._row += [text, *[""] * (self._width - 1)]
        self._parts, self._width = [], 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._unseen:
            return
        if tag in _UNSEEN:
            self._unseen = tag
        elif (
            tag in {"tr", "table", "div", "p", "h1", "h2", "h3"} and not self._row and "".join(self._parts).strip()
        ) or tag == "tr":
            self.end_row()
        elif tag in {"td", "th"}:
            if "".join(self._parts).strip():
                self._end_cell()
            span_ = dict(attrs).get("colspan") or "1"
            self._parts, self._width = [""], min(int(span_), _WIDEST) if span_.isdigit() else 1
        elif tag == "br":
            self._parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if self._unseen:
            if tag == self._unseen:
                self._unseen = ""
        elif tag in {"td", "th"}:
            self._end_cell()
        elif tag in {"tr", "table"}:
            self.end_row()

    def handle_data(self, data: str) -> None:
        if not self._unseen and (self._parts or data.strip()):
            self._parts.append(data)


def _sheets(events: Iterable[tuple[str, ET.Element]]) -> Iterator[Segment]:
    name, rows, number = "", list[Row](), 0
    for event, element in events:
        if event == "start":
            if element.tag == f"{_SS}Worksheet":
                name, rows, number = element.get(f"{_SS}Name", ""), [], 0
        elif element.tag == f"{_SS}Row":
            number = int(element.get(f"{_SS}Index", number + 1))
            rows.append((number, _xml_cells(element)))
            element.clear()
        elif element.tag == f"{_SS}Worksheet":
            yield from segments_of(rows, "sheet", lambda first, last, name=name: f"{name}!{span(first, last, ':')}")  # type: ignore[misc] # mypy cannot tell the type of a lambda with a default
            element.clear()


def _xml_cells(row: ET.Element) -> list[str]:
    cells: list[str] = []
    for cell in row.iter(f"{_SS}Cell"):
        index = int(cell.get(f"{_SS}Index", len(cells) + 1))
        cells += [""] * min(index - 1 - len(cells), _WIDEST * _WIDEST)
        data, comment = cell.find(f"{_SS}Data"), cell.find(f"{_SS}Comment/{_SS}Data")
        text = "" if data is None else "".join(data.itertext()).strip()
        if data is not None and data.get(f"{_SS}Type") == "DateTime":
            text = text.removesuffix(".000").removesuffix("T00:00:00").replace("T", " ")
        if comment is not None:
            text = f"{text} [{''.join(comment.itertext()).strip()}]".strip()
        cells.append(text)
        cells += [""] * min(int(cell.get(f"{_SS}MergeAcross", "0")), _WIDEST)
    return cells
