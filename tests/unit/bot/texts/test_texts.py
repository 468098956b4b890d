"""The bot says everything in each of its languages."""

import ast
import string
from pathlib import Path

import pytest

import personal_bot
from personal_bot.texts import EN, LANGUAGES, RU, language_of, say

SOURCES = Path(personal_bot.__file__).parent


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_the_languages_have_the_same_sentences() -> None:
    assert RU.keys() == EN.keys()


@pytest.mark.parametrize("key", sorted(EN))
def test_a_sentence_is_filled_with_the_same_values_in_each_language(key: str) -> None:
    assert placeholders(EN[key]) == placeholders(RU[key])


def refusals() -> set[str]:
    """The keys that the sources refuse with: literals, and the values of tables named `_REFUSALS`."""
    found: set[str] = set()
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refusal" and node.args:
                found |= {one.value for one in ast.walk(node.args[0]) if isinstance(one, ast.Constant)}
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "CannotReadError":
                found |= {one.value for one in ast.walk(node.args[0]) if isinstance(one, ast.Constant)}
            if isinstance(node, ast.Call):
                found |= {
                    one.value.value
                    for one in node.keywords
                    if one.arg == "refuse" and isinstance(one.value, ast.Constant)
                }
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "_REFUSALS":
                found |= set(ast.literal_eval(node.value).values())
    return {key for key in found if isinstance(key, str) and "_" in key}


def test_there_is_a_sentence_for_every_refusal() -> None:
    keys = refusals()
    assert len(keys) > 20
    assert keys <= EN.keys()


def test_a_value_that_nobody_gave_does_not_lose_the_sentence() -> None:
    assert say("en", "in_line") == "⏳ In line, place ?"


@pytest.mark.parametrize(
    ("code", "language"), [("ru", "ru"), ("ru-RU", "ru"), ("en-GB", "en"), ("de", "en"), (None, "en"), ("", "en")]
)
def test_the_language_follows_the_persons_telegram(code: str | None, language: str) -> None:
    assert language_of(code) == language
    assert language in LANGUAGES
