"""Sending one message to every owner, as fast as Telegram allows, so that a restart in its middle loses nobody.

One ConfigMap holds how far each broadcast is. It is written before each message: nobody gets the message twice, and
only the person who was written to when the process was killed may miss it.
"""

import asyncio
import json
import logging
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import Final

from aiogram.exceptions import TelegramAPIError

from master_bot.kubernetes.client import ClusterError
from master_bot.services.clients import Clients
from master_bot.telegram.sending import edit
from master_bot.texts import fill, texts_for
from master_bot.views.admin import owners

PER_SECOND: Final = 20
"""Messages a second: Telegram takes about 30 from a bot in all, and people go on writing to it."""
_SHOW_EVERY: Final = 5 * PER_SECOND
"""Messages after which the progress is shown anew."""
_RECORD: Final = "broadcasts"
_PAUSE: Final = 2.0  # seconds
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Broadcast:
    """What is sent, where and in which language its progress is shown, and how far it is: up to owner `last`."""

    text: str
    chat_id: int
    message_id: int
    language: str
    last: int = 0
    done: int = 0
    failed: int = 0

    @property
    def key(self) -> str:
        """Under which it is kept."""
        return f"{self.chat_id}-{self.message_id}"


class Broadcasts:
    """See the module."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._running: dict[str, Broadcast] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def begin(self, broadcast: Broadcast) -> None:
        """Send it from now on.

        Raises:
            ClusterError: it cannot be written down, so it is not begun.
        """
        if broadcast.key not in self._running:
            self._running[broadcast.key] = broadcast
            try:
                await self._write()
            except BaseException:
                del self._running[broadcast.key]
                raise

            self._spawn(broadcast)

    async def resume(self) -> None:
        """Go on with what a former process was sending.

        Raises:
            ClusterError: what it was sending cannot be read.
        """
        for key, kept in (await self._clients.cluster.record(_RECORD)).items():
            if key not in self._running:
                self._running[key] = Broadcast(**json.loads(kept))
                self._spawn(self._running[key])

    async def close(self) -> None:
        """Stop sending; the next process takes it up."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _spawn(self, broadcast: Broadcast) -> None:
        task = asyncio.create_task(self._send(broadcast), name="broadcast")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send(self, broadcast: Broadcast) -> None:
        everybody = owners(self._clients.cache.all())
        left = {owner: language for owner, language in everybody.items() if owner > broadcast.last}
        for number, (owner, language) in enumerate(left.items()):
            if number % _SHOW_EVERY == 0:
                await self._show(broadcast, len(everybody), over=False)

            broadcast = replace(broadcast, last=owner)
            await self._advance(broadcast)

            try:
                text = fill(texts_for(language).admin.broadcast_message, text=broadcast.text)
                await self._clients.telegram.send_message(owner, text)
                broadcast = replace(broadcast, done=broadcast.done + 1)
            except TelegramAPIError as error:
                broadcast = replace(broadcast, failed=broadcast.failed + 1)
                logger.info("a person cannot be reached", extra={"owner": owner, "error": str(error)})

            await asyncio.sleep(1 / PER_SECOND)

        await self._show(broadcast, len(everybody), over=True)
        del self._running[broadcast.key]
        await self._save()

    async def _show(self, broadcast: Broadcast, count: int, *, over: bool) -> None:
        words, telegram = texts_for(broadcast.language).admin, self._clients.telegram
        text = fill(
            words.broadcast_done if over else words.broadcast_running,
            done=broadcast.done,
            count=count,
            failed=broadcast.failed,
        )

        with suppress(TelegramAPIError):
            shown = await edit(
                telegram, chat_id=broadcast.chat_id, message_id=broadcast.message_id, text=text, keyboard=None
            )
            if over and not shown:
                await telegram.send_message(broadcast.chat_id, text)

    async def _advance(self, broadcast: Broadcast) -> None:
        self._running[broadcast.key] = broadcast
        await self._save()

    async def _save(self) -> None:
        """Write down how far all are. While the cluster is away, wait: what is not written down must not be sent."""
        while True:
            try:
                await self._write()
            except ClusterError as error:
                logger.warning("a broadcast waits", extra={"error": str(error)})
                await asyncio.sleep(_PAUSE)
            else:
                return

    async def _write(self) -> None:
        kept = {key: json.dumps(asdict(running)) for key, running in self._running.items()}
        await self._clients.cluster.save_record(_RECORD, kept)
