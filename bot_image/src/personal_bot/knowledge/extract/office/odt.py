"""ODT (OpenDocument 1.3, text): paragraphs, lists and tables in reading order, headings as places."""

from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final
from xml.etree import ElementTree as ET

from personal_bot.knowledge.extract.office.xml_package import package
from personal_bot.knowledge.extract.sections import sections
from personal_bot.knowledge.extract.segments import Reading, Segment
from personal_bot.sandbox.errors import CannotReadError

_TEXT: Final = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE: Final = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_MANIFEST: Final = "META-INF/manifest.xml"
_ENCRYPTION: Final = "{urn:oasis:names:tc:opendocument:xmlns:manifest:1.0}encryption-data"
_ROW, _CELL, _DELETED = f"{_TABLE}table-row", f"{_TABLE}table-cell", f"{_TEXT}tracked-changes"
_PARAGRAPHS: Final = frozenset({f"{_TEXT}p", f"{_TEXT}h"})
_BLANKS: Final = {f"{_TEXT}tab": "\t", f"{_TEXT}line-break": "\n"}


def read_odt(path: Path, reading: Reading) -> Iterator[Segment]:
    """Give the text under each heading, the heading included; the place is the path of headings.

    Raises:
        CannotReadError: broken, encrypted, or larger unpacked than any text.
    """
    with package(path) as parts:
        if _MANIFEST in parts.names and parts.xml(_MANIFEST).find(f".//{_ENCRYPTION}") is not None:
            raise CannotReadError("document_encrypted")
        with parts.open("content.xml") as content:
            yield from reading.counted(sections(_blocks(content)), "share", content.tell, parts.size(content.name))


def _blocks(content: IO[bytes]) -> Iterator[tuple[int, str]]:
    """Give the paragraphs and table rows with their heading level (0: none), freeing each when it is read."""
    inside = dict.fromkeys((_ROW, _DELETED), 0)
    for event, element in ET.iterparse(content, events=("start", "end")):  # noqa: S314 - expat resolves no external entity, limits others
        if element.tag in inside:
            inside[element.tag] += 1 if event == "start" else -1
        if event == "start" or inside[_ROW]:
            continue
        if element.tag == _ROW:
            if row := " | ".join(cell for cell in map(_text, element.iter(_CELL)) if cell):
                yield 0, row
            element.clear()
        elif element.tag == _DELETED:
            element.clear()
        elif element.tag in _PARAGRAPHS and not inside[_DELETED]:
            if text := _text(element):
                yield _level(element), text
            element.clear()


def _level(paragraph: ET.Element) -> int:
    level = paragraph.get(f"{_TEXT}outline-level", "1")
    return int(level) if paragraph.tag == f"{_TEXT}h" and level.isdigit() else 0


def _text(element: ET.Element) -> str:
    return "".join(_pieces(element)).strip()


def _pieces(element: ET.Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if child.tag == f"{_TEXT}s":
            yield " "
        elif child.tag in _BLANKS:
            yield _BLANKS[child.tag]
        else:
            yield from _pieces(child)
            if child.tag in _PARAGRAPHS:
                yield "\n"
        yield child.tail or ""
