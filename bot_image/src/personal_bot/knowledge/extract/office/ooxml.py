"""What DOCX and PPTX share (ECMA-376): relationships between parts, and the two sets of namespaces.

"Strict" documents (ISO/IEC 29500-4) use other namespaces for the same elements: they are read as the usual ones.
"""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Final
from xml.etree import ElementTree as ET

from personal_bot.knowledge.extract.office.xml_package import BROKEN_PART, Package
from personal_bot.knowledge.extract.segments import Reading

A: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
R: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
M: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_FILE_NAME: Final = re.compile(r"\S+\.\w{3,4}|(?:image|picture|изображение|рисунок)\s*\d*", re.IGNORECASE)
_GUESSED: Final = re.compile("automatically generated|создано автоматически|automatisch generiert", re.IGNORECASE)
_LETTER: Final = re.compile(r"[^\W\d_]")
_STRICT: Final = "{http://purl.oclc.org/ooxml/"
_STRICT_NAME: Final = re.compile(r"\{http://purl\.oclc\.org/ooxml/(\w+)/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """What a part refers to inside the package: `kind` is the last word of its type, `part` a name."""

    kind: str
    part: str


def relations(parts: Package, part: str = "") -> dict[str, Relation]:
    """Give what a part refers to, by id; "" stands for the package itself."""
    folder, name = posixpath.split(part)
    listed = posixpath.join(folder, "_rels", f"{name}.rels")
    if listed not in parts.names:
        return {}

    return {
        one.get("Id", ""): Relation(kind=one.get("Type", "").rpartition("/")[2], part=_resolved(parts, folder, one))
        for one in parts.xml(listed)
        if one.get("TargetMode") != "External"
    }


def main_part(parts: Package, usual: str) -> str:
    """Give the name of the part that the document begins with, the usual one where nothing says."""
    found = next((one.part for one in relations(parts).values() if one.kind == "officeDocument"), usual)
    return found if found in parts.names else usual


def events(file: IO[bytes]) -> Iterator[tuple[str, ET.Element]]:
    """Give the start and the end of each element of a part, in the usual namespaces."""
    strict = None
    for event, element in ET.iterparse(file, events=("start", "end")):  # noqa: S314 - expat resolves no external entity, limits others
        if strict is None:
            strict = element.tag.startswith(_STRICT)
        if strict and event == "start":
            _translate(element)
        yield event, element


def root_of(parts: Package, part: str) -> ET.Element:
    """Give the root of a part, in the usual namespaces; errors are those of `Package.xml`."""
    root = parts.xml(part)
    if root.tag.startswith(_STRICT):
        for element in root.iter():
            _translate(element)
    return root


def optional_root(parts: Package, part: str, reading: Reading) -> ET.Element | None:
    """Give the root of a part; one that is broken is a loss, not the end."""
    try:
        return root_of(parts, part)
    except BROKEN_PART:
        reading.lose("lost_parts", 1, [part])
        return None


def description(element: ET.Element) -> str:
    """Give what a person wrote about a picture by its properties; the name of a file or a machine's guess is none."""
    text = element.get("descr", "").strip()
    is_made_by_machine = _FILE_NAME.fullmatch(text) or _GUESSED.search(text)
    return "" if is_made_by_machine or not _LETTER.search(text) else f"[{text}]"


def _translate(element: ET.Element) -> None:
    element.tag = _usual(element.tag)
    for name in [name for name in element.attrib if name.startswith(_STRICT)]:
        element.set(_usual(name), element.attrib.pop(name))


def _usual(name: str) -> str:
    return _STRICT_NAME.sub(r"{http://schemas.openxmlformats.org/\1/2006/", name)


def _resolved(parts: Package, folder: str, relation: ET.Element) -> str:
    target = relation.get("Target", "").replace("\\", "/")
    name = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
    if name in parts.names:
        return name

    # Some programs write names in another case than the zip has them.
    return next((one for one in parts.names if one.lower() == name.lower()), name)
