"""The operator's process: puts the parts together, runs them, and ends when one of them ends."""

import asyncio
import logging
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, suppress
from typing import Any, Final

import aiohttp
import kopf
from aiohttp import web

from personalbots_api import names
from personalbots_common import json_logs
from personalbots_operator.cache.bot import Key
from personalbots_operator.cache.cache import Cache
from personalbots_operator.kube.client import ApiError, Cluster, Kind
from personalbots_operator.kube.connection import NoClusterError, connection
from personalbots_operator.kube.leader import Leader, LeadershipLostError
from personalbots_operator.kube.rate_limit import RateLimiter
from personalbots_operator.loop import watching
from personalbots_operator.loop.event_recorder import EventRecorder
from personalbots_operator.loop.fleet import Fleet
from personalbots_operator.loop.gc_tuning import GcTuning
from personalbots_operator.loop.health_server import application
from personalbots_operator.loop.operator_status import OperatorStatus
from personalbots_operator.loop.queue import WorkQueue
from personalbots_operator.loop.statusz import StatuszReader, over_http
from personalbots_operator.loop.watchdog import Watchdog
from personalbots_operator.loop.wiring import make_reconciler
from personalbots_operator.metrics import Metrics
from personalbots_operator.settings import BadSettingsError, Settings

logger = logging.getLogger(__name__)

_LOG_FIELDS: Final = ("bot", "owner", "reason")  # kopf gives its lines fields of its own, which nobody needs
_CHATTY: Final = ("kopf", "asyncio")  # kopf logs each event that it handles

_CRD_SECONDS: Final = 2.0
"""How often to look for the CRD."""
_OTHER_CONNECTIONS: Final = 4
"""Connections to the API server beside one for each worker: Events, the watchdog, the lease, the Deployment."""

Work = Callable[[], Awaitable[None]]


class WatchingEndedError(Exception):
    """kopf gave up. The kubelet starts the operator again, which begins with fresh lists."""


def main() -> None:
    """Run until SIGTERM. Ends with a message and exit code 1 when the operator cannot run."""
    try:
        settings = Settings.from_environment(os.environ)
        json_logs.set_up(settings.log_level, fields=_LOG_FIELDS, chatty=_CHATTY)
        asyncio.run(run(settings))
    except (BadSettingsError, LeadershipLostError, NoClusterError, WatchingEndedError) as error:
        sys.exit(f"personalbots-operator: {error}")


async def run(settings: Settings) -> None:
    """Run until stopped, or until a part fails.

    Raises:
        LeadershipLostError: another operator may lead now.
        NoClusterError: nothing says where the cluster is.
        WatchingEndedError: the watches ended.
    """
    cache = Cache()
    metrics = Metrics(cache)

    def enqueue(key: Key) -> None:
        queue.add(key)

    async with AsyncExitStack() as stack:
        cluster = await stack.enter_async_context(
            Cluster(
                connection,
                connections=settings.workers + _OTHER_CONNECTIONS,
                count=metrics.called,
                limiter=RateLimiter(settings.api_per_second),
            )
        )
        session = await stack.enter_async_context(aiohttp.ClientSession())

        reader = StatuszReader(over_http(session), settings=settings, pod=cache.pods.get, changed=enqueue)
        operator_status = OperatorStatus(cluster, settings.deployment)
        fleet = Fleet(cache=cache, settings=settings, metrics=metrics, operator_status=operator_status, enqueue=enqueue)
        recorder = EventRecorder(cluster)
        reconciler = make_reconciler(
            cluster=cluster,
            cache=cache,
            reader=reader,
            recorder=recorder,
            settings=settings,
            metrics=metrics,
            fleet=fleet,
            enqueue=enqueue,
            is_busy=lambda: len(queue) > settings.workers,
        )
        queue: WorkQueue[Key] = WorkQueue(
            reconciler, workers=settings.workers, meter=metrics, owner=cache.owner, urgent=cache.lacks_pod
        )
        watchdog = Watchdog(cluster=cluster, cache=cache, settings=settings, metrics=metrics, enqueue=enqueue)

        await _serve(stack, settings, queue=queue, watchdog=watchdog, metrics=metrics)
        await _wait_for_crd(cluster)
        leader = Leader(cluster, lease=settings.lease, identity=settings.identity) if settings.lease else None

        async def begin() -> None:
            await watchdog.synced.wait()
            logger.info("%d bots, %d pods, %d volumes are known", len(cache.bots), len(cache.pods), len(cache.volumes))
            await _lead(leader, queue.run, recorder.run, fleet.run)

        gc_tuning = GcTuning(lambda: cache.size)
        await _run(settings, cache=cache, queue=queue, parts=(begin, reader.run, watchdog.run, gc_tuning.run))


