"""What is spent, by day and person, and the budget that ends it."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from personal_bot.handlers.personal_settings import chat_models
from personal_bot.handlers.usage_report import usage_report
from personal_bot.llm.offered import models_of
from personal_bot.models import RefusedError
from personal_bot.state.usage import NOBODY, Price, Prices, Spent, Usage, money

ANNA, BORIS = 1001, 1002
PRICES = Prices(models={"gpt-5": Price(prompt=1, completion=10), "gpt-5-mini": Price(prompt=0.25, completion=2)})


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def spend(usage: Usage, user_id: int, tokens: int, model: str = "gpt-5-mini") -> Spent:
    with usage.spending(user_id) as spent:
        usage.tokens(model, prompt=tokens, completion=tokens)
    return spent


@pytest.mark.parametrize(
    ("model", "cost"), [("gpt-5-mini", 2.25), ("gpt-5-mini-2025-08-07", 2.25), ("gpt-5-pro", 11.0), ("llama3", 0.0)]
)
def test_a_model_costs_what_the_longest_beginning_of_its_name_says(model: str, cost: float) -> None:
    assert PRICES.cost(model, prompt=1_000_000, completion=1_000_000) == cost


def test_what_is_spent_is_counted_by_day_and_person_and_survives(tmp_path: Path, clock: Clock) -> None:
    usage = Usage(tmp_path, PRICES, now=clock)
    spend(usage, ANNA, 1000)
    clock.now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    spend(usage, ANNA, 100)
    spend(usage, BORIS, 10)
    usage = Usage(tmp_path, PRICES, now=clock)
    assert {day: spent.requests for day, spent in usage.days().items()} == {"2026-11-24": 2, "2026-11-23": 1}
    assert {person: spent.prompt for person, spent in usage.people().items()} == {ANNA: 1100, BORIS: 10}
    assert usage.total().cost == pytest.approx(1110 * 2.25 / 1_000_000)
    clock.now = datetime(2026, 12, 1, 12, tzinfo=UTC)
    assert usage.total() == Spent()


async def test_requests_at_the_same_time_are_counted_for_their_own_people(tmp_path: Path) -> None:
    usage = Usage(tmp_path, PRICES)

    async def ask(user_id: int) -> None:
        with usage.spending(user_id) as spent:
            for _ in range(5):
                await asyncio.create_task(write(user_id))
            assert spent.prompt == 5 * user_id

    async def write(tokens: int) -> None:
        await asyncio.sleep(0)
        usage.tokens("gpt-5-mini", prompt=tokens, completion=0)

    await asyncio.gather(*(ask(user_id) for user_id in range(1, 20)))
    assert {person: spent.prompt for person, spent in usage.people().items()} == {n: 5 * n for n in range(1, 20)}


def test_the_budget_warns_once_and_then_stops_until_the_next_month(tmp_path: Path, clock: Clock) -> None:
    prices = Prices(models=PRICES.models, budget=1.0)
    usage = Usage(tmp_path, prices, now=clock)
    spend(usage, ANNA, 300_000)
    assert not usage.warning_due()
    usage.require_budget()
    spend(usage, BORIS, 100_000)
    assert usage.warning_due()
    assert not Usage(tmp_path, prices, now=clock).warning_due()
    spend(usage, BORIS, 100_000)
    with pytest.raises(RefusedError, match="budget_spent"):
        usage.require_budget()
    clock.now = datetime(2026, 12, 1, tzinfo=UTC)
    usage.require_budget()


def test_who_is_forgotten_leaves_the_sums_behind_and_not_the_name(tmp_path: Path, clock: Clock) -> None:
    usage = Usage(tmp_path, PRICES, now=clock)
    spend(usage, ANNA, 10)
    before = usage.total()
    usage.forget_person(ANNA)
    assert usage.people().keys() == {NOBODY}
    assert Usage(tmp_path, PRICES, now=clock).total() == before
    assert not any(str(ANNA) in file.read_text() for file in tmp_path.iterdir())


def test_a_damaged_month_begins_anew(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "2026-11.json").write_text('{"rows": [[1]]}')
    assert Usage(tmp_path, PRICES, now=clock).total() == Spent()


def test_the_owner_sees_everybody_and_others_only_themselves(tmp_path: Path) -> None:
    usage = Usage(tmp_path, Prices(models=PRICES.models, budget=5.0))
    spend(usage, ANNA, 1_000_000)
    spend(usage, BORIS, 1000)
    everybody = usage_report(usage, ANNA, "en", everybody=True)
    assert "requests: 2" in everybody
    assert "1\u202f001\u202f000 in" in everybody
    assert "Budget: 5.00 USD, left: 2.75 USD" in everybody
    assert f"\n{BORIS} — " in everybody
    own = usage_report(usage, BORIS, "en", everybody=False)
    assert "requests: 1" in own
    assert "Budget" not in own
    assert "By person" not in own


@pytest.mark.parametrize(("amount", "text"), [(0, "0.00 USD"), (0.0123, "0.0123 USD"), (3.456, "3.46 USD")])
def test_small_amounts_are_not_shown_as_nothing(amount: float, text: str) -> None:
    assert money(amount, "USD") == text


def test_models_that_do_not_answer_are_not_offered() -> None:
    names = ["gpt-5", "text-embedding-3-small", "whisper-1", "gpt-4o-mini-tts", "x" * 90]
    assert chat_models(models_of(names), configured="gpt-5-mini") == ["gpt-5-mini", "gpt-5"]


def test_how_much_of_the_budget_is_spent_starts_anew_with_the_month(tmp_path: Path, clock: Clock) -> None:
    prices = Prices(models=PRICES.models, budget=4.5)
    usage = Usage(tmp_path, prices, now=clock)
    assert usage.used_percent() == 0
    spend(usage, ANNA, 1_500_000)
    assert usage.used_percent() == 75
    clock.now = datetime(2026, 12, 1, tzinfo=UTC)
    assert usage.used_percent() == 0
    assert Usage(tmp_path, PRICES, now=clock).used_percent() is None
