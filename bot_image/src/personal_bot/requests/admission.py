"""Which requests run and which wait: the bot admits as many as the container carries, and people take turns.

A person's second request comes after the first one of everybody else, people who wait come before those who just had a
turn, and nobody takes the last free place with a second request. So twenty questions of one person delay nobody else.
When nothing runs, the first in the queue runs, whatever it costs.
"""

import asyncio
import contextlib
import itertools
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from personal_bot.requests.costs import Cost, Kind, Meter, total


@dataclass(slots=True, eq=False, kw_only=True)
class Request:
    """A request that waits or runs.

    Attributes:
        user_id: whose it is.
        on_position: learns the position in the queue, from 1, whenever it changes.
        admitted: set when the request may run.
        position: in the queue, from 1; 0 before it has one.
    """

    user_id: int
    kind: Kind
    on_position: Callable[[int], None] | None = None
    admitted: asyncio.Event = field(default_factory=asyncio.Event)
    position: int = 0


def in_order(waiting: Sequence[Request], running: Sequence[Request], turns: Mapping[int, int]) -> list[Request]:
    """The queue: the waiting requests in the order in which they get their turns.

    First by how many requests of the same person come before, then by how long ago the person had a turn, then by
    arrival.

    Args:
        waiting: in the order of their arrival.
        running: those that have a place.
        turns: by person, the number of the newest turn.
    """
    before = Counter(request.user_id for request in running)

    queue = []
    for request in waiting:
        queue.append((before[request.user_id], turns.get(request.user_id, 0), request))
        before[request.user_id] += 1

    return [request for *_, request in sorted(queue, key=lambda one: one[:2])]


def next_to_run(
    waiting: Sequence[Request],
    running: Sequence[Request],
    turns: Mapping[int, int],
    *,
    cost: Callable[[Kind], Cost],
    room: Cost,
) -> Request | None:
    """The request that may run now, or None while there is no room for the first in the queue."""
    queue = in_order(waiting, running, turns)
    if queue and not running:
        return queue[0]

    used = total(cost(request.kind) for request in running)
    people = {request.user_id for request in running}
    for request in queue:
        needed = used + cost(request.kind)
        if request.user_id in people:
            # The last place stays free for somebody else.
            if (needed + cost(Kind.QUESTION)).fits(room):
                return request
        else:
            # Nobody overtakes the first of a person who waits, or a large request would wait for ever.
            return request if needed.fits(room) else None
    return None


class Admission:
    """Admits requests of one bot."""

    def __init__(self, meter: Meter) -> None:
        """`meter` knows the costs and the room."""
        self._meter = meter
        self._waiting: list[Request] = []
        self._running: list[Request] = []
        self._turns: dict[int, int] = {}
        self._numbers = itertools.count(1)

    @property
    def active(self) -> int:
        """How many requests run."""
        return len(self._running)

    @property
    def queued(self) -> int:
        """How many requests wait."""
        return len(self._waiting)

    def running_kinds(self) -> list[Kind]:
        """The kinds of the requests that run."""
        return [request.kind for request in self._running]

    @contextlib.asynccontextmanager
    async def turn(self, request: Request) -> AsyncIterator[None]:
        """Wait for the request's turn; it counts as running until the block ends."""
        self._waiting.append(request)
        self.review()

        try:
            await request.admitted.wait()
            yield
        finally:
            for requests in (self._waiting, self._running):
                if request in requests:
                    requests.remove(request)
            if not self._waiting and not self._running:
                self._turns.clear()
            self.review()

    def review(self) -> None:
        """Admit the requests that there is room for, and give the others their positions."""
        room = self._meter.room()
        while request := next_to_run(self._waiting, self._running, self._turns, cost=self._meter.cost, room=room):
            self._waiting.remove(request)
            self._running.append(request)
            self._turns[request.user_id] = next(self._numbers)
            request.admitted.set()

        for position, request in enumerate(in_order(self._waiting, self._running, self._turns), start=1):
            if request.position != position:
                request.position = position
                if request.on_position:
                    request.on_position(position)
