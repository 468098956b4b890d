"""Whether the store can be used: opens it, knows what is wrong with it, and opens it again after a failure.

The store may be away when the bot starts and at any time later. People get a sentence that says so, attempts go on in
the background, and everything works again once the store is back.
"""

import asyncio
import contextlib
import itertools
import logging
from collections.abc import Callable
from typing import Final

from personal_bot.knowledge.index import Index
from personal_bot.knowledge.reindexing import Reindexing
from personal_bot.knowledge.stores.store import Status, StoreError
from personal_bot.models import RefusedError

logger = logging.getLogger(__name__)

_LONGEST_OPENING: Final = 15.0  # seconds that a request waits for a store that is just being opened
_PAUSES: Final = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds between attempts to open the store; the last one again and again."""


class Availability:
    """The opening of one bot's store."""

    def __init__(self, index: Index, reindexing: Reindexing, *, on_open: Callable[[frozenset[str]], None]) -> None:
        """Open nothing yet.

        Args:
            index: is opened.
            reindexing: is stopped before, and started after.
            on_open: is called with the generations that were being taken in when the store failed, and still are.
        """
        self._index = index
        self._reindexing = reindexing
        self._on_open = on_open
        self._problem: StoreError | None = None
        self._opened = False
        self._opening: asyncio.Task[None] | None = None

    def state(self) -> tuple[str, str]:
        """Give the reason of the KnowledgeReady condition with its message; "Opened": all is well."""
        if self._is_full() and self._index.current.has_room():
            self._problem = None

        if self._problem:
            return self._problem.reason, str(self._problem)
        return ("Opened", "") if self._opened else ("Opening", "the store is being opened")

    def require(self) -> None:
        """Make sure that the store can be used; a full one still answers.

        Raises:
            RefusedError: it is away, or not open yet.
        """
        if self._problem and not self._is_full():
            raise RefusedError(self._problem.refusal)
        if not self._opened:
            raise RefusedError("store_opening")

    def refusal(self, error: StoreError) -> RefusedError:
        """Note a failure, open the store again where that may help, and give the refusal for the person."""
        logger.warning("The store fails: %s", error, extra={"reason": error.reason})
        self._problem = error
        if error.reason != "StoreFull":
            self.open_again()
        return RefusedError(error.refusal)

    def works(self) -> None:
        """Note that the store has just done its work."""
        self._problem = None

    def open_again(self) -> None:
        """Open the store in the background, however often that needs to be tried; once at a time."""
        if self._opening is None or self._opening.done():
            self._opening = asyncio.create_task(self._keep_opening(), name="open the store")

    async def wait_open(self) -> None:
        """Wait until the store is open, however long that takes."""
        if self._opening:
            await asyncio.shield(self._opening)

    async def settled(self) -> None:
        """Wait for a while when the store is being opened for the first time; one that is away is not waited for."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LONGEST_OPENING):
                while self.state()[0] == "Opening":  # noqa: ASYNC110 - `wait_open` waits for one that is away
                    await asyncio.sleep(0.05)

    async def stop(self) -> None:
        """Stop opening."""
        if self._opening:
            self._opening.cancel()
            await asyncio.gather(self._opening, return_exceptions=True)

    def closed(self) -> None:
        """Note that the store is not open any more."""
        self._opened = False

    def _is_full(self) -> bool:
        return self._opened and self._problem is not None and self._problem.reason == "StoreFull"

    async def _keep_opening(self) -> None:
        for pause in itertools.chain(_PAUSES, itertools.repeat(_PAUSES[-1])):
            # Opening reads the records anew: what is being taken in right now must not look like a leftover.
            running = frozenset(g for g, record in self._index.records.items() if record.status is Status.PENDING)
            try:
                await self._reindexing.stop()
                await self._index.open()
            except StoreError as error:
                self._problem = error
                logger.warning("The store does not open: %s", error, extra={"reason": error.reason})
                await asyncio.sleep(pause)
                continue

            self._opened, self._problem = True, None
            self._on_open(running)
            self._reindexing.start()
            return
