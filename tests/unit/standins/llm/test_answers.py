"""Answers come from the passages alone, with the sources that they come from."""

from typing import Final

import pytest

from personal_bot.answers.prompt import messages
from personal_bot.models import Passage, Question, Turn
from standins.llm import Embedder
from standins.llm.answers import reply, standalone
from standins.llm.prompt import Prompt, read_prompt
from standins.llm.units import units

LEASE: Final = """\
[1] (lease.pdf, page 1) The flat is in Oak Street 5. The rent is 900 euros a month, due on the third day.
[2] (lease.pdf, page 4) A deposit of 1800 euros is paid when the keys are handed over. It is returned within 60 days.
[3] (notes.txt) The cat is called Murka and eats twice a day."""
LEASE_RU: Final = """\
[1] (договор.docx) Арендная плата составляет 45 000 рублей в месяц. Оплата производится до 5 числа.
[2] (договор.docx) Залог в размере 90 000 рублей возвращается в течение 30 дней после выезда.
[3] (кот.md) Кота зовут Мурзик, он ест дважды в день."""


def answer(embedder: Embedder, question: str, passages: str = LEASE) -> str:
    messages = [
        {"role": "system", "content": "Answer only from the passages below. Cite them as [1]."},
        {"role": "user", "content": f"{passages}\n\nQuestion: {question}"},
    ]
    return reply(read_prompt(messages), embedder)


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("How much is the rent?", "900 euros a month, due on the third day [1]."),
        ("When do I get the deposit back?", "[2]"),
        ("How much is the rent, and what is my cat called?", "third day [1]. The cat is called Murka"),
        ("What is the name of my cat?", "Murka and eats twice a day [3]."),
        ("How often should I feed the pet?", "[3]"),
    ],
)
def test_the_sentence_that_answers_is_given_with_its_source(embedder: Embedder, question: str, found: str) -> None:
    assert found in answer(embedder, question)


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Сколько стоит аренда?", "45 000 рублей в месяц [1]."),
        ("Когда вернут залог?", "[2]."),
        ("Как зовут кота?", "Мурзик"),
        ("Можно ли завести кота?", "Кота зовут"),
    ],
)
def test_russian_questions_are_answered_from_russian_passages(embedder: Embedder, question: str, found: str) -> None:
    assert found in answer(embedder, question, LEASE_RU)


@pytest.mark.parametrize(
    "question", ["Who won the football match in Madrid?", "Which taxes apply to imports of steel?"]
)
def test_what_the_passages_do_not_say_is_not_answered(embedder: Embedder, question: str) -> None:
    assert answer(embedder, question) == "The documents do not say anything about this."


def test_the_same_in_russian(embedder: Embedder) -> None:
    assert answer(embedder, "Какая столица Франции?", LEASE_RU) == "В документах об этом ничего не сказано."


def test_without_passages_nothing_is_invented(embedder: Embedder) -> None:
    assert "documents" in reply(read_prompt([{"role": "user", "content": "How much is the rent?"}]), embedder)


def test_every_citation_is_of_a_passage_that_holds_the_sentence(embedder: Embedder) -> None:
    text = answer(embedder, "Tell me everything about the flat, the rent, the deposit and the cat")
    for number, words in ((1, "900 euros"), (2, "1800 euros"), (3, "Murka")):
        sentence = next(line for line in text.split("]") if words in line)
        assert sentence.endswith(f"[{number}")


@pytest.mark.parametrize(
    "messages",
    [
        [{"role": "system", "content": LEASE}, {"role": "user", "content": "How much is the rent?"}],
        [{"role": "user", "content": f"How much is the rent?\n\n{LEASE}"}],
        [
            {
                "role": "user",
                "content": f"<passages>\n{LEASE}\n</passages>\n\n<question>How much is the rent?</question>",
            }
        ],
        [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": LEASE},
                    {"type": "text", "text": "Question: How much is the rent?"},
                ],
            }
        ],
        [
            {"role": "system", "content": "Cite as [1]."},
            {"role": "user", "content": f"{LEASE}\n\nHow much is the rent?"},
        ],
    ],
)
def test_question_and_passages_are_found_wherever_they_stand(messages: list[dict[str, object]]) -> None:
    prompt = read_prompt(messages)
    assert prompt.kind == "answer"
    assert prompt.question == "How much is the rent?"
    assert [passage.number for passage in prompt.passages] == [1, 2, 3]
    assert prompt.passages[2].text.endswith("twice a day.")


