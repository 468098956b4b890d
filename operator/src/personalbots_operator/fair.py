"""A line in which everybody's things take turns, so that who brings many does not delay who brings one."""

import asyncio
from collections import deque
from collections.abc import Hashable
from typing import Generic, TypeVar

Item = TypeVar("Item")


class FairLine(Generic[Item]):
    """First come, first served within one owner's things; one of each owner's in turn."""

    def __init__(self) -> None:
        self._lines: dict[Hashable, deque[Item]] = {}
        self._there = asyncio.Semaphore(0)

    def put(self, item: Item, owner: Hashable) -> None:
        """Let `item` wait as a thing of `owner`."""
        self._lines.setdefault(owner, deque()).append(item)
        self._there.release()

    async def get(self) -> Item:
        """Wait for the next thing and take it."""
        await self._there.acquire()
        owner = next(iter(self._lines))  # whose turn was longest ago
        line = self._lines.pop(owner)
        item = line.popleft()
        if line:
            self._lines[owner] = line
        return item
