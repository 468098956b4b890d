"""What is done about a bot, and that deciding twice asks for nothing twice."""

# ruff: noqa: FBT001, PLR0913, PLR0917 - the columns of a table are arguments

from dataclasses import replace
from typing import Any

import pytest

from personalbots_api import names
from personalbots_operator.cache.values import rfc3339
from personalbots_operator.decision.actions import (
    DeletePod,
)
from personalbots_operator.decision.decide import decide
from personalbots_operator.decision.world import Backoff, World
from personalbots_operator.settings import Settings
from support.decisions import Make, kinds, ready
from support.resources import NOW


def test_a_new_bot_gets_its_volume_and_then_its_pod(bot: Make, settings: Settings) -> None:
    decision = decide(World(bot=bot(), now=NOW), settings)
    assert kinds(decision.actions) == ["CreateVolume", "CreatePod"]
    assert ready(decision.status) == ("Starting", "Starting")
    assert decision.status is not None
    assert decision.status["podName"] == "pbot-anna"
    assert decision.notices == ()


def test_a_bot_with_its_volume_gets_only_the_pod(bot: Make, volume: Make, settings: Settings) -> None:
    decision = decide(World(bot=bot(), volume=volume(), now=NOW), settings)
    assert kinds(decision.actions) == ["CreatePod"]


def test_a_bot_that_is_as_it_should_be_is_left_alone(
    bot: Make, volume: Make, fitting: Make, settings: Settings
) -> None:
    anna = bot()
    decision = decide(World(bot=anna, pod=fitting(anna), volume=volume(), now=NOW), settings)
    assert decision.actions == ()
    assert ready(decision.status) == ("Running", "Polling")
    assert [notice.reason for notice in decision.notices] == ["Polling"]


def test_an_unchanged_bot_has_the_same_status_and_no_new_event(
    bot: Make, volume: Make, fitting: Make, settings: Settings
) -> None:
    anna = bot()
    first = decide(World(bot=anna, pod=fitting(anna), volume=volume(), now=NOW), settings)
    anna = bot(status=first.status)
    second = decide(World(bot=anna, pod=fitting(anna), volume=volume(), now=NOW + 1000), settings)
    assert second.status == first.status
    assert second.notices == ()


def test_a_stopped_bot_has_no_pod_and_keeps_its_volume(
    bot: Make, volume: Make, fitting: Make, settings: Settings
) -> None:
    anna = bot(spec={"state": "Stopped"})
    pod = fitting(anna)
    there = decide(World(bot=anna, pod=pod, volume=volume(), now=NOW), settings)
    assert (kinds(there.actions), there.status) == (["DeletePod"], None)
    going = decide(World(bot=anna, pod=replace(pod, deleting=NOW), volume=volume(), now=NOW), settings)
    assert (going.actions, going.status) == ((), None)
    gone = decide(World(bot=anna, volume=volume(), now=NOW), settings)
    assert gone.actions == ()
    assert ready(gone.status) == ("Stopped", "Stopped")
    assert gone.status is not None
    assert "podName" not in gone.status


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ({"phase": "Failed", "reason": "Evicted", "message": "The node was low on memory."}, "Evicted"),
        ({"phase": "Failed", "reason": "NodeLost"}, "NodeLost"),
        ({"phase": "Succeeded"}, "Restarting"),
    ],
)
def test_a_finished_pod_is_deleted_for_the_next_one(
    status: dict[str, Any], reason: str, bot: Make, volume: Make, fitting: Make, settings: Settings
) -> None:
    anna = bot()
    decision = decide(World(bot=anna, pod=fitting(anna, status=status), volume=volume(), now=NOW), settings)
    (action,) = decision.actions
    assert isinstance(action, DeletePod)
    assert action.failed
    assert ready(decision.status)[1] == reason


def test_after_failures_the_next_pod_waits_and_the_status_still_describes_the_last(
    bot: Make, volume: Make, settings: Settings
) -> None:
    world = World(bot=bot(), volume=volume(), backoff=Backoff(next_try=NOW + 8), now=NOW)
    decision = decide(world, settings)
    assert (decision.actions, decision.status, decision.requeue_after) == ((), None, 8)
    assert kinds(decide(replace(world, now=NOW + 9), settings).actions) == ["CreatePod"]


