"""What of a model's output is its answer, and what is its thinking. Pure.

Services tell thinking apart in fields of their own (`reasoning_content` of DeepSeek and vLLM, `reasoning` of OpenRouter
and Groq) or in parts of a list (Mistral's `thinking`). Local servers often leave it in the text, between tags that the
model's template writes, sometimes with the closing tag alone.
"""

import re
from dataclasses import dataclass
from typing import Any, Final

_TAGS: Final = (
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<reasoning>", "</reasoning>"),
    ("<seed:think>", "</seed:think>"),
    ("[THINK]", "[/THINK]"),
    ("◁think▷", "◁/think▷"),
    ("<|channel|>analysis<|message|>", "<|end|>"),
)
"""What models write around their thinking, at the beginning of their text."""
_ANSWER_MARKS: Final = re.compile(
    r"^\s*(?:<\|start\|>assistant)?<\|channel\|>final<\|message\|>|<\|(?:end|return|im_end|eot_id)\|>\s*$"
)
_THINKING: Final = ("reasoning_content", "reasoning", "thinking")
_THINKING_PARTS: Final = frozenset({"thinking", "reasoning", "redacted_thinking", "reasoning_content"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What there is so far: the answer, and whether the model is still thinking."""

    answer: str
    thinking: bool


def text_of(content: object) -> str:
    """The text of a message's `content`: a string, a list of parts, or nothing."""
    match content:
        case str():
            return content
        case list():
            return "".join(_text_of_part(part) for part in content)
        case dict():
            return _text_of_part(content)
    return ""


def has_thinking(delta: dict[str, Any]) -> bool:
    """Whether a piece of a stream brings thinking in a field of its own."""
    content = delta.get("content")
    parts = content if isinstance(content, list) else ()
    return any(delta.get(name) for name in _THINKING) or any(
        isinstance(part, dict) and part.get("type") in _THINKING_PARTS for part in parts
    )


def shown(text: str) -> Shown:
    """Take the thinking out of the text as far as it has come.

    A text that begins with a thinking tag is thinking up to its closing tag. A closing tag alone, outside of code, ends
    a thinking whose opening the template had written already.
    """
    start = text.lstrip()
    for opening, closing in _TAGS:
        if start.startswith(opening):
            _, found, rest = start.partition(closing)
            return shown(rest) if found else Shown(answer="", thinking=True)
        if start and opening.startswith(start):
            return Shown(answer="", thinking=False)  # the tag itself is still on its way

    for _, closing in _TAGS[:-1]:
        before, found, rest = text.partition(closing)
        if found and not _in_code(before):
            return shown(rest)
    return Shown(answer=_ANSWER_MARKS.sub("", text).lstrip("\n"), thinking=False)


def _in_code(before: str) -> bool:
    """Whether what follows is inside of code, where a tag is only spoken of."""
    return before.count("```") % 2 == 1 or before.rpartition("\n")[2].count("`") % 2 == 1


def _text_of_part(part: object) -> str:
    match part:
        case str():
            return part
        case {"type": kind} if kind in _THINKING_PARTS:
            return ""
        case {"text": str(text)}:
            return text
        case {"text": {"value": str(text)}}:
            return text
    return ""
