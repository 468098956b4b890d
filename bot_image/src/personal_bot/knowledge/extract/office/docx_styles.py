"""Styles of paragraphs: which are headings, and which are numbered (ECMA-376, 17.7)."""

from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree as ET

from personal_bot.knowledge.extract.office.docx_names import W, value_of

_BODY_LEVEL: Final = 9  # w:outlineLvl counts from 0; 9 is body text
_DEEPEST: Final = 20  # styles that are based on one another
_NO_STYLE: Final = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """What a style says of its paragraphs.

    Attributes:
        level: as a heading, from 1; 0: none.
        number: id of the list that numbers them, "" for none.
        depth: level in the list; None when only the list can say.
        chain: ids of the style and of those that it is based on.
    """

    level: int = 0
    number: str = ""
    depth: int | None = None
    chain: tuple[str, ...] = ()


class Styles:
    """The styles of a document. Their ids depend on Word's language, their names don't."""

    def __init__(self, root: ET.Element | None) -> None:
        found = [] if root is None else root.findall(f"{W}style")
        self._elements = {one.get(f"{W}styleId", _NO_STYLE): one for one in found}
        self._default = next(
            (
                one.get(f"{W}styleId", _NO_STYLE)
                for one in found
                if one.get(f"{W}type") == "paragraph" and one.get(f"{W}default") in {"1", "true", "on"}
            ),
            _NO_STYLE,
        )
        self._known: dict[str, Style] = {}

    def of(self, name: str | None) -> Style:
        """Give a style by its id; None is that of a paragraph without one."""
        key = self._default if name is None else name
        if key not in self._known:
            self._known[key] = self._resolved(key)
        return self._known[key]

    def lists(self) -> dict[str, str]:
        """Give the list that each style stands for."""
        return {key: self.of(key).number for key in self._elements}

    def _resolved(self, key: str) -> Style:
        level: int | None = None
        number: str | None = None
        depth: int | None = None
        chain: list[str] = []
        for _ in range(_DEEPEST):
            element = self._elements.get(key)
            if element is None:
                break
            chain.append(key)
            properties = element.find(f"{W}pPr")
            if level is None:
                level = _level(element, properties)
            listed = None if properties is None else properties.find(f"{W}numPr")
            if number is None:
                number = value_of(listed, "numId")
            if depth is None and (value := value_of(listed, "ilvl")):
                depth = int(value)
            key = value_of(element, "basedOn") or _NO_STYLE
        return Style(level=level or 0, number=number or "", depth=depth, chain=tuple(chain))


def outline_level(properties: ET.Element | None) -> int | None:
    """Give the level as a heading, from 1, that properties name; 0 for body text, None when they name none."""
    value = value_of(properties, "outlineLvl")
    if not value or not value.isdigit():
        return None
    return int(value) + 1 if int(value) < _BODY_LEVEL else 0


def _level(style: ET.Element, properties: ET.Element | None) -> int | None:
    word, _, number = (value_of(style, "name") or "").lower().partition(" ")
    if word == "heading" and number.isdigit():
        return int(number)
    if word == "title" and not number:
        return 1
    return outline_level(properties)
