"""What a person's screens must know, in order: a numbered feed that a screen can follow, leave and resume."""

import asyncio
from collections import deque
from itertools import islice
from typing import Any, Final

KEPT: Final = 2000


class Feed:
    """Events of one person, numbered from 1; the last `KEPT` of them can be read again."""

    def __init__(self) -> None:
        self._events: deque[tuple[int, dict[str, Any]]] = deque(maxlen=KEPT)
        self._changed = asyncio.Event()
        self.last = 0
        self.closed = False

    def add(self, event: dict[str, Any]) -> None:
        self.last += 1
        self._events.append((self.last, event))
        self._wake()

    def close(self) -> None:
        self.closed = True
        self._wake()

    def since(self, number: int) -> list[tuple[int, dict[str, Any]]] | None:
        """The events after `number`; None if some of them are no longer kept, or the number is from another life."""
        if number > self.last or (self.last - number) > len(self._events):
            return None
        return list(islice(self._events, len(self._events) - (self.last - number), None))

    async def wait_beyond(self, number: int, *, timeout: float) -> None:
        """Return once there is an event after `number`, or `timeout` seconds have passed, or the feed is closed."""
        try:
            async with asyncio.timeout(timeout):
                while self.last <= number and not self.closed:
                    await self._changed.wait()
        except TimeoutError:
            return

    def _wake(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
