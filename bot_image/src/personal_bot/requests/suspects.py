"""Requests that may be why a process died: when the bot tries them again, and with how many others of their kind.

Every request that ran when a process died is a suspect. Most are innocent: another request killed the process, or
something outside did. So suspicion grows with each death. After one death a request runs like any other. With each
further death it waits for longer, until the process has proved that it lives without it, and it runs among fewer
suspects, in the end as the only one. Innocent requests get through with the first process that lives; one that kills
every time soon runs by itself, and the bot gives it up.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

GIVEN_UP: Final = 8
"""Deaths after which the bot gives a request up; at the last four of them it was the only suspect."""

FIRST_CALM: Final = 5.0
"""Seconds that a process must have lived before it tries a request that has seen two deaths."""

_LONGEST_CALM: Final = 60.0  # seconds
_SUSPECTED: Final = 2  # deaths from which on a request is a suspect
_MOST_TOGETHER: Final = 16  # suspects


def calm(deaths: int) -> float:
    """Seconds that a process must have lived before it tries a request that has seen so many deaths."""
    return 0.0 if deaths < _SUSPECTED else min(_LONGEST_CALM, FIRST_CALM * 2 ** (deaths - _SUSPECTED))


def together(deaths: int) -> int:
    """How many suspects may run at once when one of them has seen so many deaths."""
    # A quarter as many with each death.
    return max(1, _MOST_TOGETHER >> 2 * (deaths - _SUSPECTED))


def may_join(deaths: int, running: Sequence[int]) -> bool:
    """Whether a suspect may run beside others, each given by the deaths that it has seen."""
    return len(running) < min(together(one) for one in (deaths, *running))


@dataclass(slots=True, eq=False, kw_only=True)
class _Suspect:
    deaths: int
    admitted: asyncio.Event = field(default_factory=asyncio.Event)


class Suspects:
    """The suspects of one process."""

    def __init__(self) -> None:
        """The process lives from now on."""
        self._born = time.monotonic()
        self._waiting: list[_Suspect] = []
        self._running: list[_Suspect] = []

    @contextlib.asynccontextmanager
    async def trial(self, deaths: int, *, on_wait: Callable[[], None]) -> AsyncIterator[None]:
        """Wait until the bot may try a request that has seen so many deaths; it counts as running until the block ends.

        `on_wait` is called when that is not at once.
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
