"""When a bot that nobody writes to falls asleep, and what wakes it."""

# ruff: noqa: ANN401, PLR0913, PLR0917 - the columns of a table are arguments

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from personalbots_api import names
from personalbots_operator.cache.bot import Bot
from personalbots_operator.cache.pod import Pod
from personalbots_operator.cache.spec import Spec
from personalbots_operator.cache.statusz import Moment, Reading, Statusz
from personalbots_operator.cache.values import rfc3339
from personalbots_operator.decision import build
from personalbots_operator.decision.actions import CreatePod, CreateVolume, DeletePod
from personalbots_operator.decision.decide import decide
from personalbots_operator.decision.outcome import Decision
from personalbots_operator.decision.world import World
from personalbots_operator.settings import Settings
from support.resources import NOW

HOUR = 3600.0
Make = Callable[..., Any]
SLEEP = {"after": "2h", "wakeEvery": "30m"}


@pytest.fixture
def sleeper(bot: Make) -> Callable[..., Bot]:
    """A bot made four hours ago that sleeps after two; `reason` since `since` seconds, restarted `restarted` ago."""

    def make(reason: str, since: float, *, restarted: float | None = None, generation: int = 1, **spec: Any) -> Bot:
        status = str(reason == "Polling")
        condition = {"type": "Ready", "status": status, "reason": reason, "lastTransitionTime": rfc3339(NOW - since)}
        asked = {} if restarted is None else {names.RESTARTED_AT_ANNOTATION: rfc3339(NOW - restarted)}
        made: Bot = bot(
            metadata={"creationTimestamp": rfc3339(NOW - 4 * HOUR), "generation": generation, "annotations": asked},
            spec={"sleep": SLEEP} | spec,
            status={"observedGeneration": 1, "conditions": [condition]},
        )
        return made

    return make


@pytest.fixture
def awake(pod: Callable[..., Pod], settings: Settings, volume: Make) -> Callable[..., World]:
    """The bot's pod polls, and sent `report` `ago` seconds ago."""

    def make(bot: Bot, *, ago: float = 1.0, **report: Any) -> World:
        made = build.pod(bot, Spec.from_json(bot.spec_json), settings)["metadata"]["annotations"]
        reading = Reading(
            moment=Moment("containerd://1", ready=True),
            statusz=Statusz(**report),
            answered=True,
            pending=False,
            read_at=NOW - ago,
        )
        return World(bot=bot, pod=pod(metadata={"annotations": made}), volume=volume(), reading=reading, now=NOW)

    return make


def reason(decision: Decision) -> str:
    assert decision.status is not None
    found: str = decision.status["conditions"][0]["reason"]
    return found


def test_the_pod_of_a_bot_to_which_nobody_has_written_for_long_is_deleted(
    sleeper: Make, awake: Make, settings: Settings
) -> None:
    decision = decide(awake(sleeper("Polling", 3 * HOUR)), settings)
    assert [type(action) for action in decision.actions] == [DeletePod]
    assert reason(decision) == "Asleep"
    assert decision.status is not None
    assert decision.status["phase"] == "Sleeping"
    assert "podName" not in decision.status
    assert decision.notices[0].message.startswith("The bot sleeps, since nobody has written to it for 2h.")
    assert decision.requeue_after == HOUR / 2


@pytest.mark.parametrize(
    ("polled", "changes", "report", "again"),
    [
        pytest.param(3 * HOUR, {}, {"last_message": rfc3339(NOW - HOUR)}, HOUR, id="somebody wrote an hour ago"),
        pytest.param(3 * HOUR, {}, {"busy": True}, 60, id="it still answers somebody"),
        pytest.param(5, {}, {}, 15, id="it was woken and has not listened for long enough"),
        pytest.param(3 * HOUR, {"restarted": 1.5 * HOUR}, {}, HOUR / 2, id="somebody restarted it lately"),
    ],
)
def test_a_bot_stays_awake(
    polled: float, changes: Any, report: Any, again: float, sleeper: Make, awake: Make, settings: Settings
) -> None:
    world = awake(sleeper("Polling", polled, **changes), **report)
    if changes:
        world = replace(world, pod=replace(world.pod, restarted_at=world.bot.restarted_at))
    decision = decide(world, settings)
    assert decision.actions == ()
    assert reason(decision) == "Polling"
    assert decision.requeue_after == pytest.approx(again)
    assert not decision.wants_statusz


def test_a_bot_whose_spec_does_not_ask_for_it_never_sleeps(sleeper: Make, awake: Make, settings: Settings) -> None:
    decision = decide(awake(sleeper("Polling", 3 * HOUR, sleep=None)), settings)
    assert (decision.actions, decision.requeue_after) == ((), None)


@pytest.mark.parametrize("known", [True, False])
def test_no_bot_falls_asleep_because_of_an_old_report(
    known: bool,  # noqa: FBT001
    sleeper: Make,
    awake: Make,
    settings: Settings,
) -> None:
    """Its report is a minute old, or it has never been asked: it is asked first."""
    world = awake(sleeper("Polling", 3 * HOUR), ago=60)
    decision = decide(world if known else replace(world, reading=None), settings)
    assert decision.actions == ()
    assert (decision.wants_statusz, decision.requeue_after) == (True, 2)


def test_a_sleeping_bot_is_left_alone_until_it_is_time_to_wake(sleeper: Make, volume: Make, settings: Settings) -> None:
    world = World(bot=sleeper("Asleep", 600), volume=volume(), now=NOW)
    first = decide(world, settings)
    assert (first.actions, first.notices, first.requeue_after) == ((), (), 1200)
    assert reason(first) == "Asleep"


def test_nothing_is_done_while_its_old_pod_ends(sleeper: Make, awake: Make, settings: Settings) -> None:
    """Nothing is written until it is gone."""
    world = awake(sleeper("Asleep", 3))
    world = replace(world, pod=replace(world.pod, deleting=NOW - 3))
    decision = decide(world, settings)
    assert (decision.actions, decision.status) == ((), None)


@pytest.mark.parametrize(
    ("since", "changes"),
    [
        pytest.param(1801, {}, id="it is time to look for messages"),
        pytest.param(600, {"restarted": 1}, id="a restart was asked for"),
        pytest.param(600, {"generation": 2}, id="its resource changed"),
        pytest.param(600, {"sleep": None}, id="it is not to sleep any more"),
    ],
)
def test_a_sleeping_bot_wakes(since: float, changes: Any, sleeper: Make, settings: Settings) -> None:
    decision = decide(World(bot=sleeper("Asleep", since, **changes), now=NOW), settings)
    assert [type(action) for action in decision.actions] == [CreateVolume, CreatePod]
    assert reason(decision) == "Starting"
    assert decision.notices == ()


def test_the_last_condition_of_its_llm_is_kept_while_it_sleeps(sleeper: Make, settings: Settings) -> None:
    bot = sleeper("Asleep", 600)
    refused = {"type": "LLMReady", "status": "False", "reason": "KeyRefused", "message": "m", "lastTransitionTime": "t"}
    status = bot.status | {"conditions": [*bot.status["conditions"], refused]}
    decision = decide(World(bot=replace(bot, status_json=json.dumps(status)), now=NOW), settings)
    assert decision.status is not None
    assert decision.status["conditions"][1] == refused


def test_a_sleep_of_another_schema_is_reported(bot: Make, settings: Settings) -> None:
    decision = decide(World(bot=bot(spec={"sleep": {"after": "long"}}), now=NOW), settings)
    assert reason(decision) == "InvalidSpec"
    assert "spec.sleep.after: 'long' is no duration" in decision.notices[0].message
