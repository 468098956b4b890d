"""Checks that watching works: compares what the watches have shown with a fresh list of metadata.

A watch may go deaf without an error, and a deletion that happens while a watch is down is never shown. So every
`watchdog_seconds` the metadata of each kind is listed. What is no longer there is forgotten at once. When a watch has
not shown for `deaf_seconds` what the list shows, it is deaf, and liveness fails. The first comparison that finds
nothing missing means that the operator knows the cluster and may begin to act.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from typing import Final

from personalbots_operator.cache.bot import Key
from personalbots_operator.cache.cache import Cache, slot_of
from personalbots_operator.cache.values import newer
from personalbots_operator.kube.client import ApiError, Cluster, Kind
from personalbots_operator.loop.watching import WATCHED
from personalbots_operator.metrics import Metrics
from personalbots_operator.settings import Settings

logger = logging.getLogger(__name__)

_FIRST_SECONDS: Final = 0.2  # between two checks, until nothing was missing once
_FIRST_CHECKS: Final = 10
"""How often to wait for the watches to fall silent, before comparing all the same."""


class Watchdog:
    """Compares again and again; `synced` is set when it first finds nothing missing."""

    def __init__(
        self,
        *,
        cluster: Cluster,
        cache: Cache,
        settings: Settings,
        metrics: Metrics,
        enqueue: Callable[[Key], None],
    ) -> None:
        self._cluster = cluster
        self._cache = cache
        self._settings = settings
        self._metrics = metrics
        self._enqueue = enqueue
        self._missed: dict[Kind, dict[str, tuple[str, float]]] = {kind: {} for kind in WATCHED}
        self.synced = asyncio.Event()

    def deaf(self) -> str | None:
        """What a watch has missed for too long, in a sentence; None when no watch is deaf."""
        for kind, seconds in self._behind():
            if seconds > self._settings.deaf_seconds:
                return f"the watch of {kind.plural} has missed changes for {seconds:.0f} s"
        return None

    async def run(self) -> None:
        """Compare until cancelled. At the start, first wait for the watches to have shown what they have for now.

        A comparison costs about as much as the watches' own lists: to repeat it would double the time of a start.
        """
        while True:
            await self._wait_for_silence()
            try:
                for kind in WATCHED:
                    await self._compare(kind)
            except ApiError as error:
                logger.warning("the watches could not be compared with a list: %s", error.message)
            else:
                if not any(self._missed.values()):
                    self.synced.set()
            await asyncio.sleep(self._settings.watchdog_seconds if self.synced.is_set() else _FIRST_SECONDS)

    async def _wait_for_silence(self) -> None:
        """Until nothing was missing once: wait until the watches show no more objects, but not for ever."""
        known = -1
        for _ in range(_FIRST_CHECKS):
            if self.synced.is_set() or known == self._cache.size:
                return
            known = self._cache.size
            await asyncio.sleep(_FIRST_SECONDS)

    async def _compare(self, kind: Kind) -> None:
        before = self._cache.versions(kind)
        listed: dict[str, str] = {}
        for namespace in self._settings.namespaces or (None,):
            async for page in self._cluster.metadata(kind, namespace, WATCHED[kind]):
                listed |= {meta["uid"]: meta["resourceVersion"] for meta in page if slot_of(kind, meta)}

        # Only what was known before the list: what was shown since then may be newer than it.
        for uid in before.keys() - listed.keys():
            for key in self._cache.forget(before[uid][0], uid):
                self._enqueue(key)
        self._note_missed(kind, listed)

    def _note_missed(self, kind: Kind, listed: dict[str, str]) -> None:
        """Keep what the watch has not shown although it is listed, with the time since when."""
        now, shown, missed = time.monotonic(), self._cache.versions(kind), self._missed[kind]
        for uid, (version, _) in list(missed.items()):
            if uid not in listed or (uid in shown and not newer(version, shown[uid][1])):
                del missed[uid]
        for uid, version in listed.items():
            if uid not in missed and (uid not in shown or newer(version, shown[uid][1])):
                missed[uid] = (version, now)

        for other, seconds in self._behind():
            self._metrics.watch_behind.labels(other.plural).set(seconds)

    def _behind(self) -> Iterable[tuple[Kind, float]]:
        """For each kind, for how many seconds its watch has missed something."""
        now = time.monotonic()
        for kind, missed in self._missed.items():
            yield kind, now - min((since for _, since in missed.values()), default=now)
