"""What calamine leaves out of an XLSX (ECMA-376, SpreadsheetML): comments, percent signs, formulas without results."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Final
from xml.etree import ElementTree as ET

from personal_bot.knowledge.extract.office.charts import chart_titles, flat
from personal_bot.knowledge.extract.office.ooxml import A, R, events, main_part, optional_root, relations
from personal_bot.knowledge.extract.office.xml_package import Package
from personal_bot.knowledge.extract.segments import Reading

_S: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_THREADED: Final = "{http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments}"
_USUAL: Final = "xl/workbook.xml"
_PERCENT_FORMATS: Final = frozenset({"9", "10"})  # built in: 0% and 0.00%
_QUOTED: Final = re.compile(r'"[^"]*"|\\.')
_REFERENCE: Final = re.compile(r"([A-Z]+)(\d+)")
_NO_RESULT: Final = re.compile(rb"<f\b[^>]*/></c>|</f>\s*(?:<v\s*/>|<v></v>)?\s*</c>")
_FORMULA: Final = b"<f"
_BLOCK: Final = 1 << 20  # bytes
_OVERLAP: Final = 64  # bytes: the end of a block that the next one begins with

Comments = dict[int, dict[int, str]]  # by row and column, both from 1


class WorkbookParts:
    """The parts of a workbook."""

    def __init__(self, parts: Package, reading: Reading) -> None:
        self._parts, self._reading = parts, reading
        main = main_part(parts, _USUAL)
        related = relations(parts, main)
        root = optional_root(parts, main, reading) if main in parts.names else None
        listed = root.iter(f"{_S}sheet") if root is not None else ()
        self._sheets = {
            one.get("name", ""): related[one.get(f"{R}id", "")].part
            for one in listed
            if one.get(f"{R}id", "") in related
        }
        styles = next((one.part for one in related.values() if one.kind == "styles"), "")
        self._percent = self._percent_styles(styles)
        self._people = self._persons([one.part for one in related.values() if one.kind == "person"])

    def comments(self, sheet: str) -> Comments:
        """Give the comments of a sheet; those in threads stand for the old ones that repeat them."""
        related = relations(self._parts, self._sheets.get(sheet, "-"))
        found: Comments = defaultdict(dict)
        for kind, read in (("comments", self._old), ("threadedComment", self._threads)):
            for one in related.values():
                root = optional_root(self._parts, one.part, self._reading) if one.kind == kind else None
                for (row, column), text in (read(root) if root is not None else {}).items():
                    found[row][column] = text
        return found

    def percents(self, sheet: str) -> Iterator[tuple[int, frozenset[int]]]:
        """Give the rows of a sheet that have cells shown in percent, with their columns, both from 1."""
        part = self._sheets.get(sheet, "")
        if not self._percent or part not in self._parts.names:
            return
        with self._parts.open(part) as file:
            columns, row = set[int](), 0
            for event, element in events(file):
                if event == "start":
                    continue
                if element.tag == f"{_S}c" and element.get("s") in self._percent:
                    row, column = _cell(element.get("r", ""))
                    columns.add(column)
                elif element.tag == f"{_S}row":
                    if columns:
                        yield row, frozenset(columns)
                    columns = set()
                    element.clear()

    def drawn(self, sheet: str) -> str:
        """Give what text boxes of a sheet say, and the titles of its charts; their figures stand in cells."""
        lines: list[str] = []
        for one in relations(self._parts, self._sheets.get(sheet, "-")).values():
            root = optional_root(self._parts, one.part, self._reading) if one.kind == "drawing" else None
            if root is None:
                continue
            lines += filter(None, (flat(paragraph) for paragraph in root.iter(f"{A}p")))
            for chart in relations(self._parts, one.part).values():
                drawing = optional_root(self._parts, chart.part, self._reading) if chart.kind == "chart" else None
                lines += chart_titles(drawing) if drawing is not None else ()
        return "\n".join(lines)

    def formulas_without_results(self, sheet: str) -> int:
        """Count the formulas of a sheet whose results no program has written: they look empty."""
        part, count, kept = self._sheets.get(sheet, ""), 0, b""
        if part not in self._parts.names:
            return 0
        with self._parts.open(part) as file:
            while block := file.read(_BLOCK):
                whole = kept + block
                found = [match.end() for match in _NO_RESULT.finditer(whole)] if _FORMULA in whole else []
                count += len(found)
                kept = whole[max(found[-1] if found else 0, len(whole) - _OVERLAP) :]
        return count

    def _percent_styles(self, part: str) -> frozenset[str]:
        root = optional_root(self._parts, part, self._reading) if part in self._parts.names else None
        if root is None:
            return frozenset()
        own = {
            one.get("numFmtId") for one in root.iter(f"{_S}numFmt") if "%" in _QUOTED.sub("", one.get("formatCode", ""))
        }
        used = root.find(f"{_S}cellXfs")
        formats = enumerate(used if used is not None else ())
        return frozenset(str(index) for index, one in formats if one.get("numFmtId") in own | _PERCENT_FORMATS)

    def _persons(self, names: list[str]) -> dict[str, str]:
        roots = (optional_root(self._parts, part, self._reading) for part in names if part in self._parts.names)
        return {
            person.get("id", ""): person.get("displayName", "") for root in roots if root is not None for person in root
        }

    def _old(self, root: ET.Element) -> dict[tuple[int, int], str]:
        authors = [author.text or "" for author in root.iter(f"{_S}author")]
        found = {}
        for comment in root.iter(f"{_S}comment"):
            text = "".join(one.text or "" for one in comment.iter(f"{_S}t")).strip()
            index = int(comment.get("authorId", "-1"))
            found[_cell(comment.get("ref", ""))] = _said(authors[index] if 0 <= index < len(authors) else "", text)
        return found

    def _threads(self, root: ET.Element) -> dict[tuple[int, int], str]:
        said: dict[tuple[int, int], list[str]] = defaultdict(list)
        for comment in root.iter(f"{_THREADED}threadedComment"):
            text = (comment.findtext(f"{_THREADED}text") or "").strip()
            said[_cell(comment.get("ref", ""))].append(_said(self._people.get(comment.get("personId", ""), ""), text))
        return {cell: "; ".join(texts) for cell, texts in said.items()}


def _said(author: str, text: str) -> str:
    return text if not author or text.startswith(author) else f"{author}: {text}"


def _cell(reference: str) -> tuple[int, int]:
    """Row and column of "AB12", both from 1."""
    match = _REFERENCE.match(reference)
    if not match:
        return 0, 0
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(match[2]), column
