"""Messages of groups on their way into the index, in the background."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Final

from personal_bot.handlers.chats.archive import Chats
from personal_bot.models import RefusedError

_EVERY: Final = 10.0  # seconds between two rounds
_AFTER_REFUSAL: Final = 60.0  # seconds

logger = logging.getLogger(__name__)


class GroupIndexing:
    """Keeps the index up with the messages."""

    def __init__(self, chats: Chats, *, owner_id: int) -> None:
        """`owner_id`: whose documents the chats are."""
        self._chats = chats
        self._owner_id = owner_id

        self._changed = asyncio.Event()
        self._changed.set()  # what the last process left

    def changed(self) -> None:
        """Note that there is something to index."""
        self._changed.set()

    async def run(self, turn: Callable[[], contextlib.AbstractAsyncContextManager[None]]) -> None:
        """Index new messages, for ever; each round waits for its `turn` in the queue."""
        while True:
            await self._changed.wait()
            self._changed.clear()

            try:
                async with turn():
                    await self._chats.index(self._owner_id)
            except RefusedError as refusal:
                logger.info("Chats cannot be indexed now", extra={"reason": refusal.key})
                self._changed.set()
                await asyncio.sleep(_AFTER_REFUSAL)
            except Exception:
                logger.exception("Chats cannot be indexed")
                await asyncio.sleep(_AFTER_REFUSAL)

            await asyncio.sleep(_EVERY)

    async def at_once(self) -> None:
        """Index without waiting for the next round, which does it when this is impossible now."""
        self._changed.set()
        with contextlib.suppress(RefusedError):
            await self._chats.index(self._owner_id)

    async def drop(self, document: str) -> None:
        """Remove a chat from the library that has become part of another one."""
        await self._chats.drop(document)
