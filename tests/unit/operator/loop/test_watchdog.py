"""A watch that goes deaf, a deletion that no watch shows, and when the operator may begin."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import cast

from personalbots_operator.cache.bot import Key
from personalbots_operator.cache.cache import Cache
from personalbots_operator.kube.client import Cluster, Kind
from personalbots_operator.loop.watchdog import Watchdog
from personalbots_operator.metrics import Metrics
from personalbots_operator.settings import Settings
from support.resources import BOT, merged
from support.simulation import Raw, Simulation

ANNA = Key("bots", "anna")


def shown_to(cache: Cache) -> Callable[[Kind, Raw, bool], None]:
    def on_event(kind: Kind, raw: Raw, deleted: bool) -> None:  # noqa: FBT001 - as kopf's side calls it
        cache.put(kind, raw, deleted=deleted)

    return on_event


@asynccontextmanager
async def watched(
    cluster: Simulation, cache: Cache, *, deaf_seconds: float = 60.0
) -> AsyncIterator[tuple[Watchdog, list[Key]]]:
    enqueued: list[Key] = []
    settings = Settings(bot_image="b", watchdog_seconds=0.01, deaf_seconds=deaf_seconds)
    watchdog = Watchdog(
        cluster=cast("Cluster", cluster),
        cache=cache,
        settings=settings,
        metrics=Metrics(cache),
        enqueue=enqueued.append,
    )
    task = asyncio.create_task(watchdog.run())
    try:
        async with asyncio.timeout(10):
            yield watchdog, enqueued
    finally:
        task.cancel()
        await asyncio.wait([task])


async def test_the_operator_may_begin_once_the_watches_have_shown_everything_and_not_before() -> None:
    cluster, cache = Simulation(), Cache()
    cluster.apply(BOT)
    async with watched(cluster, cache) as (watchdog, _):
        await asyncio.sleep(0.3)
        assert not watchdog.synced.is_set()
        cluster.show(shown_to(cache))
        await watchdog.synced.wait()


async def test_a_cluster_that_never_stops_changing_does_not_keep_the_operator_from_beginning() -> None:
    cluster, cache = Simulation(), Cache()
    async with watched(cluster, cache) as (watchdog, _):
        number = 0
        while not watchdog.synced.is_set():
            number += 1
            cluster.apply(merged(BOT, {"metadata": {"name": f"bot{number}"}}))
            cluster.show(shown_to(cache))
            await asyncio.sleep(0.02)
    assert number > 1


async def test_a_deletion_that_no_watch_has_shown_is_noticed() -> None:
    cluster, cache = Simulation(), Cache()
    cluster.apply(BOT)
    cluster.show(shown_to(cache))
    async with watched(cluster, cache) as (watchdog, enqueued):
        await watchdog.synced.wait()
        cluster.remove(Kind.BOT, "anna")
        while ANNA not in enqueued:  # noqa: ASYNC110 - limited by the watched block
            await asyncio.sleep(0.01)
        assert cache.bots.get(ANNA) is None


async def test_a_watch_that_misses_a_change_for_too_long_is_deaf_until_it_hears_again() -> None:
    cluster, cache = Simulation(), Cache()
    cluster.apply(BOT)
    cluster.show(shown_to(cache))
    async with watched(cluster, cache, deaf_seconds=0.2) as (watchdog, _):
        await watchdog.synced.wait()
        assert watchdog.deaf() is None
        cluster.change(Kind.BOT, "anna", {"spec": {"state": "Stopped"}})
        while watchdog.deaf() is None:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        assert "the watch of personalbots has missed changes" in str(watchdog.deaf())
        cluster.show(shown_to(cache))
        while watchdog.deaf() is not None:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_an_api_server_that_does_not_answer_does_not_make_a_watch_deaf() -> None:
    cluster, cache = Simulation(), Cache()
    async with watched(cluster, cache, deaf_seconds=0.05) as (watchdog, _):
        cluster.away = 5
        while cluster.away:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        assert watchdog.deaf() is None
        await watchdog.synced.wait()
