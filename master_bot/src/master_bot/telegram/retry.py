"""Trying again: calls to Telegram, and updates that a person cannot send a second time."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any, Final
from weakref import WeakValueDictionary

from aiogram import Bot
from aiogram.client.session.middlewares.base import BaseRequestMiddleware, NextRequestMiddlewareType
from aiogram.exceptions import TelegramAPIError, TelegramNetworkError, TelegramRetryAfter, TelegramServerError
from aiogram.methods import DeleteMessage, EditMessageText, GetUpdates, TelegramMethod
from aiogram.methods.base import Response, TelegramType
from aiogram.types import TelegramObject

from master_bot.kubernetes.client import AwayError
from master_bot.metrics import Metrics

_ATTEMPTS: Final = 5
_LONGEST_WAIT: Final = 60  # seconds
_CLUSTER_TIMEOUT: Final = 120.0
"""Seconds for which an update is tried again while the cluster is away."""
_CLUSTER_PAUSE: Final = 3.0  # seconds


class RetryMiddleware(BaseRequestMiddleware):
    """Waits as long as Telegram asks (429) and tries again; after a broken connection, tries again shortly after.

    Calls for one chat go out one after the other, in the order in which they were made; chats do not wait for each
    other. A newer edit of a message replaces one that still waits. Deletions skip the queue: a message with a secret
    must go at once.
    """

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._queues: WeakValueDictionary[int | str, asyncio.Lock] = WeakValueDictionary()
        self._edits: dict[tuple[object, object], EditMessageText] = {}
        """The newest pending edit of each message."""

    async def __call__(
        self, make_request: NextRequestMiddlewareType[TelegramType], bot: Bot, method: TelegramMethod[TelegramType]
    ) -> Response[TelegramType]:
        """See `BaseRequestMiddleware`."""
        chat: int | str | None = getattr(method, "chat_id", None)
        if chat is None or isinstance(method, DeleteMessage):
            return await self._send(make_request, bot, method)

        edited = (chat, getattr(method, "message_id", None))
        if isinstance(method, EditMessageText):
            self._edits[edited] = method

        try:
            async with self._queues.setdefault(chat, asyncio.Lock()):
                return await self._send(make_request, bot, method)
        finally:
            # A newer edit may have taken the entry over: only our own is removed.
            if self._edits.get(edited) is method:
                del self._edits[edited]

    async def _send(
        self, make_request: NextRequestMiddlewareType[TelegramType], bot: Bot, method: TelegramMethod[TelegramType]
    ) -> Response[TelegramType]:
        for attempt in range(1, _ATTEMPTS + 1):
            if self._is_superseded(method):
                return True  # type: ignore[return-value] # as Telegram may answer an edit

            try:
                return await make_request(bot, method)
            except TelegramRetryAfter as error:
                if attempt == _ATTEMPTS or error.retry_after > _LONGEST_WAIT:
                    raise
                self._metrics.telegram_waits.inc()
                await asyncio.sleep(error.retry_after)
            except (TelegramNetworkError, TelegramServerError):
                # The poller has its own pauses.
                if attempt == _ATTEMPTS or isinstance(method, GetUpdates):
                    raise
                await asyncio.sleep(attempt)

        raise AssertionError("unreachable")

    def _is_superseded(self, method: TelegramMethod[TelegramType]) -> bool:
        return (
            isinstance(method, EditMessageText)
            and self._edits.get((method.chat_id, method.message_id), method) is not method
        )


class ClusterRetryMiddleware:
    """Tries an update again while the cluster is away, and tells the person so once.

    For what a person cannot send again: Telegram made a bot for them. It comes after `PersonMiddleware`.
    """

    def __init__(self, telegram: Bot) -> None:
        self._telegram = telegram

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:  # noqa: ANN401 - aiogram's interface
        """See aiogram's middlewares.

        Raises:
            AwayError: the cluster stayed away for too long.
        """
        end, person, told = monotonic() + _CLUSTER_TIMEOUT, data["person"], False
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

            await asyncio.sleep(_CLUSTER_PAUSE)
