"""The operator's metrics. No series names a bot: their number would grow with the bots, and they would stay."""

from collections import Counter as Tally
from collections.abc import Iterator
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from personalbots_operator.cache.cache import Cache
from personalbots_operator.decision.rollout import Rollout

_FAST: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)  # seconds
_SLOW: Final = (0.5, 1, 2, 3, 5, 7.5, 10, 15, 30, 60, 120, 300)  # seconds


class Metrics:
    """Everything that is measured, in a registry of its own."""

    def __init__(self, cache: Cache) -> None:
        self.registry = CollectorRegistry(auto_describe=False)
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)
        self.registry.register(_Bots(cache))

        self._waited = self._histogram("queue_wait_seconds", "Time a bot waited to be reconciled.", _FAST)
        self._worked = self._histogram("reconcile_seconds", "Time one reconcile took.", _FAST)
        self._reconciles = self._counter("reconciles", "Reconciles by result.", "result")
        self._calls = self._counter(
            "api_calls", "Calls to the API server; code 0 is no answer.", "verb", "kind", "code"
        )
        self._actions = self._counter("actions", "What was done to the cluster.", "action")
        self._to_pod = self._histogram("pod_creation_seconds", "From a new resource to its pod.", _FAST)
        self._to_ready = self._histogram("pod_ready_seconds", "From a pod's creation to its bot polling.", _SLOW)
        self._rollout = self._gauge("rollout_bots", "Bots of a rollout by state.", "state")
        self._rollout_halted = self._gauge("rollout_halted", "1 while a rollout has halted since new bots fail.")
        self._deaf = self._gauge("deaf_bots", "Bots that run and do not hear Telegram.")
        self._many_deaf = self._gauge("many_bots_deaf", "1 while so many are deaf that the cause is not in them.")
        self.queue_depth = self._gauge("queue_depth", "Bots that wait to be reconciled.")
        self.queue_age = self._gauge("queue_age_seconds", "How long the bot in front of the queue has waited.")
        self.watch_behind = self._gauge(
            "watch_behind_seconds", "For how long a watch has missed what a list shows.", "kind"
        )

    def waited(self, seconds: float) -> None:
        """A bot waited so long to be reconciled."""
        self._waited.observe(seconds)

    def worked(self, seconds: float, result: str) -> None:
        """A reconcile took so long and ended so."""
        self._worked.observe(seconds)
        self._reconciles.labels(result).inc()

    def called(self, verb: str, kind: str, code: int) -> None:
        """The API server was called; code 0 means that it did not answer."""
        self._calls.labels(verb, kind, code).inc()

    def acted(self, action: str) -> None:
        """An action was carried out."""
        self._actions.labels(action).inc()

    def pod_created(self, seconds: float) -> None:
        """A new resource got its pod after so long."""
        self._to_pod.observe(seconds)

    def pod_ready(self, seconds: float) -> None:
        """A bot polls, so long after its pod was created."""
        self._to_ready.observe(seconds)

    def fleet(self, rollout: Rollout, *, deaf: int, many_deaf: bool) -> None:
        """Set what concerns all bots together."""
        self._rollout.labels("waiting").set(rollout.waiting)
        self._rollout.labels("under_way").set(rollout.under_way)
        self._rollout.labels("failing").set(len(rollout.failing))
        self._rollout_halted.set(rollout.halted)
        self._deaf.set(deaf)
        self._many_deaf.set(many_deaf)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"personalbots_operator_{name}", text, labels, registry=self.registry)

    def _histogram(self, name: str, text: str, buckets: tuple[float, ...]) -> Histogram:
        return Histogram(f"personalbots_operator_{name}", text, buckets=buckets, registry=self.registry)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"personalbots_operator_{name}", text, labels, registry=self.registry)


class _Bots(Collector):
    """Bots by phase and reason, counted when they are read: no series outlives its bots."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    def collect(self) -> Iterator[GaugeMetricFamily]:
        bots = GaugeMetricFamily("personalbots_bots", "Bots by phase and reason.", labels=("phase", "reason"))
        for (phase, reason), number in Tally((bot.phase, bot.reason) for bot in self._cache.bots).items():
            bots.add_metric((phase, reason), number)
        yield bots
