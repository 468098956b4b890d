"""Writes the Events about bots, one after another, so that under load they come after what people wait for.

As client-go's recorder: nobody waits for an Event, and one that cannot be written is not worth a second try, since the
status says it too.
"""

import asyncio
import logging
from typing import Final, NamedTuple

from personalbots_operator.cache.observed import Bot
from personalbots_operator.decision.actions import Notice
from personalbots_operator.kube.client import ApiError, Cluster, Kind
from personalbots_operator.loop.events import about, reference

logger = logging.getLogger(__name__)

LONGEST: Final = 10_000
"""So many may wait; then the oldest are dropped."""


class _Told(NamedTuple):
    reference: dict[str, str]
    notice: Notice
    at: float


class Recorder:
    """Takes what is to be told at any time, and tells it while `run` is running."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._waiting: asyncio.Queue[_Told] = asyncio.Queue()

    def __len__(self) -> int:
        """How many wait to be written."""
        return self._waiting.qsize()

    def tell(self, bot: Bot, notice: Notice, *, now: float) -> None:
        """Have an Event about the bot written; `now` is when it happened, in seconds since the epoch."""
        if len(self) >= LONGEST:
            oldest = self._waiting.get_nowait()
            logger.warning("too many Events wait: %s of %s is dropped", oldest.notice.reason, oldest.reference["name"])
        self._waiting.put_nowait(_Told(reference(bot), notice, now))

    async def run(self) -> None:
        """Write until cancelled."""
        while True:
            told = await self._waiting.get()
            namespace, name = told.reference["namespace"], told.reference["name"]
            try:
                await self._cluster.create(Kind.EVENT, namespace, about(told.reference, told.notice, now=told.at))
            except ApiError as error:
                logger.warning("an Event about %s/%s could not be written: %s", namespace, name, error.message)
