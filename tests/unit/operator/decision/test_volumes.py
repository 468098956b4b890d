"""What becomes of a bot's volume claim, and which claims are never used."""

# ruff: noqa: FBT001, PLR0913, PLR0917 - the columns of a table are arguments

from typing import Any

import pytest

from personalbots_operator.cache.values import rfc3339
from personalbots_operator.decision import build
from personalbots_operator.decision.actions import (
    CreatePod,
    CreateVolume,
    GrowVolume,
    SetVolumeOwners,
)
from personalbots_operator.decision.decide import decide
from personalbots_operator.decision.world import Backoff, World
from personalbots_operator.settings import Settings
from support.decisions import Make, ready
from support.resources import NOW


@pytest.mark.parametrize(
    "change",
    [
        {"metadata": {"labels": {"personalbots.io/owner-id": "999"}}},
        {"metadata": {"deletionTimestamp": rfc3339(NOW)}},
        {"metadata": {"ownerReferences": [{"kind": "PersonalBot", "uid": "other"}]}},
    ],
)
def test_a_volume_of_another_owner_or_resource_is_never_used(
    change: dict[str, Any], bot: Make, volume: Make, settings: Settings
) -> None:
    decision = decide(World(bot=bot(), volume=volume(**change), now=NOW), settings)
    assert decision.actions == ()
    assert ready(decision.status) == ("Pending", "VolumePending")
    assert decision.requeue_after


def test_the_volume_follows_the_deletion_policy(bot: Make, volume: Make, fitting: Make, settings: Settings) -> None:
    anna = bot(spec={"knowledge": {"deletionPolicy": "Delete"}})
    decision = decide(World(bot=anna, pod=fitting(anna), volume=volume(), now=NOW), settings)
    (action,) = decision.actions
    assert isinstance(action, SetVolumeOwners)
    assert action.owners == [build.owner_reference(anna)]


def test_the_volume_is_made_before_the_pod_that_needs_it(bot: Make, settings: Settings) -> None:
    volume, pod = decide(World(bot=bot(), now=NOW), settings).actions
    assert isinstance(volume, CreateVolume)
    assert isinstance(pod, CreatePod)
    (claim,) = [v for v in pod.body["spec"]["volumes"] if "persistentVolumeClaim" in v]
    assert claim["persistentVolumeClaim"]["claimName"] == volume.body["metadata"]["name"]


@pytest.mark.parametrize(("size", "phase", "refused", "grown"), [
    ("2Gi", "Bound", "", True), ("1Gi", "Bound", "", False), ("1024Mi", "Bound", "", False),
    ("512Mi", "Bound", "", False), ("2Gi", "Pending", "", False), ("2Gi", "Bound", "2Gi", False),
    ("3Gi", "Bound", "2Gi", True),
])  # fmt: skip
def test_a_volume_grows_with_the_spec_and_never_shrinks(
    size: str, phase: str, refused: str, grown: bool, bot: Make, volume: Make, fitting: Make, settings: Settings
) -> None:
    anna = bot(spec={"knowledge": {"storage": {"size": size}}})
    there = volume(status={"phase": phase})
    world = World(bot=anna, pod=fitting(anna), volume=there, backoff=Backoff(ungrowable=refused), now=NOW)
    decision = decide(world, settings)
    assert decision.actions == ((GrowVolume(there, size),) if grown else ())
    assert ready(decision.status)[1] == "Polling"
