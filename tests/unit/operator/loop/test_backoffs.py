"""How long the next try waits after failures and refusals."""

import pytest

from personalbots_operator.cache.bot import Key
from personalbots_operator.decision.world import Backoff
from personalbots_operator.loop import backoffs
from personalbots_operator.loop.backoffs import Backoffs
from support.resources import NOW

ANNA = Key("bots", "anna")


class Clock:
    now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tries(clock: Clock) -> Backoffs:
    return Backoffs(clock)


@pytest.mark.parametrize(
    ("failures", "refusal", "pause"),
    [(1, "", 0), (2, "", 4), (5, "", 32), (50, "", 300), (1, "no", 2), (2, "no", 4), (50, "no", 60)],
)
def test_pauses_grow_up_to_a_limit(failures: int, refusal: str, pause: float, tries: Backoffs) -> None:
    for _ in range(failures):
        tries.add_failure(ANNA, refusal=refusal)
    assert (tries.of(ANNA).next_try, tries.of(ANNA).refusal) == (NOW + pause, refusal)


def test_the_count_starts_anew_after_a_long_time_without_failures(clock: Clock, tries: Backoffs) -> None:
    for _ in range(5):
        tries.add_failure(ANNA)
    clock.now += backoffs.FORGIVEN_SECONDS
    tries.add_failure(ANNA)
    assert tries.of(ANNA).next_try == clock.now


def test_a_pod_that_was_created_ends_a_refusal_and_no_failures(tries: Backoffs) -> None:
    tries.add_failure(ANNA, refusal="exceeded quota")
    tries.clear_refusal(ANNA)
    assert tries.of(ANNA) == Backoff()
    tries.add_failure(ANNA)
    tries.add_failure(ANNA)
    tries.clear_refusal(ANNA)
    assert tries.of(ANNA).next_try == NOW + 4


def test_a_refused_size_is_news_once_and_tried_again_later(clock: Clock, tries: Backoffs) -> None:
    assert tries.add_refused_size(ANNA, "2Gi")
    assert not tries.add_refused_size(ANNA, "2Gi")
    assert tries.of(ANNA).ungrowable == "2Gi"
    clock.now += backoffs.GROW_AGAIN_SECONDS
    assert tries.of(ANNA).ungrowable == ""


def test_nothing_is_kept_of_a_forgotten_bot(tries: Backoffs) -> None:
    tries.add_failure(ANNA)
    tries.add_refused_size(ANNA, "2Gi")
    tries.forget(ANNA)
    assert len(tries) == 0
