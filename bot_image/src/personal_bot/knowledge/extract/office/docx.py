"""DOCX (ECMA-376, WordprocessingML): the text in reading order, headings as places.

Notes and comments stand in brackets where they are referred to, headers before the text and footers after it, what a
text box or a chart says below its paragraph, and documents inside as files of their own.
"""

import posixpath
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from personal_bot.knowledge.extract.containers.nested import parts_inside
from personal_bot.knowledge.extract.office.charts import chart_lines, diagram_lines
from personal_bot.knowledge.extract.office.docx_numbers import Numbers
from personal_bot.knowledge.extract.office.docx_styles import Styles
from personal_bot.knowledge.extract.office.docx_text import Walker
from personal_bot.knowledge.extract.office.ooxml import Relation, main_part, optional_root, relations
from personal_bot.knowledge.extract.office.xml_package import BROKEN_PART, Package, package
from personal_bot.knowledge.extract.sections import sections
from personal_bot.knowledge.extract.segments import Reading, Segment
from personal_bot.sandbox.errors import CannotReadError

_USUAL: Final = "word/document.xml"
_NOTES: Final = frozenset({"footnotes", "endnotes", "comments"})
_EMBEDDED: Final = frozenset({"package", "aFChunk"})
_NUMBERED: Final = re.compile(r"(\D+?)\d*\.xml")
_LETTERS: Final = re.compile(r"[^\W\d_]{2}")
_ONLY_PAGES: Final = re.compile(r"(?:page|стр\.?|страница|seite)?\s*\d*\s*(?:of|из|von|/)?\s*\d*", re.IGNORECASE)


def read_docx(path: Path, reading: Reading) -> Iterator[Segment]:
    """Give the text under each heading, the heading included; the place is the path of headings.

    Raises:
        CannotReadError: broken, larger unpacked than any text, or nothing but pictures.
    """
    with package(path) as parts:
        main = main_part(parts, _USUAL)
        related = _related(parts, main)
        walker = _walker(parts, related, reading)

        found = 0
        with parts.open(main) as document:
            blocks = sections(_blocks(parts, related, walker, walker.blocks(document), reading))
            for segment in reading.counted(blocks, "share", document.tell, parts.size(main)):
                found += 1
                yield segment

        embedded = [one.part for one in related.values() if one.kind in _EMBEDDED and one.part in parts.names]
        for segment in parts_inside(parts, embedded, reading):
            found += 1
            yield segment

        if not found and walker.seen.drawings:
            raise CannotReadError("document_without_text")
        reading.lose("lost_pictures", walker.seen.large_pictures)
        reading.lose("lost_objects", max(0, walker.seen.objects - len(embedded)))


def _related(parts: Package, main: str) -> dict[str, Relation]:
    """What the main part refers to; where a program wrote no relationships, the parts under their usual names."""
    found = relations(parts, main)
    if found:
        return found
    beside = sorted(one for one in parts.names if posixpath.dirname(one) == posixpath.dirname(main))
    kinds = ((one, _NUMBERED.fullmatch(posixpath.basename(one))) for one in beside)
    return {one: Relation(kind=kind[1], part=one) for one, kind in kinds if kind}


def _walker(parts: Package, related: dict[str, Relation], reading: Reading) -> Walker:
    def root(kind: str) -> ET.Element | None:
        part = next((one.part for one in related.values() if one.kind == kind and one.part in parts.names), None)
        return optional_root(parts, part, reading) if part else None

    def drawn(relation: str) -> Iterable[str]:
        part = related.get(relation)
        drawing = optional_root(parts, part.part, reading) if part else None
        if part is None or drawing is None:
            return ()
        return chart_lines(drawing) if part.kind.startswith("chart") else diagram_lines(drawing)

    styles = Styles(root("styles"))
    return Walker(styles, Numbers(root("numbering"), styles.lists()), drawn)


def _blocks(
    parts: Package,
    related: dict[str, Relation],
    walker: Walker,
    body: Iterator[tuple[int, str]],
    reading: Reading,
) -> Iterator[tuple[int, str]]:
    for one in related.values():
        if one.kind in _NOTES:
            for _ in _optional(parts, one.part, walker, reading):
                pass  # the walker keeps notes until they are referred to

    yield from ((0, text) for text in _running(parts, related, "header", walker, reading))
    yield from body
    yield from ((0, f"[{note}]") for note in walker.notes.values())
    yield from ((0, text) for text in _running(parts, related, "footer", walker, reading))


def _running(
    parts: Package, related: dict[str, Relation], kind: str, walker: Walker, reading: Reading
) -> Iterator[str]:
    """The texts of headers or footers, each once, without those that only count pages."""
    told = set[str]()
    for part in dict.fromkeys(one.part for one in related.values() if one.kind == kind):
        text = "\n".join(text for _, text in _optional(parts, part, walker, reading))
        if text not in told and _LETTERS.search(text) and not _ONLY_PAGES.fullmatch(text.strip()):
            told.add(text)
            yield text


def _optional(parts: Package, part: str, walker: Walker, reading: Reading) -> Iterator[tuple[int, str]]:
    if part not in parts.names:
        return
    try:
        with parts.open(part) as file:
            yield from walker.blocks(file)
    except BROKEN_PART:
        reading.lose("lost_parts", 1, [posixpath.basename(part)])
