"""Walks over a part of a DOCX event by event and gives its paragraphs and rows, each part of the text once.

Nothing recurses and no table is held as a whole, so that neither depth nor length costs more than its share.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Final
from xml.etree import ElementTree as ET

from personal_bot.knowledge.extract.office.charts import CHART, DIAGRAM
from personal_bot.knowledge.extract.office.docx_names import W, value_of
from personal_bot.knowledge.extract.office.docx_numbers import Numbers
from personal_bot.knowledge.extract.office.docx_styles import Styles, outline_level
from personal_bot.knowledge.extract.office.ooxml import FALLBACK, M, R, description, events

_DRAWING: Final = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_PICTURE: Final = "{http://schemas.openxmlformats.org/drawingml/2006/picture}pic"
_LARGE: Final = 4e13  # square EMU: half of a page of A4

_UNREAD: Final = frozenset({FALLBACK, f"{W}del", f"{W}moveFrom", f"{W}tabs", f"{W}rPrChange", f"{W}pPrChange"})
"""What is there twice, was deleted or moved away, or only describes."""
_NOTES: Final = frozenset({f"{W}footnote", f"{W}endnote", f"{W}comment"})
_REFERENCES: Final = {f"{W}{kind}Reference": kind for kind in ("footnote", "endnote", "comment")}
_SIGNS: Final = {
    f"{W}tab": "\t", f"{W}ptab": "\t", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "-",
    f"{M}den": "/", f"{M}sup": "^", f"{M}sub": "_",
}  # fmt: skip
_WINGDINGS: Final = {"FC": "✓", "FB": "✗", "FE": "☑", "FD": "☒", "A8": "☐", "6F": "☐", "E0": "→", "B7": "•"}


@dataclass(slots=True)
class _Paragraph:
    parts: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)  # text boxes, charts
    level: int = 0
    number: str = ""
    depth: int = 0
    gone: bool = False


@dataclass(slots=True)
class Seen:
    """What was met that is no text."""

    drawings: int = 0
    large_pictures: int = 0
    objects: int = 0


class Walker:
    """Reads one part after the other; lists go on counting from one to the next."""

    def __init__(self, styles: Styles, numbers: Numbers, drawn: Callable[[str], Iterable[str]]) -> None:
        """Read nothing yet.

        Args:
            styles: of the document.
            numbers: of its lists.
            drawn: gives the texts of a chart or diagram by the id of its relation.
        """
        self.seen = Seen()
        self.notes: dict[tuple[str, str], str] = {}
        """Foot- and endnotes and comments by kind and id, those not referred to yet."""
        self._styles = styles
        self._numbers = numbers
        self._drawn = drawn
        self._body: list[tuple[int, str]] = []
        self._sinks: list[list[str]] = []  # of cells, text boxes and notes, the innermost last
        self._rows: list[list[str]] = []
        self._paragraphs: list[_Paragraph] = []
        self._starts = self._handlers_of_starts()
        self._ends = self._handlers_of_ends()

    def blocks(self, file: IO[bytes]) -> Iterator[tuple[int, str]]:
        """Give the paragraphs and rows of a part with their level as a heading (0: none)."""
        unread = 0
        try:
            for event, element in events(file):
                tag = element.tag
                if tag in _UNREAD:
                    unread += 1 if event == "start" else -1
                elif not unread and (handle := (self._starts if event == "start" else self._ends).get(tag)):
                    handle(element)
                    if self._body:
                        yield from self._body
                        self._body.clear()
        finally:  # a part that breaks off leaves nothing open for the next one
            for stack in (self._body, self._sinks, self._rows, self._paragraphs):
                stack.clear()

    def _handlers_of_starts(self) -> Mapping[str, Callable[[ET.Element], None]]:
        return {
            f"{W}p": lambda _: self._paragraphs.append(_Paragraph()),
            f"{W}tr": lambda _: self._rows.append([]),
            f"{W}tc": self._open,
            f"{W}txbxContent": self._open,
            **dict.fromkeys(_NOTES, self._open),
            **dict.fromkeys(_REFERENCES, self._refer),
            **dict.fromkeys(_SIGNS, lambda element: self._write(_SIGNS[element.tag])),
            f"{_DRAWING}docPr": lambda element: self._write(description(element)),
            CHART: lambda element: self._draw(element.get(f"{R}id", "")),
            DIAGRAM: lambda element: self._draw(element.get(f"{R}dm", "")),
        }

    def _handlers_of_ends(self) -> Mapping[str, Callable[[ET.Element], None]]:
        return {
            f"{W}t": lambda element: self._write(element.text or ""),
            f"{M}t": lambda element: self._write(element.text or ""),
            f"{W}sym": self._symbol,
            f"{W}checkBox": self._check_box,
            f"{W}ddList": self._choice,
            f"{W}pPr": self._properties,
            f"{W}p": self._end_paragraph,
            f"{W}tc": self._end_cell,
            f"{W}tr": self._end_row,
            f"{W}tbl": lambda element: element.clear(),
            f"{W}txbxContent": self._end_box,
            **dict.fromkeys(_NOTES, self._end_note),
            f"{W}drawing": self._drawing,
            f"{_DRAWING}inline": self._picture,
            f"{_DRAWING}anchor": self._picture,
            f"{W}pict": self._old_picture,
            f"{W}object": self._object,
        }

    def _write(self, text: str) -> None:
        if self._paragraphs:
            self._paragraphs[-1].parts.append(text)

    def _emit(self, level: int, text: str) -> None:
        if not text:
            return
        if self._sinks:
            self._sinks[-1].append(text)
        else:
            self._body.append((level, text))

    def _open(self, _element: ET.Element) -> None:
        self._sinks.append([])

    def _refer(self, element: ET.Element) -> None:
        note = self.notes.pop((_REFERENCES[element.tag], element.get(f"{W}id", "")), "")
        if note:
            self._write(f" [{note}]")

    def _draw(self, relation: str) -> None:
        lines = list(self._drawn(relation))
        if self._paragraphs:
            self._paragraphs[-1].after.extend(lines)

    def _symbol(self, element: ET.Element) -> None:
        code = element.get(f"{W}char", "").upper()
        if "wingdings" in element.get(f"{W}font", "").lower():
            self._write(_WINGDINGS.get(code[-2:], ""))
        elif code and not code.startswith("F0"):
            self._write(chr(int(code, 16)))

    def _check_box(self, element: ET.Element) -> None:
        checked = value_of(element, "checked", missing=value_of(element, "default", missing="0"))
        self._write("☐ " if checked in {"0", "false", "off"} else "☒ ")

    def _choice(self, element: ET.Element) -> None:
        entries = [one.get(f"{W}val", "") for one in element.findall(f"{W}listEntry")]
        chosen = int(value_of(element, "result") or 0)
        self._write(entries[chosen] if chosen < len(entries) else "")

    def _properties(self, element: ET.Element) -> None:
        if not self._paragraphs:
            return
        paragraph = self._paragraphs[-1]
        style = self._styles.of(value_of(element, "pStyle"))
        own = outline_level(element)
        paragraph.level = style.level if own is None else own

        listed = element.find(f"{W}numPr")
        paragraph.number = value_of(listed, "numId") or style.number
        depth = value_of(listed, "ilvl")
        if depth:
            paragraph.depth = int(depth)
        elif style.depth is not None:
            paragraph.depth = style.depth
        else:
            paragraph.depth = self._numbers.level_of(paragraph.number, style.chain)

        # The paragraph's mark was deleted or moved away: its rest belongs to the next one, and it has no number.
        marks = element.find(f"{W}rPr")
        paragraph.gone = marks is not None and any(child.tag in _UNREAD for child in marks)

    def _end_paragraph(self, element: ET.Element) -> None:
        paragraph = self._paragraphs.pop()
        if element.find(f"{W}pPr") is None:
            style = self._styles.of(None)
            paragraph.level, paragraph.number, paragraph.depth = style.level, style.number, style.depth or 0

        text = "".join(paragraph.parts).strip()
        number = self._numbers.next(paragraph.number, paragraph.depth) if not paragraph.gone else ""
        self._emit(paragraph.level, f"{number} {text}" if number and text else text)
        for line in paragraph.after:
            self._emit(0, line)
        element.clear()

    def _end_cell(self, _element: ET.Element) -> None:
        text = "\n".join(self._sinks.pop()).strip()
        if self._rows and text:
            self._rows[-1].append(text)

    def _end_row(self, element: ET.Element) -> None:
        self._emit(0, " | ".join(self._rows.pop()))
        element.clear()

    def _end_box(self, _element: ET.Element) -> None:
        lines = self._sinks.pop()
        if self._paragraphs:
            self._paragraphs[-1].after.extend(lines)
        else:
            for line in lines:
                self._emit(0, line)

    def _end_note(self, element: ET.Element) -> None:
        text = "\n".join(self._sinks.pop()).strip()
        author = element.get(f"{W}author", "")
        if author and text and not text.startswith(author):
            text = f"{author}: {text}"
        if text:
            self.notes[element.tag.removeprefix(W), element.get(f"{W}id", "")] = text
        element.clear()

    def _drawing(self, _element: ET.Element) -> None:
        self.seen.drawings += 1

    def _picture(self, element: ET.Element) -> None:
        if element.find(f".//{_PICTURE}") is None:
            return
        extent = element.find(f"{_DRAWING}extent")
        size = (0.0, 0.0) if extent is None else (float(extent.get("cx", "0")), float(extent.get("cy", "0")))
        self.seen.large_pictures += size[0] * size[1] >= _LARGE

    def _old_picture(self, element: ET.Element) -> None:
        self.seen.drawings += any(one.tag.endswith("}imagedata") for one in element.iter())

    def _object(self, _element: ET.Element) -> None:
        self.seen.objects += 1
