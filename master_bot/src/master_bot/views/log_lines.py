"""A line of a bot's log as a person reads it: the bots write JSON for machines."""

import json
from typing import Any, Final

_SIGNS: Final = {"warning": "⚠️ ", "error": "❌ ", "critical": "❌ "}


def readable(line: str) -> str:
    """Time of day, message, and the facts that came with it; what is no line of a bot stays as it is."""
    try:
        said: dict[str, Any] = json.loads(line)
        time, message = str(said.pop("time"))[11:19], str(said.pop("message"))
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        return line
    sign = _SIGNS.get(str(said.pop("level", "")).lower(), "")
    said.pop("logger", None)
    exception = f"\n{said.pop('exception')}" if "exception" in said else ""
    facts = f" ({', '.join(f'{name} {fact}' for name, fact in said.items())})" if said else ""
    return f"{time} {sign}{message}{facts}{exception}"
