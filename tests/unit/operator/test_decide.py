"""What is done about a bot, as a table, and that deciding twice asks for nothing twice."""

# ruff: noqa: ANN401, FBT001, PLR0913, PLR0917 - the columns of a table are arguments

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from personalbots_api import names
from personalbots_operator.cache.observed import Bot, Pod, rfc3339
from personalbots_operator.cache.spec import Spec
from personalbots_operator.decision import build
from personalbots_operator.decision.actions import (
    Action,
    CreatePod,
    CreateVolume,
    DeletePod,
    GrowVolume,
    ResizePod,
    SetFinalizers,
    SetVolumeOwners,
)
from personalbots_operator.decision.decide import Trouble, World, decide
from personalbots_operator.loop.statusz import Moment, Reading, Statusz
from personalbots_operator.settings import Settings

NOW = 1_800_000_000.0
QDRANT = {"collection": "c", "qdrant": {"url": "http://qdrant:6333"}, "deletionPolicy": "Delete"}
GOING = {"metadata": {"deletionTimestamp": rfc3339(NOW - 1)}}
Make = Callable[..., Any]


def ready(status: dict[str, Any] | None) -> tuple[str, str]:
    assert status is not None
    return status["phase"], status["conditions"][0]["reason"]


def kinds(actions: tuple[Action, ...]) -> list[str]:
    return [type(action).__name__ for action in actions]


@pytest.fixture
def fitting(pod: Callable[..., Pod], settings: Settings) -> Callable[..., Pod]:
    """A pod that is as the resource wants it."""

    def make(bot: Bot, **change: Any) -> Pod:
        made = build.pod(bot, Spec.from_json(bot.spec_json), settings)
        annotations = {"metadata": {"annotations": made["metadata"]["annotations"]}}
        change["metadata"] = {**annotations["metadata"], **change.get("metadata", {})}
        return pod(**change)

    return make


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


def test_a_bot_that_is_as_it_is_to_be_is_left_alone(bot: Make, volume: Make, fitting: Make, settings: Settings) -> None:
    anna = bot()
    decision = decide(World(bot=anna, pod=fitting(anna), volume=volume(), now=NOW), settings)
    assert decision.actions == ()
    assert ready(decision.status) == ("Running", "Polling")
    assert [notice.reason for notice in decision.notices] == ["Polling"]


def test_what_was_said_is_not_said_again(bot: Make, volume: Make, fitting: Make, settings: Settings) -> None:
    anna = bot()
    first = decide(World(bot=anna, pod=fitting(anna), volume=volume(), now=NOW), settings)
    anna = bot(status=first.status)
    second = decide(World(bot=anna, pod=fitting(anna), volume=volume(), now=NOW + 1000), settings)
    assert second.status == first.status
    assert second.notices == ()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"spec": {"llm": {"model": "other"}}}, "changed"),
        ({"metadata": {"annotations": {names.RESTARTED_AT_ANNOTATION: "2027-01-15T08:00:00Z"}}}, "asked for"),
    ],
)
def test_a_pod_that_is_not_as_it_is_to_be_goes_first(
    change: dict[str, Any], why: str, bot: Make, volume: Make, fitting: Make, settings: Settings
) -> None:
    pod = fitting(bot())
    decision = decide(World(bot=bot(**change), pod=pod, volume=volume(), now=NOW), settings)
    assert [type(action) for action in decision.actions] == [DeletePod]
    assert why in decision.notices[0].message
    assert ready(decision.status) == ("Starting", "Restarting")
    going = replace(pod, deleting=NOW)
    assert decide(World(bot=bot(**change), pod=going, volume=volume(), now=NOW), settings).actions == ()
    gone = decide(World(bot=bot(**change), volume=volume(), now=NOW), settings)
    assert kinds(gone.actions) == ["CreatePod"]


def test_a_restart_that_was_done_is_not_done_again(bot: Make, volume: Make, fitting: Make, settings: Settings) -> None:
    anna = bot(metadata={"annotations": {names.RESTARTED_AT_ANNOTATION: "2027-01-15T08:00:00Z"}})
    assert decide(World(bot=anna, pod=fitting(anna), volume=volume(), now=NOW), settings).actions == ()


