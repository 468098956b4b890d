"""Why a service refused: the status that it sent says little, its codes and its sentence say the rest. Pure.

The codes are those of the OpenAI API (https://platform.openai.com/docs/guides/error-codes) and of services that speak
it; the words are from their published refusals. A code counts before a sentence, a sentence before the status.
"""

import re
from collections.abc import Set as AbstractSet
from enum import Enum, auto
from typing import Final

from personal_bot.llm.errors import Fault


class Cause(Enum):
    """What is wrong, as far as it decides who can do something about it."""

    KEY = auto()
    """The key is wrong, expired, or of another service."""
    QUOTA = auto()
    """There is no money, or none left."""
    MODEL_MISSING = auto()
    """The service does not offer the model."""
    MODEL_FORBIDDEN = auto()
    """The service offers the model, and not to this key."""
    COUNTRY = auto()
    """The service does not serve the country that the request came from."""
    MODERATION = auto()
    """The service's moderation holds the question or the answer back."""
    TOO_LONG = auto()
    """The request has more tokens than the model takes."""
    ADDRESS = auto()
    """There is no such service under the address."""
    PROXY = auto()
    """The proxy on the way refuses."""
    TLS = auto()
    """The certificate of the service, or of something on the way, is not trusted."""
    SLOW = auto()
    """It did not begin to answer in the time that a request may take: trying again would begin it anew."""
    REJECTED = auto()
    """Something else about the request."""
    BUSY = auto()
    """The service asks to come back later."""
    AWAY = auto()
    """No answer, or a fault of the service's own."""


_BY_CODE: Final = {
    "insufficient_quota": Cause.QUOTA,
    "billing_hard_limit_reached": Cause.QUOTA,
    "billing_not_active": Cause.QUOTA,
    "exceeded_current_quota_error": Cause.QUOTA,
    "insufficient_user_quota": Cause.QUOTA,
    "arrearage": Cause.QUOTA,
    "1113": Cause.QUOTA,  # Zhipu
    "model_not_found": Cause.MODEL_MISSING,
    "model_not_available": Cause.MODEL_MISSING,
    "deploymentnotfound": Cause.MODEL_MISSING,
    "model_not_supported": Cause.MODEL_MISSING,
    "invalid_model": Cause.MODEL_MISSING,
    "1211": Cause.MODEL_MISSING,  # Zhipu
    "model_permission_blocked_org": Cause.MODEL_FORBIDDEN,  # Groq
    "model_permission_blocked_project": Cause.MODEL_FORBIDDEN,
    "model_terms_required": Cause.MODEL_FORBIDDEN,
    "context_length_exceeded": Cause.TOO_LONG,
    "string_above_max_length": Cause.TOO_LONG,
    "exceed_context_size_error": Cause.TOO_LONG,  # llama.cpp
    "request_too_large": Cause.TOO_LONG,
    "unsupported_country_region_territory": Cause.COUNTRY,
    "content_filter": Cause.MODERATION,
    "content_policy_violation": Cause.MODERATION,
    "data_inspection_failed": Cause.MODERATION,  # DashScope
    "datainspectionfailed": Cause.MODERATION,
    "responsibleaipolicyviolation": Cause.MODERATION,
    "moderation_blocked": Cause.MODERATION,
    "invalid_prompt": Cause.MODERATION,
    "1301": Cause.MODERATION,  # Zhipu
    "invalid_api_key": Cause.KEY,
    "invalidapikey": Cause.KEY,
    "api_key_invalid": Cause.KEY,  # Gemini
    "authentication_error": Cause.KEY,
    "unauthenticated": Cause.KEY,
    "invalid_authentication_error": Cause.KEY,
    "invalid_iam_token": Cause.KEY,
    # Our own, for what comes before any answer; see `protocol`.
    "no first byte": Cause.SLOW,
    "certificate": Cause.TLS,
    "proxy": Cause.PROXY,
    "address": Cause.ADDRESS,
}

