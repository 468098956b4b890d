"""Walks over a part of an OpenDocument text or presentation as it is parsed (OpenDocument 1.3, part 3).

No tree is built, so that neither depth nor length costs more than its share.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Final
from xml.etree import ElementTree as ET

_OASIS: Final = "urn:oasis:names:tc:opendocument:xmlns:"
TEXT: Final = f"{{{_OASIS}text:1.0}}"
TABLE: Final = f"{{{_OASIS}table:1.0}}"
DRAW: Final = f"{{{_OASIS}drawing:1.0}}"
OFFICE: Final = f"{{{_OASIS}office:1.0}}"
STYLE: Final = f"{{{_OASIS}style:1.0}}"
PRESENTATION: Final = f"{{{_OASIS}presentation:1.0}}"
XLINK: Final = "{http://www.w3.org/1999/xlink}"
_DC: Final = "{http://purl.org/dc/elements/1.1/}"

_BLOCK: Final = 1 << 16  # bytes
_PARAGRAPHS: Final = frozenset({f"{TEXT}p", f"{TEXT}h"})
_CELLS: Final = frozenset({f"{TABLE}table-cell", f"{TABLE}covered-table-cell"})
_NOTES: Final = frozenset({f"{TEXT}note-body", f"{OFFICE}annotation"})
_SIGNS: Final = {f"{TEXT}tab": "\t", f"{TEXT}line-break": "\n"}
_UNREAD: Final = frozenset(
    {
        f"{TEXT}tracked-changes", f"{TEXT}note-citation", f"{OFFICE}forms", f"{TEXT}page-number", f"{TEXT}page-count",
        f"{TEXT}table-of-content-source", f"{TEXT}alphabetical-index-source", f"{_DC}date", f"{_DC}creator",
        f"{TEXT}sender-initials", f"{TEXT}ruby-text",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ListLevel:
    """How a level of a list is numbered; `form` is "" for bullets."""

    form: str = ""
    prefix: str = ""
    suffix: str = ""
    shown: int = 1  # levels whose numbers are written
    start: int = 1


@dataclass(slots=True)
class _List:
    style: str
    count: int | None = None  # None: before the first item


@dataclass(slots=True)
class _Paragraph:
    parts: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)  # what boxes in it say
    level: int = 0
    number: str = ""


class Walker:
    """Takes what a parser finds, and gives paragraphs and rows."""

    def __init__(
        self,
        *,
        lists: Mapping[str, Mapping[int, ListLevel]],
        formula: Callable[[str], str] = lambda _name: "",
    ) -> None:
        """Read nothing yet.

        Args:
            lists: levels of the styles of lists, by name, from 1.
            formula: gives what a formula says that lies in a part of its own.
        """
        self.pictures = 0
        self.at_page: Callable[[], None] = lambda: None
        """Is called when a page (slide) ends."""
        self._lists = lists
        self._formula = formula
        self._blocks: list[tuple[int, str]] = []
        self._sinks: list[list[str]] = []  # of cells, notes and boxes, the innermost last
        self._rows: list[list[str]] = []
        self._paragraphs: list[_Paragraph] = []
        self._open: list[_List] = []
        self._ended: dict[str, int] = {}  # where the lists of a style stand, since some go on later
        self._item = ""  # number of an item whose first paragraph has not begun
        self._unread = 0

    def blocks(self, file: IO[bytes]) -> Iterator[tuple[int, str]]:
        """Give the paragraphs and rows with their level as a heading (0: none)."""
        parser = ET.XMLParser(target=self)  # noqa: S314 - expat resolves no external entity, limits others
        while block := file.read(_BLOCK):
            parser.feed(block)
            yield from self.taken()
        parser.close()
        yield from self.taken()

    def taken(self) -> list[tuple[int, str]]:
        """Give what was found since the last call."""
        blocks, self._blocks = self._blocks, []
        return blocks

    def close(self) -> None:
        """Nothing is left to do; the parser calls this."""

    def data(self, text: str) -> None:
        """Take a piece of text."""
        if self._paragraphs and not self._unread:
            self._paragraphs[-1].parts.append(text)

    def start(self, tag: str, attrib: Mapping[str, str]) -> None:  # noqa: C901 - a case a kind of element
        """Take the beginning of an element."""
        if tag in _UNREAD or self._unread:
            self._unread += 1
        elif tag in _PARAGRAPHS:
            self._begin(tag, attrib)
        elif tag in _SIGNS:
            self.data(_SIGNS[tag])
        elif tag == f"{TEXT}s":
            self.data(" " * min(int(attrib.get(f"{TEXT}c", "1")), 20))
        elif tag in _CELLS or tag in _NOTES or tag == f"{DRAW}text-box":
            self._sinks.append([])
        elif tag == f"{TABLE}table-row":
            self._rows.append([])
        elif tag == f"{TEXT}list":
            self._open_list(attrib)
        elif tag == f"{TEXT}list-item":
            self._item = self._count(attrib)
        elif tag == f"{DRAW}object":
            self.data(self._formula(attrib.get(f"{XLINK}href", "")))
        elif tag == f"{DRAW}image":
            self.pictures += 1

    def end(self, tag: str) -> None:
        """Take the end of an element."""
        if self._unread:
            self._unread -= 1
        elif tag in _PARAGRAPHS:
            self._end_paragraph()
        elif tag in _CELLS:
            text = "\n".join(self._sinks.pop()).strip()
            if text and self._rows:
                self._rows[-1].append(text)
        elif tag == f"{TABLE}table-row":
            self._emit(0, " | ".join(self._rows.pop()))
        elif tag in _NOTES:
            self.data(f" [{' '.join(self._sinks.pop())}]")
        elif tag == f"{DRAW}text-box":
            self._end_box(self._sinks.pop())
        elif tag == f"{TEXT}list":
            ended = self._open.pop()
            self._ended[ended.style] = ended.count or 0
        elif tag == f"{DRAW}page":
            self.at_page()

    def _emit(self, level: int, text: str) -> None:
        if not text:
            return
        if self._sinks:
            self._sinks[-1].append(text)
        else:
            self._blocks.append((level, text))

    def _begin(self, tag: str, attrib: Mapping[str, str]) -> None:
        level = attrib.get(f"{TEXT}outline-level", "1")
        is_heading = tag == f"{TEXT}h" and level.isdigit()
        self._paragraphs.append(_Paragraph(level=int(level) if is_heading else 0, number=self._item))
        self._item = ""

    def _end_paragraph(self) -> None:
        paragraph = self._paragraphs.pop()
        text = "".join(paragraph.parts).strip()
        self._emit(paragraph.level, f"{paragraph.number} {text}" if paragraph.number and text else text)
        for line in paragraph.after:
            self._emit(0, line)

    def _end_box(self, lines: list[str]) -> None:
        if self._paragraphs:
            self._paragraphs[-1].after.extend(lines)
        else:
            for line in lines:
                self._emit(0, line)

    def _open_list(self, attrib: Mapping[str, str]) -> None:
        style = attrib.get(f"{TEXT}style-name") or (self._open[-1].style if self._open else "")
        goes_on = attrib.get(f"{TEXT}continue-numbering") == "true" or f"{TEXT}continue-list" in attrib
        self._open.append(_List(style, self._ended.get(style) if goes_on else None))

    def _count(self, attrib: Mapping[str, str]) -> str:
        """Count an item and give what stands before it, "" for a bullet."""
        if not self._open:
            return ""
        depth, current = len(self._open), self._open[-1]
        levels = self._lists.get(current.style, {})
        level = levels.get(depth, ListLevel())
        start = attrib.get(f"{TEXT}start-value", "")
        first = int(start) if start.isdigit() else level.start
        current.count = first if current.count is None or start.isdigit() else current.count + 1
        if not level.form:
            return ""
        shown = range(max(1, depth - level.shown + 1), depth + 1)
        numbers = (_figure(self._open[one - 1].count or 1, levels.get(one, level).form) for one in shown)
        return f"{level.prefix}{'.'.join(filter(None, numbers))}{level.suffix}"


def _figure(count: int, form: str) -> str:
    match form:
        case "a" | "A":
            turns, index = divmod(count - 1, 26)
            letters = chr(ord("a") + index) * (turns + 1)
            return letters if form == "a" else letters.upper()
        case "i" | "I":
            return _roman(count) if form == "i" else _roman(count).upper()
        case _:
            return str(count) if form else ""


def _roman(count: int) -> str:
    tens = ("", "x", "xx", "xxx", "xl", "l", "lx", "lxx", "lxxx", "xc")
    ones = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
    return "c" * (count // 100) + tens[count // 10 % 10] + ones[count % 10]
