"""The message that shows a bot coming up: steps, patience, causes, and every way it can end."""

from dataclasses import replace
from datetime import timedelta

import pytest

from master_bot.kubernetes.client import AwayError
from master_bot.kubernetes.objects import Pod
from master_bot.services.startup_messages import StartupMessage
from master_bot.texts import LANGUAGES
from master_bot.views.startup import StartupView, startup_view
from personalbots_api.models import PersonalBot
from support.master_world import Talk, World, onboard
from support.memory_cluster import MemoryCluster
from support.observed_bots import NOW, bot, pod


def at(seconds: int, *conditions: tuple[str, str, str], of_pod: Pod | None = None) -> StartupView:
    """The message `seconds` after the start was asked for."""
    return startup_view(
        bot=bot(*conditions, age=seconds, since=0),
        pod=of_pod,
        events=[],
        since=NOW - timedelta(seconds=seconds),
        now=NOW,
        texts=LANGUAGES["en"],
        link_base="https://t.me",
    )


def test_the_step_that_is_being_done_is_marked() -> None:
    placed = pod(scheduled=NOW)
    text = at(3, ("Ready", "False", "Starting"), of_pod=placed).text
    assert "✅ server found <i>3 s</i>\n⏳ image loaded\n▫️ started" in text


def test_a_slow_start_asks_for_patience_and_gives_up_watching_in_the_end() -> None:
    assert "longer than usual" not in at(20).text
    slow = at(40, ("Ready", "False", "Starting"))
    assert "longer than usual" in slow.text
    assert not slow.over
    late = at(901, ("Ready", "False", "Starting"))
    assert "/debug" in late.text
    assert late.over


def test_a_failed_start_says_the_cause_and_the_remedy_and_goes_on_watching() -> None:
    failed = at(10, ("Ready", "False", "Unschedulable"), of_pod=pod())
    assert "is still starting" in failed.text
    assert "🔴 No server has room" in failed.text
    assert "💡 It starts by itself" in failed.text
    assert not failed.over


def test_the_hourglass_stands_at_the_step_that_the_cause_is_about() -> None:
    text = at(10, ("Ready", "False", "Unschedulable"), of_pod=pod()).text
    assert "⏳ server found" in text
    assert text.count("⏳") == 1


async def test_a_start_of_a_bot_that_is_known_ends_in_one_line(
    world: World, anna: Talk, cluster: MemoryCluster
) -> None:
    name = await onboard(world, anna)
    cluster.come_up(name)
    first = await anna.hear("is ready")
    assert "connected to Telegram" in first.text
    await anna.say("/restart", "is on its way")
    cluster.come_up(name)
    again = await anna.hear("is ready again")
    assert "\n" not in again.text


async def test_a_cause_is_shown_and_goes_away_when_it_is_over(world: World, anna: Talk, cluster: MemoryCluster) -> None:
    name = await onboard(world, anna)
    cluster.report(name, Ready=("False", "ImagePullFailed", ""))
    await anna.hear("is still starting", "cannot be loaded")
    cluster.come_up(name)
    ready = await anna.hear("is ready")
    assert "cannot be loaded" not in ready.text


async def test_events_are_read_only_of_a_pod_that_takes_its_time(
    world: World, anna: Talk, cluster: MemoryCluster
) -> None:
    name = await onboard(world, anna)
    cluster.come_up(name)
    await anna.hear("is ready")
    assert cluster.events_read == 0  # it was up at once
    await anna.say("/restart", "is on its way")
    cluster.come_up(name)
    cluster.pods[name] = replace(cluster.pods[name], running_since=None, ready=False)
    world.passed += timedelta(seconds=5)
    await anna.hear("✅ image loaded", "⏳ started")
    assert cluster.events_read == 1


@pytest.mark.parametrize("way", ["deleted", "stopped"])
async def test_it_ends_when_the_bot_is_gone_or_stopped(
    world: World, anna: Talk, cluster: MemoryCluster, way: str
) -> None:
    name = await onboard(world, anna)
    if way == "deleted":
        await cluster.delete_bot(await cluster.bot(name))
        await anna.hear("was deleted")
    else:
        await anna.say("/stop", "is being stopped")
        await anna.hear("@anna_docs_bot is stopped.")
    await world.until(lambda: not world.app.services.startup._tasks)  # noqa: SLF001 - that nothing goes on in vain


async def test_a_newer_message_supersedes_an_older_one(world: World, anna: Talk, cluster: MemoryCluster) -> None:
    name = await onboard(world, anna)
    older = await anna.hear("is on its way")
    newer = await anna.say("/restart", "is on its way")
    replaced = await anna.hear("goes on below")
    assert (replaced.id, replaced.buttons) == (older.id, ())
    assert len(world.app.services.startup._tasks) == 1  # noqa: SLF001 - one message is kept up to date
    cluster.come_up(name)
    ready = await anna.hear("is ready")
    assert ready.id == newer.id


async def test_it_ends_when_the_person_deletes_it(world: World, anna: Talk, cluster: MemoryCluster) -> None:
    name = await onboard(world, anna)
    live = await anna.hear("is on its way")
    await anna.person.delete(live)
    cluster.report(name, Ready=("False", "ImagePullFailed", ""))
    await world.until(lambda: not world.app.services.startup._tasks)  # noqa: SLF001 - that nothing goes on in vain
    assert "personalbots.io/live-message" not in cluster.bots[name]["metadata"]["annotations"]


async def test_a_cluster_that_is_away_for_a_while_only_delays_it(
    world: World, anna: Talk, cluster: MemoryCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    look, failures = cluster.pod, 2

    async def sometimes(resource: PersonalBot) -> Pod | None:
        nonlocal failures
        if failures:
            failures -= 1
            raise AwayError("the API server does not answer")
        return await look(resource)

    monkeypatch.setattr(cluster, "pod", sometimes)
    name = await onboard(world, anna)
    cluster.come_up(name)
    await anna.hear("is ready")
    assert not failures


def test_where_a_live_message_stands_survives_writing() -> None:
    assert StartupMessage.read("whatever") is None
    for begun in ("", "/2026-11-23T11:58:00+00:00"):
        place = StartupMessage.read(f"1/2/ru/2026-11-23T12:00:00+00:00/uid{begun}")
        assert place
        assert StartupMessage.read(place.write()) == place
        assert bool(place.begun) == bool(begun)
