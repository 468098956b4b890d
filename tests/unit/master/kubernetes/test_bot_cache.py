"""The list of all bots: it costs nobody a call, and it is up to date whatever comes through the watch."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from support.master_world import World, make_world
from support.memory_cluster import MemoryCluster


async def test_people_who_ask_for_their_bots_cost_the_cluster_nothing(
    world: World, cluster: MemoryCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [await world.join(f"Person {number}") for number in range(20)]
    for talk in people:
        cluster.put(f"bot-of-{talk.id}", talk.id)
    await world.until(lambda: len(world.app.clients.cache.all()) == 20)
    await people[0].say("/bots", "Your bots")
    calls: list[str] = []
    monkeypatch.setattr(cluster, "_reached", lambda: calls.append("a call"))
    for talk in people:
        await talk.say("/bots", "Your bots", f"bot-of-{talk.id}")
    assert not calls


async def test_the_list_goes_on_after_whatever_breaks_the_watch(
    cluster: MemoryCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("master_bot.kubernetes.bot_cache._PAUSE", 0.05)
    async with make_world(cluster) as world:
        watch, broken = cluster.watch_bots, [ValueError("Chunk too big"), KeyError("metadata")]

        async def watched(version: str) -> AsyncIterator[Any]:
            if broken:
                raise broken.pop()
            async for change in watch(version):
                yield change

        monkeypatch.setattr(cluster, "watch_bots", watched)
        await world.start()
        cluster.put("one", 7)
        await world.until(lambda: world.app.clients.cache.get("one"))
