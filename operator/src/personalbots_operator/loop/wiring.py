"""Puts the reconciler together from its parts."""

import time
from collections.abc import Callable

from personalbots_operator.cache.bot import Key
from personalbots_operator.cache.cache import Cache
from personalbots_operator.kube.client import Cluster
from personalbots_operator.loop.backoffs import Backoffs
from personalbots_operator.loop.event_recorder import EventRecorder
from personalbots_operator.loop.execute import Executor
from personalbots_operator.loop.fleet import Fleet
from personalbots_operator.loop.gather import Gatherer
from personalbots_operator.loop.pod_events import PodEvents
from personalbots_operator.loop.reconcile import Reconciler
from personalbots_operator.loop.status_writer import StatusWriter
from personalbots_operator.loop.statusz import StatuszReader
from personalbots_operator.metrics import Metrics
from personalbots_operator.settings import Settings


def make_reconciler(  # noqa: PLR0913 - by keyword: it wires what others made
    *,
    cluster: Cluster,
    cache: Cache,
    reader: StatuszReader,
    recorder: EventRecorder,
    settings: Settings,
    metrics: Metrics,
    fleet: Fleet,
    enqueue: Callable[[Key], None],
    is_busy: Callable[[], bool],
    clock: Callable[[], float] = time.time,
) -> Reconciler:
    """The reconciler. `enqueue` is given bots to reconcile because of what was found out about another."""
    backoffs = Backoffs(clock)
    gatherer = Gatherer(
        cache=cache,
        reader=reader,
        pod_events=PodEvents(cluster),
        fleet=fleet,
        backoffs=backoffs,
        settings=settings,
        clock=clock,
    )
    executor = Executor(
        cluster=cluster,
        cache=cache,
        recorder=recorder,
        backoffs=backoffs,
        metrics=metrics,
        enqueue=enqueue,
        clock=clock,
    )
    writer = StatusWriter(cluster=cluster, cache=cache, recorder=recorder, metrics=metrics, enqueue=enqueue)
    return Reconciler(
        gatherer=gatherer,
        executor=executor,
        writer=writer,
        reader=reader,
        backoffs=backoffs,
        settings=settings,
        is_busy=is_busy,
    )