_NOT: Final = r"(not|n't|un)[ -]?"
_WORDS: Final = {
    # The order decides: what is said of the way there comes before what may stand in any sentence.
    Cause.PROXY: (r"\bfirewall\b", r"^(just a moment|attention required)"),  # the last two are Cloudflare's pages
    Cause.COUNTRY: (
        rf"(country|region|territory|location)\b.{{0,40}}{_NOT}(supported|available|allowed|served)",
        rf"{_NOT}(supported|available|allowed).{{0,40}}\b(country|region|territory|location)\b",
        r"geo.?restrict",
    ),
    Cause.TOO_LONG: (
        r"context.{0,3}(length|window|size|limit)",
        r"maximum (input|prompt) length",
        r"(prompt|input|request|message).{0,20} too (long|large|many tokens)",
        r"too many (input )?tokens",
        r"reduce the length",
        r"(exceeds?|longer than|larger than).{0,60}\btokens\b",
        r"\btokens?\b.{0,40}(exceeds?|must be|must have less|allowed)",
        r"must have less than \d+ tokens",
        r"range of input length",  # DashScope
        r"(超过|超出).{0,20}长度|长度.{0,10}(超过|超出)",  # longer than allowed
        r"current length is .{0,20}while limit is",  # Cerebras
        r"input length .{0,40}(exceed|larger|longer)",
    ),
    Cause.QUOTA: (
        r"exceeded your current quota",
        r"insufficient.{0,20}(balance|quota|credit|funds)",
        r"(balance|credit)s?\b.{0,40}(too low|insufficient|exhausted|not enough|depleted)",
        r"not enough (money|credits|balance|funds)",
        r"(out of|more|no|all available) credits",
        r"spending limit",
        r"\boverdue\b",
        r"key limit exceeded",  # OpenRouter
        r"余额|额度|欠费|充值",  # Chinese services and the gateways before them: balance, quota, arrears, top up
        r"\bbilling\b",
        r"payment required",
        r"\barrear",
        r"free tier.{0,20}(exhausted|used up)",
    ),
    Cause.MODERATION: (
        r"moderation",
        r"\bflagged\b",
        r"content.{0,3}(policy|filter|management)",
        r"safety (system|reasons|filter)",
        r"usage polic(y|ies)",
        r"inappropriate content",
        r"responsible ai",
    ),
    Cause.MODEL_FORBIDDEN: (
        r"(not|n't) have (access|permission).{0,40}model",
        r"model.{0,60}(not|n't) (have access|allowed|permitted|authori[sz]ed)",
        r"(not allowed|access denied|no access|permissions?) (to|for|on)\b.{0,30}\bmodel",
        r"must be verified to use the model",
        r"gated (repo|model)",
        r"access to model .{0,80}restricted",  # Hugging Face
        r"model.{0,40}(access denied|requires a (paid|higher))",
    ),
    Cause.MODEL_MISSING: (
        r"model.{0,80}(not (exist|found|offered|supported|available|valid|loaded)|n't exist|not been found)",
        r"model.{0,80}(unknown|deprecated|decommissioned|no longer)",
        r"(no such|unknown|invalid|unsupported|nonexistent) model",
        r"not a valid model",
        r"no (allowed providers|endpoints found|deployment)",
        r"try pulling it",  # Ollama
        r"no models? loaded",  # LM Studio
        r"model identifier is invalid",  # Bedrock
        r"模型.{0,40}(不存在|无可用|未找到)",  # does not exist, no channel has it
    ),
    Cause.KEY: (
        (
            r"(api.?key|token|credential|authori[sz]ation|authentication).{0,40}"
            r"(not valid|n't valid|invalid|incorrect|expired|revoked|missing|required|wrong|fail"
            r"|not provided|not found)"
        ),
        r"(invalid|incorrect|expired|missing|wrong|no|bad) .{0,20}(api.?key|auth|token\b|credential)",
        r"unauthori[sz]ed",
        r"\blogin\b",
    ),
}
_BY_WORDS: Final = {cause: re.compile("|".join(patterns)) for cause, patterns in _WORDS.items()}
_NOT_OF_THE_REQUEST: Final = frozenset({408, 409, 425, 429})
_QUOTA_STATUS, _KEY_STATUSES, _TOO_LARGE, _PROXY_STATUS = 402, frozenset({401, 403}), 413, 407
_NO_SUCH_PATH: Final = re.compile(
    r"invalid url|page not found|^(404 )?not found$|no (such )?route|cannot (post|get)|unknown (path|endpoint|url)"
    r"|resource not found|^404"
)
_PASSES: Final = re.compile(
    r"per (second|sec|minute|min|hour)\b|\b[rt]p[ms]\b|(try again|retry) (in|after)|rate[- ]limits?\b"
)
"""A rate that is reached is over soon, although its sentence offers to buy more (Groq, OpenAI, Gemini, Voyage)."""
_LASTS: Final = re.compile(r"(per|/)[- ]?(day|month)\b")
"""A day's or a month's share that is used up: Groq, which tells the wait, lets it flow back bit by bit."""
_NO_SUCH_ADDRESS: Final = frozenset({404, 405, 410})
_REFUSED, _LIMIT, _FAULT = 400, 429, 500


def cause_of(fault: Fault) -> Cause:
    """What is wrong."""
    codes = {code.lower() for code in {fault.code, *fault.codes}}
    if named := next((_BY_CODE[code] for code in sorted(codes) if code in _BY_CODE), None):
        return named

    status = fault.status
    if status == _QUOTA_STATUS:
        return Cause.QUOTA
    if status == _PROXY_STATUS:
        return Cause.PROXY
    said = _by_words(fault.detail)
    if status is not None and (status >= _FAULT or status in _NOT_OF_THE_REQUEST):
        return _at_its_limit(fault, codes, said) if status == _LIMIT else _of_the_service(said)
    if status is None:
        return Cause.AWAY if said is None or not fault.answered else said

    return said or _by_status(status, fault.detail.lower(), codes)


def _by_words(detail: str) -> Cause | None:
    said = detail.lower()
    return next((cause for cause, pattern in _BY_WORDS.items() if pattern.search(said)), None)


def _at_its_limit(fault: Fault, codes: AbstractSet[str], said: Cause | None) -> Cause:
    """A limit is reached: one that is over soon, or a share that lasts."""
    detail = fault.detail.lower()
    if any("perday" in code for code in codes):  # Gemini's quotaId; its wait is told all the same
        return Cause.QUOTA
    if fault.retry_after is None and _LASTS.search(detail):
        return Cause.QUOTA
    return Cause.QUOTA if said is Cause.QUOTA and not _PASSES.search(detail) else Cause.BUSY


def _of_the_service(said: Cause | None) -> Cause:
    """A fault of the service's own: its sentence counts only where waiting would never help."""
    return said if said in {Cause.QUOTA, Cause.TOO_LONG, Cause.MODEL_MISSING} else Cause.AWAY


def _by_status(status: int, said: str, codes: AbstractSet[str]) -> Cause:
    if status in _KEY_STATUSES:
        return Cause.KEY
    if status in _NO_SUCH_ADDRESS:
        # A service that knows the path, and answers in OpenAI's words or in its own, misses the model.
        known = "invalid_request_error" in codes and "invalid url" not in said
        return Cause.MODEL_MISSING if known or (said and not _NO_SUCH_PATH.search(said)) else Cause.ADDRESS
    if status == _TOO_LARGE:
        return Cause.TOO_LONG
    return Cause.REJECTED
