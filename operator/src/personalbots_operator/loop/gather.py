"""Gathers everything that a decision about a bot rests on."""

import logging
import time
from collections.abc import Callable

from personalbots_operator.cache.bot import Bot, Key
from personalbots_operator.cache.cache import Cache
from personalbots_operator.cache.pod import PodEvent
from personalbots_operator.decision.supervision import STATUSZ_SECONDS
from personalbots_operator.decision.world import World
from personalbots_operator.kube.client import RefusedError
from personalbots_operator.loop.backoffs import Backoffs
from personalbots_operator.loop.fleet import Fleet
from personalbots_operator.loop.pod_events import PodEvents
from personalbots_operator.loop.statusz import StatuszReader
from personalbots_operator.settings import Settings

logger = logging.getLogger(__name__)


class Gatherer:
    """Makes a `World` for a bot from what the parts of the operator know."""

    def __init__(  # noqa: PLR0913 - by keyword
        self,
        *,
        cache: Cache,
        reader: StatuszReader,
        pod_events: PodEvents,
        fleet: Fleet,
        backoffs: Backoffs,
        settings: Settings,
        clock: Callable[[], float],
    ) -> None:
        self._cache = cache
        self._reader = reader
        self._pod_events = pod_events
        self._fleet = fleet
        self._backoffs = backoffs
        self._settings = settings
        self._clock = clock

    def world(self, key: Key) -> World | None:
        """What is known about the bot now, without the Events of its pod; None when there is no such bot."""
        bot = self._cache.bots.get(key)
        if bot is None:
            return None

        pod, now = self._cache.pods.get(key), self._clock()
        own_pod = pod if pod is not None and pod.owner_uid == bot.uid else None
        reading = self._reader.reading(key, own_pod)

        return World(
            bot=bot,
            pod=pod,
            volume=self._cache.volumes.get(key),
            cleanup=self._cache.cleanups.get(key),
            rival=self._cache.rival(bot),
            over_quota=self._over_quota(bot),
            may_be_replaced=key in self._fleet.may_be_replaced,
            many_deaf=self._fleet.many_deaf,
            reading=reading,
            reading_for=time.monotonic() - reading.asked_at if reading else 0.0,
            reading_late=self._reader.behind > STATUSZ_SECONDS,
            backoff=self._backoffs.of(key),
            now=now,
        )

    async def events(self, world: World) -> tuple[PodEvent, ...]:
        """What the kubelet, the scheduler and the provisioner report about the pod and its volume.

        Raises:
            ApiError: they cannot be read now.
        """
        uids = (about.uid for about in (world.pod, world.volume) if about)
        try:
            return await self._pod_events.about(world.bot.key.namespace, *uids)
        except RefusedError as refused:
            # Without the right to read Events, the pod itself still tells enough to go on.
            logger.warning("the Events about %s's pod cannot be read: %s", world.bot.key, refused.message)
            return ()

    def _over_quota(self, bot: Bot) -> int | None:
        limit = self._settings.bots_of(bot.owner_id) if bot.owner_id is not None else 0
        return limit if limit and self._cache.older_bots(bot) >= limit else None
