"""A line in which everybody's things take turns, so that who brings many does not delay who brings one."""

import asyncio
from collections import deque
from collections.abc import Hashable
from typing import Final, Generic, TypeVar

Item = TypeVar("Item")

IN_A_ROW: Final = 7
"""So many urgent things go first before one that is not, so that nothing waits for ever."""


class FairLine(Generic[Item]):
    """What is urgent first; of that, one of each owner's in turn; of an owner's, first come, first served."""

    def __init__(self) -> None:
        self._urgent: dict[Hashable, deque[Item]] = {}
        self._others: dict[Hashable, deque[Item]] = {}
        self._in_a_row = 0
        self._there = asyncio.Semaphore(0)

    def put(self, item: Item, owner: Hashable, *, urgent: bool = False) -> None:
        """Let `item` wait as a thing of `owner`."""
        lines = self._urgent if urgent else self._others
        lines.setdefault(owner, deque()).append(item)
        self._there.release()

    async def get(self) -> Item:
        """Wait for the next thing and take it."""
        await self._there.acquire()
        urgent = bool(self._urgent) and (self._in_a_row < IN_A_ROW or not self._others)
        self._in_a_row = self._in_a_row + 1 if urgent else 0
        lines = self._urgent if urgent else self._others
        owner = next(iter(lines))  # whose turn was longest ago
        line = lines.pop(owner)
        item = line.popleft()
        if line:
            lines[owner] = line
        return item
