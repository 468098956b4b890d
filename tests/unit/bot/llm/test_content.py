"""What a model thinks is never its answer, however a service sends it."""

import pytest

from personal_bot.llm.content import Shown, has_thinking, shown, text_of

ANSWER = "The cat is called Murka [1]."


@pytest.mark.parametrize(
    "text",
    [
        f"<think>\nThe user asks. [1] says so.\n</think>\n\n{ANSWER}",
        f"The user asks. [1] says so.\n</think>\n\n{ANSWER}",
        f"<think>\n\n</think>\n\n{ANSWER}",
        f"\n <thinking>hm</thinking>{ANSWER}",
        f"[THINK]hm[/THINK]{ANSWER}",
        f"◁think▷hm◁/think▷{ANSWER}",
        f"<seed:think>hm</seed:think>{ANSWER}",
        f"<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>{ANSWER}<|return|>",
        f"<think>one</think><think>two</think>{ANSWER}",
        ANSWER,
    ],
)
def test_thinking_is_taken_out_of_an_answer(text: str) -> None:
    assert shown(text) == Shown(answer=ANSWER, thinking=False)


@pytest.mark.parametrize("text", ["<think>", "<think>\nThe user", "<think>a</think><think>b", "[THINK] hm"])
def test_nothing_is_shown_while_the_model_thinks(text: str) -> None:
    assert shown(text) == Shown(answer="", thinking=True)


def test_a_tag_that_is_still_on_its_way_is_not_shown() -> None:
    text = f"<think>hm</think>{ANSWER}"
    pieces = [shown(text[:length]).answer for length in range(len(text) + 1)]
    assert all(ANSWER.startswith(piece) for piece in pieces)
    assert pieces[-1] == ANSWER


@pytest.mark.parametrize(
    "text",
    [
        "Use the tag `</think>` to end it.",
        "```xml\n<think>\nhm\n</think>\n```",
        "Less than: a < b, and <b>bold</b>",
        "A model writes <think> first.",
    ],
)
def test_an_answer_about_tags_stays_whole(text: str) -> None:
    assert shown(text).answer == text


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("plain", "plain"),
        (None, ""),
        ([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}], "ab"),
        ([{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}, {"type": "text", "text": "a"}], "a"),
        ([{"type": "output_text", "text": "a"}, {"type": "reference", "reference_ids": [1]}], "a"),
        (["a", "b"], "ab"),
        ({"type": "text", "text": "a"}, "a"),
        ([{"type": "text", "text": {"value": "a"}}], "a"),
        (7, ""),
    ],
)
def test_content_may_be_a_list_of_parts(content: object, text: str) -> None:
    assert text_of(content) == text


@pytest.mark.parametrize(
    ("delta", "thinks"),
    [
        ({"reasoning_content": "hm"}, True),
        ({"reasoning": "hm", "content": ""}, True),
        ({"content": [{"type": "thinking", "thinking": []}]}, True),
        ({"content": "a"}, False),
        ({"reasoning_content": None}, False),
    ],
)
def test_thinking_in_a_field_of_its_own_is_known(delta: dict[str, object], thinks: bool) -> None:
    assert has_thinking(delta) is thinks
