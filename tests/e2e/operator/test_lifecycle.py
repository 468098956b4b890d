"""A bot's life on the cluster: made, changed, stopped, restarted, deleted; and nothing is written without need."""

import asyncio
import json
import re
from functools import partial
from typing import Any

import pytest

from support.cluster.bots import pods_at_once
from support.cluster.deployment import metrics
from support.cluster.installation import Installation, Json, Setup
from support.cluster.recording import Recording

pytestmark = pytest.mark.cluster


@pytest.fixture
async def bot(installed: Installation, setup: Setup) -> Setup:
    """A bot that polls."""
    installed.apply(installed.bot(setup.name, owner=setup.owner.id))
    await installed.reason(setup.name, "Polling", timeout=90)
    return setup


def pod(installed: Installation, bot: Setup) -> Json:
    found = installed.get("pod", f"pbot-{bot.name}")
    assert found, f"{bot.name} has no pod"
    return found


def versions(installed: Installation) -> dict[str, str]:
    """Give the resourceVersion of everything that a reconcile might write to."""
    items = installed.items("pbot,pods,pvc,events")
    return {f"{item['kind']}/{item['metadata']['name']}": item["metadata"]["resourceVersion"] for item in items}


async def test_a_bot_that_came_up_has_its_status(installed: Installation, bot: Setup) -> None:
    status = (installed.get("pbot", bot.name) or {})["status"]
    assert status["phase"] == "Running"
    assert status["podName"] == f"pbot-{bot.name}"
    assert status["bot"] == {"id": bot.bot.id, "username": bot.bot.username}
    assert status["restarts"] == 0
    assert {item["type"] for item in status["conditions"]} == {"Ready", "LLMReady", "KnowledgeReady"}
    columns = installed.kubectl("-n", installed.namespace, "get", "pbot", bot.name, "--no-headers")
    assert [*columns.split()[:5]] == [bot.name, "Running", "True", "Polling", bot.bot.username]


async def test_a_bot_comes_up_with_few_writes(installed: Installation, bot: Setup, record: Recording) -> None:
    def seen(kind: str, name: str) -> list[Json]:
        return [
            change["object"]
            for change in record.changes(kind, installed.namespace)
            if change["object"]["metadata"]["name"] == name
        ]

    states = {json.dumps(item.get("status"), sort_keys=True) for item in seen("personalbots", bot.name)}
    assert len(states) <= 3, "\n".join(sorted(states))  # none, starting, polling

    def told() -> list[str]:
        events = [change["object"] for change in record.changes("events", installed.namespace)]
        return [event["reason"] for event in events if event["involvedObject"]["name"] == bot.name]

    await installed.until(told, "an Event about it")  # it is written after the status
    assert told() == ["Polling"]


def reconciled(installed: Installation) -> float:
    """Give how many reconciles the operator has done."""
    found = re.search(
        r'^personalbots_operator_reconciles_total\{result="done"\} (\S+)$', metrics(installed), re.MULTILINE
    )
    assert found
    return float(found[1])


@pytest.mark.serial
async def test_ten_reconciles_with_nothing_changed_write_nothing(installed: Installation, bot: Setup) -> None:
    def later(than: float) -> bool:
        return reconciled(installed) > than

    def known() -> bool:
        """Tell whether the bot has reported how it is, and the master bot has noted which image it runs."""
        found = installed.get("pbot", bot.name) or {}
        said = all(item["status"] == "True" for item in found["status"]["conditions"])
        return said and "personalbots.io/known-image" in found["metadata"]["annotations"]

    await installed.until(known, what="all is known of the bot", show=lambda: installed.describe(bot.name))
    before = versions(installed)
    for number in range(10):
        done = reconciled(installed)
        touch = f"test.example.com/touched={number}"
        installed.kubectl("-n", installed.namespace, "label", "pod", f"pbot-{bot.name}", touch, "--overwrite")
        await installed.until(partial(later, done), what="another reconcile")

    after = versions(installed)
    touched = f"Pod/pbot-{bot.name}"
    assert before.pop(touched) != after.pop(touched)
    assert {name: after.get(name) for name in before} == before


