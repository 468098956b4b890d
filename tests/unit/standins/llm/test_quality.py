"""Answers good enough to judge a bot by: short, legible, honest about what cannot be told."""

import json
import re
from typing import Final

import pytest

from standins.llm import Embedder
from standins.llm.answers import reply
from standins.llm.prompt import read_prompt

RENT: Final = """\
[1] (rent.docx, Rental agreement)
Rental agreement – Lindenstrasse 14

2. Rent
The monthly rent is 1,180 euros. It is payable on the third working day of each month.

3. Deposit
A deposit of 3,540 euros is due when the keys are handed over. It is returned within six weeks.

4. Pets
Cats are allowed. Dogs need a permit of the landlord."""
SALES: Final = """\
[1] (sales.xlsx, Sales!1:6)
Region | Month | Coffee kg
Region: North; Month: March; Coffee kg: 120
Region: South; Month: March; Coffee kg: 340
Region: East; Month: March; Coffee kg: 90
Region: West; Month: March; Coffee kg: 10
Region: East; Month: April; Coffee kg: 95"""
CHAT: Final = """\
[1] (Lake friends)
Дмитрий Орлов (2025-04-16 05:26): спасибо
Anna Keller (2025-04-16 05:27): The boat leaves at nine on Saturday
Boris Novak (2025-04-16 05:30): I bring the grill
[2] (Lake friends)
Anna Keller (2025-05-01 09:00): The cabin at the lake costs 80 euros a night"""
LEASE_RU: Final = """\
[1] (договор.docx)
1. Общие положения
Арендная плата составляет 45 000 рублей в месяц. Она вносится до 5 числа.
[2] (договор.docx)
Залог составляет 90 000 рублей."""

ANSWER: Final = "Answer only from the passages below. Cite them as [1]."


def said(embedder: Embedder, question: str, passages: str, instructions: str = ANSWER) -> str:
    messages = [
        {"role": "system", "content": instructions},
        {"role": "user", "content": f"<passages>\n{passages}\n</passages>\n\nQuestion: {question}"},
    ]
    return reply(read_prompt(messages), embedder)


def test_a_time_is_found_where_one_is_asked_for(embedder: Embedder) -> None:
    answer = said(embedder, "When is the rent due?", RENT)
    assert "It is payable on the third working day of each month [1]." in answer
    assert "2. Rent" not in answer


def test_the_same_in_russian(embedder: Embedder) -> None:
    answer = said(embedder, "Когда платить за аренду?", LEASE_RU)
    assert "Она вносится до 5 числа [1]." in answer
    assert "Общие положения" not in answer


@pytest.mark.parametrize("question", ["How much is the deposit?", "What about cats, dogs, the deposit and the rent?"])
def test_at_most_three_pieces_are_quoted(embedder: Embedder, question: str) -> None:
    assert 1 <= len(re.findall(r"\[1\]", said(embedder, question, RENT))) <= 4


def test_rows_and_messages_stand_on_lines_of_their_own(embedder: Embedder) -> None:
    lines = said(embedder, "What was sold in the South?", SALES).splitlines()
    assert lines[0] == "Region: South; Month: March; Coffee kg: 340 [1]."
    assert len(lines) <= 3

    answer = said(embedder, "When does the boat leave?", CHAT)
    assert answer == "Anna Keller (2025-04-16 05:27): The boat leaves at nine on Saturday [1]."


@pytest.mark.parametrize(
    ("question", "passages"),
    [
        ("Which region sold most coffee in March?", SALES),
        ("How many regions sold coffee in March?", SALES),
        ("How many euros does the cabin cost on average?", CHAT),
    ],
)
def test_nothing_is_counted_that_cannot_be(embedder: Embedder, question: str, passages: str) -> None:
    assert said(embedder, question, passages) == (
        "I can't count or calculate here: I see only a part of the table or chat."
    )


def test_a_number_that_is_told_is_no_count(embedder: Embedder) -> None:
    assert "1,180 euros" in said(embedder, "How many euros is the monthly rent?", RENT)


def test_brackets_in_a_quote_are_no_sources(embedder: Embedder) -> None:
    answer = said(
        embedder, "What does the shell print for a job?", "[1] (bash.pdf)\nThe shell prints the job [2] 8022."
    )
    assert answer == "The shell prints the job (2) 8022 [1]."


@pytest.mark.parametrize(
    "question", ["Summarise the rental agreement", "Give me a summary of the agreement", "What is the agreement about?"]
)
def test_a_person_who_asks_for_a_summary_gets_one(embedder: Embedder, question: str) -> None:
    lines = said(embedder, question, RENT).splitlines()
    assert lines[0] == "- The monthly rent is 1,180 euros. [1]"
    assert 3 <= len(lines) <= 5
    assert all(line.startswith("- ") and line.endswith(". [1]") for line in lines)


@pytest.mark.parametrize("question", ["О чём этот договор?", "Перескажи договор"])
def test_the_same_of_a_summary_in_russian(embedder: Embedder, question: str) -> None:
    assert said(embedder, question, LEASE_RU).startswith("- Арендная плата составляет 45 000 рублей в месяц. [1]")


def test_a_short_summary_is_a_paragraph(embedder: Embedder) -> None:
    answer = said(embedder, "the document", RENT, "Sum up the document in two or three sentences. Cite as [1].")
    assert answer.count("[1]") == 3
    assert "\n" not in answer


def test_questions_to_tap_are_questions_that_the_passages_answer(embedder: Embedder) -> None:
    questions = said(embedder, "", RENT, "Suggest three questions that a reader may ask, one a line.").splitlines()
    assert questions[0] == "What is the monthly rent?"
    assert len(questions) == len(set(questions)) == 3
    for question in questions:
        assert question.endswith("?")
        assert "do not say" not in said(embedder, question, RENT)


def test_questions_come_as_many_as_wanted_and_as_json(embedder: Embedder) -> None:
    found = json.loads(said(embedder, "", CHAT, "Give two questions about the passages as a JSON list of strings."))
    assert len(found) == 2


def test_questions_about_russian_passages_are_russian(embedder: Embedder) -> None:
    instructions = "Suggest three short questions about the passages. Write in Russian."
    assert said(embedder, "", LEASE_RU, instructions).splitlines()[0] == "Арендная плата: что об этом сказано?"


def test_a_summary_may_come_with_questions(embedder: Embedder) -> None:
    instructions = "Sum up the document in two sentences, then suggest three questions, one a line."
    summary, _, questions = said(embedder, "", RENT, instructions).partition("\n\n")
    assert summary.count("[1]") >= 2
    assert len(questions.splitlines()) == 3


def test_instructions_that_speak_of_questions_ask_for_none(embedder: Embedder) -> None:
    instructions = "You answer questions about a person's own documents. Cite as [1]."
    assert "1,180 euros" in said(embedder, "How much is the rent?", RENT, instructions)
