"""Logs: one JSON object a line on stdout, with every secret masked before it is written.

A line holds `time` (UTC, ISO 8601), `level` (lower case), `logger` and `message`; then what the call gave as `extra`;
then `exception`, the traceback as text.
"""

import json
import logging
import sys
import threading
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final

from personalbots_common.secrets_mask import mask

logger = logging.getLogger(__name__)

_STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_CHATTY: Final = ("aiohttp.access",)  # a line for each probe says nothing that the metrics do not


class JsonFormatter(logging.Formatter):
    """Formats a record as one line of JSON."""

    def __init__(self, secrets: Callable[[], Iterable[str]] = tuple, fields: Collection[str] | None = None) -> None:
        """Make a formatter.

        Args:
            secrets: gives the secrets in use at the moment of the call.
            fields: the only `extra` fields that are written; None: all of them.
        """
        super().__init__()
        self._secrets = secrets
        self._fields = fields

    def format(self, record: logging.LogRecord) -> str:
        """Format the record, masked."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: value for name, value in vars(record).items() if self._is_written(name)}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)

        # A secret with a quote in it looks different once it is JSON.
        secrets = [form for secret in self._secrets() for form in (secret, json.dumps(secret)[1:-1])]
        return mask(json.dumps(line, ensure_ascii=False, default=str), secrets)

    def _is_written(self, name: str) -> bool:
        return name not in _STANDARD if self._fields is None else name in self._fields


def set_up(
    level: str = "INFO",
    *,
    secrets: Callable[[], Iterable[str]] = tuple,
    fields: Collection[str] | None = None,
    chatty: Iterable[str] = (),
) -> None:
    """Send all logs, warnings and uncaught errors to stdout; a second call replaces the first.

    Args:
        level: the least that is logged, such as "INFO".
        secrets: gives the secrets in use.
        fields: the only `extra` fields that are written; None: all of them.
        chatty: loggers of which only warnings and worse are kept.

    Raises:
        ValueError: there is no such level.
    """
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter(secrets, fields))
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)

    for name in (*_CHATTY, *chatty):
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLogger().level))

    logging.captureWarnings(capture=True)
    sys.excepthook = _log_uncaught
    threading.excepthook = lambda hook: _log_uncaught(hook.exc_type, hook.exc_value or hook.exc_type(), None)


def log_loop_error(loop: object, context: dict[str, Any]) -> None:
    """Log an error in a task that nobody awaited; the event loop's exception handler."""
    del loop
    logger.error("Error outside a request: %s", context.get("message"), exc_info=context.get("exception"))


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    logger.critical("The program ends with an error", exc_info=(kind, error, trace))
