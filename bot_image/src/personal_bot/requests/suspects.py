"""Requests that may be why a process died: when they are tried again, and with how many others of their kind.

Whatever was under way when a process died is suspected, and most of it was only in bad company, or the blow came from
outside. So blame is earned. A request that has seen one death runs as any other; with each further death it waits for
a process that has lived well without it for longer, and runs among fewer suspects, in the end as the only one. What
many innocents share ends with the first process that lives, while one that kills every time is alone with it soon, and
is given up.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

GIVEN_UP = 8  # deaths; at the last four of them it was the only suspect
FIRST_CALM = 5.0  # seconds
_LONGEST_CALM = 60.0  # seconds
_SUSPECTED = 2  # deaths from which on it is one
_MOST_TOGETHER = 16


def calm(deaths: int) -> float:
    """Seconds that a process must have lived before it tries a request that has seen so many deaths."""
    return 0.0 if deaths < _SUSPECTED else min(_LONGEST_CALM, FIRST_CALM * 2 ** (deaths - _SUSPECTED))


def together(deaths: int) -> int:
    """How many suspects may run at once when one of them has seen so many deaths."""
    return max(1, _MOST_TOGETHER >> 2 * (deaths - _SUSPECTED))


def may_join(deaths: int, running: Sequence[int]) -> bool:
    """Whether a suspect may run beside others, each given by the deaths that it has seen."""
    return len(running) < min(together(one) for one in (deaths, *running))


@dataclass(eq=False, kw_only=True)
class _Suspect:
    deaths: int
    admitted: asyncio.Event = field(default_factory=asyncio.Event)


class Suspects:
    """The suspects of one process."""

    def __init__(self) -> None:
        """The process is believed to live from now on."""
        self._born = time.monotonic()
        self._waiting: list[_Suspect] = []
        self._running: list[_Suspect] = []

    @contextlib.asynccontextmanager
    async def trial(self, deaths: int, *, on_wait: Callable[[], None]) -> AsyncIterator[None]:
        """Wait until a request that has seen so many deaths may be tried; it counts as running until the block ends.

        `on_wait` is called when it is not at once.
        """
        if deaths < _SUSPECTED:
            yield
            return
        on_wait()
        await asyncio.sleep(self._born + calm(deaths) - time.monotonic())
        suspect = _Suspect(deaths=deaths)
        self._waiting.append(suspect)
        self._review()
        try:
            await suspect.admitted.wait()
            yield
        finally:
            for suspects in (self._waiting, self._running):
                if suspect in suspects:
                    suspects.remove(suspect)
            self._review()

    def _review(self) -> None:
        """Let those run that may, the least suspected first."""
        for suspect in sorted(self._waiting, key=lambda one: one.deaths):
            if not may_join(suspect.deaths, [one.deaths for one in self._running]):
                return
            self._waiting.remove(suspect)
            self._running.append(suspect)
            suspect.admitted.set()
