"""PPTX (ECMA-376, PresentationML): the text, tables and notes of each slide, in the order of the show."""

import posixpath
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from personal_bot.knowledge.extract.office.xml_package import Package, package
from personal_bot.knowledge.extract.segments import Reading, Segment
from personal_bot.sandbox.errors import CannotReadError

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_FIELD: Final = f"{_A}fld"  # the slide's number, the date
_SHOW: Final = "ppt/presentation.xml"


def read_pptx(path: Path, reading: Reading) -> Iterator[Segment]:
    """Give the text of each slide with the speaker's notes below it.

    Raises:
        CannotReadError: broken, encrypted, too large unpacked, or nothing but pictures.
    """
    with package(path) as parts:
        related = _related(parts, _SHOW)
        ids = [slide.get(f"{_R}id", "") for slide in parts.xml(_SHOW).iter(f"{_P}sldId")]
        texts = 0
        for number, slide in enumerate((related[one][1] for one in ids), start=1):
            notes = [part for kind, part in _related(parts, slide).values() if kind == "notesSlide"]
            lines = [line for part in (slide, *notes) for line in _lines(parts.xml(part))]
            if text := "\n".join(lines).strip():
                texts += 1
                yield Segment(text, "slide", str(number))
            reading.progress("slides", number, len(ids))
        if ids and not texts:
            raise CannotReadError("document_without_text", pages=len(ids))


def _related(parts: Package, part: str) -> dict[str, tuple[str, str]]:
    """What a part refers to inside the package: kind and name, by id."""
    folder, name = posixpath.split(part)
    rels = f"{folder}/_rels/{name}.rels"
    if rels not in parts.names:
        return {}
    return {
        one.get("Id", ""): (one.get("Type", "").rpartition("/")[2], _resolved(folder, one.get("Target", "")))
        for one in parts.xml(rels)
        if one.get("TargetMode") != "External"
    }


def _resolved(folder: str, target: str) -> str:
    return posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")


def _lines(element: ET.Element) -> Iterator[str]:
    if element.tag == f"{_A}tr":
        if row := " | ".join(cell for cell in (_text(cell) for cell in element.iter(f"{_A}tc")) if cell):
            yield row
    elif element.tag == f"{_A}p":
        if text := _text(element):
            yield text
    elif element.tag != _FALLBACK:
        for child in element:
            yield from _lines(child)


def _text(element: ET.Element) -> str:
    parts: list[str] = []
    for node in element.iter():
        if node.tag == f"{_A}t":
            parts.append(node.text or "")
        elif node.tag == f"{_A}br":
            parts.append("\n")
        elif node.tag == f"{_A}p" and parts:
            parts.append(" ")
        elif node.tag == _FIELD:
            node.clear()
    return "".join(parts).strip()
