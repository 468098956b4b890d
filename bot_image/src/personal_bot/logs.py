"""Logs: one JSON object a line on stdout, with every secret masked before it is written."""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterable
    from types import TracebackType

    from personal_bot.exits import Exit

_MASK = "***"
# Bot tokens as Telegram makes them, and keys as LLM services do: also masked when they are not (or no longer) ours.
_LOOKS_SECRET = re.compile(
    r"(?<!\d)\d{5,}:[A-Za-z0-9_-]{20,}|\bsk-[A-Za-z0-9_-]{8,}|(?i:\bbearer )[A-Za-z0-9._~+/=-]{8,}"
)
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def mask(text: str, secrets: Iterable[str]) -> str:
    """The text without the secrets and without what looks like one."""
    for secret in secrets:
        text = text.replace(secret, _MASK)
    return _LOOKS_SECRET.sub(_MASK, text)


class JSONFormatter(logging.Formatter):
    """Formats a record as one line of JSON; what was given as `extra` becomes fields."""

    def __init__(self, secrets: Callable[[], Iterable[str]]) -> None:
        """`secrets` gives the secrets in use at the moment of the call."""
        super().__init__()
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON, masked."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: value for name, value in vars(record).items() if name not in _STANDARD}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        secrets = [form for secret in self._secrets() for form in (secret, json.dumps(secret)[1:-1])]
        return mask(json.dumps(line, ensure_ascii=False, default=str), secrets)


def set_up(secrets: Callable[[], Iterable[str]], stream: TextIO = sys.stdout, level: str = "INFO") -> None:
    """Send all logs and all errors that nobody caught to `stream`."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JSONFormatter(secrets))
    logging.basicConfig(handlers=[handler], level=level, force=True)
    logging.captureWarnings(capture=True)
    for chatty in ("aiohttp.access", "httpx", "httpx2", "openai"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    sys.excepthook = _log_uncaught
    threading.excepthook = lambda hook: _log_uncaught(hook.exc_type, hook.exc_value or hook.exc_type(), None)


def log_loop_errors(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """The event loop's exception handler: an error in a task that nobody awaited."""
    del loop
    logging.getLogger(__name__).error(
        "Error outside a request: %s", context.get("message"), exc_info=context.get("exception")
    )


def log_end(exit_: Exit, error: BaseException | None) -> None:
    """Say why the bot ends, with the error behind it."""
    logging.getLogger(__name__).critical(
        exit_.message, extra={"reason": exit_.reason, "hint": exit_.hint, "code": exit_.code}, exc_info=error
    )


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    logging.getLogger(__name__).critical("The bot ends over an error", exc_info=(kind, error, trace))
