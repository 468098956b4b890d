"""The long poll: brings updates in, keeps them before Telegram forgets them, and knows whether it works.

- The first call returns at once, so that the bot knows at once whether polling works; later calls wait up to 50 s.
- An offset confirms what came before, so the bot sends it only when that is on the disk, and only once. Without an
  offset Telegram gives what is not confirmed, even after it has started numbering anew (as after a quiet week).
- 409 means that another process polls with the same token. Each poll ends the other one, so this process steps back
  for longer and longer, and believes that it is the only one after a while without a conflict.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from aiogram.exceptions import (
    TelegramAPIError,
    TelegramConflictError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)

from personal_bot.exits import TokenRefusedError
from personal_bot.telegram.client import AWAY, Connection, GetUpdates

LONG: Final = 50
"""Seconds that a poll waits for updates; Telegram waits no longer."""

FRESH: Final = 75.0
"""Seconds for which a poll that came back proves that polling works."""

ALLOWED_UPDATES: Final = [
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
    "stopped_message_generation",
]
"""The kinds of update that the bot wants."""

_AFTER_CONFLICT: Final = 10  # seconds without a conflict that prove there is no other poller
_CONFLICT_WAITS: Final = (5.0, 10.0, 15.0, 30.0)  # seconds
_AWAY_WAITS: Final = (1.0, 2.0, 5.0, 10.0, 15.0)  # seconds
_DISK_FULL_WAIT: Final = 5.0  # seconds
_TOKEN_WAIT: Final = 3.0  # seconds in which a new token may still arrive
_TOKEN_EVERY: Final = 0.1  # seconds between two looks for it
_BEYOND: Final = 15  # seconds that a call may take beyond its wait for updates

logger = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class PollState:
    """How polling goes; `reason` is one of the Ready condition's."""

    reason: str = "Starting"
    message: str = "No getUpdates call has come back yet."
    last_completed: datetime | None = None
    completed_at: float | None = None  # time.monotonic()
    conflicts: int = 0

    def ready(self, now: float | None = None) -> bool:
        """Whether a poll came back recently and nothing speaks against the next."""
        now = time.monotonic() if now is None else now
        return self.reason == "Polling" and self.completed_at is not None and now - self.completed_at < FRESH

    def age(self) -> float:
        """Seconds since a poll came back; infinite before the first."""
        return float("inf") if self.completed_at is None else time.monotonic() - self.completed_at


class Poller:
    """Polls until it is cancelled."""

    def __init__(
        self,
        connection: Connection,
        *,
        keep: Callable[[list[dict[str, Any]]], Awaitable[bool]],
        token_changed: Callable[[], bool],
    ) -> None:
        """Set it up.

        Args:
            connection: to Telegram.
            keep: puts updates onto the disk and to work; returns whether they may be confirmed.
            token_changed: looks for a new token and uses it; asked before a refused token ends the process.
        """
        self._connection = connection
        self._keep = keep
        self._token_changed = token_changed
        self.state = PollState()

        self._alone_since: float | None = None  # the first poll after the last conflict; None when there was none
        self._failures = 0
        self._call: asyncio.Future[list[dict[str, Any]]] | None = None
        self._starts_over = False
        self._tried = asyncio.Event()

    async def first_try(self, timeout: float) -> None:  # noqa: ASYNC109 - not to be waited for is no error
        """Wait until the first call has come back one way or another, or for `timeout` seconds."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._tried.wait(), timeout)

    async def run(self) -> None:
        """Poll for ever.

        Raises:
            TokenRefusedError: Telegram does not know the token, and there is no other.
        """
        offset: int | None = None
        while True:
            try:
                offset = await self._poll(offset)
            except (TelegramUnauthorizedError, TelegramNotFound):
                if not await self._another_token():
                    raise TokenRefusedError from None
                offset = None
            except TelegramConflictError as error:
                await self._step_back(error.message)
            except TelegramRetryAfter as error:
                await asyncio.sleep(error.retry_after)
            except AWAY as error:
                await self._wait_for_telegram(error)
            except TelegramAPIError as error:
                logger.error("getUpdates is refused: %s", error.message)  # noqa: TRY400 - the message says all
                await self._wait_for_telegram(error)

    async def _another_token(self) -> bool:
        """Whether there is another token. Somebody may just now be replacing one that worked until now."""
        end = time.monotonic() + (_TOKEN_WAIT if self.state.completed_at is not None else 0)
        while not self._token_changed():
            if time.monotonic() >= end:
                return False
            await asyncio.sleep(_TOKEN_EVERY)
        return True

    def start_over(self) -> None:
        """Drop the poll that waits and begin anew, perhaps as another bot."""
        self.state.reason, self.state.message = "Starting", "No getUpdates call has come back yet."
        if self._call and not self._call.done():
            self._starts_over = True
            self._call.cancel()

    async def _poll(self, offset: int | None) -> int | None:
        seconds = self._seconds()
        started = time.monotonic()

        if self._alone_since is None and self.state.reason == "TokenHeldElsewhere":
            self._alone_since = started

        method = GetUpdates(offset=offset, timeout=seconds, allowed_updates=ALLOWED_UPDATES)
        self._call = asyncio.ensure_future(self._connection.call(method, timeout=seconds + _BEYOND))
        try:
            updates = await self._call
        except asyncio.CancelledError:
            # Either `start_over` cancelled the call, or somebody cancels this task.
            self._call.cancel()
            if self._starts_over:
                self._starts_over = False
                return None
            raise
        finally:
            self._tried.set()

        self._completed()
        if not updates:
            return None

        # The next offset makes Telegram forget these, so they must be on the disk before.
        if await self._keep(updates):
            return max(int(update["update_id"]) for update in updates) + 1
        await asyncio.sleep(_DISK_FULL_WAIT)
        return None

    def _seconds(self) -> int:
        """How long the next poll waits."""
        if self.state.reason == "Polling":
            return LONG
        return _AFTER_CONFLICT if self.state.reason == "TokenHeldElsewhere" else 0

    def _completed(self) -> None:
        now = time.monotonic()
        self.state.last_completed, self.state.completed_at = datetime.now(UTC), now
        if self._alone_since is not None and now - self._alone_since < _AFTER_CONFLICT - 1:
            return

        if self.state.reason != "Polling":
            logger.info("Polling works")
        self._alone_since, self._failures = None, 0
        self.state.reason, self.state.message = "Polling", ""

    async def _step_back(self, description: str) -> None:
        self.state.conflicts += 1
        self.state.reason = "TokenHeldElsewhere"
        if "webhook" in description:
            self.state.message = (
                "A webhook is set for this bot, so another program receives its messages; remove it with deleteWebhook."
            )
        else:
            self.state.message = (
                "Another process polls Telegram with this bot's token; stop it, or give this bot a token of its own."
            )
        self._alone_since = None

        wait = _CONFLICT_WAITS[min(self._failures, len(_CONFLICT_WAITS) - 1)]
        self._failures += 1
        logger.warning("409 from getUpdates: %s", self.state.message, extra={"retry_in": wait})
        await asyncio.sleep(wait)

    async def _wait_for_telegram(self, error: Exception) -> None:
        if self.state.reason != "TokenHeldElsewhere":
            self.state.reason = "TelegramUnreachable"
            self.state.message = f"Telegram cannot be reached ({type(error).__name__}); trying again."

        wait = _AWAY_WAITS[min(self._failures, len(_AWAY_WAITS) - 1)]
        self._failures += 1
        logger.warning("getUpdates failed: %s", error, extra={"retry_in": wait})
        await asyncio.sleep(wait)
