"""What a chat request asks for: the question, the numbered passages it may be answered from, and what was said before.

Nothing here knows one bot's prompt: a passage is what follows ``[n]`` at the start of a line, in any message.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from standins.llm.texts import Language

Kind = Literal["answer", "rewrite", "summary", "questions", "talk"]

_PASSAGE: Final = re.compile(r"^[ \t]*\[(\d{1,3})\][ \t:]*", re.MULTILINE)
_ORIGIN: Final = re.compile(r"\A\(.*\)[ \t]*\n|\A\([^()\n]*\)[ \t]*")  # "(lease.pdf, page 3)": where a passage is from
_QUESTION: Final = re.compile(
    r"^[ \t]*(?:#+[ \t]*)?(?:the[ \t]+)?(?:question|вопрос)[ \t]*:[ \t]*", re.MULTILINE | re.IGNORECASE
)
_TAG: Final = re.compile(r"</?[a-z_]+(?:\s[^<>]*)?>")
_FENCE: Final = re.compile(r"^[ \t]*(?:-{3,}|={3,}|`{3,}|#{1,4}[ \t].*)$", re.MULTILINE)
_REWRITE: Final = re.compile(r"stand-?alone|rewrite|rephrase|самостоятельн|переформулир|перепиши", re.IGNORECASE)
_SUM_UP: Final = re.compile(
    r"\bsum(?:s|ming)? up\b|\bsummar(?:y|i[sz]e)\b|\bwhat (?:is|are) .{1,80} about\b"
    r"|\bобобщи|\bперескажи|\bрезюме\b|\bкратко[ей] содержани|\bо ч[её]м (?!мы |ты |вы )",
    re.IGNORECASE,
)
_SHORT: Final = re.compile(
    r"\b(?:one|two|three|[123])(?: (?:or|to) (?:two|three|[23])|[-–][23])? (?:short )?sentences?\b"
    r"|\b(?:одн|дв|тр)\w+(?:[-– ](?:или )?(?:дв|тр)\w+)? (?:коротк\w+ )?предложени",
    re.IGNORECASE,
)
_ASK_FOR_QUESTIONS: Final = re.compile(
    r"\b(?:suggest|propose|write|think of|give|list|add|then)\b[^.\n]{0,60}\bquestions\b"
    r"|\b(?:two|three|four|five|[2-5])\b[^.\n]{0,40}\bquestions\b"
    r"|\b(?:предложи|придумай|задай|напиши|составь|добавь)[^.\n]{0,60}\bвопрос",
    re.IGNORECASE,
)
_NUMBERS: Final = {"two": 2, "three": 3, "four": 4, "five": 5, "два": 2, "три": 3, "четыре": 4, "пять": 5}
_IN_RUSSIAN: Final = re.compile(
    r"\b(?:write|answer|reply|speak)(?: \w+){0,3} in russian\b|\bпо-русски\b", re.IGNORECASE
)
_SPOKEN: Final = re.compile(
    r"^[ \t]*(?:user|human|person|q|пользователь|человек)[ \t]*:[ \t]*(.+)$", re.MULTILINE | re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A numbered piece of a document; the number is what an answer cites."""

    number: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A chat request as it is understood here.

    Attributes:
        kind: what is to be done.
        question: what the person asks, or the program for them.
        passages: what it may be answered from.
        earlier: what the person asked before, oldest first.
        language: of the answer.
        by_person: a summary is asked for by the person, not by the instructions.
        short: a summary is to have two or three sentences.
        wanted_questions: how many questions to suggest.
        as_json: suggestions are wanted as JSON.
    """

    kind: Kind
    question: str
    passages: tuple[Passage, ...] = ()
    earlier: tuple[str, ...] = ()
    language: Language = "en"
    by_person: bool = False
    short: bool = False
    wanted_questions: int = 0
    as_json: bool = False


def text_of(message: Mapping[str, Any]) -> str:
    """The text of a chat message, whose content is a string or a list of parts."""
    content = message.get("content")
    if isinstance(content, list):
        return "\n".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return str(content or "")


def read_prompt(messages: Sequence[Mapping[str, Any]]) -> Prompt:
    """Find the question, the passages and the earlier questions in the messages of a request."""
    said = [(str(message.get("role", "")), _clean(text_of(message))) for message in messages]
    instructions = "\n".join(text for role, text in said if role in {"system", "developer"})
    asked = [text for role, text in said if role == "user"]
    last = asked[-1] if asked else ""
    if _REWRITE.search(instructions) or (not instructions and _REWRITE.search(last)):
        return _rewrite(last, asked[:-1])

    question = _question(last)
    passages = tuple(passage for _, text in said for passage in _passages(text, question))
    asked_for = f"{instructions}\n{question}"
    by_instructions, by_person = bool(_SUM_UP.search(instructions)), bool(_SUM_UP.search(question))
    wanted = _wanted_questions(asked_for)
    return Prompt(
        kind=_kind(passages=bool(passages), summary=by_instructions or by_person, questions=bool(wanted)),
        question=question,
        passages=passages,
        earlier=tuple(_question(text) for text in asked[:-1]),
        language=language_of(question, instructions),
        by_person=by_person and not by_instructions,
        short=bool(_SHORT.search(asked_for)) and (by_instructions or by_person),
        wanted_questions=wanted,
        as_json=bool(wanted) and "json" in asked_for.lower(),
    )


def language_of(question: str, instructions: str = "") -> Language:
    """Russian if the question is, or if the instructions say so in so many words."""
    return "ru" if re.search(r"[а-яё]", question, re.IGNORECASE) or _IN_RUSSIAN.search(instructions) else "en"


def _kind(*, passages: bool, summary: bool, questions: bool) -> Kind:
    if not passages:
        return "talk"
    if summary:
        return "summary"

    return "questions" if questions else "answer"


def _wanted_questions(text: str) -> int:
    """How many questions are asked for: three unless another number stands there."""
    match = _ASK_FOR_QUESTIONS.search(text)
    if not match:
        return 0

    numbers = [_NUMBERS.get(word, int(word) if word.isdigit() else 0) for word in match[0].lower().split()]
    return max(numbers) or 3


def _rewrite(last: str, before: Sequence[str]) -> Prompt:
    spoken = [line.strip() for line in _SPOKEN.findall(last)]
    marked = _QUESTION.split(last)
    lines = [line.strip() for line in marked[-1].splitlines() if line.strip()]
    question = (lines[0] if len(marked) > 1 else lines[-1]) if lines else ""
    question = _SPOKEN.sub(r"\1", question).partition(": ")[2] or question if len(marked) == 1 else question
    earlier = [line for line in (*before, *spoken) if line != question]

    return Prompt(kind="rewrite", question=question, earlier=tuple(earlier), language=language_of(question))


def _passages(text: str, question: str) -> list[Passage]:
    text = text.removesuffix(question)
    starts = list(_PASSAGE.finditer(text))
    ends = [*(start.start() for start in starts[1:]), len(text)]
    pieces = ((start, text[start.end() : end]) for start, end in zip(starts, ends, strict=False))
    found = ((int(start[1]), _ORIGIN.sub("", _QUESTION.sub("", piece)).strip()) for start, piece in pieces)

    return [Passage(number=number, text=piece) for number, piece in found if piece]


def _question(text: str) -> str:
    """The question in a message that may also hold passages."""
    marked = _QUESTION.split(text)
    if len(marked) > 1:
        return marked[-1].strip()
    if not _PASSAGE.search(text):
        return text

    after = text.rpartition("\n\n")[2]
    return (_PASSAGE.split(text, maxsplit=1)[0] if _PASSAGE.search(after) else after).strip()


def _clean(text: str) -> str:
    return _FENCE.sub("", _TAG.sub("", text)).strip()