def test_a_refused_pod_is_reported_and_tried_again(bot: Make, volume: Make, settings: Settings) -> None:
    backoff = Backoff(refusal="exceeded quota: q", next_try=NOW + 4)
    decision = decide(World(bot=bot(), volume=volume(), backoff=backoff, now=NOW), settings)
    assert (decision.actions, decision.requeue_after) == ((), 4)
    assert ready(decision.status) == ("Pending", "PodRefused")
    assert "exceeded quota: q. Ask" in decision.notices[0].message


def test_a_pod_of_somebody_else_is_left_alone(bot: Make, pod: Make, volume: Make, settings: Settings) -> None:
    stranger = pod(metadata={"ownerReferences": [{"kind": "ReplicaSet", "uid": "other", "controller": True}]})
    decision = decide(World(bot=bot(), pod=stranger, volume=volume(), now=NOW), settings)
    assert decision.actions == ()
    assert ready(decision.status) == ("Pending", "PodNameTaken")
    assert decision.requeue_after


def test_the_pod_of_an_earlier_resource_is_waited_for(bot: Make, pod: Make, volume: Make, settings: Settings) -> None:
    earlier = pod(metadata={"ownerReferences": [{"kind": "PersonalBot", "uid": "other", "controller": True}]})
    decision = decide(World(bot=bot(), pod=earlier, volume=volume(), now=NOW), settings)
    assert decision.actions == ()
    assert ready(decision.status) == ("Starting", "Restarting")


def test_the_newer_of_two_with_one_bot_has_no_pod(bot: Make, volume: Make, fitting: Make, settings: Settings) -> None:
    anna = bot()
    world = World(bot=anna, pod=fitting(anna), volume=volume(), rival="older", now=NOW)
    assert kinds(decide(world, settings).actions) == ["DeletePod"]
    decision = decide(replace(world, pod=None), settings)
    assert decision.actions == ()
    assert ready(decision.status) == ("Failed", "TokenConflict")
    assert "PersonalBot older holds" in decision.notices[0].message


@pytest.mark.parametrize(
    ("metadata", "kept"),
    [
        ({"generation": 1}, True),
        ({"generation": 2}, False),
        ({"annotations": {names.RESTARTED_AT_ANNOTATION: rfc3339(NOW + 60)}}, False),
        ({"annotations": {names.RESTARTED_AT_ANNOTATION: rfc3339(NOW - 60)}}, True),
    ],
)
def test_a_conflict_is_checked_again_when_the_token_may_be_another(
    metadata: dict[str, Any],
    kept: bool,
    bot: Make,
    settings: Settings,
) -> None:
    found = {
        "type": "Ready",
        "status": "False",
        "reason": "TokenConflict",
        "observedGeneration": 1,
        "lastTransitionTime": rfc3339(NOW),
    }
    anna = bot(metadata=metadata, status={"bot": {"id": 7, "username": "a_bot"}, "conditions": [found]})
    decision = decide(World(bot=anna, rival="older", now=NOW + 100), settings)
    assert decision.status is not None
    assert ("bot" in decision.status) is kept


def test_a_spec_of_an_older_schema_is_refused_with_a_sentence_and_its_pod_stays(
    bot: Make, fitting: Make, settings: Settings
) -> None:
    pod = fitting(bot())
    decision = decide(World(bot=bot(spec={"llm": {"model": 5}}), pod=pod, now=NOW), settings)
    assert decision.actions == ()
    assert ready(decision.status) == ("Failed", "InvalidSpec")
    assert "spec.llm.model must be text." in decision.notices[0].message


def test_a_bot_over_its_owners_quota_has_no_pod(bot: Make, volume: Make, fitting: Make, settings: Settings) -> None:
    anna = bot()
    world = World(bot=anna, pod=fitting(anna), volume=volume(), over_quota=2, now=NOW)
    assert kinds(decide(world, settings).actions) == ["DeletePod"]
    decision = decide(replace(world, pod=None), settings)
    assert decision.actions == ()
    assert ready(decision.status) == ("Failed", "QuotaExceeded")
    assert "the 2 that are allowed" in decision.notices[0].message