@pytest.mark.parametrize(
    ("turn", "own", "replaced"), [(True, {}, True), (False, {}, False), (True, {"image": "b:1"}, False)]
)
def test_another_default_image_replaces_the_pod_when_it_is_its_turn(
    turn: bool, own: dict[str, Any], replaced: bool, bot: Make, volume: Make, fitting: Make
) -> None:
    anna = bot(spec=own)
    world = World(bot=anna, pod=fitting(anna), volume=volume(), turn=turn, now=NOW)
    decision = decide(world, Settings(bot_image="bot:2"))
    assert kinds(decision.actions) == (["DeletePod"] if replaced else [])


@pytest.mark.parametrize(
    ("generation", "turn", "why"), [(1, False, None), (2, False, "its resource changed"), (1, True, "another version")]
)
def test_a_pod_of_an_older_operator_waits_for_its_turn_unless_somebody_changed_the_resource(
    generation: int, turn: bool, why: str | None, bot: Make, volume: Make, fitting: Make, settings: Settings
) -> None:
    """What the older one made its hash of is unknown."""
    anna = bot(metadata={"generation": generation}, status={"observedGeneration": 1})
    pod = replace(fitting(anna), template="1", spec_hash="made of something else")
    decision = decide(World(bot=anna, pod=pod, volume=volume(), turn=turn, now=NOW), settings)
    assert kinds(decision.actions) == (["DeletePod"] if why else [])
    assert why is None or why in decision.notices[0].message


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        (("Unknown", "NotChecked"), "KeyAccepted", []),
        (("Unknown", "NotChecked"), "KeyRefused", [("Warning", "KeyRefused")]),
        (("False", "KeyRefused"), "KeyRefused", []),
        (("False", "KeyRefused"), "Unreachable", [("Warning", "Unreachable")]),
        (("False", "Unreachable"), "KeyAccepted", [("Normal", "KeyAccepted")]),
        (("True", "KeyAccepted"), "KeyAccepted", []),
    ],
)
def test_what_a_bot_needs_has_an_event_when_it_fails_and_when_it_works_again(
    before: tuple[str, str], now: str, told: list[tuple[str, str]], bot: Make, volume: Make, fitting: Make,
    settings: Settings,
) -> None:  # fmt: skip
    polls = {"type": "Ready", "status": "True", "reason": "Polling", "message": "x."}
    llm = {"type": "LLMReady", "status": before[0], "reason": before[1], "message": "x."}
    anna = bot(status={"conditions": [polls, llm]})
    said = Reading(Moment("containerd://1", ready=True), Statusz(llm_reason=now), answered=True, pending=False)
    decision = decide(World(bot=anna, pod=fitting(anna), volume=volume(), reading=said, now=NOW), settings)
    assert [(notice.type, notice.reason) for notice in decision.notices] == told


@pytest.mark.parametrize(
    ("deaf_for", "many", "replaced"), [(100, False, False), (400, False, True), (400, True, False)]
)
def test_a_deaf_bot_is_replaced_after_a_while_unless_many_are_deaf(
    deaf_for: float, many: bool, replaced: bool, bot: Make, volume: Make, fitting: Make, settings: Settings
) -> None:
    since = {"type": "Ready", "status": "False", "reason": "NotPolling", "message": "x.",
             "lastTransitionTime": rfc3339(NOW - deaf_for)}  # fmt: skip
    anna = bot(status={"conditions": [since]})
    pod = fitting(
        anna, ready=False, container={"ready": False, "state": {"running": {"startedAt": rfc3339(NOW - 900)}}}
    )
    said = Reading(Moment("containerd://1", ready=False), Statusz(has_polled=True), answered=True, pending=False)
    world = World(bot=anna, pod=pod, volume=volume(), reading=said, many_deaf=many, now=NOW)
    decision = decide(world, settings)
    assert kinds(decision.actions) == (["DeletePod"] if replaced else [])
    assert ready(decision.status)[1] == ("Restarting" if replaced else "NotPolling")
    assert many or replaced or decision.look_after == 201


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
def test_a_finished_pod_is_made_way_for(
    status: dict[str, Any], reason: str, bot: Make, volume: Make, fitting: Make, settings: Settings
) -> None:
    anna = bot()
    decision = decide(World(bot=anna, pod=fitting(anna, status=status), volume=volume(), now=NOW), settings)
    (action,) = decision.actions
    assert isinstance(action, DeletePod)
    assert action.remade
    assert ready(decision.status)[1] == reason


