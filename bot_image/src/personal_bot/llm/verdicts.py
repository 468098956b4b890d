"""What to do after a failed request: try again, and when, or give up with a sentence. Pure; carried out in `client`.

One person's question that is refused says nothing about the service, so it never changes the state at `/statusz`.
"""

from dataclasses import dataclass
from typing import Final

from personal_bot.llm.causes import Cause, cause_of
from personal_bot.llm.errors import Fault
from personal_bot.models import LLMState, RefusedError
from personal_bot.texts import known

ATTEMPTS: Final = 6
FIRST_BACKOFF: Final = 0.5  # seconds
LONGEST_BACKOFF: Final = 20.0  # seconds

_SENTENCES: Final = {
    Cause.KEY: "llm_key_refused",
    Cause.QUOTA: "llm_quota_exhausted",
    Cause.MODEL_MISSING: "llm_model_missing",
    Cause.MODEL_FORBIDDEN: "llm_model_forbidden",
    Cause.COUNTRY: "llm_country_refused",
    Cause.MODERATION: "llm_flagged",
    Cause.TOO_LONG: "llm_too_long",
    Cause.ADDRESS: "llm_address_wrong",
    Cause.PROXY: "llm_proxy_refuses",
    Cause.TLS: "llm_certificate",
    Cause.SLOW: "llm_slow",
    Cause.REJECTED: "llm_rejected",
    Cause.BUSY: "llm_rate_limited",
    Cause.AWAY: "llm_unreachable",
}
_STATES: Final = {
    # The service's own sentence about a key quotes a part of it: it goes nowhere.
    Cause.KEY: ("KeyRefused", "the service refuses the key"),
    Cause.QUOTA: ("QuotaExhausted", "the key's quota is used up"),
    Cause.MODEL_MISSING: ("ModelMissing", "the service does not offer the model {model}: {detail}"),
    Cause.MODEL_FORBIDDEN: ("ModelForbidden", "the key may not use the model {model}: {detail}"),
    Cause.COUNTRY: ("CountryRefused", "the service does not serve the country that the bot runs in"),
    Cause.ADDRESS: ("AddressWrong", "there is no such API under spec.llm.baseUrl: {detail}"),
    Cause.PROXY: ("Unreachable", "the proxy on the way to the service refuses: {detail}"),
    Cause.TLS: ("Unreachable", "the certificate of the service is not trusted: {detail}"),
    Cause.SLOW: ("Unreachable", "the service did not begin to answer in time"),
    Cause.BUSY: ("RateLimited", "the service's rate limit is reached"),
    Cause.AWAY: ("Unreachable", "the LLM service fails: {detail}"),
}
_VALUES: Final = {
    Cause.MODEL_MISSING: ("model",),
    Cause.MODEL_FORBIDDEN: ("model", "detail"),
    Cause.REJECTED: ("detail",),
    Cause.BUSY: ("seconds",),
}
"""What the sentences need."""
_TRIED_AGAIN: Final = frozenset({Cause.BUSY, Cause.AWAY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """Try again after this many seconds; `asked` when the service itself told how long."""

    seconds: float
    asked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveUp:
    """No use in trying again: `refusal` tells the person, `state` tells `/statusz` (None: it says nothing new)."""

    refusal: RefusedError
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
    cause = cause_of(fault)
    wait = _wait(fault, attempt, jitter)
    if cause in _TRIED_AGAIN and attempt < ATTEMPTS and wait.seconds <= longest_wait:
        return wait

    detail = fault.detail or (f"HTTP {fault.status}" if fault.status else "no answer")
    facts = {"model": model, "detail": detail, "seconds": round(wait.seconds)}
    values = {name: facts[name] for name in _VALUES.get(cause, ())}
    refusal = RefusedError(known(_SENTENCES[cause]), **values)
    if cause not in _STATES:
        return GiveUp(refusal=refusal, state=None)
    reason, message = _STATES[cause]
    return GiveUp(
        refusal=refusal, state=LLMState(ready=False, reason=reason, message=message.format(model=model, detail=detail))
    )


def _wait(fault: Fault, attempt: int, jitter: float) -> Retry:
    if fault.retry_after is not None:
        return Retry(seconds=fault.retry_after + 0.05 + 0.2 * jitter, asked=True)
    backoff = min(FIRST_BACKOFF * 2 ** (attempt - 1), LONGEST_BACKOFF)
    return Retry(seconds=backoff * (0.75 + 0.5 * jitter), asked=False)
