"""A budget of calls per second, kept by waiting."""

import asyncio
import time


class Pace:
    """Spreads calls evenly: none begins sooner than 1/`per_second` after the one before. 0: no limit."""

    def __init__(self, per_second: float) -> None:
        self._seconds = 1 / per_second if per_second else 0.0
        self._free_at = 0.0

    async def turn(self) -> None:
        """Wait for one's turn; those who wait are served in their order."""
        now = time.monotonic()
        start = max(self._free_at, now)
        self._free_at = start + self._seconds
        if start > now:
            await asyncio.sleep(start - now)
