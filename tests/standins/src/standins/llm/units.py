"""What a text is made of: sentences, list items, rows of tables, messages of chats, and headings, which say nothing.

A line ends what stands in it, unless the next one goes on in the middle of a sentence.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["sentence", "item", "row", "message", "heading"]

WORDS: Final = 3  # that a sentence has at least; a shorter one joins the next
HEADING: Final = 8  # words that a heading has at most
FULL_LINE: Final = 60  # characters from which on a line may be broken in the middle of a sentence

WORD: Final = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_END: Final = re.compile(r"(?<=[.!?…])[\"»”)]*\s+(?=[\"«“(]?[A-ZА-ЯЁ0-9])")
_CLOSED: Final = re.compile(r"[.!?…:;][\"»”)\]]*$")
_ITEM: Final = re.compile(r"\s*(?:[-*•·⦁]|\d+[.)])\s+(?=\S)")
_MESSAGE: Final = re.compile(r"\S.{0,80}? \(\d{4}-\d\d-\d\d \d\d:\d\d\)(?: \[[^\]]*\])?: ")
_PAIRS: Final = re.compile(r"[^:;]{1,60}: [^;]+(?:; [^:;]{1,60}: [^;]+)+$")
_NUMBERED: Final = re.compile(r"\s*(?:#+\s*)?(?:\d+(?:\.\d+)*[.)]?\s+)?")
_PRONOUN: Final = re.compile(
    r"(?:it|its|they|their|this|that|these|those|he|she|он|она|оно|они|это|этот|эта|его|её|ее|их)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A piece of a text that can be quoted; `context` is what it leans on: the sentence before, after an «it»."""

    kind: Kind
    text: str
    context: str = ""

    @property
    def is_line(self) -> bool:
        """Whether it stands on a line of its own."""
        return self.kind in {"row", "message", "item"}


def units(text: str) -> list[Unit]:
    """Take a text apart, in order."""
    found: list[Unit] = []
    for paragraph in re.split(r"\n\s*\n", text):
        lines = [line.strip() for line in paragraph.splitlines() if WORD.search(line)]
        for number, joined in enumerate(_joined(lines)):
            found += _units_of(joined, alone=len(lines) == 1, first=not found and not number)

    return found


def quotable(text: str) -> list[Unit]:
    """The units that say something; all of them if there are only headings."""
    found = units(text)
    return [unit for unit in found if unit.kind != "heading"] or found


def _joined(lines: list[str]) -> list[str]:
    """The lines, those that are broken in the middle of a sentence put together again."""
    joined: list[str] = []
    for line in lines:
        if joined and _goes_on(joined[-1], line):
            joined[-1] = f"{joined[-1]} {line}"
        else:
            joined.append(line)

    return joined


def _goes_on(before: str, line: str) -> bool:
    if _MESSAGE.match(before):
        return not _MESSAGE.match(line)  # a message of several lines
    if _MESSAGE.match(line) or _ITEM.match(line) or _is_row(line) or _is_row(before) or _CLOSED.search(before):
        return False

    return line[0].islower() or before.endswith((",", "-", "–")) or len(before) >= FULL_LINE


def _units_of(line: str, *, alone: bool, first: bool) -> list[Unit]:
    if _MESSAGE.match(line):
        return [Unit(kind="message", text=line)]
    if _is_row(line):
        has_figures = re.search(r"\d", line) or ": " in line
        return [Unit(kind="row" if has_figures else "heading", text=line)]
    if _is_heading(line, alone=alone, first=first):
        return [Unit(kind="heading", text=line)]
    if match := _ITEM.match(line):
        return [Unit(kind="item", text=line[match.end() :])]

    return _sentences(line)


def _is_row(line: str) -> bool:
    return " | " in line or bool(_PAIRS.match(line))


def _is_heading(line: str, *, alone: bool, first: bool) -> bool:
    """Whether it looks like one: a few words that end openly. A figure says something, except in a title."""
    if line.startswith("#"):
        return True

    words = line[_NUMBERED.match(line).end() :]  # type: ignore[union-attr] # matches everything
    if not words or _CLOSED.search(words) or ": " in words or len(WORD.findall(words)) > HEADING:
        return False
    if re.search(r"\d", words):
        return first and alone

    return words[0].isupper() or alone


def _sentences(line: str) -> list[Unit]:
    """The sentences of a line; a word or two before a stop join the next: «Deposit. It is paid …»."""
    texts: list[str] = []
    held = ""
    for part in _END.split(line):
        piece = f"{held} {part}".strip()
        held = piece if piece.endswith(".") and len(WORD.findall(piece)) < WORDS else ""
        if WORD.search(piece) and not held:
            texts.append(piece)

    texts += [held] if held else []
    return [
        Unit(kind="sentence", text=text, context=texts[number - 1] if number and _PRONOUN.match(text) else "")
        for number, text in enumerate(texts)
    ]
