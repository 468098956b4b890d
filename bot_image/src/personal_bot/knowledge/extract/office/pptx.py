"""PPTX (ECMA-376, PresentationML): what each slide says, in the order of the show.

A slide is its texts, tables, charts and diagrams, then the speaker's notes and the comments; documents inside are files
of their own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from personal_bot.knowledge.extract.containers.nested import parts_inside
from personal_bot.knowledge.extract.office.charts import CHART, DIAGRAM, chart_lines, diagram_lines
from personal_bot.knowledge.extract.office.ooxml import (
    FALLBACK,
    A,
    M,
    R,
    Relation,
    description,
    main_part,
    optional_root,
    relations,
    root_of,
)
from personal_bot.knowledge.extract.office.xml_package import Package, package
from personal_bot.knowledge.extract.segments import Reading, Segment
from personal_bot.sandbox.errors import CannotReadError

_P: Final = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_FIELD: Final = f"{A}fld"  # the slide's number, the date
_USUAL: Final = "ppt/presentation.xml"
_PICTURE_SHARE: Final = 0.8  # of the slide: a picture that covers as much is the slide
_FEW: Final = 100  # letters: a slide that is a picture has no more beside it


@dataclass(frozen=True, slots=True)
class _Show:
    parts: Package
    reading: Reading
    area: float  # of a slide, in square EMU
    authors: dict[str, str]  # of comments


def read_pptx(path: Path, reading: Reading) -> Iterator[Segment]:
    """Give the text of each slide with the speaker's notes and the comments below it.

    Raises:
        CannotReadError: broken, encrypted, too large unpacked, or nothing but pictures.
    """
    with package(path) as parts:
        main = main_part(parts, _USUAL)
        root, related = root_of(parts, main), relations(parts, main)
        show = _Show(parts, reading, _area(root), _authors(parts, related, reading))
        ids = [slide.get(f"{R}id", "") for slide in root.iter(f"{_P}sldId")]
        slides = [related[one].part if one in related else "" for one in ids]

        texts, pictures, embedded = 0, list[int](), list[str]()
        for number, slide in enumerate(slides, start=1):
            text, is_picture = _slide(show, slide)
            if is_picture:
                pictures.append(number)
            if text:
                texts += 1
                yield Segment(text, "slide", str(number))
            embedded += [one.part for one in relations(parts, slide).values() if one.kind == "package"]
            reading.progress("slides", number, len(slides))

        for segment in parts_inside(parts, embedded, reading):
            texts += 1
            yield segment
        if slides and not texts:
            raise CannotReadError("document_without_text", pages=len(slides))
        reading.lose("lost_slides", len(pictures), pictures)


def _slide(show: _Show, part: str) -> tuple[str, bool]:
    """The text of a slide, and whether it is a picture with next to no text."""
    root = optional_root(show.parts, part, show.reading)
    if root is None:
        return "", False

    related = relations(show.parts, part)
    lines = list(_lines(root, show, related))
    is_picture = sum(map(len, lines)) < _FEW and _is_picture(root, show.area, empty=not lines)

    for kind, read in (("notesSlide", _notes), ("comments", _comments), ("comment", _comments)):
        for one in related.values():
            if one.kind == kind and (beside := optional_root(show.parts, one.part, show.reading)) is not None:
                lines += read(beside, show)
    return "\n".join(lines).strip(), is_picture


def _lines(  # noqa: C901 - a case a kind of element
    element: ET.Element, show: _Show, related: dict[str, Relation]
) -> Iterator[str]:
    match element.tag:
        case tag if tag == f"{A}tr":
            if row := " | ".join(cell for cell in map(_text, element.findall(f"{A}tc")) if cell):
                yield row
        case tag if tag == f"{A}p":
            if text := _text(element):
                yield text
        case tag if tag == f"{_P}cNvPr":
            if told := description(element):
                yield told
        case tag if tag == CHART:
            yield from _drawn(show, related.get(element.get(f"{R}id", "")))
        case tag if tag == DIAGRAM:
            yield from _drawn(show, related.get(element.get(f"{R}dm", "")))
        case tag if tag != FALLBACK:
            for child in element:
                yield from _lines(child, show, related)


def _drawn(show: _Show, relation: Relation | None) -> Iterator[str]:
    drawing = optional_root(show.parts, relation.part, show.reading) if relation else None
    if relation and drawing is not None:
        yield from chart_lines(drawing) if relation.kind.startswith("chart") else diagram_lines(drawing)


def _notes(root: ET.Element, show: _Show) -> Iterator[str]:
    return _lines(root, show, {})


def _comments(root: ET.Element, show: _Show) -> Iterator[str]:
    for comment in root:  # p:cm, and p188:cm since 2021
        author = show.authors.get(comment.get("authorId", ""), "")
        old = " ".join(one.text for one in comment.iter(f"{_P}text") if one.text)
        text = old or "\n".join(_lines(comment, show, {}))
        if text:
            yield f"[{author}: {text}]" if author else f"[{text}]"


def _text(element: ET.Element) -> str:
    parts: list[str] = []
    for node in element.iter():
        if node.tag in {f"{A}t", f"{M}t"}:
            parts.append(node.text or "")
        elif node.tag == f"{A}br":
            parts.append("\n")
        elif node.tag == f"{A}tab":
            parts.append("\t")
        elif node.tag == f"{A}p" and parts:
            parts.append(" ")
        elif node.tag in {_FIELD, FALLBACK}:
            node.clear()
    return "".join(parts).strip()


def _is_picture(root: ET.Element, area: float, *, empty: bool) -> bool:
    pictures = list(root.iter(f"{_P}pic"))
    if empty and (pictures or root.find(f".//{_P}bg//{A}blip") is not None):
        return True
    return any(_size(picture) >= _PICTURE_SHARE * area for picture in pictures)


def _size(picture: ET.Element) -> float:
    extent = picture.find(f"{_P}spPr/{A}xfrm/{A}ext")
    return 0.0 if extent is None else float(extent.get("cx", "0")) * float(extent.get("cy", "0"))


def _area(root: ET.Element) -> float:
    size = root.find(f"{_P}sldSz")
    return 1e18 if size is None else float(size.get("cx", "0")) * float(size.get("cy", "0"))


def _authors(parts: Package, related: dict[str, Relation], reading: Reading) -> dict[str, str]:
    named: dict[str, str] = {}
    for one in related.values():
        if one.kind in {"commentAuthors", "authors"}:
            root = optional_root(parts, one.part, reading)
            named |= {author.get("id", ""): author.get("name", "") for author in (root if root is not None else ())}
    return named
