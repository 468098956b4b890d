"""Telegram's sending limits (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this)."""

import math
from dataclasses import dataclass

from standins.telegram.clock import Clock
from standins.telegram.errors import too_many_requests


@dataclass(slots=True, kw_only=True)  # changes: it drains
class Bucket:
    """`rate` messages a second, of which `burst` may come at once."""

    rate: float
    burst: float
    seen: float  # Unix time up to which it has drained
    level: float = 0.0

    def wait(self, now: float) -> float:
        """Seconds until one more fits."""
        self.level = max(0.0, self.level - (now - self.seen) * self.rate)
        self.seen = now
        return max(0.0, (self.level + 1 - self.burst) / self.rate)


class Limits:
    """About one message a second in a chat (short bursts pass), 20 a minute in a group, 30 a second in all.

    Off until asked for.
    """

    def __init__(self, clock: Clock) -> None:
        self.enforced = False
        self._clock = clock
        self._buckets: dict[tuple[int, int], Bucket] = {}

    def admit(self, bot_id: int, chat_id: int) -> None:
        """Count one message.

        Raises:
            ApiError: 429 with the seconds to wait; nothing was counted.
        """
        if not self.enforced:
            return

        now = self._clock.now()
        in_chat = Bucket(rate=1, burst=3, seen=now) if chat_id > 0 else Bucket(rate=20 / 60, burst=20, seen=now)
        buckets = (
            self._buckets.setdefault((bot_id, chat_id), in_chat),
            self._buckets.setdefault((bot_id, 0), Bucket(rate=30, burst=30, seen=now)),
        )
        if (seconds := max(bucket.wait(now) for bucket in buckets)) > 0:
            raise too_many_requests(math.ceil(seconds))

        for bucket in buckets:
            bucket.level += 1
