"""Thousands of bots on a real API server: kwok plays the nodes, the operator runs as the chart would run it.

Everything shares the machine's cores, the API server too, so absolute rates are overload tests. Beside them stands a
control from the same run: the same pods made directly, scheduled and run the same way. BENCH_SCALE=0.1 makes a tenth
of the bots, to try the benchmark itself.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import statistics
import time
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from figures import Figure, mebibytes
from scale_cluster import NAMESPACE, NODES, PLACE, STORAGE_CLASS, Api, Seen, TooSlow, answers, fake_cluster, until
from scale_operator import IMAGE, STATUSZ_ADDRESS, Operator, bots_answering, operator

from cluster import Context, kube
from personalbots_api import names
from personalbots_operator.cache.bot import Bot, Key
from personalbots_operator.cache.spec import Spec
from personalbots_operator.decision import build
from personalbots_operator.kube.client import Kind
from personalbots_operator.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable, Sequence

SIZE = float(os.environ.get("BENCH_SCALE", "1"))
SLOWLY, SLOW_RATE = int(150 * SIZE), 10.0
WITH_VOLUME = int(50 * SIZE)
FAST, FAST_RATE = int(750 * SIZE), 75.0
BURST, LARGE, LARGEST = int(1000 * SIZE), int(5000 * SIZE), int(10000 * SIZE)
MAKERS = 32  # that make things at the same time
REST, LISTEN, STILL = 30.0, 40.0, 3.0  # seconds
LONGEST = 400.0  # seconds that any step may take


Step = Callable[[str], AbstractContextManager[None]]
"""Tells what goes on and how long it took."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """What it took to bring so many bots up."""

    number: int
    latencies: Sequence[float]
    """From the API server's answer to the new resource until a watch showed its pod, in seconds."""
    pods_per_second: float
    ready_per_second: float
    cpu: float
    """Seconds of a core, the operator's, until it was still again."""
    writes: float
    """All writes of the operator until then, as it counts them itself."""
    seen: int
    """The same, as watches showed what was written."""
    conflicts: float

    @property
    def quantiles(self) -> str:
        """The median and the 99th percentile of the latencies."""
        cuts = statistics.quantiles(self.latencies, n=100)
        return f"{_duration(cuts[49])}, {_duration(cuts[98])}"

    @property
    def writes_each(self) -> str:
        return f"{self.writes / self.number:.2f}"


async def measure() -> list[Figure]:
    """Measure on the kind cluster that is up, or nothing where there is none."""
    context = Context.read()
    if context.external or not answers(context):
        return []
    async with (
        bots_answering(),
        fake_cluster(context, statusz=STATUSZ_ADDRESS, volumes=WITH_VOLUME) as api,
        api.watching() as seen,
        operator(context) as process,
    ):
        figures = await Bench(api, process, seen, context.step).measure()
    server = json.loads(kube.kubectl(context, "version", "-o", "json"))["serverVersion"]["gitVersion"]
    how = "kind; kwok plays the nodes; the operator in its image, with the limits and rights that the chart gives it"
    return [Figure(what="on", value=f"Kubernetes {server}, {NODES} nodes", how=how), *figures]


