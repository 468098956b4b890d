"""A line of a bot's log as a person reads it: the bots write JSON for machines."""

import json
from typing import Any, Final

_SIGNS: Final = {"warning": "⚠️ ", "error": "❌ ", "critical": "❌ "}


def readable_line(line: str) -> str:
    """Time of day, message and further fields; a line that is not a bot's JSON stays as it is."""
    try:
        fields: dict[str, Any] = json.loads(line)
        time, message = str(fields.pop("time"))[11:19], str(fields.pop("message"))
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        return line

    sign = _SIGNS.get(str(fields.pop("level", "")).lower(), "")
    fields.pop("logger", None)
    exception = f"\n{fields.pop('exception')}" if "exception" in fields else ""
    facts = f" ({', '.join(f'{name} {fact}' for name, fact in fields.items())})" if fields else ""
    return f"{time} {sign}{message}{facts}{exception}"
