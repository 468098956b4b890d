"""Owners are told unasked what is wrong with their bot: once per cause, and again when it is over."""

from datetime import timedelta

import pytest

from master_bot.services.notifications import is_due, noteworthy_state
from master_bot.views.keyboards import Act, BotButton
from master_bot.views.notifications import WELL
from personalbots_api.models import LastTermination, PersonalBot, Status
from support.master_world import WORKS, Talk, World, forge_press, make_world
from support.memory_cluster import MemoryCluster
from support.observed_bots import NOW, bot

REFUSED = ("False", "TokenRefused", "")


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ([("Ready", "True", "Polling")], WELL),
        ([("Ready", "False", "Starting")], None),
        ([("Ready", "False", "Evicted")], None),
        ([("Ready", "False", "CrashLoop")], "CrashLoop"),
        ([("Ready", "False", "TokenRefused")], "TokenRefused"),
        ([("Ready", "True", "Polling"), ("LLMReady", "False", "KeyRefused")], "KeyRefused"),
        ([("Ready", "True", "Polling"), ("LLMReady", "False", "RateLimited")], None),
        ([("Ready", "True", "Polling"), ("LLMReady", "Unknown", "NotChecked")], WELL),
        ([("Ready", "True", "Polling"), ("KnowledgeReady", "False", "StoreFull")], "StoreFull"),
        ([], None),
    ],
)
def test_what_is_worth_telling(conditions: list[tuple[str, str, str]], expected: str | None) -> None:
    assert noteworthy_state(bot(*conditions), NOW) == expected


def test_out_of_memory_is_told_though_the_bot_is_back_at_once() -> None:
    killed = LastTermination(exit_code=137, reason="OOMKilled", finished_at=NOW - timedelta(seconds=10))
    found = bot(("Ready", "True", "Polling"))
    found = PersonalBot.model_validate(
        found.model_dump() | {"status": Status.model_validate(found.status.model_dump() | {"last_termination": killed})}
    )
    assert noteworthy_state(found, NOW) == "OutOfMemory"
    assert noteworthy_state(found, NOW + timedelta(minutes=6)) == WELL


@pytest.mark.parametrize(
    ("state", "told", "seconds", "expected"),
    [
        ("TokenRefused", (), 4, False),
        ("TokenRefused", (), 5, True),
        ("TokenRefused", ("TokenRefused",), 900, False),
        ("KeyRefused", ("TokenRefused",), 5, True),
        ("Unreachable", (), 100, False),
        ("Unreachable", (), 180, True),
        (WELL, (), 900, False),
        (WELL, ("TokenRefused",), 10, False),
        (WELL, ("TokenRefused",), 20, True),
    ],
)
def test_what_is_news(state: str, told: tuple[str, ...], seconds: int, expected: bool) -> None:  # noqa: FBT001 - a table
    assert is_due(state, told, timedelta(seconds=seconds)) is expected


async def count(talk: Talk, text: str) -> int:
    return len([message for message in await talk.person.messages(talk.with_) if text in message.text])


async def test_a_cause_is_told_once_also_over_a_restart_and_again_when_it_is_over(
    world: World, anna: Talk, cluster: MemoryCluster
) -> None:
    await anna.say("/help", "I make bots")
    cluster.put("one", anna.id)
    cluster.report("one", identity=(1, "one_bot"), Ready=REFUSED)
    await world.until(lambda: world.app.services.notifications._observed.get(cluster.bots["one"]["metadata"]["uid"]))  # noqa: SLF001
    world.passed += timedelta(seconds=30)
    told = await anna.hear("Telegram no longer accepts the token of @one_bot", "💡")
    assert told.buttons[-1] == ("🔕 No news",)
    await world.until(lambda: cluster.bots["one"]["metadata"]["annotations"]["personalbots.io/told"] == "TokenRefused")
    await world.kill()
    await world.start()
    await world.until(lambda: world.app.services.notifications._observed)  # noqa: SLF001
    world.passed += timedelta(minutes=10)
    cluster.report("one", identity=(1, "one_bot"), Ready=WORKS)
    await world.until(lambda: WELL in str(world.app.services.notifications._observed))  # noqa: SLF001
    world.passed += timedelta(seconds=30)
    await anna.hear("🟢 @one_bot works again")
    assert await count(anna, "no longer accepts") == 1
    await world.until(lambda: "personalbots.io/told" not in cluster.bots["one"]["metadata"]["annotations"])


