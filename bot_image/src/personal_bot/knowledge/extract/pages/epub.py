"""EPUB (3.3 and 2): the chapters in reading order, headings as places."""

import posixpath
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from personal_bot.knowledge.extract.office.xml_package import Package, package
from personal_bot.knowledge.extract.pages.html_page import blocks
from personal_bot.knowledge.extract.sections import sections
from personal_bot.knowledge.extract.segments import Reading, Segment
from personal_bot.sandbox.errors import CannotReadError

_CONTAINER: Final = "META-INF/container.xml"
_ENCRYPTION: Final = "META-INF/encryption.xml"
_ALGORITHM: Final = "{http://www.w3.org/2001/04/xmlenc#}EncryptionMethod"
_OBFUSCATED_FONTS: Final = frozenset({"http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"})
_PAGES: Final = frozenset({"application/xhtml+xml", "text/html"})


def read_epub(path: Path, reading: Reading) -> Iterator[Segment]:
    """Give the text under each heading, the heading included; the place is the path of headings.

    Raises:
        CannotReadError: broken, with DRM, larger unpacked than any text, or nothing but pictures.
    """
    with package(path) as parts:
        if _ENCRYPTION in parts.names:
            used = {one.get("Algorithm") for one in parts.xml(_ENCRYPTION).iter(_ALGORITHM)}
            if used - _OBFUSCATED_FONTS:
                raise CannotReadError("document_encrypted")
        chapters, texts = _chapters(parts), 0
        for segment in sections(_blocks(parts, chapters, reading)):
            texts += 1
            yield segment
        if chapters and not texts:
            raise CannotReadError("document_without_text", pages=len(chapters))


def _blocks(parts: Package, chapters: list[str], reading: Reading) -> Iterator[tuple[int, str]]:
    for number, name in enumerate(chapters, start=1):
        if name in parts.names:
            yield from blocks([parts.read(name).decode("utf-8-sig", errors="replace")])
        reading.progress("chapters", number, len(chapters))


def _chapters(parts: Package) -> list[str]:
    """Names of the parts that are read one after the other: the spine of the book's package document."""
    root = next(one.get("full-path", "") for one in parts.xml(_CONTAINER).iter() if _is(one.tag, "rootfile"))
    items, spine = {}, []
    for element in parts.xml(root).iter():
        if _is(element.tag, "item") and element.get("media-type") in _PAGES:
            items[element.get("id")] = element.get("href", "")
        elif _is(element.tag, "itemref"):
            spine.append(element.get("idref"))
    folder = posixpath.dirname(root)
    return [posixpath.normpath(posixpath.join(folder, unquote(items[one]))) for one in spine if one in items]


def _is(tag: str, name: str) -> bool:
    return tag.rpartition("}")[2] == name
