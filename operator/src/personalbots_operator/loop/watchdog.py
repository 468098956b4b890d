"""Proves that watching works: compares what the watches have shown with a fresh list of metadata.

A watch may go deaf without an error, and a deletion that happened while a watch was down is never told. So every
`watchdog_seconds` the metadata of each kind is listed. What is no longer there is forgotten at once; what the list
shows and a watch still has not shown after `deaf_seconds` means that the watch is deaf, and liveness fails.
The first comparison that finds nothing missing says that the operator knows the cluster and may begin to act.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from typing import Final

from personalbots_operator.cache.cache import View, place
from personalbots_operator.cache.observed import Key, newer
from personalbots_operator.kube.client import ApiError, Cluster, Kind
from personalbots_operator.loop.watching import WATCHED
from personalbots_operator.metrics import Metrics
from personalbots_operator.settings import Settings

logger = logging.getLogger(__name__)

_FIRST_SECONDS: Final = 0.2
_FIRST_LOOKS: Final = 10


class Watchdog:
    """Compares again and again; `synced` is set when it first finds nothing missing."""

    def __init__(
        self,
        *,
        cluster: Cluster,
        view: View,
        settings: Settings,
        metrics: Metrics,
        look: Callable[[Key], None],
    ) -> None:
        self._cluster = cluster
        self._view = view
        self._settings = settings
        self._metrics = metrics
        self._look = look
        self._missed: dict[Kind, dict[str, tuple[str, float]]] = {kind: {} for kind in WATCHED}
        self.synced = asyncio.Event()

    def deaf(self) -> str | None:
        """What a watch has missed for too long, in a sentence; None when all hear."""
        for kind, seconds in self._behind():
            if seconds > self._settings.deaf_seconds:
                return f"the watch of {kind.value[1]} has missed changes for {seconds:.0f} s"
        return None

    async def run(self) -> None:
        """Compare until cancelled. At the start that waits for the watches to have shown what they have for now.

        Comparing costs about as much as what it compares with: again and again it would double the time of a start.
        """
        while True:
            await self._stand_still()
            try:
                for kind in WATCHED:
                    await self._compare(kind)
            except ApiError as error:
                logger.warning("the watches could not be compared with a list: %s", error.message)
            else:
                if not any(self._missed.values()):
                    self.synced.set()
            await asyncio.sleep(self._settings.watchdog_seconds if self.synced.is_set() else _FIRST_SECONDS)

    async def _stand_still(self) -> None:
        """Before the first time that nothing is missing: wait until no more is shown, but not for ever."""
        known = -1
        for _ in range(_FIRST_LOOKS):
            if self.synced.is_set() or known == self._view.size:
                return
            known = self._view.size
            await asyncio.sleep(_FIRST_SECONDS)

    async def _compare(self, kind: Kind) -> None:
        before = self._view.versions(kind)
        listed: dict[str, str] = {}
        for namespace in self._settings.namespaces or (None,):
            async for page in self._cluster.metadata(kind, namespace, WATCHED[kind]):
                listed |= {meta["uid"]: meta["resourceVersion"] for meta in page if place(kind, meta)}
        for uid in before.keys() - listed.keys():
            for key in self._view.lost(before[uid][0], uid):
                self._look(key)
        self._note(kind, listed)

    def _note(self, kind: Kind, listed: dict[str, str]) -> None:
        """Keep what the watch had not shown when it was listed, with the time since when."""
        now, shown, missed = time.monotonic(), self._view.versions(kind), self._missed[kind]
        for uid, (version, _) in list(missed.items()):
            if uid not in listed or (uid in shown and not newer(version, shown[uid][1])):
                del missed[uid]
        for uid, version in listed.items():
            if uid not in missed and (uid not in shown or newer(version, shown[uid][1])):
                missed[uid] = (version, now)
        for other, seconds in self._behind():
            self._metrics.watch_behind.labels(other.value[1]).set(seconds)

    def _behind(self) -> Iterable[tuple[Kind, float]]:
        now = time.monotonic()
        for kind, missed in self._missed.items():
            yield kind, now - min((since for _, since in missed.values()), default=now)
