"""Writes the Events about bots one after another, so that under load they come after what people wait for.

As in client-go, nobody waits for an Event, and one that cannot be written is not tried again: the status says it too.
"""

import asyncio
import logging
from typing import Final, NamedTuple

from personalbots_operator.cache.bot import Bot
from personalbots_operator.decision.actions import Notice
from personalbots_operator.kube.client import ApiError, Cluster, Kind
from personalbots_operator.loop.events import event, reference

logger = logging.getLogger(__name__)

LONGEST: Final = 10_000
"""So many Events may wait; then the oldest are dropped."""


class _Waiting(NamedTuple):
    reference: dict[str, str]
    notice: Notice
    at: float


class EventRecorder:
    """Takes Events at any time, and writes them while `run` is running."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._queue: asyncio.Queue[_Waiting] = asyncio.Queue()

    def __len__(self) -> int:
        """How many wait to be written."""
        return self._queue.qsize()

    def record(self, bot: Bot, notice: Notice, *, now: float) -> None:
        """Have an Event about the bot written; `now` is when it happened, in seconds since the epoch."""
        if len(self) >= LONGEST:
            oldest = self._queue.get_nowait()
            logger.warning("too many Events wait: %s of %s is dropped", oldest.notice.reason, oldest.reference["name"])
        self._queue.put_nowait(_Waiting(reference(bot), notice, now))

    async def run(self) -> None:
        """Write until cancelled."""
        while True:
            waiting = await self._queue.get()
            namespace, name = waiting.reference["namespace"], waiting.reference["name"]
            body = event(waiting.reference, waiting.notice, now=waiting.at)
            try:
                await self._cluster.create(Kind.EVENT, namespace, body)
            except ApiError as error:
                logger.warning("an Event about %s/%s could not be written: %s", namespace, name, error.message)
