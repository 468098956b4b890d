"""How a pod that is as it should be is looked after: what is reported, when, and when a deaf bot is restarted."""

# ruff: noqa: FBT001, PLR0913, PLR0917 - the columns of a table are arguments

from dataclasses import replace

import pytest

from personalbots_operator.cache.statusz import Moment, Reading, Statusz
from personalbots_operator.cache.values import rfc3339
from personalbots_operator.decision.decide import decide
from personalbots_operator.decision.world import World
from personalbots_operator.settings import Settings
from support.decisions import Make, kinds, ready
from support.resources import NOW


@pytest.mark.parametrize(
    ("before", "now", "events"),
    [
        (("Unknown", "NotChecked"), "KeyAccepted", []),
        (("Unknown", "NotChecked"), "KeyRefused", [("Warning", "KeyRefused")]),
        (("False", "KeyRefused"), "KeyRefused", []),
        (("False", "KeyRefused"), "Unreachable", [("Warning", "Unreachable")]),
        (("False", "Unreachable"), "KeyAccepted", [("Normal", "KeyAccepted")]),
        (("True", "KeyAccepted"), "KeyAccepted", []),
    ],
)
def test_there_is_an_event_when_something_that_a_bot_needs_fails_and_when_it_works_again(
    before: tuple[str, str], now: str, events: list[tuple[str, str]], bot: Make, volume: Make, fitting: Make,
    settings: Settings,
) -> None:  # fmt: skip
    polls = {"type": "Ready", "status": "True", "reason": "Polling", "message": "x."}
    llm = {"type": "LLMReady", "status": before[0], "reason": before[1], "message": "x."}
    anna = bot(status={"conditions": [polls, llm]})
    reading = Reading(
        moment=Moment("containerd://1", ready=True), statusz=Statusz(llm_reason=now), answered=True, pending=False
    )
    decision = decide(World(bot=anna, pod=fitting(anna), volume=volume(), reading=reading, now=NOW), settings)
    assert [(notice.type, notice.reason) for notice in decision.notices] == events


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
    reading = Reading(
        moment=Moment("containerd://1", ready=False), statusz=Statusz(has_polled=True), answered=True, pending=False
    )
    world = World(bot=anna, pod=pod, volume=volume(), reading=reading, many_deaf=many, now=NOW)
    decision = decide(world, settings)
    assert kinds(decision.actions) == (["DeletePod"] if replaced else [])
    assert ready(decision.status)[1] == ("Restarting" if replaced else "NotPolling")
    assert many or replaced or decision.requeue_after == 201


def test_a_status_waits_a_moment_for_the_bots_report_and_not_longer(
    bot: Make, volume: Make, fitting: Make, settings: Settings
) -> None:
    anna = bot()
    pending = Reading(moment=Moment("containerd://1", ready=True))
    world = World(bot=anna, pod=fitting(anna), volume=volume(), reading=pending, reading_for=0.5, now=NOW)
    assert decide(world, settings).status is None
    assert ready(decide(replace(world, reading_for=3), settings).status) == ("Running", "Polling")
    in_vain = replace(world, reading_late=True)
    assert ready(decide(in_vain, settings).status) == ("Running", "Polling")
    polling = bot(status={"conditions": [{"type": "Ready", "status": "True", "reason": "Polling"}]})
    assert decide(replace(in_vain, bot=polling), settings).status is None  # there is no news that would wait
    report = replace(pending, pending=False, statusz=Statusz(bot_id=7, username="anna_bot"))
    status = decide(replace(world, reading=report), settings).status
    assert status is not None
    assert status["bot"] == {"id": 7, "username": "anna_bot"}


@pytest.mark.parametrize(("seconds", "taken"), [(2, False), (30, True)])
def test_the_report_of_a_bot_that_has_just_started_is_written_with_what_becomes_of_it(
    seconds: float, taken: bool, bot: Make, volume: Make, fitting: Make, settings: Settings
) -> None:
    anna = bot()
    state = {"running": {"startedAt": rfc3339(NOW - seconds)}}
    pod = fitting(anna, container={"state": state, "ready": False}, ready=False)
    report = Statusz(bot_id=7, username="anna_bot", polling_reason="Starting")
    reading = Reading(moment=Moment("containerd://1", ready=False), statusz=report, answered=True, pending=False)
    decision = decide(World(bot=anna, pod=pod, volume=volume(), reading=reading, now=NOW), settings)
    assert ready(decision.status) == ("Starting", "Starting")
    assert decision.status is not None
    assert ("bot" in decision.status) is taken
