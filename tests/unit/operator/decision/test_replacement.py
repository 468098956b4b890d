"""When a pod is replaced, and when its resources are changed while it runs."""

# ruff: noqa: FBT001, PLR0913, PLR0917 - the columns of a table are arguments

from dataclasses import replace
from typing import Any

import pytest

from personalbots_api import names
from personalbots_operator.decision.actions import (
    DeletePod,
    ResizePod,
)
from personalbots_operator.decision.decide import decide
from personalbots_operator.decision.world import Backoff, World
from personalbots_operator.settings import Settings
from support.decisions import Make, kinds, ready
from support.resources import NOW


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"spec": {"llm": {"model": "other"}}}, "changed"),
        ({"metadata": {"annotations": {names.RESTARTED_AT_ANNOTATION: "2027-01-15T08:00:00Z"}}}, "asked for"),
    ],
)
def test_a_pod_that_no_longer_fits_is_deleted_before_the_next_one_is_created(
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


def test_a_restart_is_done_once(bot: Make, volume: Make, fitting: Make, settings: Settings) -> None:
    anna = bot(metadata={"annotations": {names.RESTARTED_AT_ANNOTATION: "2027-01-15T08:00:00Z"}})
    assert decide(World(bot=anna, pod=fitting(anna), volume=volume(), now=NOW), settings).actions == ()


@pytest.mark.parametrize(
    ("may_be_replaced", "spec", "replaced"), [(True, {}, True), (False, {}, False), (True, {"image": "b:1"}, False)]
)
def test_another_default_image_replaces_the_pod_when_it_may_be_replaced(
    may_be_replaced: bool, spec: dict[str, Any], replaced: bool, bot: Make, volume: Make, fitting: Make
) -> None:
    anna = bot(spec=spec)
    world = World(bot=anna, pod=fitting(anna), volume=volume(), may_be_replaced=may_be_replaced, now=NOW)
    decision = decide(world, Settings(bot_image="bot:2"))
    assert kinds(decision.actions) == (["DeletePod"] if replaced else [])


@pytest.mark.parametrize(
    ("generation", "may_be_replaced", "why"),
    [(1, False, None), (2, False, "its resource changed"), (1, True, "another version")],
)
def test_a_pod_of_an_older_operator_waits_until_it_may_be_replaced_unless_somebody_changed_the_resource(
    generation: int, may_be_replaced: bool, why: str | None, bot: Make, volume: Make, fitting: Make, settings: Settings
) -> None:
    """Nobody knows what the older operator made its hash of."""
    anna = bot(metadata={"generation": generation}, status={"observedGeneration": 1})
    pod = replace(fitting(anna), template="1", spec_hash="made of something else")
    decision = decide(World(bot=anna, pod=pod, volume=volume(), may_be_replaced=may_be_replaced, now=NOW), settings)
    assert kinds(decision.actions) == (["DeletePod"] if why else [])
    assert why is None or why in decision.notices[0].message


LARGER = {"spec": {"resources": {"limits": {"memory": "512Mi"}}}}


def test_other_resources_alone_are_changed_while_a_bot_polls(
    bot: Make, volume: Make, fitting: Make, settings: Settings
) -> None:
    pod = fitting(bot())
    (action,) = decide(World(bot=bot(**LARGER), pod=pod, volume=volume(), now=NOW), settings).actions
    assert isinstance(action, ResizePod)
    assert action.resources["limits"]["memory"] == "512Mi"


@pytest.mark.parametrize("case", ["not ready", "infeasible", "refused", "another model too"])
def test_where_resources_cannot_be_changed_in_place_the_pod_is_replaced(
    case: str, bot: Make, volume: Make, fitting: Make, settings: Settings
) -> None:
    pod = fitting(bot(), **({"ready": False} if case == "not ready" else {}))
    pod = replace(pod, infeasible=case == "infeasible")
    change = {"spec": {**LARGER["spec"], **({"llm": {"model": "m"}} if case == "another model too" else {})}}
    backoff = Backoff(unresizable=pod.uid if case == "refused" else "another")
    decision = decide(World(bot=bot(**change), pod=pod, volume=volume(), backoff=backoff, now=NOW), settings)
    assert kinds(decision.actions) == ["DeletePod"]
