"""Logs: one JSON object a line on stdout, with tokens and keys masked by the formatter itself."""

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import Any, Final

# A Telegram token; a key of an LLM service (OpenAI and those who took its form); whatever follows "Bearer".
_SECRETS: Final = re.compile(
    r"(?P<bot>(?<!\d)\d{5,}):[A-Za-z0-9_-]{20,}"
    r"|\b(?P<kind>sk|gsk|xai|pk)-[A-Za-z0-9_-]{8,}"
    r"|(?P<bearer>[Bb]earer )[^\s\"']+"
)
_PLAIN: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def mask(text: str) -> str:
    """`text` with every token and key in it replaced; what remains tells which bot or which kind of key it was."""
    return _SECRETS.sub(_masked, text)


def _masked(found: re.Match[str]) -> str:
    if found["bot"]:
        return f"{found['bot']}:***"
    return f"{found['kind']}-***" if found["kind"] else f"{found['bearer']}***"


class JsonFormatter(logging.Formatter):
    """Writes a record with its `extra` fields as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """See `logging.Formatter`."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **{name: value for name, value in vars(record).items() if name not in _PLAIN},
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return mask(json.dumps(line, ensure_ascii=False, default=str))


def set_up(level: str) -> None:
    """Send all logs to stdout as JSON. ValueError when `level` is none."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # One line per update and per failed poll says nothing that our own lines and metrics do not.
    logging.getLogger("aiogram").setLevel(max(logging.WARNING, logging.getLogger().level))
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)
