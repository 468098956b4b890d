"""The server's time, which tests may move by hand: nothing here waits for a real hour."""

import asyncio
import heapq
import itertools
import time
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

T = TypeVar("T")

TURNS: Final = 20  # of the event loop, until those who were woken have done what needs no waiting


class Clock:
    """The real time."""

    def now(self) -> float:
        """Unix time, in seconds."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def wait_for(self, work: Coroutine[Any, Any, T], *, timeout: float) -> T:
        """Give what `work` gives, unless it takes longer than `timeout` seconds of this clock.

        Raises:
            TimeoutError: it did, and is cancelled.
        """
        working = asyncio.ensure_future(work)
        waiting = asyncio.ensure_future(self.sleep(timeout))
        try:
            await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                return working.result()
            raise TimeoutError
        finally:
            for task in (working, waiting):
                task.cancel()
            await asyncio.wait({working, waiting})


class ManualClock(Clock):
    """A time that stands still until it is moved."""

    def __init__(self, now: float = 1_800_000_000) -> None:
        self._now = now
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()

    def now(self) -> float:
        return self._now

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return

        waking: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._now + seconds, next(self._numbers), waking))
        await waking

    async def advance(self, seconds: float) -> None:
        """Move on, and wake each sleeper at its own time."""
        end = self._now + seconds
        while self._sleepers and self._sleepers[0][0] <= end:
            due, _, waking = heapq.heappop(self._sleepers)
            if waking.done():  # cancelled: nobody sleeps there any more
                continue

            self._now = max(self._now, due)
            waking.set_result(None)
            await _settle()

        self._now = max(self._now, end)
        await _settle()

    def sleeping_until(self) -> list[float]:
        """When the sleepers want to be woken, soonest first."""
        return sorted(due for due, _, waking in self._sleepers if not waking.done())


async def _settle() -> None:
    for _ in range(TURNS):
        await asyncio.sleep(0)
