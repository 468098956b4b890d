"""How a model's window is shared."""

import pytest

from personal_bot.answers.context_window import newest, room_in, window_of
from personal_bot.knowledge.extract.chunks import SIZE
from personal_bot.models import Turn


@pytest.mark.parametrize(
    ("model", "told", "window"),
    [
        ("gpt-5-mini", None, 400_000),
        ("gpt-5-mini", 32_000, 32_000),
        ("openai/gpt-4o-mini", None, 128_000),
        ("gpt-4", 0, 8_192),
        ("somebodys-own", None, 8_192),
    ],
)
def test_what_the_service_tells_comes_before_what_the_name_tells(model: str, told: int | None, window: int) -> None:
    assert window_of(model, told=told) == window


@pytest.mark.parametrize("window", [2_048, 4_096, 8_192, 16_385, 128_000, 1_000_000])
def test_passages_with_their_neighbours_and_the_dialogue_leave_half_of_the_window_for_the_answer(window: int) -> None:
    room = room_in(window)
    budget = room.passages
    assert budget.hits >= 1
    assert budget.tokens >= SIZE
    assert budget.tokens + 2 * budget.widened * SIZE + room.dialogue <= window // 2
    assert min(budget.hits * SIZE, budget.tokens) + 2 * budget.widened * SIZE <= 4_500


def test_the_newest_turns_stay_when_not_all_fit() -> None:
    turns = [Turn(question=f"Question {number}", answer="word " * 100) for number in range(5)]
    assert newest(turns, within=300) == tuple(turns[-2:])
    assert newest(turns, within=10_000) == tuple(turns)
    assert newest(turns, within=0) == ()
