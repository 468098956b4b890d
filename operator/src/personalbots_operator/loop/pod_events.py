"""The Events that tell why a pod does not start, listed for a whole namespace at once.

The API server finds Events by going through all of a namespace's (they are in no watch cache), so those about one
object cost as much as everybody's. Many waiting pods would keep it busy with little else.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Mapping
from typing import Final, NamedTuple

from personalbots_operator.cache.pod import PodEvent
from personalbots_operator.decision.diagnose import RELEVANT_EVENTS
from personalbots_operator.kube.client import Cluster

FRESH_SECONDS: Final = 3.0
"""How long after its start a list may be used. One that is under way may be used however long it takes."""

_EventsByUid = Mapping[str, tuple[PodEvent, ...]]


class _Listing(NamedTuple):
    begun: float
    result: asyncio.Task[_EventsByUid]

    @property
    def usable(self) -> bool:
        """Whether who asks now may have its result."""
        if not self.result.done():
            return True
        if self.result.cancelled() or self.result.exception():
            return False
        return time.monotonic() - self.begun < FRESH_SECONDS


class PodEvents:
    """Whoever asks while a list is under way, or soon after, shares it."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._listings: dict[str, _Listing] = {}

    async def about(self, namespace: str, *uids: str) -> tuple[PodEvent, ...]:
        """The relevant Events about the objects with these UIDs.

        Raises:
            ApiError: they cannot be listed.
        """
        listing = self._listings.get(namespace)
        if listing is None or not listing.usable:
            self._listings = {name: known for name, known in self._listings.items() if known.usable}
            listing = _Listing(time.monotonic(), asyncio.create_task(self._list(namespace)))
            self._listings[namespace] = listing

        # Shielded: the list is not lost to the others when one that waits for it is cancelled.
        events = await asyncio.shield(listing.result)
        return tuple(event for uid in uids for event in events.get(uid, ()))

    async def _list(self, namespace: str) -> _EventsByUid:
        events: defaultdict[str, tuple[PodEvent, ...]] = defaultdict(tuple)
        async for page in self._cluster.warnings(namespace):
            for raw in page:
                event = PodEvent.from_raw(raw)
                if event.reason in RELEVANT_EVENTS:
                    events[raw["involvedObject"].get("uid", "")] += (event,)
        return events
