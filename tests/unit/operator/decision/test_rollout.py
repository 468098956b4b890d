"""A rollout replaces a few bots at a time, the idle ones first, and halts by itself when new ones do not come up."""

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from personalbots_api import names as annotation
from personalbots_operator.cache.bot import Bot, Key
from personalbots_operator.cache.pod import Pod
from personalbots_operator.cache.values import rfc3339
from personalbots_operator.decision.rollout import Rollout, plan
from personalbots_operator.decision.template import TEMPLATE
from personalbots_operator.kube.client import Kind
from personalbots_operator.loop.fleet import count_deaf, deafness_condition, rollout_condition
from personalbots_operator.settings import Settings, Share
from support.resources import NOW
from support.simulated_operator import SETTINGS, SimulatedOperator

NEW = Settings(bot_image="bot:2", max_unavailable=Share(4))
Made = tuple[Bot, Pod | None]


@pytest.fixture
def made(bot: Callable[..., Bot], pod: Callable[..., Pod]) -> Callable[..., Made]:
    """A bot that polls with `image`, last active `idle` seconds ago, or that is down for `down` seconds."""

    def make(number: int, image: str = "bot:1", *, idle: float = 0, down: float | None = None, **facts: Any) -> Made:  # noqa: ANN401
        known = bot(metadata={"name": f"b{number:03}", "uid": f"u{number}"})
        up = down is None
        known = replace(
            known, bot_id=number, reason=facts.pop("reason", "Polling" if up else "CrashLoop"), active=NOW - idle,
            ready_changed=NOW - (10_000 if down is None else down), **facts,
        )  # fmt: skip
        since = NOW - (down or 0) + 5
        return known, replace(pod(), owner_uid=known.uid, image=image, template=TEMPLATE, created=since)

    return make


def names(rollout: Rollout) -> list[str]:
    return sorted(key.name for key in rollout.may_be_replaced)


def test_there_is_no_rollout_when_every_pod_is_up_to_date(made: Callable[..., Made]) -> None:
    assert plan([made(number, "bot:2") for number in range(9)], NEW, now=NOW) == Rollout()


def test_it_begins_with_the_one_bot_that_has_been_idle_for_longest(made: Callable[..., Made]) -> None:
    rollout = plan([made(0), made(1, idle=50), made(2, idle=9)], NEW, now=NOW)
    assert (names(rollout), rollout.waiting) == (["b001"], 3)


def test_a_bot_that_does_not_poll_anyway_goes_first(made: Callable[..., Made]) -> None:
    assert names(plan([made(0, idle=99), made(1, down=5000)], NEW, now=NOW)) == ["b001"]


@pytest.mark.parametrize(("up", "begun"), [(0, 1), (1, 2), (2, 3), (3, 4), (20, 4)])
def test_each_bot_that_comes_up_lets_one_more_be_replaced_up_to_the_limit(
    up: int, begun: int, made: Callable[..., Made]
) -> None:
    bots = [*(made(number) for number in range(30)), *(made(100 + number, "bot:2") for number in range(up))]
    assert len(plan(bots, NEW, now=NOW).may_be_replaced) == begun


def test_bots_under_way_hold_their_places(made: Callable[..., Made]) -> None:
    up = [made(100 + number, "bot:2") for number in range(10)]
    starting = made(50, "bot:2", down=20, reason="Starting")
    gone = (made(51, down=3, reason="Restarting")[0], None)
    rollout = plan([*up, starting, gone, *(made(number) for number in range(9))], NEW, now=NOW)
    assert (rollout.under_way, len(rollout.may_be_replaced), rollout.halted) == (2, 2, False)


def test_it_halts_while_the_first_does_not_come_up(made: Callable[..., Made]) -> None:
    bots = [made(50, "bot:2", down=130), *(made(number) for number in range(9))]
    rollout = plan(bots, NEW, now=NOW)
    assert (rollout.halted, rollout.failing, names(rollout)) == (True, (Key("bots", "b050"),), [])
    condition = rollout_condition(rollout)
    assert (condition.status, condition.reason) == ("True", "NewBotsFail")
    assert "bots/b050" in condition.message
    assert "9 still run as before" in condition.message


