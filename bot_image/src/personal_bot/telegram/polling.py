"""The long poll: brings updates in, keeps them before Telegram forgets them, and knows whether it works.

- The first call returns at once, so that "polling works" is known at once; later calls wait for up to 50 s.
- An offset confirms what came before, so it is sent only when that is on the disk, and only once: without one Telegram
  gives what is not confirmed, even after it has started numbering anew (which it does after a quiet week).
- 409 means that another process polls with the same token. Each poll throws the other one's out, so this one
  steps back for longer and longer, and believes that it is alone only after a while without a conflict.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aiogram.exceptions import (
    TelegramAPIError,
    TelegramConflictError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)

from personal_bot.exits import TokenRefused
from personal_bot.telegram.client import AWAY, GetUpdates

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from personal_bot.telegram.client import Connection

LONG = 50  # seconds; Telegram waits no longer
FRESH = 75.0  # seconds; a completed poll older than this proves nothing
_AFTER_CONFLICT = 10  # seconds without a conflict that prove there is no other poller
_CONFLICT_WAITS = (5.0, 10.0, 15.0, 30.0)
_AWAY_WAITS = (1.0, 2.0, 5.0, 10.0, 15.0)
_DISK_FULL_WAIT = 5.0
_TOKEN_WAIT, _TOKEN_LOOK = 3.0, 0.1
ALLOWED_UPDATES = ["message", "edited_message", "callback_query", "my_chat_member", "stopped_message_generation"]

log = logging.getLogger(__name__)


@dataclass(kw_only=True)
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
            token_changed: looks for a new token and puts it to use; asked before a refused token ends the process.
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
            TokenRefused: Telegram does not know the token, and there is no other.
        """
        offset: int | None = None
        while True:
            try:
                offset = await self._poll(offset)
            except (TelegramUnauthorizedError, TelegramNotFound):
                if not await self._another_token():
                    raise TokenRefused from None
                offset = None
            except TelegramConflictError as error:
                await self._step_back(error.message)
            except TelegramRetryAfter as error:
                await asyncio.sleep(error.retry_after)
            except AWAY as error:
                await self._wait_for_telegram(error)
            except TelegramAPIError as error:
                log.error("getUpdates is refused: %s", error.message)  # noqa: TRY400 - the message says all
                await self._wait_for_telegram(error)

    async def _another_token(self) -> bool:
        """Whether there is another token; one that worked until now may be about to be replaced on the disk."""
        end = time.monotonic() + (_TOKEN_WAIT if self.state.completed_at is not None else 0)
        while not self._token_changed():
            if time.monotonic() >= end:
                return False
            await asyncio.sleep(_TOKEN_LOOK)
        return True

    def start_over(self) -> None:
        """Begin anew, as another bot perhaps: the poll that hangs is dropped."""
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
        self._call = asyncio.ensure_future(self._connection.call(method, timeout=seconds + 15))
        try:
            updates = await self._call
        except asyncio.CancelledError:
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
        if await self._keep(updates):
            return max(int(update["update_id"]) for update in updates) + 1
        await asyncio.sleep(_DISK_FULL_WAIT)
        return None

    def _seconds(self) -> int:
        if self.state.reason == "Polling":
            return LONG
        return _AFTER_CONFLICT if self.state.reason == "TokenHeldElsewhere" else 0

    def _completed(self) -> None:
        now = time.monotonic()
        self.state.last_completed, self.state.completed_at = datetime.now(UTC), now
        if self._alone_since is not None and now - self._alone_since < _AFTER_CONFLICT - 1:
            return
        if self.state.reason != "Polling":
            log.info("Polling works")
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
        log.warning("409 from getUpdates: %s", self.state.message, extra={"retry_in": wait})
        await asyncio.sleep(wait)

    async def _wait_for_telegram(self, error: Exception) -> None:
        if self.state.reason != "TokenHeldElsewhere":
            self.state.reason = "TelegramUnreachable"
            self.state.message = f"Telegram cannot be reached ({type(error).__name__}); trying again."
        wait = _AWAY_WAITS[min(self._failures, len(_AWAY_WAITS) - 1)]
        self._failures += 1
        log.warning("getUpdates failed: %s", error, extra={"retry_in": wait})
        await asyncio.sleep(wait)
