"""A queue of keys that turns watch events into work.

What always holds: a key waits at most once; a key is handled by one worker at a time; a key that is added while it is
being handled is handled once more afterwards; urgent keys go first, and owners take turns; at most `workers` keys are
handled at once; a failure is tried again after a growing, jittered delay. Nothing is kept of a key that neither waits
nor failed.
"""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, Protocol, TypeVar

from personalbots_operator.loop.fair_queue import FairQueue

Key = TypeVar("Key", bound=Hashable)

logger = logging.getLogger(__name__)


class RetryError(Exception):
    """Handle the key again. It is not logged as an error, since it is expected now and then.

    Attributes:
        after: seconds to wait; None for the usual delay.
    """

    def __init__(self, message: str, *, after: float | None = None) -> None:
        super().__init__(message)
        self.after = after


class Meter(Protocol):
    """What the queue measures."""

    def waited(self, seconds: float) -> None: ...

    def worked(self, seconds: float, result: str) -> None: ...


class WorkQueue(Generic[Key]):
    """Keys waiting for `handle`, which returns the seconds after which it wants the key again, or None."""

    def __init__(  # noqa: PLR0913 - by keyword
        self,
        handle: Callable[[Key], Awaitable[float | None]],
        *,
        workers: int,
        meter: Meter | None = None,
        owner: Callable[[Key], Hashable] = lambda _: None,
        urgent: Callable[[Key], bool] = lambda _: False,
        first_delay: float = 0.2,
        longest_delay: float = 15.0,
    ) -> None:
        """`owner` and `urgent` say in which order keys are handled. Delays after failures are in seconds."""
        self._handle = handle
        self._workers = workers
        self._meter = meter
        self._first_delay = first_delay
        self._longest_delay = longest_delay
        self._owner = owner
        self._urgent = urgent
        self._queue: FairQueue[Key] = FairQueue()
        self._waiting: dict[Key, float] = {}
        self._working: set[Key] = set()
        self._again: set[Key] = set()
        self._timers: dict[Key, asyncio.TimerHandle] = {}
        self._failures: dict[Key, int] = {}

    def __len__(self) -> int:
        """How many keys wait for a worker, not counting those that wait for a time."""
        return len(self._waiting)

    @property
    def oldest(self) -> float:
        """How long the key that was added first has waited, in seconds."""
        return time.monotonic() - next(iter(self._waiting.values())) if self._waiting else 0.0

    @property
    def timers(self) -> int:
        """How many keys wait for a time."""
        return len(self._timers)

    def add(self, key: Key) -> None:
        """Have `key` handled as soon as a worker is free."""
        if key in self._working:
            self._again.add(key)
        elif key not in self._waiting:
            self._waiting[key] = time.monotonic()
            self._queue.put(key, self._owner(key), urgent=self._urgent(key))

    def add_after(self, key: Key, seconds: float) -> None:
        """Have `key` handled in `seconds`, or earlier when it is added before. Only the earliest time counts."""
        loop = asyncio.get_running_loop()
        timer = self._timers.get(key)
        if timer is not None:
            if timer.when() <= loop.time() + seconds:
                return
            timer.cancel()

        self._timers[key] = loop.call_later(seconds, self._on_timer, key)

    def forget(self, key: Key) -> None:
        """Drop the time and the failures kept for `key`."""
        self._failures.pop(key, None)
        self._stop_timer(key)

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as group:
            for number in range(self._workers):
                group.create_task(self._work(), name=f"worker {number}")

    async def _work(self) -> None:
        while True:
            key = await self._queue.get()
            waited = time.monotonic() - self._waiting.pop(key)
            if self._meter:
                self._meter.waited(waited)

            self._working.add(key)
            self._stop_timer(key)  # the handler itself says when it wants the key again
            try:
                await self._once(key)
            finally:
                # Also when the worker is cancelled: a key must not stay marked as being handled.
                self._working.discard(key)
                if key in self._again:
                    self._again.discard(key)
                    self.add(key)

    async def _once(self, key: Key) -> None:
        started = time.monotonic()
        result = "done"
        try:
            after = await self._handle(key)
        except RetryError as retry:
            result = "retry"
            logger.debug("%s is tried again: %s", key, retry)
            self.add_after(key, self._delay(key) if retry.after is None else retry.after)
        except Exception:
            # A bug that one bot shows must not stop the others.
            result = "error"
            logger.exception("Working on %s failed; it is tried again", key)
            self.add_after(key, self._delay(key))
        else:
            self._failures.pop(key, None)
            if after is not None:
                self.add_after(key, after)

        if self._meter:
            self._meter.worked(time.monotonic() - started, result)

    def _delay(self, key: Key) -> float:
        failures = self._failures[key] = self._failures.get(key, 0) + 1
        # The bound on the exponent keeps the number finite after many failures.
        longest: float = min(self._longest_delay, self._first_delay * 2.0 ** min(failures - 1, 32))
        return longest * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, not a secret

    def _on_timer(self, key: Key) -> None:
        self._timers.pop(key, None)
        self.add(key)

    def _stop_timer(self, key: Key) -> None:
        if timer := self._timers.pop(key, None):
            timer.cancel()