def test_a_newer_image_or_a_person_lets_it_go_on(made: Callable[..., Made]) -> None:
    bots = [made(50, "bot:2", down=130), *(made(number) for number in range(9))]
    assert names(plan(bots, replace(NEW, bot_image="bot:3"), now=NOW)) == ["b050"]
    assert len(plan(bots, replace(NEW, max_unavailable=Share(100, percent=True)), now=NOW).may_be_replaced) == 9
    stopped = [(replace(bots[0][0], reason="Stopped"), None), *bots[1:]]
    assert len(plan(stopped, NEW, now=NOW).may_be_replaced) == 1


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"down": 5000, "reason": "CrashLoop", "bot_id": None}, "it never came up"),
        ({"down": 130, "reason": "TokenRefused"}, "the image does not refuse tokens"),
        ({"down": 130, "reason": "Stopped"}, "it is stopped"),
    ],
)
def test_bots_that_are_down_for_their_own_reasons_halt_nothing(
    change: dict[str, Any], why: str, made: Callable[..., Made]
) -> None:
    ill, pod = made(50, "bot:2", **{key: value for key, value in change.items() if key != "bot_id"})
    ill = replace(ill, bot_id=None) if "bot_id" in change else ill
    rollout = plan([(ill, pod), *(made(number) for number in range(9))], NEW, now=NOW)
    assert (rollout.halted, len(rollout.may_be_replaced)) == (False, 1), why


def test_a_bot_that_broke_long_after_it_had_come_up_halts_nothing(made: Callable[..., Made]) -> None:
    known, pod = made(50, "bot:2", down=130)
    assert pod is not None
    old = replace(pod, created=NOW - 5000)
    assert not plan([(known, old), *(made(number) for number in range(9))], NEW, now=NOW).halted


def test_bots_with_an_image_of_their_own_are_left_alone(made: Callable[..., Made]) -> None:
    assert plan([made(0, image="mine:1")], NEW, now=NOW).waiting == 1
    known, pod = made(0, image="mine:1")
    assert plan([(replace(known, image="mine:1"), pod)], NEW, now=NOW) == Rollout()


