"""What people hear when a request fails, and what is tried again without them."""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any, Final

from aiogram import Bot
from aiogram.exceptions import TelegramAPIError
from aiogram.types import ErrorEvent, TelegramObject

from master_bot.kubernetes.bot_cache import BotCache
from master_bot.kubernetes.client import AwayError, ClusterError, ConflictError, DeniedError, NotFoundError
from master_bot.metrics import Metrics
from master_bot.telegram.person import texts_of
from master_bot.texts import Texts, fill

_TRYING: Final = 120.0
"""Seconds for which something is tried again."""
_PAUSE: Final = 3.0
log = logging.getLogger(__name__)


class Apology:
    """When a handler fails: a number in the log, and a sentence with that number for the person."""

    def __init__(self, telegram: Bot, cache: BotCache, metrics: Metrics) -> None:
        self._telegram = telegram
        self._cache = cache
        self._metrics = metrics

    async def say(self, event: ErrorEvent) -> bool:
        """Answer whoever sent the update."""
        number = secrets.token_hex(3)
        error, update = event.exception, event.update
        self._metrics.errors.labels(type(error).__name__).inc()
        log.error("a request failed", extra={"number": number, "update": update.update_id}, exc_info=error)
        asked = update.message or update.callback_query
        user = asked.from_user if asked else update.managed_bot.user if update.managed_bot else None
        message = update.callback_query.message if update.callback_query else update.message
        if user:
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


class Insistence:
    """A middleware behind `PersonMiddleware`, for what a person cannot send again: a bot that Telegram made for them.

    While the cluster is away it is tried again, and the person is told so.
    """

    def __init__(self, telegram: Bot) -> None:
        self._telegram = telegram

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:  # noqa: ANN401 - aiogram's interface
        """See aiogram's middlewares."""
        end, person, told = monotonic() + _TRYING, data["person"], False
        while True:
            try:
                return await handler(event, data)
            except AwayError:
                if monotonic() > end:
                    raise
                if not told:
                    told = True
                    with contextlib.suppress(TelegramAPIError):
                        await self._telegram.send_message(person.id, person.texts.cluster_waited_for)
            await asyncio.sleep(_PAUSE)
