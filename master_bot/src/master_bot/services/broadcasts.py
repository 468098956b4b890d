"""Sending one message to every owner, as fast as Telegram allows, so that a restart in its middle loses nobody.

How far each broadcast is stands in one ConfigMap, and is written before each message: who was written to when the
process was killed may have missed it, and nobody gets it twice.
"""

import asyncio
import json
import logging
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import Final

from aiogram import Bot
from aiogram.exceptions import TelegramAPIError

from master_bot.kubernetes.bot_cache import BotCache
from master_bot.kubernetes.client import ClusterError
from master_bot.kubernetes.cluster import Cluster
from master_bot.models import LANGUAGE_ANNOTATION
from master_bot.telegram.sending import edit
from master_bot.texts import fill, texts_for
from personalbots_api.models import PersonalBot

A_SECOND: Final = 20
"""Messages a second: Telegram takes about 30 from a bot in all, and people go on writing to it."""
_RECORD: Final = "broadcasts"
_PAUSE: Final = 2.0
log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Broadcast:
    """What is sent, where its progress is shown and in which language, and how far it is: all up to owner `last`."""

    text: str
    chat_id: int
    message_id: int
    language: str
    last: int = 0
    done: int = 0
    failed: int = 0

    @property
    def key(self) -> str:
        """What it is kept under."""
        return f"{self.chat_id}-{self.message_id}"


class Broadcasts:
    """See the module."""

    def __init__(self, telegram: Bot, cluster: Cluster, cache: BotCache) -> None:
        self._telegram = telegram
        self._cluster = cluster
        self._cache = cache
        self._running: dict[str, Broadcast] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def begin(self, broadcast: Broadcast) -> None:
        """Send it from now on. ClusterError: it cannot be written down, so it is not begun."""
        if broadcast.key not in self._running:
            self._running[broadcast.key] = broadcast
            try:
                await self._write()
            except BaseException:
                del self._running[broadcast.key]
                raise
            self._spawn(broadcast)

    async def resume(self) -> None:
        """Go on with what a former process was sending."""
        for key, told in (await self._cluster.record(_RECORD)).items():
            if key not in self._running:
                self._running[key] = Broadcast(**json.loads(told))
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
        everybody = owners(self._cache.all())
        left = {owner: language for owner, language in everybody.items() if owner > broadcast.last}
        for number, (owner, language) in enumerate(left.items()):
            if number % (5 * A_SECOND) == 0:
                await self._show(broadcast, len(everybody), over=False)
            broadcast = replace(broadcast, last=owner)
            await self._note(broadcast)
            try:
                text = fill(texts_for(language).admin.broadcast_message, text=broadcast.text)
                await self._telegram.send_message(owner, text)
                broadcast = replace(broadcast, done=broadcast.done + 1)
            except TelegramAPIError as error:
                broadcast = replace(broadcast, failed=broadcast.failed + 1)
                log.info("a person cannot be reached", extra={"owner": owner, "error": str(error)})
            await asyncio.sleep(1 / A_SECOND)
        await self._show(broadcast, len(everybody), over=True)
        del self._running[broadcast.key]
        await self._save()

    async def _show(self, broadcast: Broadcast, count: int, *, over: bool) -> None:
        said = texts_for(broadcast.language).admin
        text = fill(
            said.broadcast_done if over else said.broadcast_running,
            done=broadcast.done,
            count=count,
            failed=broadcast.failed,
        )
        place = {"chat_id": broadcast.chat_id, "message_id": broadcast.message_id}
        with suppress(TelegramAPIError):
            if not await edit(self._telegram, **place, text=text, keyboard=None) and over:
                await self._telegram.send_message(broadcast.chat_id, text)

    async def _note(self, broadcast: Broadcast) -> None:
        self._running[broadcast.key] = broadcast
        await self._save()

    async def _save(self) -> None:
        """Write down how far all are; while the cluster is away, wait for it rather than send what is not noted."""
        while True:
            try:
                await self._write()
            except ClusterError as error:
                log.warning("a broadcast waits", extra={"error": str(error)})
                await asyncio.sleep(_PAUSE)
            else:
                return

    async def _write(self) -> None:
        kept = {key: json.dumps(asdict(running)) for key, running in self._running.items()}
        await self._cluster.save_record(_RECORD, kept)


def owners(bots: Iterable[PersonalBot]) -> Mapping[int, str | None]:
    """Each owner once, by number, with the language in which they are told something unasked."""
    found = {bot.spec.owner_id: bot.metadata.annotations.get(LANGUAGE_ANNOTATION) for bot in bots}
    return {owner: found[owner] for owner in sorted(found)}
