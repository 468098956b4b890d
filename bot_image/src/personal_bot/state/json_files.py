"""JSON documents of a few KiB on the bot's volume, each replaced as a whole; an unreadable one counts as none."""

import json
import logging
import os
from pathlib import Path
from typing import Any

logger = logging.getLogger(__name__)


def read(file: Path) -> Any:  # noqa: ANN401 - JSON
    """Give what is in the file; None when it is missing or damaged."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        logger.warning("%s cannot be read and counts as empty", file.name)
        return None


def write(file: Path, document: Any) -> None:  # noqa: ANN401 - JSON
    """Replace the file.

    Raises:
        OSError: the volume is full, or cannot be written.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_suffix(".new")
    # Renaming replaces the file at once: a killed process leaves the old document or the new one.
    with new.open("w", encoding="utf-8") as opened:
        json.dump(document, opened, ensure_ascii=False)
        opened.flush()
        os.fsync(opened.fileno())  # a renamed file without its content would be an empty one after a power cut
    new.replace(file)
