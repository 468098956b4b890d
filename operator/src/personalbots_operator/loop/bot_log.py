"""Log lines about bots: each carries the bot, its owner and its reason as fields of its own."""

import logging
from typing import Final

from personalbots_operator.cache.bot import Bot

logger = logging.getLogger(__name__)

SPAWN: Final = "[SPAWN]"
"""Begins the lines of a bot's start-up: starting, already running, pod created, alive, died and why."""


def log_start(bot: Bot, message: str, *facts: object) -> None:
    """Log a line about how a bot starts or ends; these lines share a prefix to search for."""
    logger.info(f"{SPAWN} %s {message}", bot.key, *facts, extra=_fields(bot))  # noqa: G004 - the prefix is a constant


def log_reason(bot: Bot) -> None:
    """Log the reason that the bot has now."""
    logger.info("%s: %s", bot.key, bot.reason, extra=_fields(bot))


def _fields(bot: Bot) -> dict[str, object]:
    return {"bot": str(bot.key), "owner": bot.owner_id, "reason": bot.reason}
