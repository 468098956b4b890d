"""What a failed request to the LLM service means, and whether to try again: decided here, carried out in `client`.

The codes are those of the OpenAI API (https://platform.openai.com/docs/guides/error-codes); servers that imitate it
keep at least the HTTP status.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from personal_bot.models import LLMState, Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

ATTEMPTS = 6
FIRST_BACKOFF = 0.5
LONGEST_BACKOFF = 20.0

_QUOTA_CODES = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})
_MODEL_CODES = frozenset({"model_not_found", "model_not_available"})
_LENGTH_CODES = frozenset({"context_length_exceeded", "string_above_max_length"})
_KEY_LIKE = re.compile(r"\b(?:sk|pk|key)-[\w*.-]{4,}")
_LONGEST_DETAIL = 200


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A request that failed.

    Attributes:
        status: the HTTP status; None when no answer came (no connection, a timeout, a stream that broke off).
        code: the API's own name of the error, "" when there is none.
        detail: what the service says, one line, without anything that looks like a key.
        retry_after: seconds that the service asks to wait, None when it does not say.
        codes: all names and numbers of the error, and the fields of the request that it complains about.
        answered: an answer came, be it one without a status, as in the middle of a stream.
    """

    status: int | None = None
    code: str = ""
    detail: str = ""
    retry_after: float | None = None
    codes: frozenset[str] = frozenset()
    answered: bool = False


@dataclass(frozen=True, kw_only=True)
class Retry:
    """Try again after this many seconds; `asked` when the service itself told how long."""

    seconds: float
    asked: bool


@dataclass(frozen=True, kw_only=True)
class GiveUp:
    """No use in trying again: `refusal` tells the person, `state` tells `/statusz` (None: it says nothing new)."""

    refusal: Refusal
    state: LLMState | None


def decide(fault: Fault, *, attempt: int, jitter: float, model: str, longest_wait: float) -> Retry | GiveUp:
    """What to do after the `attempt`-th failure (from 1).

    Args:
        fault: what failed.
        attempt: how many attempts have failed, this one included.
        jitter: a random number in [0, 1): spreads the retries of many bots.
        model: the model asked for, for the sentence.
        longest_wait: seconds; a service that asks for more is not waited for.
    """
    if fatal := _fatal(fault, model):
        return fatal
    wait = _wait(fault, attempt, jitter)
    if attempt >= ATTEMPTS or wait.seconds > longest_wait:
        return _exhausted(fault, wait)
    return wait


def _fatal(fault: Fault, model: str) -> GiveUp | None:
    if fault.code in _QUOTA_CODES or fault.status == 402:  # noqa: PLR2004 - HTTP's own number
        return GiveUp(
            refusal=Refusal("llm_quota_exhausted"), state=_bad("QuotaExhausted", "the key's quota is used up")
        )
    if fault.code in _MODEL_CODES or fault.status == 404:  # noqa: PLR2004
        return GiveUp(
            refusal=Refusal("llm_model_missing", model=model),
            state=_bad("ModelMissing", f"the service does not offer the model {model}: {fault.detail}"),
        )
    if fault.status in {401, 403}:
        # The service's own sentence quotes a part of the key: it goes nowhere.
        return GiveUp(refusal=Refusal("llm_key_refused"), state=_bad("KeyRefused", "the service refuses the key"))
    if fault.code in _LENGTH_CODES:
        return GiveUp(refusal=Refusal("llm_too_long"), state=None)
    if fault.status is not None and 400 <= fault.status < 500 and fault.status not in {408, 409, 429}:  # noqa: PLR2004
        return GiveUp(refusal=Refusal("llm_rejected", detail=fault.detail or f"HTTP {fault.status}"), state=None)
    return None


def _wait(fault: Fault, attempt: int, jitter: float) -> Retry:
    if fault.retry_after is not None:
        return Retry(seconds=fault.retry_after + 0.05 + 0.2 * jitter, asked=True)
    backoff = min(FIRST_BACKOFF * 2 ** (attempt - 1), LONGEST_BACKOFF)
    return Retry(seconds=backoff * (0.75 + 0.5 * jitter), asked=False)


def _exhausted(fault: Fault, wait: Retry) -> GiveUp:
    if fault.status == 429:  # noqa: PLR2004
        refusal = Refusal("llm_rate_limited", seconds=round(wait.seconds))
        return GiveUp(refusal=refusal, state=_bad("RateLimited", "the service's rate limit is reached"))
    message = f"HTTP {fault.status}" if fault.status else fault.detail or "no answer"
    return GiveUp(refusal=Refusal("llm_unreachable"), state=_bad("Unreachable", f"the LLM service fails: {message}"))


def _bad(reason: str, message: str) -> LLMState:
    return LLMState(ready=False, reason=reason, message=message)


def one_line(text: object) -> str:
    """`text` as one line fit for a status message: no line breaks, nothing that looks like a key, not long."""
    line = _KEY_LIKE.sub("***", " ".join(str(text).split()))
    return line if len(line) <= _LONGEST_DETAIL else line[: _LONGEST_DETAIL - 1] + "…"


def retry_after(headers: Mapping[str, str], *, now: datetime) -> float | None:
    """Seconds to wait by the headers ``retry-after-ms`` (OpenAI's own) and ``retry-after`` (RFC 9110, both forms)."""
    try:
        if milliseconds := headers.get("retry-after-ms"):
            return max(0.0, float(milliseconds) / 1000)
        if not (value := headers.get("retry-after")):
            return None
        if value.replace(".", "", 1).isdigit():
            return float(value)
        return max(0.0, (parsedate_to_datetime(value) - now).total_seconds())
    except (ValueError, TypeError):
        return None
