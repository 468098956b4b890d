"""Keeps Python's garbage collector from stopping the loop.

What is known of ten thousand bots is hundreds of thousands of small objects that are never garbage in cycles. Looking
at all of them again takes a tenth of a second, in which nothing else happens. So they are put out of the collector's
sight as they become more; what of them goes is freed all the same, by its reference count.
"""

import asyncio
import gc
from collections.abc import Callable
from typing import Final

SECONDS: Final = 1.0
_GROWN: Final = 1.2
_FEW: Final = 200
_THRESHOLD: Final = 10_000
"""New objects after which the youngest are looked at: a reconcile makes some hundred and leaves few."""


class Garbage:
    """`known` says how much is known; only when that has grown is anything put away, so that little else goes along."""

    def __init__(self, known: Callable[[], int]) -> None:
        self._known = known
        self._put_away = 0

    async def run(self) -> None:
        """Look until cancelled."""
        gc.set_threshold(_THRESHOLD, *gc.get_threshold()[1:])
        while True:
            self.once()
            await asyncio.sleep(SECONDS)

    def once(self) -> None:
        """Put away what there is if it has grown by so much."""
        known = self._known()
        if known > self._put_away * _GROWN + _FEW:
            gc.collect(1)
            gc.freeze()
            self._put_away = known
