"""Updates as Telegram sends them → objects: what is newer than this client is left out, and the rest is understood."""

import logging
from typing import Any, Final

from aiogram.types import Update
from pydantic import ValidationError

_NEEDED: Final = frozenset({"message_id", "chat", "from", "date"})

logger = logging.getLogger(__name__)


def read_update(raw: dict[str, Any]) -> Update | None:
    """The update without the parts that this client does not know; None when nothing of use is left."""
    try:
        return Update.model_validate(raw)
    except ValidationError as error:
        unknown = {(str(one["loc"][0]), str(one["loc"][1])) for one in error.errors() if len(one["loc"]) > 1}
        logger.warning(
            "Parts of an update are not understood: %s", sorted(unknown), extra={"update_id": raw["update_id"]}
        )
        if not unknown or any(part in _NEEDED for _, part in unknown):
            return None

    known = {kind: _without(kind, content, unknown) for kind, content in raw.items()}
    try:
        return Update.model_validate(known)
    except ValidationError:
        return None


def _without(kind: str, content: object, unknown: set[tuple[str, str]]) -> object:
    if not isinstance(content, dict):
        return content
    return {part: value for part, value in content.items() if (kind, part) not in unknown}
