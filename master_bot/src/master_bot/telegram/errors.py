"""What people hear when a request fails: a sentence, with a number that an administrator finds in the log."""

import contextlib
import logging
import secrets

from aiogram import Bot
from aiogram.exceptions import TelegramAPIError
from aiogram.types import ErrorEvent

from master_bot.kubernetes.bot_cache import BotCache
from master_bot.kubernetes.client import ClusterError, ConflictError, DeniedError, NotFoundError
from master_bot.metrics import Metrics
from master_bot.telegram.person import texts_of
from master_bot.texts import Texts, fill

logger = logging.getLogger(__name__)


class ErrorHandler:
    """Logs the failure of a handler and answers the person who sent the update."""

    def __init__(self, telegram: Bot, cache: BotCache, metrics: Metrics) -> None:
        self._telegram = telegram
        self._cache = cache
        self._metrics = metrics

    async def handle(self, event: ErrorEvent) -> bool:
        """See aiogram's error handlers."""
        number = secrets.token_hex(3)
        error, update = event.exception, event.update
        self._metrics.errors.labels(type(error).__name__).inc()
        logger.error("a request failed", extra={"number": number, "update": update.update_id}, exc_info=error)

        asked = update.message or update.callback_query

        user = asked.from_user if asked else update.managed_bot.user if update.managed_bot else None
        if user is None:
            return True

        message = update.callback_query.message if update.callback_query else update.message
        text = _sentence(error, texts_of(user, self._cache), repeatable=asked is not None)

        with contextlib.suppress(TelegramAPIError):
            await self._telegram.send_message(message.chat.id if message else user.id, fill(text, number=number))

        return True


def _sentence(error: Exception, texts: Texts, *, repeatable: bool) -> str:
    match error:
        case DeniedError():
            return texts.cluster_refused
        case NotFoundError() | ConflictError():
            return texts.gone_meanwhile
        case ClusterError():
            return texts.cluster_away if repeatable else texts.cluster_away_too_long
        case _:
            return texts.failed
