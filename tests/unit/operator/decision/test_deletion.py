"""A resource that is deleted, and the finalizer that holds it until its collection is dropped."""

from dataclasses import replace

import pytest

from personalbots_api import names
from personalbots_operator.cache.values import rfc3339
from personalbots_operator.decision.actions import (
    CreatePod,
    SetFinalizers,
)
from personalbots_operator.decision.decide import decide
from personalbots_operator.decision.world import Backoff, World
from personalbots_operator.settings import Settings
from support.decisions import Make, kinds, ready
from support.resources import NOW

QDRANT = {"collection": "c", "qdrant": {"url": "http://qdrant:6333"}, "deletionPolicy": "Delete"}
GOING = {"metadata": {"deletionTimestamp": rfc3339(NOW - 1)}}


def test_a_bot_whose_collection_is_to_be_deleted_gets_a_finalizer_and_loses_it_with_that_policy(
    bot: Make, settings: Settings
) -> None:
    decision = decide(World(bot=bot(spec={"knowledge": QDRANT}), now=NOW), settings)
    assert decision.actions[0] == SetFinalizers((names.CLEANUP_FINALIZER,))
    retain = bot(
        spec={"knowledge": {**QDRANT, "deletionPolicy": "Retain"}},
        metadata={"finalizers": ["other", names.CLEANUP_FINALIZER]},
    )
    assert decide(World(bot=retain, now=NOW), settings).actions[0] == SetFinalizers(("other",))


def test_the_finalizer_goes_with_the_policy_also_when_it_is_the_only_one(bot: Make, settings: Settings) -> None:
    retain = bot(
        spec={"knowledge": {**QDRANT, "deletionPolicy": "Retain"}}, metadata={"finalizers": [names.CLEANUP_FINALIZER]}
    )
    assert decide(World(bot=retain, now=NOW), settings).actions[0] == SetFinalizers(())


def test_a_collection_that_is_to_be_retained_is_not_dropped_even_if_the_finalizer_is_still_there(
    bot: Make, settings: Settings
) -> None:
    metadata = {"finalizers": [names.CLEANUP_FINALIZER], "deletionTimestamp": rfc3339(NOW - 10)}
    retain = bot(spec={"knowledge": {**QDRANT, "deletionPolicy": "Retain"}}, metadata=metadata)
    assert decide(World(bot=retain, now=NOW), settings).actions == (SetFinalizers(()),)


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
        assert decision.requeue_after == settings.cleanup_seconds - 10

    def test_goes_when_that_is_done(self, world: World, pod: Make, settings: Settings) -> None:
        done = replace(world, cleanup=pod(status={"phase": "Succeeded"}))
        assert decide(done, settings).actions == (SetFinalizers(()),)

    @pytest.mark.parametrize("how", ["late", "failed", "refused"])
    def test_goes_anyway_when_that_fails_and_an_event_says_what_is_left(
        self, how: str, world: World, pod: Make, settings: Settings
    ) -> None:
        changed = {
            "late": replace(world, now=NOW + settings.cleanup_seconds),
            "failed": replace(world, cleanup=pod(status={"phase": "Failed"})),
            "refused": replace(world, backoff=Backoff(refusal="the namespace is being terminated")),
        }[how]
        decision = decide(changed, settings)
        assert decision.actions == (SetFinalizers(()),)
        assert "The collection c on http://qdrant:6333" in decision.notices[0].message


def test_what_a_deleted_bot_without_a_server_has_is_deleted_by_its_owner_references(
    bot: Make, fitting: Make, settings: Settings
) -> None:
    anna = bot(metadata={"deletionTimestamp": rfc3339(NOW)})
    decision = decide(World(bot=anna, pod=fitting(anna), now=NOW), settings)
    assert decision.actions == ()
    assert ready(decision.status) == ("Terminating", "Terminating")