async def _serve(
    stack: AsyncExitStack, settings: Settings, *, queue: WorkQueue[Key], watchdog: Watchdog, metrics: Metrics
) -> None:
    """Serve health and metrics until `stack` is closed."""

    def measure() -> None:
        metrics.queue_depth.set(len(queue))
        metrics.queue_age.set(queue.oldest)

    def ready() -> str | None:
        return None if watchdog.synced.is_set() else "the bots of the cluster are not all known yet"

    app = application(healthy=watchdog.deaf, ready=ready, metrics=metrics, measure=measure)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, port=settings.port).start()


async def _wait_for_crd(cluster: Cluster) -> None:
    """Wait until the API server knows the resource: kopf looks for it only once."""
    while True:
        with suppress(ApiError):
            if await cluster.serves(Kind.BOT):
                return
        logger.warning("the cluster does not know PersonalBot resources (yet): install the CRD")
        await asyncio.sleep(_CRD_SECONDS)


async def _run(settings: Settings, *, cache: Cache, queue: WorkQueue[Key], parts: Sequence[Work]) -> None:
    """Watch, and run the parts beside it, until one of them ends.

    Raises:
        WatchingEndedError: the watches ended by themselves.
    """

    def on_event(kind: Kind, raw: dict[str, Any], deleted: bool) -> None:  # noqa: FBT001 - kopf's side calls it
        for key in cache.put(kind, raw, deleted=deleted):
            queue.add(key)

    tasks = [asyncio.ensure_future(part()) for part in parts]

    async def stop() -> None:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)

    watch = asyncio.create_task(_watch(settings, watching.registry(on_event, stop=stop)), name="kopf")
    await asyncio.wait((watch, *tasks), return_when=asyncio.FIRST_COMPLETED)

    # When kopf ends, it stops the parts first: only a part that ended otherwise has failed.
    failed = [task for task in tasks if task.done() and not task.cancelled()]
    if failed:
        watch.cancel()
    await asyncio.wait((watch,))
    await stop()

    for task in failed:
        task.result()
    if not watch.cancelled() and (why := watch.exception()):
        raise WatchingEndedError(f"watching ended: {why}") from why


async def _watch(settings: Settings, handlers: kopf.OperatorRegistry) -> None:
    # Without an identity kopf asks for the user's name, and a container's user need not have one.
    options: dict[str, Any] = {"identity": names.OPERATOR, "standalone": True}
    options |= {"namespaces": settings.namespaces} if settings.namespaces else {"clusterwide": True}
    await kopf.operator(registry=handlers, settings=watching.settings(), **options)


async def _lead(leader: Leader | None, *work: Work) -> None:
    """Do the work, with leader election only while this one leads. When one part ends, all do."""
    if leader is not None:
        await leader.lead()

    tasks = [asyncio.ensure_future(part()) for part in (*work, *([leader.keep] if leader else []))]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        # Stop the work before the lease is released: another may begin at once then.
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        if leader is not None:
            await leader.release()

    for task in done:
        task.result()


if __name__ == "__main__":
    main()
