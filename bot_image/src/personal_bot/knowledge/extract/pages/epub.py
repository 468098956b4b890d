"""EPUB (3.3 and 2): the chapters in reading order, headings as places."""

import html
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import unquote
from xml.etree import ElementTree as ET

from personal_bot.knowledge.extract.office.xml_package import BROKEN_PART, Package, package
from personal_bot.knowledge.extract.pages.html_page import blocks, named_charset
from personal_bot.knowledge.extract.plain.plain_text import charset_of
from personal_bot.knowledge.extract.sections import sections
from personal_bot.knowledge.extract.segments import Reading, Segment
from personal_bot.sandbox.errors import CannotReadError

_CONTAINER: Final = "META-INF/container.xml"
_ENCRYPTION: Final = "META-INF/encryption.xml"
_ALGORITHM: Final = "{http://www.w3.org/2001/04/xmlenc#}EncryptionMethod"
_OBFUSCATED_FONTS: Final = frozenset({"http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"})
_PAGES: Final = re.compile(r"application/(?:xhtml\+xml|x-dtbook\+xml)|text/(?:html|x-oeb1-document)|.*\bhtml\b.*")
_PICTURE: Final = re.compile(r"<(?:img|image|svg)\b", re.IGNORECASE)
_ENTITY: Final = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#\w+);)(\w+);")
_BARE: Final = re.compile(rb"&(?!#?\w+;)")


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
    missing, pictures = list[str](), list[int]()
    for number, name in enumerate(chapters, start=1):
        try:
            page = _decoded(parts.read(name))
        except BROKEN_PART:
            missing.append(posixpath.basename(name))
            continue

        found = False
        for block in blocks([page]):
            found = True
            yield block
        if not found and _PICTURE.search(page) and number > 1:  # the first is the cover
            pictures.append(number)
        reading.progress("chapters", number, len(chapters))
    reading.lose("lost_parts", len(missing), missing)
    reading.lose("lost_chapters", len(pictures), pictures)


def _decoded(page: bytes) -> str:
    """A chapter in the character set that it names, or that its letters are in."""
    return page.decode(charset_of(page, named_charset(page)), errors="replace").lstrip("\ufeff")


def _chapters(parts: Package) -> list[str]:
    """Names of the parts that are read one after the other: the spine of the book's package document."""
    named = (one.get("full-path", "") for one in _lenient(parts, _CONTAINER).iter() if _is(one.tag, "rootfile"))
    cases = {name.lower(): name for name in parts.names}  # some books name their parts in another case
    root = _named(unquote(next(named, "")), parts, cases)

    items, spine = {}, []
    for element in _lenient(parts, root).iter():
        if _is(element.tag, "item") and _PAGES.fullmatch(element.get("media-type", "").lower()):
            items[element.get("id")] = element.get("href", "")
        elif _is(element.tag, "itemref"):
            spine.append(element.get("idref"))

    folder = posixpath.dirname(root)
    chapters = [items[one] for one in spine if one in items] or list(items.values())
    paths = (posixpath.normpath(posixpath.join(folder, unquote(one.partition("#")[0]))) for one in chapters)
    return list(dict.fromkeys(_named(path, parts, cases) for path in paths))


def _named(name: str, parts: Package, cases: dict[str, str]) -> str:
    return name if name in parts.names else cases.get(name.lower(), name)


def _lenient(parts: Package, name: str) -> ET.Element:
    """The root of a part; names of signs that HTML has and XML does not are no fault."""
    try:
        return parts.xml(name)
    except ET.ParseError:
        content = _ENTITY.sub(
            lambda match: html.unescape(match[0].decode()).encode("ascii", "xmlcharrefreplace"), parts.read(name)
        )
        return ET.fromstring(_BARE.sub(b"&amp;", content))  # noqa: S314 - expat resolves no external entity, limits others


def _is(tag: str, name: str) -> bool:
    return isinstance(tag, str) and tag.rpartition("}")[2] == name