async def test_a_change_of_the_spec_replaces_the_pod_after_the_old_one_is_gone(
    installed: Installation, bot: Setup, record: Recording
) -> None:
    before = pod(installed, bot)["metadata"]["uid"]
    installed.patch(bot.name, {"spec": {"llm": {"model": "another-model"}}})
    await installed.replaced(bot.name, before)
    after = pod(installed, bot)
    assert "another-model" in after["spec"]["containers"][0]["args"]
    assert pods_at_once(record, bot.name) == 1


async def test_other_resources_are_given_to_the_running_bot_without_a_restart(
    installed: Installation, bot: Setup
) -> None:
    before = pod(installed, bot)["metadata"]["uid"]
    installed.patch(bot.name, {"spec": {"resources": {"limits": {"memory": "384Mi"}}}})

    def given() -> bool:
        (container,) = pod(installed, bot)["status"]["containerStatuses"]
        return bool(container["resources"]["limits"]["memory"] == "384Mi")

    await installed.until(given, what="the container has the memory", show=lambda: pod(installed, bot)["status"])
    after = pod(installed, bot)
    assert after["metadata"]["uid"] == before
    assert after["status"]["containerStatuses"][0]["restartCount"] == 0
    assert installed.ready(bot.name)["reason"] == "Polling"


async def test_resources_that_would_change_the_pods_class_replace_it(installed: Installation, bot: Setup) -> None:
    before = pod(installed, bot)["metadata"]["uid"]
    same = {"cpu": "200m", "memory": "128Mi"}  # requests that are the limits: the class Guaranteed
    installed.patch(bot.name, {"spec": {"resources": {"requests": same, "limits": same}}})
    await installed.replaced(bot.name, before)
    assert pod(installed, bot)["status"]["qosClass"] == "Guaranteed"


async def test_a_volume_grows_where_its_class_allows_it_and_else_an_event_says_so(
    installed: Installation, setup: Setup
) -> None:
    growing = {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": "growing"},
        "provisioner": "rancher.io/local-path",
        "volumeBindingMode": "WaitForFirstConsumer",
        "allowVolumeExpansion": True,
    }
    installed.apply(growing)
    storage = {"size": "64Mi", "storageClassName": "growing"}
    installed.apply(installed.bot(setup.name, owner=setup.owner.id, knowledge={"storage": storage}))
    await installed.reason(setup.name, "Polling", timeout=90)
    installed.patch(setup.name, {"spec": {"knowledge": {"storage": {"size": "128Mi"}}}})

    def asked() -> str:
        return str((installed.get("pvc", f"pbot-{setup.name}") or {})["spec"]["resources"]["requests"]["storage"])

    await installed.until(lambda: asked() == "128Mi", what="the claim asks for more", show=asked)

    off = json.dumps({"allowVolumeExpansion": False})
    installed.kubectl("patch", "storageclass", "growing", "-p", off)
    installed.patch(setup.name, {"spec": {"knowledge": {"storage": {"size": "256Mi"}}}})
    about = f"--field-selector=involvedObject.name={setup.name},reason=VolumeNotGrown"
    (told,) = await installed.until(lambda: installed.items("events", about), what="an Event VolumeNotGrown")
    assert "cannot be made 256Mi large" in told["message"]
    assert asked() == "128Mi"
    assert installed.ready(setup.name)["reason"] == "Polling"


async def test_a_restart_is_done_once(installed: Installation, bot: Setup, record: Recording) -> None:
    before = pod(installed, bot)["metadata"]["uid"]
    annotation = "personalbots.io/restartedAt=2027-01-01T00:00:00Z"
    installed.kubectl("-n", installed.namespace, "annotate", "pbot", bot.name, annotation)
    await installed.replaced(bot.name, before)
    after = pod(installed, bot)["metadata"]["uid"]
    installed.kubectl("-n", installed.namespace, "label", "pbot", bot.name, "test.example.com/touched=yes")
    await asyncio.sleep(2)  # nothing may happen: there is no condition to wait for
    assert pod(installed, bot)["metadata"]["uid"] == after
    assert pods_at_once(record, bot.name) == 1