async def roll(world: SimulatedOperator, image: str, *, works: bool, seconds: int = 1200) -> int:
    """Let the operator start again with another image and work; how many bots were down at once at most."""
    world.settings = replace(world.settings, bot_image=image)
    world.restart_operator()
    most = 0
    for _ in range(seconds // 10):
        world.cluster.show(world.on_event)
        await world.fleet.once()
        await world.work()
        most = max(most, len(world.names) - sum(world.reason(name) == "Polling" for name in world.names))
        world.cluster.kubelet()
        for raw in world.cluster.of(Kind.POD):
            if raw["spec"]["containers"][0]["image"] == image and not works:
                crash(world, raw["metadata"]["name"])
        world.cluster.now += 10
    return most


def crash(world: SimulatedOperator, pod: str) -> None:
    waits = {"waiting": {"reason": "CrashLoopBackOff"}}
    ended = {"exitCode": 1, "reason": "Error", "finishedAt": rfc3339(world.cluster.now)}
    container = {"name": "bot", "ready": False, "restartCount": 3, "state": waits, "lastState": {"terminated": ended}}
    status = {"conditions": [{"type": "Ready", "status": "False"}], "containerStatuses": [container]}
    there = world.cluster.find(Kind.POD, pod)
    if there and there["status"].get("containerStatuses") != [container]:
        world.cluster.change(Kind.POD, pod, {"status": status})


async def test_from_end_to_end_a_bad_image_stops_one_bot_and_a_good_one_reaches_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = SimulatedOperator(bots=12, settings=replace(SETTINGS, max_unavailable=Share(3)))
    monkeypatch.setattr("personalbots_operator.loop.fleet.time.time", lambda: world.cluster.now)
    for number, name in enumerate(world.names):
        world.apply(name)
        world.cluster.change(Kind.BOT, name, {"status": {"bot": {"id": number + 1, "username": "a_bot"}}})
    await world.settle()
    assert await roll(world, "bot:bad", works=False) == 1
    images = [raw["spec"]["containers"][0]["image"] for raw in world.cluster.of(Kind.POD)]
    assert images.count("bot:bad") == 1
    assert "rollout_halted 1.0" in world.scrape()
    assert await roll(world, "bot:good", works=True) <= 3
    assert {raw["spec"]["containers"][0]["image"] for raw in world.cluster.of(Kind.POD)} == {"bot:good"}
    assert "rollout_halted 0.0" in world.scrape()
    assert {world.reason(name) for name in world.names} == {"Polling"}


async def test_from_end_to_end_pods_of_an_older_operator_are_replaced_a_few_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also when it made their hashes of other fields: what cannot be compared is no change."""
    world = SimulatedOperator(bots=12, settings=replace(SETTINGS, max_unavailable=Share(3)))
    monkeypatch.setattr("personalbots_operator.loop.fleet.time.time", lambda: world.cluster.now)
    for number, name in enumerate(world.names):
        world.apply(name)
        world.cluster.change(Kind.BOT, name, {"status": {"bot": {"id": number + 1, "username": "a_bot"}}})
    await world.settle()
    older = {annotation.TEMPLATE_ANNOTATION: "1", annotation.SPEC_HASH_ANNOTATION: "of other fields"}
    for raw in world.cluster.of(Kind.POD):
        world.cluster.change(Kind.POD, raw["metadata"]["name"], {"metadata": {"annotations": older}})
    assert 1 <= await roll(world, world.settings.bot_image, works=True) <= 3
    made = {raw["metadata"]["annotations"][annotation.TEMPLATE_ANNOTATION] for raw in world.cluster.of(Kind.POD)}
    assert made == {TEMPLATE}
    assert {world.reason(name) for name in world.names} == {"Polling"}


@pytest.mark.parametrize(
    ("deaf", "hearing", "many"), [(0, 0, "False"), (1, 2, "False"), (4, 0, "False"), (5, 15, "True"), (5, 16, "False")]
)
def test_many_deaf_bots_are_one_condition(deaf: int, hearing: int, many: str, bot: Callable[..., Bot]) -> None:
    bots = [
        *(replace(bot(), reason="TelegramUnreachable") for _ in range(deaf)),
        *(replace(bot(), reason="Polling") for _ in range(hearing)),
        replace(bot(), reason="Stopped"),
    ]
    assert count_deaf(bots) == (deaf, hearing)
    assert deafness_condition(deaf, hearing).status == many


async def test_the_last_bots_to_hear_again_get_as_much_time_as_a_single_deaf_bot(
    bot: Callable[..., Bot], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = SimulatedOperator()
    clock = SimpleNamespace(time=lambda: 0.0, monotonic=lambda: 1000.0)
    monkeypatch.setattr("personalbots_operator.loop.fleet.time", clock)
    heard: list[Bot] = []
    monkeypatch.setattr(world.cache, "bots", heard)

    async def spared(at: float, *, deaf: int) -> bool:
        clock.monotonic = lambda: at
        reasons = ["NotPolling"] * deaf + ["Polling"] * (10 - deaf)
        heard[:] = [replace(bot(), reason=reason) for reason in reasons]
        await world.fleet.once()
        return world.fleet.many_deaf

    limit = world.settings.deaf_bot_seconds
    assert not await spared(1000, deaf=1)
    assert await spared(1010, deaf=10)
    assert await spared(1012, deaf=1)
    assert await spared(1009 + limit, deaf=1)
    assert not await spared(1011 + limit, deaf=1)
    assert "personalbots_operator_many_bots_deaf 0.0" in world.scrape()
