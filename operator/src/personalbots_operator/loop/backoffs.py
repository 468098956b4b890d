"""Remembers failed tries of each bot, so that they are repeated ever more slowly."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from personalbots_operator.cache.bot import Key
from personalbots_operator.decision.world import Backoff

LONGEST_AFTER_FAILURE: Final = 300.0  # seconds between two pods
LONGEST_AFTER_REFUSAL: Final = 60.0  # seconds between two tries
FORGIVEN_SECONDS: Final = 900.0
"""After so long without a failure the count starts anew."""
GROW_AGAIN_SECONDS: Final = 600.0
"""How long a size that was refused is not tried again."""
_MAX_EXPONENT: Final = 16  # keeps the power of two within reason


@dataclass(frozen=True, slots=True, kw_only=True)
class _Failures:
    """How many pods of a bot failed or were refused lately, when the last one was, and the refusal."""

    count: int
    at: float
    refusal: str

    def backoff(self) -> Backoff:
        """The first failure is repeated at once; a refusal waits from the first time on."""
        longest = LONGEST_AFTER_REFUSAL if self.refusal else LONGEST_AFTER_FAILURE
        first = self.count == 1 and not self.refusal
        pause = 0.0 if first else min(longest, 2.0 ** min(self.count, _MAX_EXPONENT))
        return Backoff(refusal=self.refusal, next_try=self.at + pause)


@dataclass(frozen=True, slots=True, kw_only=True)
class _RefusedSize:
    size: str
    at: float


class Backoffs:
    """The failed tries of all bots. Nothing is kept of a bot that has none."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """`clock` gives seconds since the epoch."""
        self._clock = clock
        self._failures: dict[Key, _Failures] = {}
        self._refused_sizes: dict[Key, _RefusedSize] = {}

    def __len__(self) -> int:
        """How many records are kept."""
        return len(self._failures) + len(self._refused_sizes)

    def of(self, key: Key) -> Backoff:
        """What a decision about the bot has to know."""
        failures, refused = self._failures.get(key), self._refused_sizes.get(key)
        backoff = failures.backoff() if failures else Backoff()
        if refused and self._clock() - refused.at < GROW_AGAIN_SECONDS:
            return replace(backoff, ungrowable=refused.size)
        return backoff

    def add_failure(self, key: Key, *, refusal: str = "") -> None:
        """Note that a pod of the bot failed, or was refused with the message `refusal`."""
        before, now = self._failures.get(key), self._clock()
        lately = before is not None and now - before.at < FORGIVEN_SECONDS
        count = before.count + 1 if before and lately else 1
        self._failures[key] = _Failures(count=count, at=now, refusal=refusal)

    def clear_refusal(self, key: Key) -> None:
        """Note that a pod was created: it is no longer refused."""
        failures = self._failures.get(key)
        if failures and failures.refusal:
            del self._failures[key]

    def add_refused_size(self, key: Key, size: str) -> bool:
        """Note that the volume's class refused `size`. Returns whether that is news."""
        before = self._refused_sizes.get(key)
        self._refused_sizes[key] = _RefusedSize(size=size, at=self._clock())
        return before is None or before.size != size

    def forget(self, key: Key) -> None:
        """Drop everything that is kept of the bot."""
        self._failures.pop(key, None)
        self._refused_sizes.pop(key, None)
