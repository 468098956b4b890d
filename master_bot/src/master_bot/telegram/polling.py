"""Getting updates so that none is lost: an update is confirmed to Telegram only when it has been handled.

aiogram's own poller confirms an update as soon as the next call begins, so a master bot that is killed meanwhile loses
it. Here the offset is the lowest update that is still being handled: Telegram delivers that one again to the next
process, and handlers can be called twice. Updates of different people are handled at the same time, those of one person
in their order.
"""

import asyncio
import logging
from collections.abc import Coroutine
from time import time
from typing import Any, Final, TypeVar

from aiogram import Bot, Dispatcher
from aiogram.exceptions import (
    AiogramError,
    ClientDecodeError,
    TelegramConflictError,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.methods import GetUpdates
from aiogram.types import Update

from master_bot.metrics import Metrics

LONG: Final = 25
"""Seconds that Telegram may hold a call when there is nothing new."""
_SHORT_PAUSE: Final = 0.2
"""Seconds between calls while something is being handled: those return at once."""
_PAUSES: Final = (5.0, 10.0, 15.0, 30.0)
"""Seconds after a 409 or a fault; the former process's long poll may hang for a while."""
_HANDLING: Final = 180.0
"""Seconds after which the handling of an update is given up."""
_FINISHING: Final = 4.0
"""Seconds for what is being handled when the master bot is stopped, and for confirming it."""
T = TypeVar("T")
logger = logging.getLogger(__name__)


class Poller:
    """See the module."""

    def __init__(self, bot: Bot, dispatcher: Dispatcher, metrics: Metrics) -> None:
        self._bot = bot
        self._dispatcher = dispatcher
        self._metrics = metrics
        self._running: dict[int, asyncio.Task[None]] = {}
        self._next: int | None = None
        self._stopping = asyncio.Event()
        self.last_completed: float | None = None
        """When a call last came back, in seconds since the epoch."""

    def stop(self) -> None:
        """Take no new update; what is being handled may finish."""
        self._stopping.set()

    async def run(self) -> None:
        """Poll until `stop`.

        Raises:
            TelegramUnauthorizedError: Telegram refuses the master bot's own token.
        """
        failures = 0
        while not self._stopping.is_set():
            try:
                updates = await self._unless_stopped(self._get())
            except TelegramUnauthorizedError:
                raise
            except (AiogramError, TimeoutError) as error:
                pause = _pause(error, failures)
                failures += 1
                self._metrics.errors.labels(type(error).__name__).inc()
                logger.warning("getUpdates failed", extra={"error": str(error), "pause": pause})
                await self._unless_stopped(asyncio.sleep(pause))
                continue

            failures = 0
            self.last_completed = time()
            self._metrics.last_poll.set(self.last_completed)

            for update in updates or ():
                self._take(update)

            if self._running:
                await asyncio.wait(self._running.values(), timeout=_SHORT_PAUSE, return_when=asyncio.FIRST_COMPLETED)

        await self._finish()

    async def _unless_stopped(self, doing: Coroutine[Any, Any, T]) -> T | None:
        """What `doing` gives, or None when `stop` was called before that."""
        done, stopped = asyncio.create_task(doing), asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({done, stopped}, return_when=asyncio.FIRST_COMPLETED)
            return done.result() if done.done() else None
        finally:
            done.cancel()
            stopped.cancel()

    async def _get(self) -> list[Update]:
        # The first call returns at once too: it shows that Telegram answers.
        timeout = 0 if self._running or self.last_completed is None else LONG
        call = GetUpdates(
            offset=min(self._running, default=self._next),
            timeout=timeout,
            allowed_updates=["message", "callback_query", "managed_bot"],
        )

        try:
            return await self._bot(call, request_timeout=timeout + 10)
        except ClientDecodeError as error:
            return _readable(error, self._bot)

    def _take(self, update: Update) -> None:
        if update.update_id in self._running or (self._next is not None and update.update_id < self._next):
            return

        self._next = update.update_id + 1
        task = asyncio.create_task(self._handle(update), name=f"update {update.update_id}")
        self._running[update.update_id] = task
        task.add_done_callback(lambda _: self._running.pop(update.update_id))

    async def _handle(self, update: Update) -> None:
        try:
            async with asyncio.timeout(_HANDLING):
                await self._dispatcher.feed_update(self._bot, update)
        except Exception:
            # The dispatcher's error handler answers people; only a fault of its own comes here.
            self._metrics.errors.labels("unhandled").inc()
            logger.exception("an update could not be handled", extra={"update": update.update_id})

    async def _finish(self) -> None:
        """Let running handlers finish and confirm them; what does not finish in time is delivered again."""
        if self._running:
            await asyncio.wait(self._running.values(), timeout=_FINISHING / 2)

        confirmed = min(self._running, default=self._next)
        for task in self._running.values():
            task.cancel()

        if confirmed is not None:
            try:
                async with asyncio.timeout(_FINISHING / 2):
                    await self._bot(GetUpdates(offset=confirmed, timeout=0, limit=1))
            except (AiogramError, TimeoutError):
                logger.info("the last updates were not confirmed and come again")


def _pause(error: Exception, failures: int) -> float:
    if isinstance(error, TelegramRetryAfter):
        return float(error.retry_after)
    # A second poller has to go first; a passing fault is tried again sooner.
    longer = failures if isinstance(error, TelegramConflictError) else failures - 2
    return 1.0 if longer < 0 else _PAUSES[min(longer, len(_PAUSES) - 1)]


def _readable(error: ClientDecodeError, bot: Bot) -> list[Update]:
    """The updates of an answer that aiogram could not read: one of a new kind must not block the rest."""
    if not isinstance(error.data, dict) or not error.data.get("ok"):
        raise error

    updates = []
    for raw in error.data["result"]:
        try:
            updates.append(Update.model_validate(raw, context={"bot": bot}))
        except ValueError:
            logger.warning("an update cannot be read and is passed over", extra={"update": raw.get("update_id")})
            updates.append(Update(update_id=raw["update_id"]))

    return updates
