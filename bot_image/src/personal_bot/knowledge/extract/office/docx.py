"""DOCX (ECMA-376, WordprocessingML): paragraphs, lists and tables in reading order, headings as places."""

from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final
from xml.etree import ElementTree as ET

from personal_bot.knowledge.extract.office.xml_package import Package, package
from personal_bot.knowledge.extract.sections import sections
from personal_bot.knowledge.extract.segments import Reading, Segment

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_BODY_LEVEL: Final = 9  # w:outlineLvl counts from 0; 9 is body text


def read_docx(path: Path, reading: Reading) -> Iterator[Segment]:
    """Give the text under each heading, the heading included; the place is the path of headings.

    Raises:
        CannotReadError: broken, or larger unpacked than any text.
    """
    with package(path) as parts:
        levels = _heading_levels(parts)
        with parts.open("word/document.xml") as document:
            found = sections(_blocks(document, levels))
            yield from reading.counted(found, "share", document.tell, parts.size(document.name))


def _heading_levels(parts: Package) -> dict[str, int]:
    """Levels (from 1) of the paragraph styles that are headings; their ids depend on Word's language, names don't."""
    levels: dict[str, int] = {}
    if "word/styles.xml" not in parts.names:
        return levels
    for style in parts.xml("word/styles.xml").iter(f"{_W}style"):
        name = style.find(f"{_W}name")
        word, _, number = (name.get(f"{_W}val", "") if name is not None else "").lower().partition(" ")
        if word == "heading" and number.isdigit():
            levels[style.get(f"{_W}styleId", "")] = int(number)
        elif word == "title" and not number:
            levels[style.get(f"{_W}styleId", "")] = 1
    return levels


def _blocks(document: IO[bytes], levels: dict[str, int]) -> Iterator[tuple[int, str]]:
    """Give the paragraphs and table rows with their heading level (0: none), freeing each when it is read."""
    tables = 0
    for event, element in ET.iterparse(document, events=("start", "end")):  # noqa: S314 - expat resolves no external entity, limits others
        if element.tag == f"{_W}tbl":
            tables += 1 if event == "start" else -1
        if event == "start":
            continue
        if element.tag == f"{_W}tr" and tables == 1:
            if row := " | ".join(cell for cell in (_text(cell) for cell in element.iter(f"{_W}tc")) if cell):
                yield 0, row
            element.clear()
        elif element.tag == f"{_W}p" and not tables:
            if text := _text(element):
                yield _level(element, levels), text
            element.clear()


def _level(paragraph: ET.Element, levels: dict[str, int]) -> int:
    properties = paragraph.find(f"{_W}pPr")
    if properties is None:
        return 0
    outline = properties.find(f"{_W}outlineLvl")
    if outline is not None and (value := outline.get(f"{_W}val", "")).isdigit() and int(value) < _BODY_LEVEL:
        return int(value) + 1
    style = properties.find(f"{_W}pStyle")
    return levels.get(style.get(f"{_W}val", ""), 0) if style is not None else 0


def _text(element: ET.Element) -> str:
    parts: list[str] = []
    for node in element.iter():
        if node.tag == f"{_W}t":
            parts.append(node.text or "")
        elif node.tag == f"{_W}tab":
            parts.append("\t")
        elif node.tag in {f"{_W}br", f"{_W}cr"}:
            parts.append("\n")
        elif node.tag == f"{_W}p" and parts:
            parts.append("\n")  # paragraphs of a table's cell
    return "".join(parts).strip()
