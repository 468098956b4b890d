"""Who runs and who waits: requests are admitted while the container carries them, people taking turns.

A person's second request comes after every other person's first, who had a turn comes after who waits for one, and
nobody takes the last free place with a second request; so twenty questions of one person delay nobody else. When
nothing runs, the first in line runs, whatever it costs.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from personal_bot.requests.costs import Cost, Kind, total

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence

    from personal_bot.requests.costs import Meter


@dataclass(eq=False, kw_only=True)
class Ticket:
    """A request that waits or runs.

    Attributes:
        user_id: whose it is.
        on_place: is told the place in the line, from 1, whenever it changes.
        admitted: is set when the request may run.
    """

    user_id: int
    kind: Kind
    on_place: Callable[[int], None] | None = None
    admitted: asyncio.Event = field(default_factory=asyncio.Event)
    place: int = 0


def line_up(waiting: Sequence[Ticket], running: Sequence[Ticket], turns: Mapping[int, int]) -> list[Ticket]:
    """The waiting in the order of their turns.

    By how many of the same person's go first, then by how long ago the person had a turn, then by arrival.

    Args:
        waiting: in the order of their arrival.
        running: those that have a place.
        turns: by person, the number of the newest turn.
    """
    before = Counter(ticket.user_id for ticket in running)
    line = []
    for ticket in waiting:
        line.append((before[ticket.user_id], turns.get(ticket.user_id, 0), ticket))
        before[ticket.user_id] += 1
    return [ticket for *_, ticket in sorted(line, key=lambda one: one[:2])]


def next_to_run(
    waiting: Sequence[Ticket],
    running: Sequence[Ticket],
    turns: Mapping[int, int],
    *,
    cost: Callable[[Kind], Cost],
    room: Cost,
) -> Ticket | None:
    """The one that may run now, or None while there is no room for the first in line."""
    line = line_up(waiting, running, turns)
    if line and not running:
        return line[0]
    used = total(cost(ticket.kind) for ticket in running)
    people = {ticket.user_id for ticket in running}
    for ticket in line:
        needed = used + cost(ticket.kind)
        if ticket.user_id in people:
            # The last place stays free for somebody else.
            if (needed + cost(Kind.QUESTION)).fits(room):
                return ticket
        else:
            return ticket if needed.fits(room) else None
    return None


class Admission:
    """Admits requests of one bot."""

    def __init__(self, meter: Meter) -> None:
        """`meter` knows the costs and the room."""
        self._meter = meter
        self._waiting: list[Ticket] = []
        self._running: list[Ticket] = []
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
        return [ticket.kind for ticket in self._running]

    @contextlib.asynccontextmanager
    async def turn(self, ticket: Ticket) -> AsyncIterator[None]:
        """Wait for the request's turn; it holds its place until the block ends."""
        self._waiting.append(ticket)
        self.review()
        try:
            await ticket.admitted.wait()
            yield
        finally:
            for tickets in (self._waiting, self._running):
                if ticket in tickets:
                    tickets.remove(ticket)
            if not self._waiting and not self._running:
                self._turns.clear()
            self.review()

    def review(self) -> None:
        """Admit whom there is room for, and tell the others their places."""
        room = self._meter.room()
        while ticket := next_to_run(self._waiting, self._running, self._turns, cost=self._meter.cost, room=room):
            self._waiting.remove(ticket)
            self._running.append(ticket)
            self._turns[ticket.user_id] = next(self._numbers)
            ticket.admitted.set()
        for place, ticket in enumerate(line_up(self._waiting, self._running, self._turns), start=1):
            if ticket.place != place:
                ticket.place = place
                if ticket.on_place:
                    ticket.on_place(place)
