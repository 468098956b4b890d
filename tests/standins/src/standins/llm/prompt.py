"""What a chat request asks for: the question, the numbered passages it may be answered from, and what was said before.

Nothing here knows one bot's prompt: a passage is what follows ``[n]`` at the start of a line, in any message.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

Kind = Literal["answer", "rewrite", "summary", "talk"]

_PASSAGE: Final = re.compile(r"^[ \t]*\[(\d{1,3})\][ \t:]*", re.MULTILINE)
_ORIGIN: Final = re.compile(r"\A\(.*\)[ \t]*\n|\A\([^()\n]*\)[ \t]*")  # "(lease.pdf, page 3)": where a passage is from
_QUESTION: Final = re.compile(
    r"^[ \t]*(?:#+[ \t]*)?(?:the[ \t]+)?(?:question|вопрос)[ \t]*:[ \t]*", re.MULTILINE | re.IGNORECASE
)
_TAG: Final = re.compile(r"</?[a-z_]+(?:\s[^<>]*)?>")
_FENCE: Final = re.compile(r"^[ \t]*(?:-{3,}|={3,}|`{3,}|#{1,4}[ \t].*)$", re.MULTILINE)
_REWRITE: Final = re.compile(r"stand-?alone|rewrite|rephrase|самостоятельн|переформулир|перепиши", re.IGNORECASE)
_SUM_UP: Final = re.compile(r"\bsum up\b|\bsummari[sz]e\b|\bобобщи\b", re.IGNORECASE)
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
    """A chat request as it is understood here."""

    kind: Kind
    question: str
    passages: tuple[Passage, ...] = ()
    earlier: tuple[str, ...] = ()  # what the person asked before, oldest first

    @property
    def language(self) -> Literal["en", "ru"]:
        return "ru" if re.search(r"[а-яё]", self.question, re.IGNORECASE) else "en"


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
    earlier = tuple(_question(text) for text in asked[:-1])
    kind: Kind = ("summary" if _SUM_UP.search(instructions) else "answer") if passages else "talk"

    return Prompt(kind=kind, question=question, passages=passages, earlier=earlier)


def _rewrite(last: str, before: Sequence[str]) -> Prompt:
    spoken = [line.strip() for line in _SPOKEN.findall(last)]
    marked = _QUESTION.split(last)
    lines = [line.strip() for line in marked[-1].splitlines() if line.strip()]
    question = (lines[0] if len(marked) > 1 else lines[-1]) if lines else ""
    question = _SPOKEN.sub(r"\1", question).partition(": ")[2] or question if len(marked) == 1 else question
    earlier = [line for line in (*before, *spoken) if line != question]

    return Prompt(kind="rewrite", question=question, earlier=tuple(earlier))


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
