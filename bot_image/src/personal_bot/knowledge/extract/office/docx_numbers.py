"""The numbers that Word writes before paragraphs, "2.1." or "b)", which stand nowhere in the text (ECMA-376, 17.9)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from xml.etree import ElementTree as ET

from personal_bot.knowledge.extract.office.docx_names import W, value_of

_LEVELS: Final = 9
_RUSSIAN: Final = "абвгдежзиклмнопрстуфхцчшщэюя"  # Word leaves ё, й, ъ, ы and ь out
_ROMAN: Final = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"),
    (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Level:
    """How a level of a list is numbered."""

    start: int = 1
    form: str = "decimal"
    text: str = ""
    style: str = ""
    restart: int | None = None  # the level, from 1, after which it begins again; None: after any above, 0: never
    legal: bool = False  # all numbers in figures


@dataclass(slots=True)
class _List:
    """A definition of a list: its levels, and where its counters stand."""

    levels: Mapping[int, _Level]
    counts: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Instance:
    """What paragraphs refer to: a definition, with levels and starts of its own."""

    of: _List
    levels: Mapping[int, _Level]
    starts: dict[int, int]  # taken out when they were used


class Numbers:
    """Counts paragraphs as Word does."""

    def __init__(self, numbering: ET.Element | None, style_lists: Mapping[str, str]) -> None:
        """Read the definitions.

        Args:
            numbering: the root of the part; None when the document has none.
            style_lists: the list that a style of lists stands for, by the style's id.
        """
        self._instances: dict[str, _Instance] = {}
        if numbering is None:
            return

        elements = {one.get(f"{W}abstractNumId", ""): one for one in numbering.findall(f"{W}abstractNum")}
        chosen = {
            one.get(f"{W}numId", ""): value_of(one, "abstractNumId") or "" for one in numbering.findall(f"{W}num")
        }
        links = {key: value_of(one, "numStyleLink") for key, one in elements.items()}

        lists = {key: _List(_levels(one)) for key, one in elements.items()}
        for one in numbering.findall(f"{W}num"):
            abstract = chosen[one.get(f"{W}numId", "")]
            if link := links.get(abstract):  # the levels stand at the list of that style
                abstract = chosen.get(style_lists.get(link, ""), abstract)
            if found := lists.get(abstract):
                self._instances[one.get(f"{W}numId", "")] = _instance(one, found)

    def level_of(self, number: str, styles: Sequence[str]) -> int:
        """Give the level of a list that names one of these styles, the first of them that it names; 0 for none."""
        instance = self._instances.get(number)
        named = {level.style: index for index, level in instance.levels.items()} if instance else {}
        return next((named[style] for style in styles if style in named), 0)

    def next(self, number: str, index: int) -> str:
        """Count a paragraph of a list and give what stands before it, "" for a bullet."""
        instance = self._instances.get(number)
        if instance is None or not 0 <= index < _LEVELS:
            return ""

        level = instance.levels.get(index, _Level())
        counts = instance.of.counts
        if index in instance.starts:
            counts[index] = instance.starts.pop(index)
        else:
            counts[index] = counts[index] + 1 if index in counts else level.start
        for deeper in [one for one in counts if one > index and _restarts(instance.levels.get(one), index)]:
            del counts[deeper]
        return "" if level.form in {"bullet", "none"} else _written(level, instance, index)


def _restarts(level: _Level | None, after: int) -> bool:
    return level is None or level.restart is None or after < level.restart


def _written(level: _Level, instance: _Instance, index: int) -> str:
    text = level.text
    for depth in range(index + 1):
        if f"%{depth + 1}" in text:
            other = instance.levels.get(depth, _Level())
            count = instance.of.counts.get(depth, instance.starts.get(depth, other.start))
            form = "decimal" if level.legal and other.form != "none" else other.form
            text = text.replace(f"%{depth + 1}", _figure(count, form))
    return text.strip()


def _instance(element: ET.Element, definition: _List) -> _Instance:
    levels, starts = dict(definition.levels), dict[int, int]()
    for override in element.findall(f"{W}lvlOverride"):
        index = int(override.get(f"{W}ilvl", "0"))
        if (own := override.find(f"{W}lvl")) is not None:
            levels[index] = _level(own)
        if start := value_of(override, "startOverride"):
            starts[index] = int(start)
    return _Instance(of=definition, levels=levels, starts=starts)


def _levels(abstract: ET.Element) -> dict[int, _Level]:
    return {int(one.get(f"{W}ilvl", "0")): _level(one) for one in abstract.findall(f"{W}lvl")}


def _level(element: ET.Element) -> _Level:
    restart, legal = value_of(element, "lvlRestart"), value_of(element, "isLgl", missing="0")
    return _Level(
        start=int(value_of(element, "start") or 1),
        form=value_of(element, "numFmt") or "decimal",
        text=value_of(element, "lvlText") or "",
        style=value_of(element, "pStyle") or "",
        restart=int(restart) if restart else None,
        legal=legal not in {"0", "false", "off"},
    )


def _figure(count: int, form: str) -> str:
    write = _FORMS.get(form)
    return write(count) if write else str(count)


def _letters(count: int, alphabet: str) -> str:
    turns, index = divmod(max(count, 1) - 1, len(alphabet))
    return alphabet[index] * (turns + 1)  # after z comes aa, then bb


def _roman(count: int) -> str:
    written = ""
    for worth, letters in _ROMAN:
        times, count = divmod(max(count, 0), worth)
        written += letters * times
    return written


_LATIN: Final = "abcdefghijklmnopqrstuvwxyz"
_FORMS: Final[Mapping[str, Callable[[int], str]]] = {
    "decimalZero": lambda count: f"{count:02}",
    "lowerLetter": lambda count: _letters(count, _LATIN),
    "upperLetter": lambda count: _letters(count, _LATIN).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda count: _roman(count).upper(),
    "russianLower": lambda count: _letters(count, _RUSSIAN),
    "russianUpper": lambda count: _letters(count, _RUSSIAN).upper(),
    "none": lambda _count: "",
}
"""All other forms are written in figures."""
