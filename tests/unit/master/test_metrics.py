"""How long it takes people to get a bot, and how far they come, as Prometheus sees it."""

from time import time

import pytest

from master_bot.metrics import STEPS
from support.master_world import Talk, World, onboard, restart
from support.memory_cluster import MemoryCluster


def value(world: World, name: str, **labels: str) -> float | None:
    return world.app.clients.metrics.registry.get_sample_value(f"masterbot_{name}", labels)


def steps(world: World) -> list[float | None]:
    return [value(world, "onboarding_steps_total", step=step) for step in STEPS]


async def test_each_step_on_the_way_to_a_bot_is_counted_once(world: World, anna: Talk, cluster: MemoryCluster) -> None:
    assert steps(world) == [0, 0, 0, 0, 0], "a step that nobody has reached is 0, not missing"
    name = await onboard(world, anna)
    assert steps(world) == [1, 1, 1, 1, 0]
    cluster.come_up(name)
    await anna.hear("is ready")
    await world.until(lambda: steps(world) == [1, 1, 1, 1, 1])


async def test_the_time_from_start_to_the_polling_bot_survives_restarts_of_the_master_bot(
    world: World, anna: Talk, cluster: MemoryCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = await world.telegram.client.make_bot("anna_docs_bot")
    with monkeypatch.context() as earlier:
        earlier.setattr(world.telegram.world.clock, "now", lambda: time() - 100)
        await anna.say("/start", "Step 1 of 3")
    await restart(world)
    await anna.say(new.token, "Step 2 of 3")
    await anna.create("is on its way")
    await world.until(lambda: "live-message" in str(cluster.bots[f"bot-{new.id}"]["metadata"]))
    await restart(world)
    cluster.come_up(f"bot-{new.id}")
    await anna.hear("is ready")
    await world.until(lambda: value(world, "onboarding_seconds_count"))
    assert 99 <= (value(world, "onboarding_seconds_sum") or 0) <= 140
    assert steps(world)[-1] == 1


async def test_a_restart_is_no_end_of_an_onboarding_but_one_in_its_middle_does_not_lose_it(
    world: World, anna: Talk, cluster: MemoryCluster
) -> None:
    name = await onboard(world, anna)
    await anna.say("/restart", "is on its way")
    cluster.come_up(name)
    await anna.hear("is ready")
    await world.until(lambda: value(world, "onboarding_seconds_count") == 1)
    await anna.say("/restart", "is on its way")
    cluster.come_up(name)
    await world.until(lambda: value(world, "bot_start_seconds_count") == 2)
    assert (value(world, "onboarding_seconds_count"), steps(world)[-1]) == (1, 1)
