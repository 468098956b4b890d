"""The simulated cluster and an operator that looks at it, without a watch, workers or clocks of their own."""

import asyncio
from typing import Any, cast

import pytest
from prometheus_client import generate_latest

from personalbots_api import names
from personalbots_operator.cache.bot import Key
from personalbots_operator.cache.cache import Cache
from personalbots_operator.cache.pod import Pod
from personalbots_operator.kube.client import Cluster, Kind
from personalbots_operator.loop.event_recorder import EventRecorder
from personalbots_operator.loop.fleet import Fleet
from personalbots_operator.loop.operator_status import OperatorStatus
from personalbots_operator.loop.queue import RetryError
from personalbots_operator.loop.statusz import StatuszReader
from personalbots_operator.loop.wiring import make_reconciler
from personalbots_operator.metrics import Metrics
from personalbots_operator.settings import Settings
from support.resources import BOT, merged
from support.simulation import Raw, Simulation

SETTINGS = Settings(bot_image="bot:1", statusz_per_second=0.0)


class SimulatedOperator:
    """The simulated cluster and an operator that looks at it."""

    def __init__(self, bots: int = 1, settings: Settings = SETTINGS) -> None:
        self.settings = settings
        self.busy = False
        self.cluster = Simulation()
        self.names = [f"bot{number}" for number in range(bots)]
        self.restart_operator()

    def enqueue(self, key: Key) -> None:
        self.keys.add(key)

    def restart_operator(self) -> None:
        self.cache = Cache()
        self.keys: set[Key] = set()
        self.retried = False
        cluster = cast("Cluster", self.cluster)
        reader = StatuszReader(nobody, settings=self.settings, pod=self.cache.pods.get, changed=self.keys.add)
        self.metrics = metrics = Metrics(self.cache)
        self.fleet = Fleet(
            cache=self.cache,
            settings=self.settings,
            metrics=metrics,
            operator_status=OperatorStatus(cluster, ""),
            enqueue=self.enqueue,
        )
        self.recorder = EventRecorder(cluster)
        self.reconcile = make_reconciler(
            cluster=cluster,
            cache=self.cache,
            reader=reader,
            recorder=self.recorder,
            settings=self.settings,
            metrics=metrics,
            fleet=self.fleet,
            enqueue=self.enqueue,
            is_busy=lambda: self.busy,
            clock=lambda: self.cluster.now,
        )
        self.cluster.unseen = [(place[0], raw, False) for place, raw in self.cluster.objects.items()]

    def scrape(self) -> str:
        return generate_latest(self.metrics.registry).decode()

    def on_event(self, kind: Kind, raw: Raw, deleted: bool) -> None:  # noqa: FBT001 - as kopf's side calls it
        self.keys |= self.cache.put(kind, raw, deleted=deleted)

    async def work(self) -> None:
        """Work on every key that waits, and on those that are enqueued meanwhile; what fails waits again."""
        later: set[Key] = set()
        self.retried = False
        while self.keys:
            key = min(self.keys)
            self.keys.discard(key)
            try:
                if await self.reconcile(key) is not None:
                    later.add(key)
            except RetryError:
                later.add(key)
                self.retried = True
        self.keys = later
        recording = asyncio.create_task(self.recorder.run())
        while len(self.recorder):  # noqa: ASYNC110 - nothing is waited for
            await asyncio.sleep(0)
        recording.cancel()

    async def settle(self) -> None:
        """Show and do everything, while time goes on, until nothing changes any more."""
        quiet = 0
        for _ in range(100):
            before = len(self.cluster.writes)
            self.cluster.show(self.on_event)
            await self.work()
            self.cluster.kubelet()
            self.cluster.now += 30
            busy = self.cluster.unseen or self.retried or len(self.cluster.writes) != before
            quiet = 0 if busy else quiet + 1
            if quiet == 3:
                return
        pytest.fail(f"it does not settle: {self.cluster.writes[-10:]}")

    def apply(self, name: str, **spec: Any) -> None:  # noqa: ANN401 - JSON
        self.cluster.apply(
            merged(BOT, {"metadata": {"name": name, "generation": 1}, "spec": with_own_secret(name) | spec})
        )

    def pods(self) -> dict[str, Raw]:
        return {raw["metadata"]["labels"][names.BOT_LABEL]: raw for raw in self.cluster.of(Kind.POD)}

    def reason(self, name: str) -> str:
        raw = self.cluster.find(Kind.BOT, name)
        assert raw is not None
        return str(raw["status"]["conditions"][0]["reason"])


async def nobody(_: Pod) -> None:
    """No pod answers."""


def with_own_secret(name: str) -> Raw:
    """A Secret of its own for each bot."""
    return {"telegram": {"tokenSecretRef": {"name": name, "key": "telegram-token"}}}
