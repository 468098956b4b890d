"""Answers made of what the passages say: chosen by what the question asks, each with its source, nothing added.

How well a piece fits is the share of the question's words (rare ones weigh more) that it has, or, between English
texts, the similarity of their embeddings, whichever says more. The embedding model knows no Russian: it is not asked.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from standins.llm.bert import Floats
from standins.llm.prompt import Passage, Prompt
from standins.llm.summaries import suggested_questions, summary
from standins.llm.texts import TEXTS, quoted
from standins.llm.units import WORD, Unit, quotable
from standins.llm.words import content_words, has_word, is_content

FITS: Final = 0.33  # below this a piece has too little to do with the question; by eye on the cases of the tests
NEARLY_AS_GOOD: Final = 0.75  # of the best piece's fit: worth saying too
FIGURE: Final = 1.4  # times the fit, for a piece with a figure or a time where one is asked for
PIECES: Final = 3  # of an answer
PIECES_IN_DETAIL: Final = 60

_QUANTITY: Final = re.compile(r"how (?:much|many|high|long|old|often|far)|сколько", re.IGNORECASE)
_TIME_ASKED: Final = re.compile(
    r"\bwhen\b|\bwhat (?:day|date|time)\b|когда|какого числа|в какой (?:день|срок)", re.IGNORECASE
)
_TIME: Final = re.compile(
    r"\d{4}-\d\d|\d:\d\d|\d(?:st|nd|rd|th)\b|\b(?:days?|weeks?|months?|years?|hours?|minutes?|noon|midnight|(?:mon|tues|"
    r"wednes|thurs|fri|satur|sun)day|january|february|march|april|may|june|july|august|september|october|november|"
    r"december)\b|\b(?:день|дня|дней|числа|недел\w+|месяц\w*|год\w*|час\w*|январ\w+|феврал\w+|март\w*|апрел\w+|ма[яйе]|"
    r"июн\w+|июл\w+|август\w*|сентябр\w+|октябр\w+|ноябр\w+|декабр\w+)\b", re.IGNORECASE,
)  # fmt: skip
_CALCULATED: Final = re.compile(
    r"\bhow many\b|\b(?:most|least|fewest|highest|lowest|average|mean|total|sum)\b"
    r"|\bсколько (?!стоит|стоят)|больше всего|меньше всего|в среднем|\b(?:итого|сумма|среднее)\b", re.IGNORECASE,
)  # fmt: skip
_AND: Final = re.compile(r",? (?:and|и) |[?!;]+\s", re.IGNORECASE)  # between the parts of a question
_DETAIL: Final = re.compile(r"in detail|everything|at length|full|подробн|полност|всё|целиком", re.IGNORECASE)


class Embeds(Protocol):
    """What turns texts into vectors of unit length."""

    def embed(self, texts: Sequence[str]) -> Floats:
        """Give one row per text."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """A unit of a passage, and how well it answers."""

    unit: Unit
    source: int
    place: int  # in the passages
    fit: float


def reply(prompt: Prompt, embedder: Embeds) -> str:
    """Answer a prompt in the language of its question."""
    match prompt.kind:
        case "rewrite":
            return standalone(prompt.question, prompt.earlier)
        case "talk":
            return TEXTS[prompt.language]["talk"]
        case "summary":
            return summary(prompt)
        case "questions":
            return suggested_questions(prompt)
        case "answer":
            return _answer(prompt, embedder)


def standalone(question: str, earlier: Sequence[str]) -> str:
    """Give the question with the words of the one before that it leans on and does not itself have."""
    if not earlier:
        return question

    own = content_words(question)
    missing = [word for word in WORD.findall(earlier[-1]) if is_content(word) and not has_word(word.lower(), own)]
    return f"{question} ({' '.join(missing)})" if missing else question


def _answer(prompt: Prompt, embedder: Embeds) -> str:
    texts = TEXTS[prompt.language]
    chosen = _choose(prompt, embedder)
    if not chosen:
        return texts["nothing"]
    if _CALCULATED.search(prompt.question) and any(piece.unit.kind in {"row", "message"} for piece in chosen):
        return texts["count"]

    said = ""
    for piece in chosen:
        between = ("\n" if piece.unit.is_line or said.endswith("\n") else " ") if said else ""
        said += between + _cited(piece) + ("\n" if piece.unit.is_line else "")

    return re.sub(r"\n+", "\n", said).strip()


def _choose(prompt: Prompt, embedder: Embeds) -> list[_Piece]:
    """The pieces that answer, in the order of the passages; each part of the question gets its share of them."""
    parts = [part for part in _AND.split(prompt.question) if content_words(part)]
    parts = parts or [standalone(prompt.question, prompt.earlier)]
    share = max(1, PIECES // len(parts))
    chosen: dict[int, _Piece] = {}

    for part in parts:
        found = _scored(part, prompt.passages, embedder)
        best = max((piece.fit for piece in found), default=0.0)
        if best >= FITS and _DETAIL.search(part):
            return found[:PIECES_IN_DETAIL]

        least = max(FITS, best * NEARLY_AS_GOOD)
        ranked = sorted((piece for piece in found if piece.fit >= least), key=lambda piece: -piece.fit)[:share]
        chosen |= {piece.place: piece for piece in ranked}

    return [chosen[place] for place in sorted(chosen)]


def _scored(question: str, passages: Sequence[Passage], embedder: Embeds) -> list[_Piece]:
    """Every unit of the passages with its fit; one that stands in several passages counts once."""
    unique: dict[str, tuple[Unit, int]] = {}
    for passage in passages:
        for unit in quotable(passage.text):
            unique.setdefault(unit.text, (unit, passage.number))

    if any(unit.kind != "heading" for unit, _ in unique.values()):
        unique = {text: (unit, number) for text, (unit, number) in unique.items() if unit.kind != "heading"}

    texts = [f"{unit.context} {unit.text}".strip() for unit, _ in unique.values()]
    by_words, by_meaning = _by_words(question, texts), _by_meaning(question, texts, embedder)
    return [
        _Piece(unit=unit, source=number, place=place, fit=max(words * _bonus(question, unit.text), meaning))
        for place, ((unit, number), words, meaning) in enumerate(
            zip(unique.values(), by_words, by_meaning, strict=True)
        )
    ]


def _bonus(question: str, text: str) -> float:
    """A figure answers «how much», and a time «when»."""
    wanted = _TIME if _TIME_ASKED.search(question) else re.compile(r"\d") if _QUANTITY.search(question) else None
    return FIGURE if wanted and wanted.search(text) else 1.0


def _by_words(question: str, texts: Sequence[str]) -> list[float]:
    wanted = list(dict.fromkeys(content_words(question)))
    having = [[has_word(word, known) for word in wanted] for known in (content_words(text) for text in texts)]
    counts = [sum(row[i] for row in having) for i in range(len(wanted))]
    rarity = [math.log(1 + (len(texts) + 1) / (count + 1)) for count in counts]

    # A word that no piece has tells none from another: it counts as little as the commonest one.
    absent = min((weight for weight, count in zip(rarity, counts, strict=True) if count), default=1.0)
    weights = [weight if count else absent for weight, count in zip(rarity, counts, strict=True)]
    total = sum(weights) or 1.0
    return [sum(weight for weight, has in zip(weights, row, strict=True) if has) / total for row in having]


def _by_meaning(question: str, texts: Sequence[str], embedder: Embeds) -> list[float]:
    if not texts or not question.isascii():
        return [0.0] * len(texts)

    vectors = embedder.embed([question, *texts])
    return [float(fit) for fit in vectors[1:] @ vectors[0]]


def _cited(piece: _Piece) -> str:
    return quoted(piece.unit.text, piece.source)
