"""A queue in which owners take turns, so that one with many items does not delay one with few."""

import asyncio
from collections import deque
from collections.abc import Hashable
from typing import Final, Generic, TypeVar

Item = TypeVar("Item")

IN_A_ROW: Final = 7
"""So many urgent items go first before one that is not, so that nothing waits for ever."""


class FairQueue(Generic[Item]):
    """Urgent items first; among those, one of each owner in turn; of one owner, first come, first served."""

    def __init__(self) -> None:
        self._urgent: dict[Hashable, deque[Item]] = {}
        self._others: dict[Hashable, deque[Item]] = {}
        self._in_a_row = 0
        self._available = asyncio.Semaphore(0)

    def put(self, item: Item, owner: Hashable, *, urgent: bool = False) -> None:
        """Add an item of `owner`."""
        queues = self._urgent if urgent else self._others
        queues.setdefault(owner, deque()).append(item)
        self._available.release()

    async def get(self) -> Item:
        """Wait for the next item and take it."""
        await self._available.acquire()
        urgent = bool(self._urgent) and (self._in_a_row < IN_A_ROW or not self._others)
        self._in_a_row = self._in_a_row + 1 if urgent else 0

        # A dictionary keeps its order: whoever was served goes to its end, so the first has waited for longest.
        queues = self._urgent if urgent else self._others
        owner = next(iter(queues))
        queue = queues.pop(owner)
        item = queue.popleft()
        if queue:
            queues[owner] = queue
        return item
