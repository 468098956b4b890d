"""The operator's log: one JSON object a line. Lines about a bot carry it, its owner and the reason, when known.

Lines of a bot's start-up keep the prefix [SPAWN]: starting, already running, pod created, alive, died and why.
"""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any, Final

SPAWN: Final = "[SPAWN]"
_FIELDS: Final = ("bot", "owner", "reason")


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message, what `extra` said, and the traceback as text."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {field: getattr(record, field) for field in _FIELDS if hasattr(record, field)}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def configure(level: str) -> None:
    """Send everything to stdout. kopf tells of each event it handles: only its warnings are kept."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name in ("kopf", "asyncio", "aiohttp.access"):
        logging.getLogger(name).setLevel(logging.WARNING)
