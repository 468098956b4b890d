"""Answers made of sentences of the passages: chosen by what the question asks, each with its source, nothing added.

How well a sentence fits is the share of the question's words (rare ones weigh more) that it has, or, between English
texts, the similarity of their embeddings, whichever says more. The embedding model knows no Russian: it is not asked.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from os.path import commonprefix
from typing import Final, Protocol

from standins.llm.bert import Floats
from standins.llm.prompt import Passage, Prompt

FITS: Final = 0.33  # below this a sentence has too little to do with the question; by eye on the cases of the tests
NEARLY_AS_GOOD: Final = 0.75  # of the best sentence's fit: worth saying too
FIGURE: Final = 1.4  # times the fit, for a sentence with a figure where one is asked for
SENTENCES: Final = 3
SENTENCES_IN_DETAIL: Final = 60
SUMMED_UP: Final = 10  # passages of a summary
LONGEST_SUMMED_UP: Final = 200  # characters of each
WORDS: Final = 3  # that a sentence has at least
HEADING: Final = 6  # words that a heading has at most

_STOP_WORDS: Final = """
a about an and any are as at be been but by can did do document documents does file files for from had has have how i in
is it its many me much my no not of on or our please said say says tell than that the their them there they this to was
we were what when where which who whom whose why will with would you your
а без бы был была были было быть в вас вы где да для до документ документах документе документы его ее её если есть еще
ещё же за и из или их к как какая какие каков какова какое какой когда кто ли мне можно мы на над надо не нет но нужно о
об он она они
оно от по под при про расскажи с скажи сколько со так также такой там то только ты у уже файл файле чего чем что чтобы
эта эти это этот я
"""
_STOP: Final = frozenset(_STOP_WORDS.split())
_WORD: Final = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_SENTENCE_END: Final = re.compile(
    r"(?<=[.!?…])[\"»”)]*\s+(?=[\"«“(]?[A-ZА-ЯЁ0-9])|\n\s*\n|\n(?=\s*(?:[-*•·#|]|\d+[.)]))"
)
_QUANTITY: Final = re.compile(
    r"how (?:much|many|high|long|old|often|far)|when|сколько|когда|какого числа", re.IGNORECASE
)
_AND: Final = re.compile(r",? (?:and|и) |[?!;]+\s", re.IGNORECASE)  # between the parts of a question
_SAYS: Final = re.compile(r"\d|: |\A[-*•·|]")  # what a heading does not have, and list items and rows of tables do
_DETAIL: Final = re.compile(r"in detail|everything|at length|full|подробн|полност|всё|целиком", re.IGNORECASE)

_TEXTS: Final = {
    "en": {
        "nothing": "The documents do not say anything about this.",
        "talk": "I answer from documents, and this request holds none. Send me a document and ask about it.",
    },
    "ru": {
        "nothing": "В документах об этом ничего не сказано.",
        "talk": "Я отвечаю по документам, а в этом запросе их нет. Пришлите документ и спросите о нём.",
    },
}


class Embeds(Protocol):
    """What turns texts into vectors of unit length."""

    def embed(self, texts: Sequence[str]) -> Floats:
        """Give one row per text."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sentence:
    text: str
    source: int
    fit: float


def reply(prompt: Prompt, embedder: Embeds) -> str:
    """Answer a prompt in the language of its question."""
    texts = _TEXTS[prompt.language]

    if prompt.kind == "rewrite":
        return standalone(prompt.question, prompt.earlier)
    if prompt.kind == "talk":
        return texts["talk"]
    if prompt.kind == "summary":
        return summary(prompt)

    chosen = _choose(prompt, embedder)
    return " ".join(_cited(sentence) for sentence in chosen) if chosen else texts["nothing"]


def summary(prompt: Prompt) -> str:
    """Some of the passages, spread over all of them, each with its first words on a line of its own."""
    step = math.ceil(len(prompt.passages) / SUMMED_UP)
    return "\n".join(f"- {passage.text[:LONGEST_SUMMED_UP]} [{passage.number}]" for passage in prompt.passages[::step])


def standalone(question: str, earlier: Sequence[str]) -> str:
    """Give the question with the words of the one before that it leans on and does not itself have."""
    own = words(question)
    missing = (
        [word for word in _WORD.findall(earlier[-1]) if _content(word) and not _has(word.lower(), own)]
        if earlier
        else []
    )

    return f"{question} ({' '.join(missing)})" if missing else question


