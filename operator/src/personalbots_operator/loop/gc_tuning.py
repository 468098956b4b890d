"""Keeps Python's garbage collector from stopping the event loop.

What is known of ten thousand bots is hundreds of thousands of small objects, which never become garbage in cycles. To
go through all of them takes the collector a tenth of a second, in which nothing else happens. So they are hidden from
it as they grow in number. Reference counting frees them all the same.
"""

import asyncio
import gc
from collections.abc import Callable
from typing import Final

SECONDS: Final = 1.0  # between two checks
_GROWTH: Final = 1.2
_FEW: Final = 200  # objects that are not worth a round
_THRESHOLD: Final = 10_000
"""New objects after which the youngest are collected: a reconcile makes some hundred and leaves few."""


class GcTuning:
    """`known` says how many objects are known. Only when that has grown is anything hidden, to hide little else."""

    def __init__(self, known: Callable[[], int]) -> None:
        self._known = known
        self._hidden = 0

    async def run(self) -> None:
        """Check until cancelled."""
        gc.set_threshold(_THRESHOLD, *gc.get_threshold()[1:])
        while True:
            self.once()
            await asyncio.sleep(SECONDS)

    def once(self) -> None:
        """Hide what there is, if it has grown by enough."""
        known = self._known()
        if known <= self._hidden * _GROWTH + _FEW:
            return

        # Collect first: what is garbage already must not be kept for ever.
        gc.collect(1)
        gc.freeze()
        self._hidden = known
