"""A line of a bot's log as a person reads it: the bots write JSON for machines."""

import json
from typing import Any, Final

_SIGNS: Final = {"warning": "⚠️ ", "error": "❌ ", "critical": "❌ "}


_NO_LOG: Final = "unable to retrieve container logs for "
"""How the kubelet begins what it sends instead of a log that it no longer has."""


def is_log(line: str) -> bool:
    """Whether a bot wrote this line; the kubelet's excuse is no part of a log."""
    return not line.startswith(_NO_LOG)


def readable_line(line: str) -> str:
    """Time of day and message; of what went wrong, further fields too. A line that is not a bot's JSON stays as it is.

    The fields of what went well are measurements and ids for machines: the file has them.
    """
    try:
        fields: dict[str, Any] = json.loads(line)
        time, message = str(fields.pop("time"))[11:19], str(fields.pop("message"))
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        return line

    sign = _SIGNS.get(str(fields.pop("level", "")).lower(), "")
    fields.pop("logger", None)
    exception = f"\n{fields.pop('exception')}" if "exception" in fields else ""
    facts = f" ({', '.join(f'{name} {fact}' for name, fact in fields.items())})" if sign and fields else ""
    return f"{time} {sign}{message}{facts}{exception}"
