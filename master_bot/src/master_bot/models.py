"""Small types that every layer knows."""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import Enum, StrEnum, auto
from typing import Any

Raw = Mapping[str, Any]
"""An object as the API server sends it."""
Clock = Callable[[], datetime]
"""Gives the present time, in UTC."""


class CredentialProblem(StrEnum):
    """Why a token or a key is not taken; each has its own sentence in `texts`."""

    TOKEN_FORMAT = "token-format"  # noqa: S105 - a reason
    TOKEN_REFUSED = "token-refused"  # noqa: S105 - a reason
    TOKEN_OF_MASTER = "token-of-master"  # noqa: S105 - a reason
    TOKEN_USED_BY_YOU = "token-used-by-you"  # noqa: S105 - a reason
    TOKEN_USED = "token-used"  # noqa: S105 - a reason
    BEING_DELETED = "being-deleted"
    TOKEN_HAS_WEBHOOK = "token-has-webhook"  # noqa: S105 - a reason
    TELEGRAM_AWAY = "telegram-away"
    KEY_FORMAT = "key-format"
    KEY_REFUSED = "key-refused"
    KEY_WITHOUT_MONEY = "key-without-money"
    MODEL_MISSING = "model-missing"
    LLM_AWAY = "llm-away"


class StartupStep(Enum):
    """The steps of a start, in their order."""

    ORDERED = auto()
    VOLUME = auto()
    PLACED = auto()
    IMAGE = auto()
    STARTED = auto()
    POLLS = auto()