def test_the_bots_own_prompt_is_understood(embedder: Embedder) -> None:
    texts = ("The rent is 900 euros.\n[7] is a number in the text.", "The deposit is 1800 euros.")
    passages = [
        Passage(document_id="a", document_name="lease (1).pdf", locator="page 3", position=0, text=text, score=1)
        for text in texts
    ]
    question = Question(
        user_id=1,
        chat_id=1,
        text="And how much is the deposit?",
        language="en",
        dialogue=(Turn(question="How much is the rent?", answer="900 euros [1]."),),
    )
    prompt = read_prompt(messages(question, passages))

    assert prompt.question == "And how much is the deposit?"
    assert prompt.earlier == ("How much is the rent?",)
    assert [passage.text for passage in prompt.passages] == [texts[0].replace("[7]", "⟦7⟧"), texts[1]]
    assert reply(prompt, embedder) == "The deposit is 1800 euros [2]."


def test_a_question_that_names_nothing_is_about_what_was_asked_before(embedder: Embedder) -> None:
    messages = [
        {"role": "user", "content": "When do I get the deposit back?"},
        {"role": "assistant", "content": "Within 60 days [2]."},
        {"role": "user", "content": f"{LEASE}\n\nQuestion: And how much is it?"},
    ]
    assert "1800 euros" in reply(read_prompt(messages), embedder)


def test_a_follow_up_takes_along_the_words_it_leans_on() -> None:
    messages = [
        {"role": "system", "content": "Rewrite the last question as a standalone search query."},
        {"role": "user", "content": "How much is the rent of the flat in Oak Street?"},
        {"role": "assistant", "content": "900 euros [1]."},
        {"role": "user", "content": "And the deposit?"},
    ]
    prompt = read_prompt(messages)
    assert prompt == Prompt(
        kind="rewrite", question="And the deposit?", earlier=("How much is the rent of the flat in Oak Street?",)
    )
    assert standalone(prompt.question, prompt.earlier) == "And the deposit? (rent flat Oak Street)"


def test_a_question_without_history_stays_as_it_is() -> None:
    assert standalone("How much is the rent?", ()) == "How much is the rent?"


def test_a_heading_in_the_line_stays_with_its_sentence() -> None:
    assert [unit.text for unit in units("Залог. При заселении вносится залог 90 000 рублей. Он возвращается.")] == [
        "Залог. При заселении вносится залог 90 000 рублей.",
        "Он возвращается.",
    ]


def test_a_figure_is_given_where_one_is_asked_for(embedder: Embedder) -> None:
    passages = "[1] Договор аренды квартиры\n\nАрендная плата составляет 45 000 рублей в месяц."
    assert answer(embedder, "Сколько стоит аренда?", passages) == "Арендная плата составляет 45 000 рублей в месяц [1]."


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (
            "The fee is 3.5 percent. Is it due? Yes!",
            {"The fee is 3.5 percent.": "sentence", "Is it due?": "sentence", "Yes!": "sentence"},
        ),
        (
            "- first item\n- second item\nA line of its own.\n1. third",
            {"first item": "item", "second item": "item", "A line of its own.": "sentence", "third": "item"},
        ),
        (
            "A line that was broken in\nthe middle of its sentence. And more",
            {"A line that was broken in the middle of its sentence.": "sentence", "And more": "sentence"},
        ),
        (
            "Rental agreement – Lindenstrasse 14\n\n2. Rent\nThe monthly rent is 1,180 euros.",
            {
                "Rental agreement – Lindenstrasse 14": "heading", "2. Rent": "heading",
                "The monthly rent is 1,180 euros.": "sentence",
            },
        ),
        (
            "Region | Month\nRegion: North; Month: March\nKitchen | 40 euros",
            {"Region | Month": "heading", "Region: North; Month: March": "row", "Kitchen | 40 euros": "row"},
        ),
        (
            ("Anna (2025-04-16 05:26): My cat is ill. Any advice?\nand a second line\n"
            "Boris → Anna (2025-04-16 05:27): No"),
            {
                "Anna (2025-04-16 05:26): My cat is ill. Any advice? and a second line": "message",
                "Boris → Anna (2025-04-16 05:27): No": "message",
            },
        ),
    ],
)  # fmt: skip
def test_a_text_is_cut_at_its_lines_rows_messages_and_sentences(text: str, kinds: dict[str, str]) -> None:
    assert {unit.text: unit.kind for unit in units(text)} == kinds


@pytest.mark.parametrize("mark", ["", "# "])
def test_a_heading_is_no_answer(embedder: Embedder, mark: str) -> None:
    passages = f"[1] {mark}The lighthouse of Arkona\n\nIts first keeper was called Tobias Brandt."
    said = answer(embedder, "Who was the first keeper of the lighthouse?", passages)
    assert said == "Its first keeper was called Tobias Brandt [1]."