def test_after_failures_the_next_pod_waits_and_the_status_still_tells_of_the_last(
    bot: Make, volume: Make, settings: Settings
) -> None:
    world = World(bot=bot(), volume=volume(), trouble=Trouble(next_try=NOW + 8), now=NOW)
    decision = decide(world, settings)
    assert (decision.actions, decision.status, decision.look_after) == ((), None, 8)
    assert kinds(decide(replace(world, now=NOW + 9), settings).actions) == ["CreatePod"]


def test_a_refused_pod_is_told_of_and_tried_again(bot: Make, volume: Make, settings: Settings) -> None:
    trouble = Trouble(refusal="exceeded quota: q", next_try=NOW + 4)
    decision = decide(World(bot=bot(), volume=volume(), trouble=trouble, now=NOW), settings)
    assert (decision.actions, decision.look_after) == ((), 4)
    assert ready(decision.status) == ("Pending", "PodRefused")
    assert "exceeded quota: q. Ask" in decision.notices[0].message


def test_a_strangers_pod_is_left_alone(bot: Make, pod: Make, volume: Make, settings: Settings) -> None:
    stranger = pod(metadata={"ownerReferences": [{"kind": "ReplicaSet", "uid": "other", "controller": True}]})
    decision = decide(World(bot=bot(), pod=stranger, volume=volume(), now=NOW), settings)
    assert decision.actions == ()
    assert ready(decision.status) == ("Pending", "PodNameTaken")
    assert decision.look_after


def test_the_pod_of_an_earlier_resource_is_waited_for(bot: Make, pod: Make, volume: Make, settings: Settings) -> None:
    earlier = pod(metadata={"ownerReferences": [{"kind": "PersonalBot", "uid": "other", "controller": True}]})
    decision = decide(World(bot=bot(), pod=earlier, volume=volume(), now=NOW), settings)
    assert decision.actions == ()
    assert ready(decision.status) == ("Starting", "Restarting")


@pytest.mark.parametrize(
    "change",
    [
        {"metadata": {"labels": {"personalbots.io/owner-id": "999"}}},
        {"metadata": {"deletionTimestamp": rfc3339(NOW)}},
        {"metadata": {"ownerReferences": [{"kind": "PersonalBot", "uid": "other"}]}},
    ],
)
def test_a_volume_that_is_not_the_owners_to_take_is_never_used(
    change: dict[str, Any], bot: Make, volume: Make, settings: Settings
) -> None:
    decision = decide(World(bot=bot(), volume=volume(**change), now=NOW), settings)
    assert decision.actions == ()
    assert ready(decision.status) == ("Pending", "VolumePending")
    assert decision.look_after