class Bench:
    """One run of everything, in an order in which the number of bots only grows."""

    def __init__(self, api: Api, process: Operator, seen: Seen, step: Step) -> None:
        self._api = api
        self._operator = process
        self._seen = seen
        self._step = step
        self._bots = 0

    async def measure(self) -> list[Figure]:
        with self._step(f"{BURST:,} pods made directly"):
            raw_pods, raw_ready = await self._raw(BURST)
        with self._step("Operator started"):
            await self._operator.start()
            await self._still()
        memory = [await self._memory()]
        burst = await self._bring_up(BURST)
        memory.append(await self._memory())
        with self._step("At rest"):
            rest = await self._at_rest()
        slow = await self._bring_up(SLOWLY, rate=SLOW_RATE)
        volume = await self._bring_up(WITH_VOLUME, rate=SLOW_RATE, volume=True)
        fast = await self._bring_up(FAST, rate=FAST_RATE)
        await self._bring_up(LARGE - self._bots)
        memory.append(await self._memory())
        with self._step("Restarted, and once more after SIGKILL"):
            restart, written = await self._restart(signal.SIGTERM)
            killed, written_after_kill = await self._restart(signal.SIGKILL)
        await self._bring_up(LARGEST - self._bots)
        memory.append(await self._memory())
        with self._step("Listened to its loop"):
            stall = await self._operator.longest_answer(LISTEN)
        share = burst.ready_per_second / raw_ready
        as_fast = f"{BURST:,} as fast as the API takes them"
        both = f"its own count; watches showed {slow.seen / slow.number:.2f}, {volume.seen / volume.number:.2f}"
        return [
            Figure(
                what=f"resource made to its pod exists, {SLOW_RATE:.0f} a second: p50, p99",
                value=slow.quantiles,
                goal="≤ 8 ms, ≤ 40 ms",
                how=f"{SLOWLY} bots; from the API server's answer until a watch shows the pod",
            ),
            Figure(
                what=f"the same, {FAST} at {FAST_RATE:.0f} a second (overload): p50, p99",
                value=fast.quantiles,
                goal="≤ 2 s, ≤ 6 s",
                how="until the pod is seen",
            ),
            Figure(
                what=f"{as_fast}: pods a second",
                value=f"{burst.pods_per_second:.0f}",
                goal="≥ 60",
                how=f"until the last; {MAKERS} at a time make them. The same pods made directly: {raw_pods:.0f}",
            ),
            Figure(
                what=f"{as_fast}: Ready a second",
                value=f"{burst.ready_per_second:.0f}",
                goal="≥ 45",
                how=f"until the last resource is Ready. The same pods made directly: {raw_ready:.0f}",
            ),
            Figure(
                what=f"{as_fast}: share of the raw chain",
                value=f"{share:.2f}",
                goal="≥ 0.6",
                how="Ready a second, by that of the same pods made directly in the same run",
            ),
            Figure(
                what="API writes for a bot from its creation until nothing more is written",
                value=f"{slow.writes_each}; with a volume {volume.writes_each}",
                goal="≤ 5 with the volume",
                how=both,
            ),
            Figure(
                what="the same under overload, without a volume",
                value=f"{fast.writes_each} at {FAST_RATE:.0f} a second; {burst.writes_each} as fast as it goes",
                goal="≤ 5 with the volume",
                how=f"watches showed {fast.seen / fast.number:.2f}, {burst.seen / burst.number:.2f}",
            ),
            Figure(
                what="conflicts (409) among them",
                value=f"{slow.conflicts + volume.conflicts:.0f}; under overload {fast.conflicts + burst.conflicts:.0f}",
                goal="no storm",
                how=f"in {slow.number + volume.number + fast.number + burst.number:,} bots",
            ),
            Figure(
                what="operator's CPU for a bot brought up",
                value=f"{_each(burst)} ms; {_each(slow)} ms at {SLOW_RATE:.0f} a second",
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
                what=f"CPU at rest with {BURST:,} bots",
                value=f"{rest:.1%} of a core",
                goal="≤ 2 %",
                how=f"over {REST:.0f} s",
            ),
            Figure(
                what=f"restart with {LARGE:,} bots: caught up, writes made",
                value=f"{restart:.1f} s, {written:.0f}; after SIGKILL {killed:.1f} s, {written_after_kill:.0f}",
                goal="≤ 8 s, 0; ≤ 8 s, 0",
                how="from the start of the process until every bot was reconciled",
            ),
            Figure(
                what=f"longest time in which the loop did not turn, with {LARGEST:,} bots",
                value=_duration(stall),
                goal="≤ 100 ms",
                how=f"/healthz asked for {LISTEN:.0f} s without pause; what else runs counts",
            ),
        ]

    async def _raw(self, number: int) -> tuple[float, float]:
        """Make the same pods directly; how many a second, made and Ready."""
        told = await self._api.cluster.create(Kind.BOT, NAMESPACE, _bot("raw", 1))
        bot = Bot.from_raw(told)
        spec, settings = Spec.from_json(bot.spec_json), Settings(bot_image=IMAGE)
        await self._api.empty(Kind.BOT)

        async def make(name: str) -> None:
            body = build.pod(replace(bot, key=Key(NAMESPACE, name)), spec, settings)
            del body["metadata"]["ownerReferences"]
            await self._api.cluster.create(Kind.POD, NAMESPACE, body)

        pods = [f"raw-{n}" for n in range(number)]
        started = time.monotonic()
        await _all(make(name) for name in pods)
        ready = self._seen.pods_ready
        await until("all pods are Ready", lambda: ready.keys() >= set(pods), within=LONGEST)
        rates = [number / (max(at[name] for name in pods) - started) for at in (self._seen.pods, ready)]
        await self._api.empty(Kind.POD)
        return rates[0], rates[1]

    async def _bring_up(self, number: int, *, rate: float = 0.0, volume: bool = False) -> Run:
        """Make bots, at a rate or as fast as it goes, and wait until they are Ready and nothing is written any more."""
        how = f"{rate:.0f} a second" if rate else "as fast as the API takes them"
        with self._step(f"{number:,} bots{' with a volume' if volume else ''}, {how}"):
            return await self._brought_up(number, rate=rate, volume=volume)

    async def _brought_up(self, number: int, *, rate: float, volume: bool) -> Run:
        before, written = await self._operator.told(), self._seen.writes.total()
        made: dict[str, float] = {}
        started = time.monotonic()

        async def make(name: str, at: float) -> None:
            await asyncio.sleep(at - time.monotonic())
            self._bots += 1
            await self._api.cluster.create(Kind.BOT, NAMESPACE, _bot(name, self._bots, volume=volume))
            made[name] = time.monotonic()

        bots = [f"b-{self._bots + n}" for n in range(number)]
        await _all(make(name, started + (n / rate if rate else 0)) for n, name in enumerate(bots))
        pods, ready = self._seen.pods, self._seen.bots_ready
        await until("all bots are Ready", lambda: all(name in ready for name in bots), within=LONGEST)
        await self._still()
        after = await self._operator.told()
        return Run(
            number=number,
            latencies=[pods[name] - made[name] for name in bots],
            pods_per_second=number / (max(pods[name] for name in bots) - started),
            ready_per_second=number / (max(ready[name] for name in bots) - started),
            cpu=after.cpu - before.cpu,
            writes=after.writes - before.writes,
            seen=self._seen.writes.total() - written,
            conflicts=after.conflicts - before.conflicts,
        )

    async def _still(self) -> None:
        """Wait until nothing has been written for some time."""
        writes: deque[float] = deque(maxlen=int(STILL) + 1)
        end = time.monotonic() + LONGEST
        while len(writes) < (writes.maxlen or 0) or writes[0] != writes[-1]:
            writes.append((await self._operator.told()).writes)
            if time.monotonic() > end:
                raise TooSlow(f"something is still written after {LONGEST:.0f} s")
            await asyncio.sleep(1)

    async def _memory(self) -> tuple[int, float]:
        return self._bots, (await self._operator.told()).memory

    async def _at_rest(self) -> float:
        before = await self._operator.told()
        await asyncio.sleep(REST)
        after = await self._operator.told()
        return (after.cpu - before.cpu) / (after.at - before.at)

    async def _restart(self, how: signal.Signals) -> tuple[float, float]:
        """End it and start it again: seconds until it has caught up, and what it had written when it was still."""
        await self._operator.end(how)
        took = await self._operator.start()
        await self._still()
        return took, (await self._operator.told()).writes


async def _all(work: Iterable[Coroutine[None, None, None]]) -> None:
    """Do it all, a few at a time, in the order in which it comes."""
    waiting = iter(work)

    async def some() -> None:
        for one in waiting:
            await one

    await asyncio.gather(*(some() for _ in range(MAKERS)))


def _bot(name: str, number: int, *, volume: bool = False) -> dict[str, object]:
    knowledge = (
        {"storage": {"storageClassName": STORAGE_CLASS}} if volume else {"qdrant": {"url": "http://qdrant:6333"}}
    )
    return {
        "apiVersion": names.API_VERSION,
        "kind": names.KIND,
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {
            "ownerId": 1_000_000_000 + number,
            "telegram": {"tokenSecretRef": {"name": name}},
            "llm": {"apiKeySecretRef": {"name": name}},
            "knowledge": {"collection": "bench", **knowledge},
            "pod": PLACE,
        },
    }


def _each(run: Run) -> str:
    return f"{run.cpu / run.number * 1000:.1f}"


def _duration(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