async def test_news_can_be_muted(world: World, anna: Talk, cluster: MemoryCluster) -> None:
    cluster.put("one", anna.id)
    await anna.press(await anna.say("/settings one", "you get an alert when something breaks"), "🔕 No news")
    await anna.hear("no longer write to you about one")
    cluster.report("one", Ready=REFUSED)
    await world.until(lambda: "TokenRefused" in str(world.app.services.notifications._observed))  # noqa: SLF001
    world.passed += timedelta(seconds=30)
    await world.until(lambda: cluster.bots["one"]["metadata"]["annotations"].get("personalbots.io/told"))
    assert await count(anna, "no longer accepts") == 0


async def test_out_of_memory_offers_more_of_it_where_there_is_a_larger_size(cluster: MemoryCluster) -> None:
    sizes = {"small": {"limits": {"memory": "256Mi"}}, "large": {"limits": {"memory": "512Mi"}}}
    async with make_world(cluster, sizes=sizes) as world:
        await world.start()
        anna = await world.join()
        await anna.say("/help", "I make bots")
        cluster.put("one", anna.id)
        cluster.report("one", Ready=("False", "OutOfMemory", ""))
        await world.until(lambda: "OutOfMemory" in str(world.app.services.notifications._observed))  # noqa: SLF001
        world.passed += timedelta(seconds=30)
        told = await anna.hear("needed more memory than its 256 MB")
        await anna.press(told, "📈 More memory")
        await anna.hear("has 512 MB of memory now")
        assert cluster.bots["one"]["spec"]["resources"]["limits"]["memory"] == "512Mi"
        await forge_press(world, anna, BotButton(act=Act.MORE_MEMORY, name="one").pack())
        await anna.hear("has the largest size already")


async def test_an_owner_who_never_wrote_to_the_master_bot_harms_nothing(
    world: World, anna: Talk, cluster: MemoryCluster
) -> None:
    await anna.say("/help", "I make bots")
    cluster.put("one", 4711)
    cluster.put("two", anna.id)
    for name in ("one", "two"):
        cluster.report(name, Ready=REFUSED)
    await world.until(lambda: str(world.app.services.notifications._observed).count("TokenRefused") == 2)  # noqa: SLF001
    world.passed += timedelta(seconds=30)
    await anna.hear("no longer accepts the token of two")


async def test_an_owner_is_told_once_that_their_bot_runs_a_newer_version(
    world: World, anna: Talk, cluster: MemoryCluster
) -> None:
    await anna.say("/help", "I make bots")

    def runs(image: str) -> None:
        cluster.bots["one"].setdefault("status", {})["image"] = image
        cluster.report("one", Ready=WORKS)

    def known() -> str | None:
        found: str | None = cluster.bots["one"]["metadata"].get("annotations", {}).get("personalbots.io/known-image")
        return found

    cluster.put("one", anna.id)
    runs("bot:1")
    await world.until(lambda: known() == "bot:1")
    runs("bot:2")
    await world.until(lambda: known() == "bot:2")
    await anna.hear("one runs a newer version now")
    await world.kill()
    await world.start()
    await world.until(lambda: world.app.services.notifications._observed)  # noqa: SLF001
    await anna.press(await anna.say("/settings one", "⚙️"), "🔕 No news")
    await anna.hear("no longer write")
    runs("bot:3")
    await world.until(lambda: known() == "bot:3")
    assert await count(anna, "a newer version") == 1
