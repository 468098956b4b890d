"""How many requests run side by side (WebhookActor.cpp, ``create_new_connections``)."""

from collections import deque
from typing import Final

FORGIVEN: Final = 10  # seconds after a success in which more connections than one are opened
IDLE: Final = 60  # seconds after which an unused connection is closed


class Pace:
    """At most `count` events in `seconds`."""

    def __init__(self, *, seconds: float, count: int) -> None:
        self._seconds = seconds
        self._events: deque[float] = deque(maxlen=count)

    def free_at(self, now: float) -> float:
        """When the next event is allowed."""
        full = len(self._events) == self._events.maxlen
        return max(now, self._events[0] + self._seconds) if full else now

    def count(self, now: float) -> None:
        self._events.append(now)


class Connections:
    """Connections that are open: busy with a request, or idle. A webhook that fails gets one and then waits for it."""

    def __init__(self, *, most: int) -> None:
        self._most = most
        self._busy = 0
        self._idle: list[float] = []  # when each was used last
        self._last_success = float("-inf")
        self._while_well = Pace(seconds=0.5, count=10)
        self._while_failing = Pace(seconds=2, count=1)

    def take(self, *, now: float, chats: int) -> bool:
        """Take a connection for a request, an idle one or a new one; False if there must be no more."""
        self._idle = [used for used in self._idle if used + IDLE > now]
        if self._idle:
            self._idle.pop()
        elif self._may_open(now, chats):
            self._pace(now).count(now)
        else:
            return False

        self._busy += 1
        return True

    def give_back(self, *, now: float, succeeded: bool, keep: bool) -> None:
        """The request is over; the connection is kept if both sides want to."""
        self._busy -= 1
        if succeeded:
            self._last_success = now
        if keep:
            self._idle.append(now)

    def free_at(self, *, now: float, chats: int) -> float | None:
        """When a connection can be opened; None when only the end of a request frees one."""
        if self._idle or self._busy >= self._needed(now, chats):
            return None
        return self._pace(now).free_at(now)

    def _may_open(self, now: float, chats: int) -> bool:
        return self._busy < self._needed(now, chats) and self._pace(now).free_at(now) <= now

    def _needed(self, now: float, chats: int) -> int:
        return min(chats, self._most if self._is_well(now) else 1)

    def _pace(self, now: float) -> Pace:
        return self._while_well if self._is_well(now) else self._while_failing

    def _is_well(self, now: float) -> bool:
        return self._last_success + FORGIVEN >= now
