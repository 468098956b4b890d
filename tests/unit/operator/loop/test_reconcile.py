"""In whatever order events come, the cluster ends as the resources say, and then nothing is written any more."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from personalbots_api import names
from personalbots_operator.cache.bot import Key
from personalbots_operator.kube.client import Kind
from support.simulated_operator import SETTINGS, SimulatedOperator


@pytest.fixture
def world() -> SimulatedOperator:
    return SimulatedOperator()


async def test_a_bot_comes_up_with_five_writes_and_then_there_are_no_more(world: SimulatedOperator) -> None:
    world.apply("bot0")
    world.cluster.show(world.on_event)
    await world.work()
    world.cluster.change(Kind.POD, "pbot-bot0", {"spec": {"nodeName": "node-1"}})
    world.cluster.show(world.on_event)
    await world.work()
    assert world.reason("bot0") == "Starting"
    await world.settle()
    assert world.reason("bot0") == "Polling"
    assert world.cluster.writes == [
        "create VOLUME",
        "create POD",
        "patch BOT status",
        "patch BOT status",
        "create EVENT",
    ]
    for _ in range(10):
        await world.reconcile(Key("bots", "bot0"))
    assert len(world.cluster.writes) == 5


async def test_a_new_bot_gets_its_pod_before_its_first_status(world: SimulatedOperator) -> None:
    world.apply("bot0")
    world.cluster.show(world.on_event)
    assert world.cache.lacks_pod(Key("bots", "bot0"))
    world.keys.clear()
    assert await world.reconcile(Key("bots", "bot0"))  # it is reconciled again soon, even without an event
    assert world.cluster.writes == ["create VOLUME", "create POD"]
    assert not world.cache.lacks_pod(Key("bots", "bot0"))
    world.cluster.kubelet()
    world.cluster.show(world.on_event)
    await world.settle()
    assert world.cluster.writes.count("patch BOT status") == 1  # by then one status was enough


async def test_while_many_bots_wait_a_start_is_reported_only_when_it_takes_long(world: SimulatedOperator) -> None:
    world.busy = True
    world.apply("bot0")
    for _ in range(4):
        world.cluster.show(world.on_event)
        await world.work()
        world.cluster.change(Kind.POD, "pbot-bot0", {"spec": {"nodeName": "node-1"}})
        world.cluster.now += 7
    assert world.cluster.writes == ["create VOLUME", "create POD"]
    world.cluster.now += 7
    await world.work()
    assert world.cluster.writes == ["create VOLUME", "create POD", "patch BOT status"]
    assert world.reason("bot0") == "Starting"


async def test_an_operator_that_starts_again_writes_nothing(world: SimulatedOperator) -> None:
    world.apply("bot0")
    await world.settle()
    before = len(world.cluster.writes)
    world.restart_operator()
    await world.settle()
    assert len(world.cluster.writes) == before


async def test_a_pod_that_the_watch_has_not_shown_yet_is_recognised(world: SimulatedOperator) -> None:
    world.apply("bot0")
    await world.settle()
    world.restart_operator()
    world.cluster.unseen = [event for event in world.cluster.unseen if event[0] is Kind.BOT]
    world.cluster.show(world.on_event)
    await world.work()
    assert world.cluster.writes.count("create POD") == 2  # the second was answered by 409
    pod = world.cache.pods.get(Key("bots", "bot0"))
    assert pod is not None
    assert len(world.cluster.of(Kind.POD)) == 1


async def test_a_refused_pod_is_tried_again_until_it_is_allowed(world: SimulatedOperator) -> None:
    world.cluster.refuse = "exceeded quota"
    world.apply("bot0")
    world.cluster.show(world.on_event)
    await world.work()
    assert world.reason("bot0") == "PodRefused"
    assert world.keys
    world.cluster.refuse = None
    await world.settle()
    assert world.reason("bot0") == "Polling"


async def test_resources_are_changed_in_place_without_another_pod(world: SimulatedOperator) -> None:
    world.apply("bot0")
    await world.settle()
    before = world.pods()["bot0"]["metadata"]["uid"]
    world.cluster.change(Kind.BOT, "bot0", {"spec": {"resources": {"limits": {"memory": "512Mi"}}}})
    await world.settle()
    assert world.pods()["bot0"]["metadata"]["uid"] == before
    assert world.cluster.writes.count("resize POD") == 1
    assert world.pods()["bot0"]["spec"]["containers"][0]["resources"]["limits"]["memory"] == "512Mi"


async def test_a_cluster_that_does_not_resize_gets_another_pod(world: SimulatedOperator) -> None:
    world.apply("bot0")
    await world.settle()
    before = world.pods()["bot0"]["metadata"]["uid"]
    world.cluster.refuse_resize = "QoS class may not change"
    world.cluster.change(Kind.BOT, "bot0", {"spec": {"resources": {"limits": {"memory": "512Mi"}}}})
    await world.settle()
    after = world.pods()["bot0"]
    assert after["metadata"]["uid"] != before
    assert after["spec"]["containers"][0]["resources"]["limits"]["memory"] == "512Mi"


@pytest.mark.parametrize("refusal", [None, "only a class that allows it"])
async def test_a_volume_grows_where_its_class_allows_it_and_elsewhere_there_is_one_event(
    world: SimulatedOperator, refusal: str | None
) -> None:
    world.apply("bot0")
    await world.settle()
    world.cluster.change(Kind.VOLUME, "pbot-bot0", {"status": {"phase": "Bound"}})
    world.cluster.refuse_growth = refusal
    world.cluster.change(Kind.BOT, "bot0", {"spec": {"knowledge": {"storage": {"size": "2Gi"}}}})
    await world.settle()
    (claim,) = world.cluster.of(Kind.VOLUME)
    assert claim["spec"]["resources"]["requests"]["storage"] == ("1Gi" if refusal else "2Gi")
    messages = [body["message"] for body in world.cluster.recorded if body["reason"] == "VolumeNotGrown"]
    assert messages == ([f"The volume pbot-bot0 cannot be made 2Gi large: {refusal}"] if refusal else [])
    writes = len(world.cluster.writes)
    await world.reconcile(Key("bots", "bot0"))
    assert len(world.cluster.writes) == writes


async def test_the_oldest_bots_of_an_owner_run_and_the_next_one_when_one_is_deleted() -> None:
    world = SimulatedOperator(bots=3, settings=replace(SETTINGS, bots_per_owner=2, bots_per_owner_exceptions={5: 0}))
    for name in world.names:
        world.apply(name)
        world.cluster.now += 1
    for name in ("other0", "other1", "other2"):
        world.apply(name, ownerId=5)
    await world.settle()
    assert [world.reason(name) for name in world.names] == ["Polling", "Polling", "QuotaExceeded"]
    assert [world.reason(f"other{number}") for number in range(3)] == ["Polling"] * 3
    world.cluster.remove(Kind.BOT, "bot0")
    await world.settle()
    assert [world.reason(name) for name in world.names[1:]] == ["Polling", "Polling"]


async def test_a_pod_that_fails_again_and_again_is_created_ever_more_slowly(world: SimulatedOperator) -> None:
    world.apply("bot0")
    await world.settle()
    made = []
    for _ in range(400):
        world.cluster.change(Kind.POD, "pbot-bot0", {"status": {"phase": "Failed", "reason": "Evicted"}})
        world.cluster.show(world.on_event)
        await world.work()
        world.cluster.kubelet()
        made.append(world.cluster.writes.count("create POD"))
        world.cluster.now += 1
    assert made[-1] <= 10
    assert {body["reason"] for body in world.cluster.recorded} >= {"Polling", "Evicted"}


async def test_an_api_server_that_does_not_answer_is_tried_again(world: SimulatedOperator) -> None:
    world.apply("bot0")
    world.cluster.show(world.on_event)
    world.cluster.away = 3
    await world.settle()
    assert world.reason("bot0") == "Polling"


async def test_nothing_is_kept_of_a_deleted_bot(world: SimulatedOperator) -> None:
    world.apply("bot0")
    await world.settle()
    world.cluster.change(Kind.POD, "pbot-bot0", {"status": {"phase": "Failed"}})
    world.cluster.show(world.on_event)
    await world.work()
    world.cluster.remove(Kind.BOT, "bot0")
    await world.settle()
    await world.reconcile(Key("bots", "bot0"))
    assert len(world.reconcile._backoffs) == 0  # noqa: SLF001 - that is the promise
    assert world.pods() == {}


async def test_when_the_older_learns_which_bot_it_is_the_newer_with_the_same_one_is_reconciled(
    world: SimulatedOperator,
) -> None:
    world.apply("older")
    world.cluster.now += 10
    world.apply("newer")
    await world.settle()
    assert (world.reason("older"), world.reason("newer")) == ("Polling", "Polling")
    for name in ("newer", "older"):
        world.cluster.change(Kind.BOT, name, {"status": {"bot": {"id": 7, "username": "a_bot"}}})
    await world.settle()
    assert (world.reason("older"), world.reason("newer")) == ("Polling", "TokenConflict")
    world.cluster.remove(Kind.BOT, "older")
    await world.settle()
    assert world.reason("newer") == "Polling"


async def test_what_the_answer_to_a_write_shows_about_other_bots_is_acted_upon(world: SimulatedOperator) -> None:
    world.apply("older")
    world.cluster.now += 10
    world.apply("newer")
    await world.settle()
    identity = {"status": {"bot": {"id": 7, "username": "a_bot"}}}
    world.cluster.change(Kind.BOT, "newer", identity)
    world.cluster.show(world.on_event)
    world.cluster.change(Kind.BOT, "older", identity | {"spec": {"llm": {"model": "other"}}})
    world.cluster.unseen.clear()
    world.cluster.change(Kind.POD, "pbot-older", {"status": {"conditions": [{"type": "Ready", "status": "False"}]}})
    world.keys.clear()
    world.cluster.show(world.on_event)
    await world.work()
    deleted = [name for name, pod in world.pods().items() if "deletionTimestamp" in pod["metadata"]]
    assert sorted(deleted) == ["newer", "older"]  # the one lost the token, the other has another spec


STEPS: dict[str, Callable[[SimulatedOperator, str], None]] = {
    "apply": lambda world, name: None if world.cluster.find(Kind.BOT, name) else world.apply(name),
    "model": lambda world, name: world.cluster.change(
        Kind.BOT, name, {"spec": {"llm": {"model": f"m{len(world.cluster.writes)}"}}}
    ),
    "stop": lambda world, name: world.cluster.change(Kind.BOT, name, {"spec": {"state": "Stopped"}}),
    "resume": lambda world, name: world.cluster.change(Kind.BOT, name, {"spec": {"state": "Running"}}),
    "restart": lambda world, name: world.cluster.change(
        Kind.BOT, name, {"metadata": {"annotations": {names.RESTARTED_AT_ANNOTATION: str(world.cluster.now)}}}
    ),
    "resources": lambda world, name: world.cluster.change(
        Kind.BOT, name, {"spec": {"resources": {"limits": {"memory": f"{300 + len(world.cluster.writes)}Mi"}}}}
    ),
    "grow": lambda world, name: world.cluster.change(
        Kind.BOT, name, {"spec": {"knowledge": {"storage": {"size": f"{2 + len(world.cluster.writes)}Gi"}}}}
    ),
    "no resize": lambda world, _: setattr(world.cluster, "refuse_resize", "not here"),
    "policy": lambda world, name: world.cluster.change(
        Kind.BOT, name, {"spec": {"knowledge": {"deletionPolicy": "Delete"}}}
    ),
    "delete": lambda world, name: world.cluster.remove(Kind.BOT, name),
    "delete pod": lambda world, name: world.cluster.remove(Kind.POD, f"pbot-{name}"),
    "evict": lambda world, name: world.cluster.change(
        Kind.POD, f"pbot-{name}", {"status": {"phase": "Failed", "reason": "Evicted"}}
    ),
    "kubelet": lambda world, _: world.cluster.kubelet(),
    "see one": lambda world, _: world.cluster.show(world.on_event, number=1),
    "see twice": lambda world, _: world.cluster.show(world.on_event, number=3, twice=True),
    "see all": lambda world, _: world.cluster.show(world.on_event),
    "away": lambda world, _: setattr(world.cluster, "away", 2),
    "work": lambda _world, _name: None,
    "kill operator": lambda world, _: world.restart_operator(),
}


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 2)), max_size=40))
def test_any_order_and_repetition_of_events_ends_in_what_the_resources_say(steps: list[tuple[str, int]]) -> None:
    async def live() -> None:
        world = SimulatedOperator(bots=3)
        for step, number in steps:
            STEPS[step](world, world.names[number])
            await world.work()
        await world.settle()
        wanted = {raw["metadata"]["name"] for raw in world.cluster.of(Kind.BOT) if raw["spec"]["state"] == "Running"}
        assert set(world.pods()) == wanted
        for raw in world.cluster.of(Kind.BOT):
            name = raw["metadata"]["name"]
            assert world.reason(name) == ("Polling" if name in wanted else "Stopped")
            assert raw["status"]["observedGeneration"] == raw["metadata"]["generation"]
        writes = len(world.cluster.writes)
        for name in world.names:
            await world.reconcile(Key("bots", name))
        assert len(world.cluster.writes) == writes

    asyncio.run(live())
