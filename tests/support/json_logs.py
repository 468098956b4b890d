"""Read what a program has logged, one JSON object a line."""

import json
from pathlib import Path
from typing import Any


def log_lines(log: Path) -> list[dict[str, Any]]:
    """Give the lines of a log; one that is not a JSON object, such as the interpreter's own, is its `message`."""
    text = log.read_text(errors="replace") if log.exists() else ""
    return [_read(line) for line in text.splitlines()]


def log_has(log: Path, words: str) -> bool:
    """Tell whether any field of any line has these words."""
    return any(words in str(value) for line in log_lines(log) for value in line.values())


def _read(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {"message": line}