async def test_a_stopped_bot_has_no_pod_and_comes_back_with_its_volume(installed: Installation, bot: Setup) -> None:
    claim = (installed.get("pvc", f"pbot-{bot.name}") or {})["metadata"]["uid"]
    installed.patch(bot.name, {"spec": {"state": "Stopped"}})
    stopped = await installed.reason(bot.name, "Stopped")
    assert stopped["status"] == "False"
    assert installed.get("pod", f"pbot-{bot.name}") is None
    status = (installed.get("pbot", bot.name) or {})["status"]
    assert status["phase"] == "Stopped"
    assert status["bot"]["username"] == bot.bot.username
    await installed.owner_reads(bot.name, "Stopped")

    installed.patch(bot.name, {"spec": {"state": "Running"}})
    await installed.reason(bot.name, "Polling", timeout=90)
    await installed.owner_reads(bot.name, "Polling")
    assert (installed.get("pvc", f"pbot-{bot.name}") or {})["metadata"]["uid"] == claim


async def test_labels_of_others_stay_on_pod_and_volume(installed: Installation, bot: Setup) -> None:
    namespace = ("-n", installed.namespace)
    for kind in ("pod", "pvc"):
        installed.kubectl(*namespace, "label", kind, f"pbot-{bot.name}", "others.example.com/mine=yes")
    installed.patch(bot.name, {"spec": {"knowledge": {"deletionPolicy": "Delete"}}})

    def owned() -> bool:
        claim = installed.get("pvc", f"pbot-{bot.name}")
        return bool(claim and claim["metadata"].get("ownerReferences"))

    await installed.until(owned, what="the volume is owned by the resource")
    for kind in ("pod", "pvc"):
        found = installed.get(kind, f"pbot-{bot.name}")
        assert found
        assert found["metadata"]["labels"]["others.example.com/mine"] == "yes"


@pytest.mark.parametrize("policy", ["Retain", "Delete"])
async def test_a_deleted_bot_takes_its_pod_with_it_and_its_volume_as_it_was_told(
    installed: Installation, bot: Setup, policy: str
) -> None:
    installed.patch(bot.name, {"spec": {"knowledge": {"deletionPolicy": policy}}})

    def told() -> bool:
        claim = installed.get("pvc", f"pbot-{bot.name}")
        return bool(claim) and bool((claim or {})["metadata"].get("ownerReferences")) == (policy == "Delete")

    await installed.until(told, what="the volume has its owner")
    installed.kubectl("-n", installed.namespace, "delete", "pbot", bot.name)
    await installed.gone("pod", f"pbot-{bot.name}")
    if policy == "Delete":
        await installed.gone("pvc", f"pbot-{bot.name}")
    else:
        claim = installed.get("pvc", f"pbot-{bot.name}")
        assert claim
        assert "deletionTimestamp" not in claim["metadata"]


async def test_a_retained_volume_is_taken_up_by_the_same_owner_and_never_by_another(
    installed: Installation, bot: Setup
) -> None:
    claim = (installed.get("pvc", f"pbot-{bot.name}") or {})["metadata"]["uid"]
    delete = ("-n", installed.namespace, "delete", "pbot", bot.name)
    installed.kubectl(*delete)
    await installed.gone("pod", f"pbot-{bot.name}")
    installed.apply(installed.bot(bot.name, owner=bot.owner.id + 1))
    refused = await installed.reason(bot.name, "VolumePending")
    assert "not this owner's" in refused["message"]
    assert installed.get("pod", f"pbot-{bot.name}") is None

    installed.kubectl(*delete)
    installed.apply(installed.bot(bot.name, owner=bot.owner.id))
    await installed.reason(bot.name, "Polling", timeout=90)
    assert (installed.get("pvc", f"pbot-{bot.name}") or {})["metadata"]["uid"] == claim


async def test_a_container_that_was_killed_is_counted_and_its_end_is_told(
    installed: Installation, bot: Setup, record: Recording
) -> None:
    await asyncio.to_thread(record.kill, installed.container(bot.name))

    def last() -> Any:  # noqa: ANN401 - JSON
        status = (installed.get("pbot", bot.name) or {})["status"]
        return status["restarts"] == 1 and status.get("lastTermination")

    ended = await installed.until(last, what="a restart is counted", show=lambda: installed.describe(bot.name))
    assert ended["exitCode"] == 137
    await installed.reason(bot.name, "Polling", timeout=60)


async def test_the_operators_metrics_tell_of_bots_and_work(installed: Installation, bot: Setup) -> None:
    del bot
    told = metrics(installed)
    assert 'personalbots_bots{phase="Running",reason="Polling"}' in told
    assert "personalbots_operator_queue_wait_seconds_bucket" in told
    assert 'personalbots_operator_api_calls_total{code="201",kind="pods",verb="POST"}' in told
