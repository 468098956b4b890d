"""The Events that tell why a pod does not start, read for a whole namespace at once.

The API server finds Events by walking through all of a namespace's (they are in no watch cache), so those about one
object cost as much as everybody's. Many pods that wait at the same time would make it do little else.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Mapping
from typing import Final, NamedTuple

from personalbots_operator.cache.observed import PodEvent
from personalbots_operator.decision.diagnose import TELLING
from personalbots_operator.kube.client import Cluster

FRESH_SECONDS: Final = 3.0
"""How long ago the reading of what is told may have begun; one that is under way serves however long it takes."""

_Found = Mapping[str, tuple[PodEvent, ...]]


class _Reading(NamedTuple):
    begun: float
    found: asyncio.Task[_Found]

    @property
    def useful(self) -> bool:
        if not self.found.done():
            return True
        if self.found.cancelled() or self.found.exception():
            return False
        return time.monotonic() - self.begun < FRESH_SECONDS


class PodEvents:
    """Who asks while a reading is under way, or soon after, is answered by it."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._readings: dict[str, _Reading] = {}

    async def about(self, namespace: str, *uids: str) -> tuple[PodEvent, ...]:
        """What is said about the objects with these UIDs, of what a diagnosis rests on.

        Raises:
            ApiError: they cannot be read.
        """
        reading = self._readings.get(namespace)
        if reading is None or not reading.useful:
            self._readings = {place: there for place, there in self._readings.items() if there.useful}
            reading = _Reading(time.monotonic(), asyncio.create_task(self._read(namespace)))
            self._readings[namespace] = reading
        found = await asyncio.shield(reading.found)
        return tuple(event for uid in uids for event in found.get(uid, ()))

    async def _read(self, namespace: str) -> _Found:
        found: defaultdict[str, tuple[PodEvent, ...]] = defaultdict(tuple)
        async for page in self._cluster.warnings(namespace):
            for raw in page:
                event = PodEvent.from_raw(raw)
                if event.reason in TELLING:
                    found[raw["involvedObject"].get("uid", "")] += (event,)
        return found
