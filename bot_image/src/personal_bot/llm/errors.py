"""A request to the LLM service that failed: what is known of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final

from personalbots_common.secrets_mask import mask

_LONGEST_DETAIL: Final = 300  # characters of the service's own sentence


@dataclass(frozen=True, slots=True, kw_only=True)
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


class ServiceError(Exception):
    """A request failed; `fault` says how. Its text holds no key."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.detail)
        self.fault = fault


def one_line(text: object) -> str:
    """`text` as one line fit for a status message: no line breaks, nothing that looks like a key, not long."""
    line = mask(" ".join(str(text).split()))
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
