"""Checks an answer's citations: every [n] that stays exists, and they are numbered in order of appearance."""

import re
from dataclasses import dataclass
from typing import Final

_CODE: Final = re.compile(r"(```.*?(?:```|\Z)|`[^`\n]*`)", re.DOTALL)
_LIST: Final = r"\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*"
_CITATION: Final = re.compile(rf"([ \t\u00a0]*)(?:\[(?P<square>{_LIST})\](?!\()|【(?P<lens>{_LIST})[^】]*】)")
_ITEM: Final = re.compile(r"(\d{1,3})(?:\s*[–-]\s*(\d{1,3}))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """An answer whose citations are right: its [n] is the passage number `cited[n - 1]` (from 1) of the prompt."""

    text: str
    cited: tuple[int, ...]


def check(text: str, *, passages: int) -> Checked:
    """Remove citations of passages that do not exist, and renumber the others; code is left as it is."""
    order: dict[int, int] = {}

    def renumbered(match: re.Match[str]) -> str:
        numbers = [number for number in _numbers(match["square"] or match["lens"]) if 1 <= number <= passages]
        marks = "".join(f"[{order.setdefault(number, len(order) + 1)}]" for number in dict.fromkeys(numbers))
        return f"{match[1]}{marks}" if marks else ""

    parts = _CODE.split(text)
    checked = "".join(part if index % 2 else _CITATION.sub(renumbered, part) for index, part in enumerate(parts))
    return Checked(text=checked.strip(), cited=tuple(order))


def _numbers(written: str) -> list[int]:
    numbers: list[int] = []
    for first, last in _ITEM.findall(written):
        numbers += range(int(first), int(last or first) + 1)

    return numbers
