"""A budget of calls per second, kept by waiting."""

import asyncio
import time


class RateLimiter:
    """Spreads calls evenly: each begins at least 1/`per_second` seconds after the one before. 0 means no limit."""

    def __init__(self, per_second: float) -> None:
        self._seconds = 1 / per_second if per_second else 0.0
        self._free_at = 0.0

    async def wait(self) -> None:
        """Wait until the next call may begin. Waiting callers are served in their order."""
        now = time.monotonic()
        start = max(self._free_at, now)
        self._free_at = start + self._seconds
        if start > now:
            await asyncio.sleep(start - now)
