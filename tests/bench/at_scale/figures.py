"""What the benchmark at scale has measured, and how it is shown."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

from bench.figures import Figure, mebibytes, scaled

SLOW_RATE: Final = 10.0  # bots a second
FAST_RATE: Final = 75.0  # bots a second
MAKERS: Final = 32  # that make things at the same time


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How many bots, and for how many seconds."""

    slowly: int
    with_volume: int
    fast: int
    burst: int
    large: int
    largest: int
    rest: float
    listen: float

    @classmethod
    def of(cls, size: float) -> Self:
        """Give this share of the sizes that are published."""
        share = min(1.0, size * 10)  # a time needs less of a cut than a count
        return cls(
            slowly=scaled(150, size, least=2),
            with_volume=scaled(50, size, least=2),
            fast=scaled(750, size, least=2),
            burst=scaled(1000, size, least=2),
            large=scaled(5000, size, least=10),
            largest=scaled(10000, size, least=12),
            rest=30.0 * share,
            listen=40.0 * share,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What it took to bring so many bots up."""

    number: int
    latencies: Sequence[float]
    """From the API server's answer to the new resource until a watch showed its pod, in seconds."""
    pods_per_second: float
    ready_per_second: float
    cpu: float
    """Seconds of a core that the operator used until it was idle again."""
    writes: float
    """All writes of the operator until then, as it counts them itself."""
    seen: int
    """The same, as watches showed what was written."""
    conflicts: float

    @property
    def quantiles(self) -> str:
        """The median and the 99th percentile of the latencies."""
        cuts = statistics.quantiles(self.latencies, n=100)
        return f"{duration(cuts[49])}, {duration(cuts[98])}"

    @property
    def writes_each(self) -> str:
        """Writes for a bot."""
        return f"{self.writes / self.number:.2f}"

    @property
    def seen_each(self) -> str:
        """Writes for a bot, as watches showed them."""
        return f"{self.seen / self.number:.2f}"

    @property
    def cpu_each(self) -> str:
        """The operator's milliseconds of a core for a bot."""
        return f"{self.cpu / self.number * 1000:.1f} ms"


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """All that one run of the benchmark has measured."""

    sizes: Sizes
    raw_pods: float
    """Pods a second, made directly."""
    raw_ready: float
    burst: Run
    slow: Run
    volume: Run
    fast: Run
    memory: Sequence[tuple[int, float]]
    """Numbers of bots, and the operator's bytes with so many."""
    rest: float
    """The share of a core that the operator uses at rest."""
    restart: tuple[float, float]
    """Seconds until it has caught up, and what it has written then."""
    killed: tuple[float, float]
    stall: float
    """The longest time in which the operator's loop did not turn, in seconds."""


def figures(results: Results) -> list[Figure]:
    """Give the benchmark's part of the page."""
    return [*_speed(results), *_writes(results), *_cost(results)]


def _speed(results: Results) -> list[Figure]:
    sizes, burst = results.sizes, results.burst
    as_fast = f"{sizes.burst:,} as fast as the API takes them"
    return [
        Figure(
            what=f"resource made to its pod exists, {SLOW_RATE:.0f} a second: p50, p99",
            value=results.slow.quantiles,
            goal="≤ 8 ms, ≤ 40 ms",
            how=f"{sizes.slowly} bots; from the API server's answer until a watch shows the pod",
        ),
        Figure(
            what=f"the same, {sizes.fast} at {FAST_RATE:.0f} a second (overload): p50, p99",
            value=results.fast.quantiles,
            goal="≤ 2 s, ≤ 6 s",
            how="until the pod is seen",
        ),
        Figure(
            what=f"{as_fast}: pods a second",
            value=f"{burst.pods_per_second:.0f}",
            goal="≥ 60",
            how=f"until the last; {MAKERS} at a time make them. The same pods made directly: {results.raw_pods:.0f}",
        ),
        Figure(
            what=f"{as_fast}: Ready a second",
            value=f"{burst.ready_per_second:.0f}",
            goal="≥ 45",
            how=f"until the last resource is Ready. The same pods made directly: {results.raw_ready:.0f}",
        ),
        Figure(
            what=f"{as_fast}: share of the raw chain",
            value=f"{burst.ready_per_second / results.raw_ready:.2f}",
            goal="≥ 0.6",
            how="Ready a second, by that of the same pods made directly in the same run",
        ),
    ]


def _writes(results: Results) -> list[Figure]:
    burst, slow, volume, fast = results.burst, results.slow, results.volume, results.fast
    return [
        Figure(
            what="API writes for a bot from its creation until nothing more is written",
            value=f"{slow.writes_each}; with a volume {volume.writes_each}",
            goal="≤ 5 with the volume",
            how=f"its own count; watches showed {slow.seen_each}, {volume.seen_each}",
        ),
        Figure(
            what="the same under overload, without a volume",
            value=f"{fast.writes_each} at {FAST_RATE:.0f} a second; {burst.writes_each} as fast as it goes",
            goal="≤ 5 with the volume",
            how=f"watches showed {fast.seen_each}, {burst.seen_each}",
        ),
        Figure(
            what="conflicts (409) among them",
            value=f"{slow.conflicts + volume.conflicts:.0f}; under overload {fast.conflicts + burst.conflicts:.0f}",
            goal="no storm",
            how=f"in {slow.number + volume.number + fast.number + burst.number:,} bots",
        ),
    ]


def _cost(results: Results) -> list[Figure]:
    sizes, memory = results.sizes, results.memory
    (restart, written), (killed, written_after_kill) = results.restart, results.killed
    return [
        Figure(
            what="operator's CPU for a bot brought up",
            value=f"{results.burst.cpu_each}; {results.slow.cpu_each} at {SLOW_RATE:.0f} a second",
            goal="≤ 15 ms",
            how="user and system time until it is still again",
        ),
        Figure(
            what=f"operator's memory with {' / '.join(f'{number:,}' for number, _ in memory)} bots",
            value=" / ".join(mebibytes(size) for _, size in memory),
            goal="≤ 60 / 80 / 140 / 220 MiB",
            how="resident, after they came up",
        ),
        Figure(
            what=f"CPU at rest with {sizes.burst:,} bots",
            value=f"{results.rest:.1%} of a core",
            goal="≤ 2 %",
            how=f"over {sizes.rest:.0f} s",
        ),
        Figure(
            what=f"restart with {sizes.large:,} bots: caught up, writes made",
            value=f"{restart:.1f} s, {written:.0f}; after SIGKILL {killed:.1f} s, {written_after_kill:.0f}",
            goal="≤ 8 s, 0; ≤ 8 s, 0",
            how="from the start of the process until every bot was reconciled",
        ),
        Figure(
            what=f"longest time in which the loop did not turn, with {sizes.largest:,} bots",
            value=duration(results.stall),
            goal="≤ 100 ms",
            how=f"/healthz asked for {sizes.listen:.0f} s without pause; what else runs counts",
        ),
    ]


def duration(seconds: float) -> str:
    """Give a duration in ms or s, whichever reads better."""
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