def words(text: str) -> list[str]:
    """The words of a text that carry its meaning, in lower case."""
    return [word.lower() for word in _WORD.findall(text) if _content(word)]


def sentences(text: str) -> list[str]:
    """The sentences, list items and table rows of a passage, in order; a word or two before a stop join the next."""
    found: list[str] = []
    before = ""

    for part in _SENTENCE_END.split(text):
        piece = " ".join(f"{before} {part}".split())
        before = piece if piece.endswith(".") and len(_WORD.findall(piece)) < WORDS else ""
        if _WORD.search(piece) and not before:
            found.append(piece)

    return [*found, before] if before else found


def _choose(prompt: Prompt, embedder: Embeds) -> list[_Sentence]:
    """The sentences that answer, in the order of the passages."""
    parts = [part for part in _AND.split(prompt.question) if words(part)]
    chosen: dict[str, _Sentence] = {}

    for part in parts or [standalone(prompt.question, prompt.earlier)]:
        found = _scored(part, prompt.passages, embedder)
        best = max((sentence.fit for sentence in found), default=0.0)
        if best >= FITS and _DETAIL.search(part):
            return found[:SENTENCES_IN_DETAIL]

        least = max(FITS, best * NEARLY_AS_GOOD)
        ranked = sorted((s for s in found if s.fit >= least), key=lambda s: -s.fit)[:SENTENCES]
        chosen |= {sentence.text: sentence for sentence in ranked}

    order = [text for passage in prompt.passages for text in sentences(passage.text)]
    return sorted(chosen.values(), key=lambda sentence: order.index(sentence.text))


def _scored(question: str, passages: Sequence[Passage], embedder: Embeds) -> list[_Sentence]:
    unique: dict[str, int] = {}

    for passage in passages:
        for text in sentences(passage.text):
            unique.setdefault(text, passage.number)

    texts = [text for text in unique if not _is_heading(text)] or list(unique)
    fits = [max(pair) for pair in zip(_by_words(question, texts), _by_meaning(question, texts, embedder), strict=True)]
    return [_Sentence(text=text, source=unique[text], fit=fit) for text, fit in zip(texts, fits, strict=True)]


def _is_heading(text: str) -> bool:
    """Whether it looks like one: a few words, no figure, no stop. It says nothing by itself."""
    return text[-1].isalnum() and len(_WORD.findall(text)) <= HEADING and not _SAYS.search(text)


def _by_words(question: str, texts: Sequence[str]) -> list[float]:
    wanted = list(dict.fromkeys(words(question)))
    having = [[_has(word, known) for word in wanted] for known in (words(text) for text in texts)]
    counts = [sum(row[i] for row in having) for i in range(len(wanted))]
    rarity = [math.log(1 + (len(texts) + 1) / (count + 1)) for count in counts]
    # A word that no sentence has tells none from another: it counts as little as the commonest one.
    absent = min((weight for weight, count in zip(rarity, counts, strict=True) if count), default=1.0)
    weights = [weight if count else absent for weight, count in zip(rarity, counts, strict=True)]
    total = sum(weights) or 1.0
    bonus = [FIGURE if _QUANTITY.search(question) and re.search(r"\d", text) else 1.0 for text in texts]
    fits = [sum(weight for weight, has in zip(weights, row, strict=True) if has) / total for row in having]

    return [min(1.0, fit * more) for fit, more in zip(fits, bonus, strict=True)]


def _by_meaning(question: str, texts: Sequence[str], embedder: Embeds) -> list[float]:
    if not texts or not question.isascii():
        return [0.0] * len(texts)
    vectors = embedder.embed([question, *texts])
    return [float(fit) for fit in vectors[1:] @ vectors[0]]


def _has(word: str, known: Sequence[str]) -> bool:
    return any(_same(word, other) for other in known)


def _same(one: str, other: str) -> bool:
    """Whether two words are forms of one: they share a beginning of at least 4 letters and most of the shorter."""
    if one == other:
        return True

    shared = len(commonprefix((one, other)))  # noqa: RUF071 - letters are what is compared
    shorter, longer = sorted((len(one), len(other)))
    return shared >= max(4, math.ceil(0.7 * shorter)) and longer - shared <= 4  # an ending


def _content(word: str) -> bool:
    return word.lower() not in _STOP and (len(word) > 1 or word.isdigit())


def _cited(sentence: _Sentence) -> str:
    body = sentence.text.lstrip("-*•·# ").strip()
    end = body[-1] if body[-1] in ".!?…" else "."
    return f"{body.rstrip('.!?…')} [{sentence.source}]{end}"
