"""ODT (OpenDocument 1.3, text): the text in reading order, headings as places.

Notes and comments stand in brackets where they are referred to, headers before the text and footers after it.
"""

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from personal_bot.knowledge.extract.office.odf_text import OFFICE, STYLE, TEXT, ListLevel, Walker
from personal_bot.knowledge.extract.office.xml_package import BROKEN_PART, Package, package
from personal_bot.knowledge.extract.sections import sections
from personal_bot.knowledge.extract.segments import Reading, Segment
from personal_bot.sandbox.errors import CannotReadError

_MANIFEST: Final = "META-INF/manifest.xml"
_ENCRYPTION: Final = "{urn:oasis:names:tc:opendocument:xmlns:manifest:1.0}encryption-data"
_CONTENT: Final = "content.xml"
_STYLES: Final = "styles.xml"
_LETTERS: Final = re.compile(r"[^\W\d_]{2}")
_MATH: Final = "{http://www.w3.org/1998/Math/MathML}"


def read_odt(path: Path, reading: Reading) -> Iterator[Segment]:
    """Give the text under each heading, the heading included; the place is the path of headings.

    Raises:
        CannotReadError: broken, encrypted, larger unpacked than any text, or nothing but pictures.
    """
    with package(path) as parts:
        refuse_encrypted(parts)
        walker = Walker(lists=list_styles(parts, reading), formula=lambda name: _formula(parts, name))
        found = False
        with parts.open(_CONTENT) as content:
            blocks = sections(_blocks(parts, walker.blocks(content)))
            for segment in reading.counted(blocks, "share", content.tell, parts.size(_CONTENT)):
                found = True
                yield segment
        if not found and walker.pictures:
            raise CannotReadError("document_without_text")


def refuse_encrypted(parts: Package) -> None:
    """Refuse a document that is protected with a password.

    Raises:
        CannotReadError: it is.
    """
    if _MANIFEST in parts.names and parts.xml(_MANIFEST).find(f".//{_ENCRYPTION}") is not None:
        raise CannotReadError("document_encrypted")


def list_styles(parts: Package, reading: Reading) -> dict[str, dict[int, ListLevel]]:
    """Give the levels of the styles of lists, by name."""
    found: dict[str, dict[int, ListLevel]] = {}
    for part in (_STYLES, _CONTENT):
        if part not in parts.names:
            continue
        try:
            with parts.open(part) as file:
                for event, element in ET.iterparse(file, events=("start", "end")):  # noqa: S314 - expat resolves no external entity, limits others
                    if element.tag == f"{OFFICE}body":
                        break  # the styles come before the text
                    if event == "end" and element.tag == f"{TEXT}list-style":
                        found[element.get(f"{STYLE}name", "")] = _levels(element)
        except BROKEN_PART:
            if part == _STYLES:
                reading.lose("lost_parts", 1, [part])
    return found


def _levels(style: ET.Element) -> dict[int, ListLevel]:
    levels = {}
    for level in style.findall(f"{TEXT}list-level-style-number"):
        shown, start = level.get(f"{TEXT}display-levels", "1"), level.get(f"{TEXT}start-value", "1")
        levels[int(level.get(f"{TEXT}level", "1"))] = ListLevel(
            form=level.get(f"{STYLE}num-format", ""),
            prefix=level.get(f"{STYLE}num-prefix", ""),
            suffix=level.get(f"{STYLE}num-suffix", ""),
            shown=int(shown) if shown.isdigit() else 1,
            start=int(start) if start.isdigit() else 1,
        )
    return levels


def _blocks(parts: Package, body: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    running = _running(parts)
    yield from ((0, text) for text in running["header"])
    yield from body
    yield from ((0, text) for text in running["footer"])


def _running(parts: Package) -> dict[str, list[str]]:
    """The texts of headers and footers, each once, without those that only count pages."""
    found: dict[str, list[str]] = {"header": [], "footer": []}
    if _STYLES not in parts.names:
        return found
    try:
        root = parts.xml(_STYLES)
    except BROKEN_PART:
        return found  # told when the styles of lists were read
    for element in root.iter():
        kind = element.tag.removeprefix(STYLE).partition("-")[0] if element.tag.startswith(STYLE) else ""
        if kind in found and element.tag in {f"{STYLE}{kind}", f"{STYLE}{kind}-left", f"{STYLE}{kind}-first"}:
            lines = ("".join(_read(one)).strip() for one in element.iter() if one.tag in {f"{TEXT}p", f"{TEXT}h"})
            text = "\n".join(filter(None, lines))
            if _LETTERS.search(text) and text not in found[kind]:
                found[kind].append(text)
    return found


def _read(element: ET.Element) -> Iterator[str]:
    """A paragraph's text without the numbers of pages in it."""
    if element.tag not in {f"{TEXT}page-number", f"{TEXT}page-count"}:
        yield element.text or ""
        for child in element:
            yield from _read(child)
            yield child.tail or ""


def _formula(parts: Package, name: str) -> str:
    """What a formula says that lies in a part of its own; "" for other objects."""
    part = posixpath.join(posixpath.normpath(name), _CONTENT)
    if part not in parts.names:
        return ""
    try:
        root = parts.xml(part)
    except BROKEN_PART:
        return ""
    if not root.tag.startswith(_MATH):
        return ""
    written = root.find(f".//{_MATH}annotation")
    flat = "".join("".join(root.itertext()).split()) if written is None else written.text or ""
    return flat.strip()