def test_the_volume_follows_the_deletion_policy(bot: Make, volume: Make, fitting: Make, settings: Settings) -> None:
    anna = bot(spec={"knowledge": {"deletionPolicy": "Delete"}})
    decision = decide(World(bot=anna, pod=fitting(anna), volume=volume(), now=NOW), settings)
    (action,) = decision.actions
    assert isinstance(action, SetVolumeOwners)
    assert action.owners == [build.owner_reference(anna)]


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
def test_a_conflict_is_tried_anew_when_the_token_may_be_another(
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


def test_a_status_waits_a_moment_for_what_the_bot_says_and_not_longer(
    bot: Make, volume: Make, fitting: Make, settings: Settings
) -> None:
    anna = bot()
    pending = Reading(Moment("containerd://1", ready=True))
    world = World(bot=anna, pod=fitting(anna), volume=volume(), reading=pending, reading_for=0.5, now=NOW)
    assert decide(world, settings).status is None
    assert ready(decide(replace(world, reading_for=3), settings).status) == ("Running", "Polling")
    in_vain = replace(world, reading_late=True)
    assert ready(decide(in_vain, settings).status) == ("Running", "Polling")
    polling = bot(status={"conditions": [{"type": "Ready", "status": "True", "reason": "Polling"}]})
    assert decide(replace(in_vain, bot=polling), settings).status is None  # there is no news that would wait
    said = replace(pending, pending=False, statusz=Statusz(bot_id=7, username="anna_bot"))
    status = decide(replace(world, reading=said), settings).status
    assert status is not None
    assert status["bot"] == {"id": 7, "username": "anna_bot"}


@pytest.mark.parametrize(("seconds", "taken"), [(2, False), (30, True)])
def test_what_a_bot_says_while_it_has_just_started_is_written_with_what_comes_of_it(
    seconds: float, taken: bool, bot: Make, volume: Make, fitting: Make, settings: Settings
) -> None:
    anna = bot()
    state = {"running": {"startedAt": rfc3339(NOW - seconds)}}
    pod = fitting(anna, container={"state": state, "ready": False}, ready=False)
    said = Statusz(bot_id=7, username="anna_bot", polling_reason="Starting")
    reading = Reading(Moment("containerd://1", ready=False), said, answered=True, pending=False)
    decision = decide(World(bot=anna, pod=pod, volume=volume(), reading=reading, now=NOW), settings)
    assert ready(decision.status) == ("Starting", "Starting")
    assert decision.status is not None
    assert ("bot" in decision.status) is taken


def test_a_bot_on_a_server_whose_knowledge_is_to_go_gets_a_finalizer_and_loses_it_with_the_wish(
    bot: Make, settings: Settings
) -> None:
    decision = decide(World(bot=bot(spec={"knowledge": QDRANT}), now=NOW), settings)
    assert decision.actions[0] == SetFinalizers((names.CLEANUP_FINALIZER,))
    retain = bot(
        spec={"knowledge": {**QDRANT, "deletionPolicy": "Retain"}},
        metadata={"finalizers": ["other", names.CLEANUP_FINALIZER]},
    )
    assert decide(World(bot=retain, now=NOW), settings).actions[0] == SetFinalizers(("other",))


class TestADeletedBotOnAServer:
    @pytest.fixture
    def world(self, bot: Make) -> World:
        metadata = {"finalizers": [names.CLEANUP_FINALIZER], "deletionTimestamp": rfc3339(NOW - 10)}
        return World(bot=bot(spec={"knowledge": QDRANT}, metadata=metadata), now=NOW)

    def test_first_loses_its_pod(self, world: World, pod: Make, settings: Settings) -> None:
        assert kinds(decide(replace(world, pod=pod()), settings).actions) == ["DeletePod"]
        assert decide(replace(world, pod=pod(**GOING)), settings).actions == ()

    def test_then_has_its_collection_dropped(self, world: World, settings: Settings) -> None:
        decision = decide(world, settings)
        (action,) = decision.actions
        assert isinstance(action, CreatePod)
        assert action.body["metadata"]["name"] == "drop-anna"
        assert ready(decision.status) == ("Terminating", "Terminating")
        assert decision.look_after == settings.cleanup_seconds - 10

    def test_goes_when_that_is_done(self, world: World, pod: Make, settings: Settings) -> None:
        done = replace(world, cleanup=pod(status={"phase": "Succeeded"}))
        assert decide(done, settings).actions == (SetFinalizers(()),)

    @pytest.mark.parametrize("how", ["late", "failed", "refused"])
    def test_goes_anyway_when_it_cannot_be_done_and_an_event_says_what_is_left(
        self, how: str, world: World, pod: Make, settings: Settings
    ) -> None:
        changed = {
            "late": replace(world, now=NOW + settings.cleanup_seconds),
            "failed": replace(world, cleanup=pod(status={"phase": "Failed"})),
            "refused": replace(world, trouble=Trouble(refusal="the namespace is being terminated")),
        }[how]
        decision = decide(changed, settings)
        assert decision.actions == (SetFinalizers(()),)
        assert "The collection c on http://qdrant:6333" in decision.notices[0].message


def test_a_deleted_bot_without_a_server_is_left_to_its_owner_references(
    bot: Make, fitting: Make, settings: Settings
) -> None:
    anna = bot(metadata={"deletionTimestamp": rfc3339(NOW)})
    decision = decide(World(bot=anna, pod=fitting(anna), now=NOW), settings)
    assert decision.actions == ()
    assert ready(decision.status) == ("Terminating", "Terminating")


def test_the_volume_is_made_before_the_pod_that_needs_it(bot: Make, settings: Settings) -> None:
    volume, pod = decide(World(bot=bot(), now=NOW), settings).actions
    assert isinstance(volume, CreateVolume)
    assert isinstance(pod, CreatePod)
    (claim,) = [v for v in pod.body["spec"]["volumes"] if "persistentVolumeClaim" in v]
    assert claim["persistentVolumeClaim"]["claimName"] == volume.body["metadata"]["name"]


LARGER = {"spec": {"resources": {"limits": {"memory": "512Mi"}}}}


def test_other_resources_alone_are_given_in_place_to_a_bot_that_polls(
    bot: Make, volume: Make, fitting: Make, settings: Settings
) -> None:
    pod = fitting(bot())
    (action,) = decide(World(bot=bot(**LARGER), pod=pod, volume=volume(), now=NOW), settings).actions
    assert isinstance(action, ResizePod)
    assert action.resources["limits"]["memory"] == "512Mi"


@pytest.mark.parametrize("case", ["not ready", "infeasible", "refused", "another model too"])
def test_where_resources_cannot_be_given_in_place_the_pod_is_replaced(
    case: str, bot: Make, volume: Make, fitting: Make, settings: Settings
) -> None:
    pod = fitting(bot(), **({"ready": False} if case == "not ready" else {}))
    pod = replace(pod, infeasible=case == "infeasible")
    wish = {"spec": {**LARGER["spec"], **({"llm": {"model": "m"}} if case == "another model too" else {})}}
    trouble = Trouble(unresizable=pod.uid if case == "refused" else "another")
    decision = decide(World(bot=bot(**wish), pod=pod, volume=volume(), trouble=trouble, now=NOW), settings)
    assert kinds(decision.actions) == ["DeletePod"]


@pytest.mark.parametrize(("size", "phase", "refused", "grown"), [
    ("2Gi", "Bound", "", True), ("1Gi", "Bound", "", False), ("1024Mi", "Bound", "", False),
    ("512Mi", "Bound", "", False), ("2Gi", "Pending", "", False), ("2Gi", "Bound", "2Gi", False),
    ("3Gi", "Bound", "2Gi", True),
])  # fmt: skip
def test_a_volume_grows_with_the_wish_and_never_shrinks(
    size: str, phase: str, refused: str, grown: bool, bot: Make, volume: Make, fitting: Make, settings: Settings
) -> None:
    anna = bot(spec={"knowledge": {"storage": {"size": size}}})
    there = volume(status={"phase": phase})
    world = World(bot=anna, pod=fitting(anna), volume=there, trouble=Trouble(ungrowable=refused), now=NOW)
    decision = decide(world, settings)
    assert decision.actions == ((GrowVolume(there, size),) if grown else ())
    assert ready(decision.status)[1] == "Polling"


def test_a_bot_over_its_owners_quota_has_no_pod(bot: Make, volume: Make, fitting: Make, settings: Settings) -> None:
    anna = bot()
    world = World(bot=anna, pod=fitting(anna), volume=volume(), over_quota=2, now=NOW)
    assert kinds(decide(world, settings).actions) == ["DeletePod"]
    decision = decide(replace(world, pod=None), settings)
    assert decision.actions == ()
    assert ready(decision.status) == ("Failed", "QuotaExceeded")
    assert "the 2 that are allowed" in decision.notices[0].message
