"""Thousands of bots on a real API server: kwok plays the nodes, the operator runs as the chart would run it.

Everything shares the machine's cores, the API server too, so absolute rates are overload tests. Beside them stands a
control from the same run: the same pods made directly, scheduled and run the same way.
"""

import asyncio
import json
import signal
import time
from collections import deque
from collections.abc import Callable, Coroutine, Iterable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Final

from bench.at_scale.cluster import (
    NAMESPACE,
    NODES,
    PLACE,
    STORAGE_CLASS,
    Api,
    BenchmarkError,
    Seen,
    answers,
    fake_cluster,
)
from bench.at_scale.figures import FAST_RATE, MAKERS, SLOW_RATE, Results, Run, Sizes, figures
from bench.at_scale.operator import IMAGE, STATUSZ_ADDRESS, Operator, bots_answering, operator
from bench.figures import Figure
from cluster import Context, kube
from personalbots_api import names
from personalbots_operator.cache.bot import Bot, Key
from personalbots_operator.cache.spec import Spec
from personalbots_operator.decision import build
from personalbots_operator.kube.client import Kind
from personalbots_operator.settings import Settings
from support.waiting import until

IDLE: Final = 3  # seconds without a write after which the operator is done
LONGEST: Final = 400.0  # seconds that any step may take

Step = Callable[[str], AbstractContextManager[None]]
"""Shows what goes on and how long it took."""


async def measure(size: float = 1.0) -> list[Figure]:
    """Measure on the kind cluster that is up, or nothing where there is none."""
    context = Context.read()
    if context.external or not answers(context):
        return []

    sizes = Sizes.of(size)
    async with (
        bots_answering(),
        fake_cluster(context, statusz=STATUSZ_ADDRESS, volumes=sizes.with_volume) as api,
        api.watching() as seen,
        operator(context) as process,
    ):
        results = await Bench(api, process, seen, context.step).measure(sizes)

    server = json.loads(kube.kubectl(context, "version", "-o", "json"))["serverVersion"]["gitVersion"]
    how = "kind; kwok plays the nodes; the operator in its image, with the limits and rights that the chart gives it"
    where = Figure(what="on", value=f"Kubernetes {server}, {NODES} nodes", how=how)
    return [where, *figures(results)]


class Bench:
    """One run of everything, in an order in which the number of bots only grows."""

    def __init__(self, api: Api, process: Operator, seen: Seen, step: Step) -> None:
        self._api = api
        self._operator = process
        self._seen = seen
        self._step = step
        self._bots = 0

    async def measure(self, sizes: Sizes) -> Results:
        """Do all steps."""
        with self._step(f"{sizes.burst:,} pods made directly"):
            raw_pods, raw_ready = await self._raw(sizes.burst)
        with self._step("Operator started"):
            await self._operator.start()
            await self._idle()
        memory = [await self._memory()]

        burst = await self._bring_up(sizes.burst)
        memory.append(await self._memory())
        with self._step("At rest"):
            rest = await self._at_rest(sizes.rest)

        slow = await self._bring_up(sizes.slowly, rate=SLOW_RATE)
        volume = await self._bring_up(sizes.with_volume, rate=SLOW_RATE, volume=True)
        fast = await self._bring_up(sizes.fast, rate=FAST_RATE)
        await self._bring_up(sizes.large - self._bots)
        memory.append(await self._memory())

        with self._step("Restarted, and once more after SIGKILL"):
            restart = await self._restart(signal.SIGTERM)
            killed = await self._restart(signal.SIGKILL)
        await self._bring_up(sizes.largest - self._bots)
        memory.append(await self._memory())

        with self._step("Listened to its loop"):
            stall = await self._operator.longest_answer(sizes.listen)
        return Results(
            sizes=sizes,
            raw_pods=raw_pods,
            raw_ready=raw_ready,
            burst=burst,
            slow=slow,
            volume=volume,
            fast=fast,
            memory=memory,
            rest=rest,
            restart=restart,
            killed=killed,
            stall=stall,
        )

    async def _raw(self, number: int) -> tuple[float, float]:
        """Make the same pods directly; give how many a second were made, and became Ready."""
        bot = Bot.from_raw(await self._api.cluster.create(Kind.BOT, NAMESPACE, _bot("raw", 1)))
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
        await until(lambda: ready.keys() >= set(pods), "all pods are Ready", timeout=LONGEST, every=0.05)

        rates = [number / (max(at[name] for name in pods) - started) for at in (self._seen.pods, ready)]
        await self._api.empty(Kind.POD)
        return rates[0], rates[1]

    async def _bring_up(self, number: int, *, rate: float = 0.0, volume: bool = False) -> Run:
        """Make bots, at a rate or as fast as it goes; wait until they are Ready and nothing is written any more."""
        how = f"{rate:.0f} a second" if rate else "as fast as the API takes them"
        with self._step(f"{number:,} bots{' with a volume' if volume else ''}, {how}"):
            return await self._brought_up(number, rate=rate, volume=volume)

    async def _brought_up(self, number: int, *, rate: float, volume: bool) -> Run:
        before, written = await self._operator.measured(), self._seen.writes.total()
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
        await until(lambda: ready.keys() >= set(bots), "all bots are Ready", timeout=LONGEST, every=0.05)
        await self._idle()
        after = await self._operator.measured()

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

    async def _idle(self) -> None:
        """Wait until nothing has been written for some time."""
        writes: deque[float] = deque(maxlen=IDLE + 1)
        end = time.monotonic() + LONGEST
        while len(writes) <= IDLE or writes[0] != writes[-1]:
            writes.append((await self._operator.measured()).writes)
            if time.monotonic() > end:
                raise BenchmarkError(f"something is still written after {LONGEST:.0f} s")
            await asyncio.sleep(1)

    async def _memory(self) -> tuple[int, float]:
        return self._bots, (await self._operator.measured()).memory

    async def _at_rest(self, seconds: float) -> float:
        before = await self._operator.measured()
        await asyncio.sleep(seconds)
        after = await self._operator.measured()
        return (after.cpu - before.cpu) / (after.at - before.at)

    async def _restart(self, how: signal.Signals) -> tuple[float, float]:
        """End it and start it again; give seconds until it has caught up, and what it had written when it was idle."""
        await self._operator.end(how)
        took = await self._operator.start()
        await self._idle()
        return took, (await self._operator.measured()).writes


async def _all(work: Iterable[Coroutine[None, None, None]]) -> None:
    """Do it all in its order, some at a time."""
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
