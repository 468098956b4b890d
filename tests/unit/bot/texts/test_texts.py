"""The bot says everything in each of its languages."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

import personal_bot
from personal_bot.text_keys import TextKey
from personal_bot.texts import LANGUAGES, known, language_of, say
from personal_bot.texts.__main__ import PATH, module
from personal_bot.texts.en import TEXTS as ENGLISH

SOURCES = Path(personal_bot.__file__).parent


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_the_type_of_the_keys_is_that_of_the_sentences() -> None:
    assert set(get_args(TextKey)) == ENGLISH.keys()
    assert PATH.read_text(encoding="utf-8") == module(), "run python -m personal_bot.texts"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_languages_have_the_same_sentences(language: str) -> None:
    assert LANGUAGES[language].keys() == ENGLISH.keys()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", sorted(ENGLISH))
def test_a_sentence_is_filled_with_the_same_values_in_each_language(key: str, language: str) -> None:
    assert placeholders(LANGUAGES[language][key]) == placeholders(ENGLISH[key])


def told_by_processes() -> Iterator[str]:
    """The keys with which processes of their own refuse: they come as JSON, which no type checker sees."""
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.keyword(arg="refuse", value=ast.Constant(value=str(key))):
                    yield key


def test_there_is_a_sentence_for_whatever_a_process_refuses_with() -> None:
    keys = set(told_by_processes())
    assert keys
    assert keys <= ENGLISH.keys()


def test_a_value_that_nobody_gave_does_not_lose_the_sentence() -> None:
    assert say("en", "in_line") == "⏳ In line, place ?"


def test_a_key_that_is_put_together_has_to_exist() -> None:
    assert known("stage_" + "thinking") == "stage_thinking"
    with pytest.raises(KeyError):
        known("stage_" + "sleeping")


@pytest.mark.parametrize(
    ("code", "language"), [("ru", "ru"), ("ru-RU", "ru"), ("en-GB", "en"), ("de", "en"), (None, "en"), ("", "en")]
)
def test_the_language_follows_the_persons_telegram(code: str | None, language: str) -> None:
    assert language_of(code) == language
    assert language in LANGUAGES
