"""What each failure of the LLM service leads to, as a table."""

from datetime import UTC, datetime

import pytest

from personal_bot.llm.errors import Fault, one_line, retry_after
from personal_bot.llm.verdicts import ATTEMPTS, GiveUp, Retry, decide


def decided(fault: Fault, attempt: int = 1) -> Retry | GiveUp:
    return decide(fault, attempt=attempt, jitter=0.5, model="gpt-5-mini", longest_wait=600)


@pytest.mark.parametrize(
    ("fault", "refusal", "reason"),
    [
        (Fault(status=401), "llm_key_refused", "KeyRefused"),
        (Fault(status=403), "llm_key_refused", "KeyRefused"),
        (Fault(status=404, code="model_not_found"), "llm_model_missing", "ModelMissing"),
        (Fault(status=400, code="model_not_found"), "llm_model_missing", "ModelMissing"),
        (Fault(status=402), "llm_quota_exhausted", "QuotaExhausted"),
        (Fault(status=429, code="insufficient_quota"), "llm_quota_exhausted", "QuotaExhausted"),
        (Fault(status=429, retry_after=601), "llm_rate_limited", "RateLimited"),
        (Fault(status=400, code="context_length_exceeded"), "llm_too_long", None),
        (Fault(status=422), "llm_rejected", None),
    ],
)
def test_what_no_second_try_can_mend_is_refused_at_once(fault: Fault, refusal: str, reason: str | None) -> None:
    verdict = decided(fault)
    assert isinstance(verdict, GiveUp)
    assert verdict.refusal.key == refusal
    assert (verdict.state.reason if verdict.state else None) == reason


@pytest.mark.parametrize(
    ("fault", "refusal", "reason"),
    [
        (Fault(status=429), "llm_rate_limited", "RateLimited"),
        (Fault(status=500), "llm_unreachable", "Unreachable"),
        (Fault(status=503), "llm_unreachable", "Unreachable"),
        (Fault(status=408), "llm_unreachable", "Unreachable"),
        (Fault(detail="ConnectError"), "llm_unreachable", "Unreachable"),
    ],
)
def test_what_may_pass_is_tried_again_but_not_for_ever(fault: Fault, refusal: str, reason: str) -> None:
    waits = [decided(fault, attempt) for attempt in range(1, ATTEMPTS)]
    seconds = [wait.seconds for wait in waits if isinstance(wait, Retry)]
    assert seconds == sorted(set(seconds))
    assert len(seconds) == ATTEMPTS - 1
    last = decided(fault, ATTEMPTS)
    assert isinstance(last, GiveUp)
    assert last.refusal.key == refusal
    assert last.state
    assert last.state.reason == reason


def test_the_service_is_waited_for_as_long_as_it_asks() -> None:
    verdict = decided(Fault(status=429, retry_after=12))
    assert isinstance(verdict, Retry)
    assert verdict.asked
    assert 12 < verdict.seconds < 13


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after": "Fri, 02 Jan 2026 00:00:30 GMT"}, 30),
        ({"retry-after": "Thu, 01 Jan 2026 00:00:00 GMT"}, 0),
        ({"retry-after": "soon"}, None),
        ({}, None),
    ],
)
def test_retry_after_is_read_in_each_of_its_forms(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, now=datetime(2026, 1, 2, tzinfo=UTC)) == seconds


def test_a_message_is_one_short_line_without_keys() -> None:
    line = one_line("Incorrect key:\n sk-proj-abc***xyz " + "x" * 500)
    assert line.startswith("Incorrect key: sk-*** x")
    assert len(line) == 300
