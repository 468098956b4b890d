"""Words as sparse vectors."""

import pytest

from personal_bot.knowledge.sparse_vectors import WordEncoder

ENCODER = WordEncoder()


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("договор", "Подписали два договора."),
        ("Ёлка", "Под елкой подарки"),
        ("running", "He runs."),
        ("timeout", "set requestTimeout to 20m"),
        ("request", "the request_timeout flag"),
        ("requestTimeout", "set requestTimeout to 20m"),
        ("requestTimeout", "the request_timeout flag"),
        ("server", "an HTTPServer"),
        ("utf-8", "encoded as utf8"),
        ("договор contract", "The contract (договор) is signed."),
    ],
)
def test_a_word_is_found_in_its_other_forms(query: str, text: str) -> None:
    asked, found = ENCODER.query(query), ENCODER.document(text)
    assert set(asked.indices) & set(found.indices)


@pytest.mark.parametrize(("query", "text"), [("кот", "котлета"), ("the и", "хлеб и соль, the bread"), ("", "хлеб")])
def test_other_words_and_words_that_say_nothing_are_not(query: str, text: str) -> None:
    assert not set(ENCODER.query(query).indices) & set(ENCODER.document(text).indices)
