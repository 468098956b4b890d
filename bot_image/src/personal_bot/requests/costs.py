"""What a request costs, learned from what requests have cost, and how much the container's limits carry."""

import enum
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from personal_bot.cgroup import Cgroup, Limits

_MIB: Final = 2**20  # bytes
_MOST_AT_ONCE: Final = 64  # requests: an LLM service and a chat take no more, whatever the memory
_MEMORY_USABLE: Final = 0.85  # of the limit: the kernel kills at 1.0
_LEARNING: Final = 0.2  # weight of the newest observation


class Kind(enum.Enum):
    """Kinds of requests, by what they cost."""

    QUESTION = "question"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Memory in bytes, and CPU in whole and part CPUs, for as long as a request runs."""

    memory: float
    cpu: float

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(memory=self.memory + other.memory, cpu=self.cpu + other.cpu)

    def fits(self, room: Self) -> bool:
        """Whether this much is within `room`."""
        return self.memory <= room.memory and self.cpu <= room.cpu


NOTHING: Final = Cost(memory=0, cpu=0)
_SMALLEST: Final = Cost(memory=1 * _MIB, cpu=0.01)
_FIRST_GUESS: Final = {
    Kind.QUESTION: Cost(memory=4 * _MIB, cpu=0.05),
    Kind.DOCUMENT: Cost(memory=64 * _MIB, cpu=0.8),
}


def total(costs: Iterable[Cost]) -> Cost:
    """The costs together."""
    return sum(costs, NOTHING)


def learned(before: Cost, seen: Cost) -> Cost:
    """The estimate after one more observation; it never becomes nothing."""
    return Cost(
        memory=max(_SMALLEST.memory, before.memory + _LEARNING * (seen.memory - before.memory)),
        cpu=max(_SMALLEST.cpu, before.cpu + _LEARNING * (seen.cpu - before.cpu)),
    )


def room_within(limits: Limits, *, at_rest: float) -> Cost:
    """What requests may cost together within the limits, when the bot at rest takes `at_rest` bytes."""
    unlimited = float("inf")
    return Cost(
        memory=unlimited if limits.memory is None else limits.memory * _MEMORY_USABLE - at_rest,
        cpu=unlimited if limits.cpu is None else limits.cpu,
    )


class Meter:
    """Watches what the container uses, and learns from it what each kind of request costs."""

    def __init__(self, cgroup: Cgroup, *, cpu_seconds: Callable[[], float] | None = None) -> None:
        """`cpu_seconds` gives the CPU time of the process and its children so far."""
        self._cgroup = cgroup
        self._cpu_seconds = cpu_seconds or _own_cpu_seconds
        self._costs = dict(_FIRST_GUESS)
        self._at_rest = float(_resident_bytes())
        self._last = (time.monotonic(), self._cpu_seconds())

    def cost(self, kind: Kind) -> Cost:
        """What a request of this kind probably costs."""
        return self._costs[kind]

    def room(self) -> Cost:
        """What all requests together may cost."""
        return room_within(self._cgroup.limits(), at_rest=self._at_rest)

    def limits(self) -> Limits:
        """The container's limits."""
        return self._cgroup.limits()

    def concurrency(self) -> int:
        """How many questions run at once when nothing else does; at least one."""
        room, cost = self.room(), self.cost(Kind.QUESTION)
        return int(max(1, min(_MOST_AT_ONCE, room.memory / cost.memory, room.cpu / cost.cpu)))

    def observe(self, running: Iterable[Kind]) -> None:
        """Look at what the container uses now, while these requests run; call it about once a second."""
        kinds = list(running)
        now, cpu = time.monotonic(), self._cpu_seconds()
        elapsed, spent = now - self._last[0], cpu - self._last[1]
        self._last = (now, cpu)

        used = float(self._cgroup.memory_used() or _resident_bytes()) if self.limits().memory else _resident_bytes()
        if not kinds:
            self._at_rest = used
            return

        # What is used beyond the rest is shared out in the proportion of what the kinds cost until now.
        believed = total(self._costs[kind] for kind in kinds)
        memory_share = max(0.0, used - self._at_rest) / believed.memory
        cpu_share = spent / elapsed / believed.cpu if elapsed > 0 else 0.0

        for kind in set(kinds):
            cost = self._costs[kind]
            self._costs[kind] = learned(cost, Cost(memory=cost.memory * memory_share, cpu=cost.cpu * cpu_share))


def _resident_bytes() -> int:
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    except OSError:
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _own_cpu_seconds() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system
