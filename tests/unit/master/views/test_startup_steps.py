"""How far a start has come, by what Kubernetes says of it."""

from datetime import timedelta

import pytest

from master_bot.kubernetes.objects import Event, Pod
from master_bot.models import StartupStep
from master_bot.views.startup_steps import progress
from support.observed_bots import NOW, bot, pod


def test_what_came_later_implies_what_comes_before() -> None:
    running = pod(running_since=NOW + timedelta(seconds=3), scheduled=NOW + timedelta(seconds=1))
    done = progress(bot(), running, [], since=NOW, former_pod="")
    assert done == {
        StartupStep.ORDERED: NOW,
        StartupStep.VOLUME: NOW + timedelta(seconds=1),
        StartupStep.PLACED: NOW + timedelta(seconds=1),
        StartupStep.IMAGE: NOW + timedelta(seconds=3),
        StartupStep.STARTED: NOW + timedelta(seconds=3),
        StartupStep.POLLS: None,
    }


@pytest.mark.parametrize(
    "former", [pod(uid="old", running_since=NOW, ready=True), pod(terminating=True, uid="x", ready=True)]
)
def test_the_pod_of_a_former_start_counts_for_nothing(former: Pod) -> None:
    done = progress(bot(("Ready", "True", "Polling")), former, [], since=NOW, former_pod="old")
    assert [step for step, at in done.items() if at] == [StartupStep.ORDERED]


def test_clocks_that_differ_do_not_keep_a_bot_from_being_ready() -> None:
    early = NOW - timedelta(seconds=30)
    ours = pod(uid="new", running_since=early, ready=True)
    done = progress(bot(("Ready", "True", "Polling"), since=30), ours, [], since=NOW, former_pod="old")
    assert done[StartupStep.POLLS] == early


def test_a_new_pod_that_is_not_ready_does_not_poll_whatever_was_said_before() -> None:
    done = progress(
        bot(("Ready", "True", "Polling")), pod(uid="new", running_since=NOW), [], since=NOW, former_pod="old"
    )
    assert done[StartupStep.POLLS] is None


def test_an_image_that_was_pulled_again_keeps_its_first_time() -> None:
    pulled = Event(
        at=NOW + timedelta(seconds=60), first=NOW + timedelta(seconds=2), kind="Pod", reason="Pulled", message=""
    )
    assert progress(bot(), pod(), [pulled], since=NOW, former_pod="")[StartupStep.IMAGE] == NOW + timedelta(seconds=2)
