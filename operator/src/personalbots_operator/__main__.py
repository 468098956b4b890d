"""The operator's process: puts the parts together, runs them, and ends when one of them ends."""

import asyncio
import logging
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, suppress
from typing import Any

import aiohttp
import kopf
from aiohttp import web

from personalbots_api import names
from personalbots_common import json_logs
from personalbots_operator.cache.cache import View
from personalbots_operator.cache.observed import Key
from personalbots_operator.kube.client import ApiError, Cluster, Kind
from personalbots_operator.kube.connection import NoCluster, connection
from personalbots_operator.kube.leader import Leader, LeadershipLost
from personalbots_operator.kube.rate_limit import Pace
from personalbots_operator.loop import watching
from personalbots_operator.loop.event_recorder import Recorder
from personalbots_operator.loop.fleet import Fleet
from personalbots_operator.loop.gc_tuning import Garbage
from personalbots_operator.loop.health_server import application
from personalbots_operator.loop.operator_status import Own
from personalbots_operator.loop.queue import WorkQueue
from personalbots_operator.loop.reconcile import Reconciler
from personalbots_operator.loop.statusz import Reader, over_http
from personalbots_operator.loop.watchdog import Watchdog
from personalbots_operator.metrics import Metrics
from personalbots_operator.settings import BadSettings, Settings

logger = logging.getLogger(__name__)

_CRD_SECONDS = 2.0
_LOG_FIELDS = ("bot", "owner", "reason")  # kopf gives its lines fields of its own, which nobody needs
_CHATTY = ("kopf", "asyncio")  # kopf logs each event that it handles


class WatchingEnded(Exception):  # noqa: N818 - it says what happened
    """kopf gave up: the kubelet starts the operator again, which begins with fresh lists."""


def main() -> None:
    """Run until SIGTERM; exit code 64 when the settings cannot be used."""
    try:
        settings = Settings.from_environment(os.environ)
    except BadSettings as bad:
        sys.exit(f"personalbots-operator: {bad}")
    json_logs.set_up(settings.log_level, fields=_LOG_FIELDS, chatty=_CHATTY)
    try:
        asyncio.run(run(settings))
    except LeadershipLost as lost:
        sys.exit(f"personalbots-operator: {lost}")
    except (NoCluster, WatchingEnded) as why:
        sys.exit(f"personalbots-operator: {why}")


async def run(settings: Settings) -> None:
    """Run until stopped, or until a part fails."""
    view = View()
    metrics = Metrics(view)
    async with AsyncExitStack() as stack:
        cluster = await stack.enter_async_context(
            Cluster(
                connection,
                connections=settings.workers + 4,
                count=metrics.called,
                pace=Pace(settings.api_per_second),
            )
        )
        session = await stack.enter_async_context(aiohttp.ClientSession())

        def look(key: Key) -> None:
            queue.add(key)

        reader = Reader(over_http(session), settings=settings, pod=view.pods.get, changed=look)
        own = Own(cluster, settings.deployment)
        fleet = Fleet(view=view, settings=settings, metrics=metrics, own=own, look=look)
        recorder = Recorder(cluster)
        reconciler = Reconciler(
            cluster=cluster,
            view=view,
            reader=reader,
            recorder=recorder,
            settings=settings,
            metrics=metrics,
            fleet=fleet,
            look=look,
            busy=lambda: len(queue) > settings.workers,
        )
        queue: WorkQueue[Key] = WorkQueue(
            reconciler, workers=settings.workers, meter=metrics, owner=view.owner, urgent=view.lacks_pod
        )
        watchdog = Watchdog(cluster=cluster, view=view, settings=settings, metrics=metrics, look=look)
        await _serve(stack, settings, queue=queue, watchdog=watchdog, metrics=metrics)
        await _crd(cluster)
        leader = Leader(cluster, lease=settings.lease, identity=settings.identity) if settings.lease else None
        work = (queue.run, recorder.run, fleet.run)
        await _run(settings, view=view, queue=queue, reader=reader, watchdog=watchdog, work=work, leader=leader)


async def _serve(
    stack: AsyncExitStack, settings: Settings, *, queue: WorkQueue[Key], watchdog: Watchdog, metrics: Metrics
) -> None:
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


async def _crd(cluster: Cluster) -> None:
    """Wait until the API server knows the resource: kopf looks for it only once."""
    while True:
        with suppress(ApiError):
            if await cluster.serves(Kind.BOT):
                return
        logger.warning("the cluster does not know PersonalBot resources (yet): install the CRD")
        await asyncio.sleep(_CRD_SECONDS)


async def _run(  # noqa: PLR0913 - by keyword
    settings: Settings,
    *,
    view: View,
    queue: WorkQueue[Key],
    reader: Reader,
    watchdog: Watchdog,
    work: Sequence[Callable[[], Awaitable[None]]],
    leader: Leader | None,
) -> None:
    def see(kind: Kind, raw: dict[str, Any], deleted: bool) -> None:  # noqa: FBT001 - kopf's side calls it
        for key in view.see(kind, raw, deleted=deleted):
            queue.add(key)

    async def begin() -> None:
        await watchdog.synced.wait()
        logger.info("%d bots, %d pods, %d volumes are known", len(view.bots), len(view.pods), len(view.volumes))
        await _lead(leader, *work)

    garbage = Garbage(lambda: view.size)
    parts = [asyncio.create_task(part) for part in (begin(), reader.run(), watchdog.run(), garbage.run())]

    async def stop() -> None:
        for part in parts:
            part.cancel()
        await asyncio.wait(parts)

    handlers = watching.registry(see, stopping=stop)
    # Without an identity kopf asks for the user's name, and a container's user need not have one.
    how: dict[str, Any] = {"identity": names.OPERATOR, "standalone": True}
    how |= {"namespaces": settings.namespaces} if settings.namespaces else {"clusterwide": True}
    watch = asyncio.create_task(kopf.operator(registry=handlers, settings=watching.settings(), **how), name="kopf")
    await asyncio.wait((watch, *parts), return_when=asyncio.FIRST_COMPLETED)
    failed = [part for part in parts if part.done() and not part.cancelled()]
    if failed:
        watch.cancel()
    await asyncio.wait((watch,))  # when kopf ends, it stops the parts first
    await stop()
    for part in failed:
        part.result()
    if not watch.cancelled() and (why := watch.exception()):
        raise WatchingEnded(f"watching ended: {why}") from why


async def _lead(leader: Leader | None, *work: Callable[[], Awaitable[None]]) -> None:
    """Do the work; with leader election while one leads. When one part ends, all do."""
    if leader is not None:
        await leader.lead()
    parts = [asyncio.ensure_future(part()) for part in (*work, *([leader.keep] if leader else []))]
    try:
        done, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for part in parts:
            part.cancel()
        await asyncio.wait(parts)
        if leader is not None:
            await leader.release()
    for part in done:
        part.result()


if __name__ == "__main__":
    main()
