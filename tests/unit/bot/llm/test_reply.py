"""However an answer ends, the person is told what there is of it, and what it took is counted."""

from typing import Any

import pytest

from personal_bot.llm.errors import ServiceError
from personal_bot.llm.reply import End, Reply, Usage
from personal_bot.models import RefusedError


def piece(content: Any = None, reason: str | None = None, **delta: Any) -> dict[str, Any]:
    told = delta if content is None else {"content": content} | delta
    return {"choices": [{"index": 0, "delta": told, "finish_reason": reason}]}


def reply(*events: dict[str, Any]) -> Reply:
    made = Reply()
    for event in events:
        made.add(event)
    return made


DONE = {"done": True}


@pytest.mark.parametrize(
    ("events", "complete"),
    [
        ((piece("Bread."), piece(reason="stop")), True),
        ((piece("Bread."), piece(reason="eos")), True),
        ((piece("Bread."), piece(reason="STOP")), True),
        ((piece("Bread."), piece(reason="")), True),
        ((piece("Bread."), DONE), True),
        ((piece("Bread.", ""), DONE), True),
        ((piece("Bread."), piece(reason="length")), False),
        ((piece("Bread."), piece(reason="MAX_TOKENS")), False),
        ((piece("Bread."), piece(reason="content_filter")), False),
        (({"choices": [{"message": {"content": "Bread."}, "finish_reason": "stop"}]},), True),
        (({"choices": [{"message": {"content": "Bread."}}]},), True),
        (({"choices": [{"text": "Bread.", "finish_reason": "stop"}]},), True),
        ((piece(role="assistant"), {"choices": []}, {"choices": None}, piece("Bread."), piece(reason="stop")), True),
    ],
)
def test_the_text_is_whole_unless_a_limit_or_a_filter_ended_it(events: Any, complete: bool) -> None:
    assert reply(*events).end() == End(text="Bread.", complete=complete)


@pytest.mark.parametrize("events", [(), (piece("Bread"),), (piece("Bread"), piece(reason="error")), ({"choices": []},)])
def test_a_stream_that_does_not_say_why_it_ends_was_cut(events: Any) -> None:
    with pytest.raises(ServiceError):
        reply(*events).end()


@pytest.mark.parametrize(
    ("events", "key"),
    [
        ((piece("", "stop"),), "llm_said_nothing"),
        ((piece(reasoning_content="hm"), piece("", "stop")), "llm_said_nothing"),
        ((piece(reasoning_content="hm"), piece("", "length")), "llm_only_thought"),
        ((piece("<think>hm"), piece(reason="length")), "llm_only_thought"),
        ((piece("<think>hm</think>\n\n"), piece(reason="stop")), "llm_said_nothing"),
        ((piece("\n"), DONE), "llm_said_nothing"),
        ((piece(reason="content_filter"),), "llm_filtered"),
        ((piece(reason="SAFETY"),), "llm_filtered"),
    ],
)
def test_no_answer_is_told_as_none(events: Any, key: str) -> None:
    with pytest.raises(RefusedError, match=f"^{key}$"):
        reply(*events).end()


@pytest.mark.parametrize(
    ("usage", "told"),
    [
        ({"prompt_tokens": 7, "completion_tokens": 3}, Usage(prompt=7, completion=3, told=True)),
        ({"input_tokens": 7, "output_tokens": 3}, Usage(prompt=7, completion=3, told=True)),
        ({"prompt_tokens": None, "completion_tokens": None}, Usage()),
        ({}, Usage()),
        (None, Usage()),
    ],
)
def test_what_was_used_is_what_the_service_tells(usage: Any, told: Usage) -> None:
    assert reply(piece("Bread."), {"choices": [], "usage": usage}).usage == told
