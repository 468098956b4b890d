"""Summaries of passages, and questions that they answer."""

import json
import math
import re
from collections.abc import Iterator
from typing import Final

from standins.llm.prompt import Prompt
from standins.llm.texts import TEXTS, Language, plain
from standins.llm.units import WORD, Unit, quotable
from standins.llm.words import content_words, is_content

SUMMED_UP: Final = 10  # lines of a summary that a program asks for
ASKED_FOR: Final = 5  # lines of one that a person asks for
SHORT: Final = 3  # sentences of one that is to be short
LONGEST: Final = 200  # characters of a line

_SUBJECT: Final = re.compile(r"(?:the|a|an)?\s*((?:[A-Za-z][\w'’-]*\s+){1,4}?)(is|are|was|were)\s", re.IGNORECASE)
_RUSSIAN_SUBJECT: Final = re.compile(
    r"([А-ЯЁ][\w-]+(?:\s[\w-]+){0,2}?)\s(?:составля\w+|равн\w+|явля\w+|производ\w+|вносит\w+|возвраща\w+|должн\w+|—|–)"
)
_AUTHOR: Final = re.compile(r"^.{1,80}? \(\d{4}-\d\d-\d\d \d\d:\d\d\)[^:]*: ")


def summary(prompt: Prompt) -> str:
    """What some of the passages say first, spread over all of them; short, or with questions, when asked."""
    lines = [f"{_cut(plain(unit.text))} [{number}]" for unit, number in _spread(prompt)]
    text = " ".join(lines) if prompt.short else "\n".join(f"- {line}" for line in lines)
    return f"{text}\n\n{suggested_questions(prompt)}" if prompt.wanted_questions else text


def suggested_questions(prompt: Prompt) -> str:
    """Questions that the passages answer, one a line; as JSON when that is asked for."""
    found: list[str] = []
    for unit in _telling(prompt):
        question = question_about(unit, prompt.language)
        if question and question not in found:
            found.append(question)
        if len(found) == (prompt.wanted_questions or SHORT):
            break

    return json.dumps(found, ensure_ascii=False) if prompt.as_json else "\n".join(found)


def question_about(unit: Unit, language: Language) -> str:
    """A question that a unit answers; empty if it is too poor for one."""
    texts, text = TEXTS[language], _AUTHOR.sub("", unit.text)
    match = (_SUBJECT if language == "en" else _RUSSIAN_SUBJECT).match(text)
    subject = match[1].strip() if match else ""
    if not content_words(subject):
        match, subject = None, _salient(text)
    if not subject:
        return ""

    verb = match[2].lower() if match and language == "en" else "is"
    lowered = subject if subject.isupper() or not match else subject[0].lower() + subject[1:]
    key = "what is" if match else "about"
    return texts[key].format(subject=lowered, Subject=subject[0].upper() + subject[1:], verb=verb)


def _salient(text: str) -> str:
    """Two words that stand together and carry a meaning."""
    for pair in zip(WORD.findall(text), WORD.findall(text)[1:], strict=False):
        if all(is_content(word) and word.isalpha() and len(word) > 3 for word in pair) and " ".join(pair) in text:
            return " ".join(pair)

    return ""


def _spread(prompt: Prompt) -> Iterator[tuple[Unit, int]]:
    """Passages at even distances, each with the first unit that says something."""
    lines = SHORT if prompt.short else ASKED_FOR if prompt.by_person else SUMMED_UP
    step = math.ceil(len(prompt.passages) / lines)
    chosen = prompt.passages[::step]
    each = lines // len(chosen) if prompt.short or prompt.by_person else 1  # few passages say more each

    for passage in chosen:
        for unit in quotable(passage.text)[: max(1, each)]:
            yield unit, passage.number


def _telling(prompt: Prompt) -> Iterator[Unit]:
    """The units of all passages, in turns: the first of each, then the second of each."""
    columns = [quotable(passage.text) for passage in prompt.passages]
    for row in range(max(map(len, columns), default=0)):
        yield from (column[row] for column in columns if row < len(column))


def _cut(text: str) -> str:
    if len(text) <= LONGEST:
        return text

    return text[:LONGEST].rpartition(" ")[0].rstrip(",;:") + " …"
