"""What the cluster does to bots: quotas, priorities, drained and lost nodes, finalizers, resources of another schema.

Each has its reason; the bot comes back by itself once the cause is gone, and there is never a second pod.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import yaml

from cluster.process import CommandError
from personalbots_api.quantities import parse_quantity
from standins.telegram import TelegramClient
from support.cluster import deployment
from support.cluster.bots import NO_VOLUME, event_reasons, fails, pods_at_once
from support.cluster.installation import Installation, Json, Setup, new_setup
from support.cluster.recording import Recording

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]


@contextlib.contextmanager
def there(installed: Installation, *objects: Json) -> Iterator[None]:
    """Have the objects there for the block."""
    installed.apply(*objects)
    try:
        yield
    finally:
        for item in objects:
            namespace = item["metadata"].get("namespace", "default")
            words = ("delete", item["kind"], item["metadata"]["name"], "--ignore-not-found", "--wait=false")
            installed.kubectl("-n", namespace, *words)


@pytest.mark.disruptive
async def test_a_quota_of_the_namespace_refuses_the_pod_until_it_is_raised(
    installed: Installation, setup: Setup
) -> None:
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "none", "namespace": installed.namespace},
        "spec": {"hard": {"pods": "0"}},
    }
    with there(installed, quota):
        look = ("-n", installed.namespace, "get", "quota", "none", "-o=jsonpath={.status.hard.pods}")
        await installed.until(lambda: installed.kubectl(*look) == "0", "the quota")
        installed.apply(installed.bot(setup.name, owner=setup.owner.id))
        await fails(installed, setup.name, "PodRefused", "Pending", "exceeded quota")
    await installed.reason(setup.name, "Polling", timeout=120)


@pytest.fixture
async def two(installed: Installation, telegram: TelegramClient) -> AsyncIterator[list[Setup]]:
    made = [await new_setup(installed, telegram) for _ in range(2)]
    yield made
    installed.remove(*(setup.name for setup in made))


@pytest.mark.disruptive
async def test_one_bot_too_many_of_an_owner_waits_until_another_goes(installed: Installation, two: list[Setup]) -> None:
    owner = two[0].owner.id
    older, newer = (setup.name for setup in two)
    deployment.set_env(installed, f"OPERATOR_BOTS_PER_OWNER_EXCEPTIONS={owner}=1")
    try:
        installed.apply(installed.bot(older, owner=owner))
        await installed.reason(older, "Polling", timeout=120)

        installed.apply(installed.bot(newer, owner=owner))
        await fails(installed, newer, "QuotaExceeded", "Failed", "the 1 that are allowed")
        assert installed.get("pod", f"pbot-{newer}") is None

        installed.kubectl("-n", installed.namespace, "delete", "pbot", older)
        await installed.reason(newer, "Polling", timeout=90)
    finally:
        deployment.set_env(installed, "OPERATOR_BOTS_PER_OWNER_EXCEPTIONS-")
        deployment.wait_for_rollout(installed)


def free_millicores(installed: Installation) -> int:
    """Give what the pods on the node leave of its CPU."""
    (node,) = installed.items("nodes", "-l", "node-role.kubernetes.io/control-plane")
    pods = json.loads(installed.kubectl("get", "pods", "-A", "-o", "json"))["items"]
    asked = sum(
        parse_quantity(container.get("resources", {}).get("requests", {}).get("cpu", "0"))
        for pod in pods
        if pod["status"]["phase"] in ("Pending", "Running")
        for container in pod["spec"]["containers"]
    )
    return int((parse_quantity(node["status"]["allocatable"]["cpu"]) - asked) * 1000)


def priority(name: str, value: int) -> Json:
    return {
        "apiVersion": "scheduling.k8s.io/v1",
        "kind": "PriorityClass",
        "metadata": {"name": name},
        "value": value,
        "description": "For a test.",
    }


def sleeper(name: str, *, namespace: str, image: str, **spec: Any) -> Json:  # noqa: ANN401 - a pod's spec
    container = {
        "name": "sleep",
        "image": image,
        "command": ["sleep", "600"],
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
        "resources": spec.pop("resources", {}),
    }
    secure = {"runAsNonRoot": True, "runAsUser": 1000, "seccompProfile": {"type": "RuntimeDefault"}}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"containers": [container], "securityContext": secure, "terminationGracePeriodSeconds": 0, **spec},
    }


@pytest.mark.disruptive
async def test_a_bot_that_has_to_make_room_for_a_more_important_pod_comes_back(
    installed: Installation, setup: Setup, record: Recording
) -> None:
    low, high = priority("bots-low", -10), priority("others-high", 10)
    with there(installed, low, high):
        installed.apply(installed.bot(setup.name, owner=setup.owner.id, pod={"priorityClassName": "bots-low"}))
        await installed.reason(setup.name, "Polling", timeout=90)

        pod = installed.get("pod", f"pbot-{setup.name}") or {}
        image = pod["spec"]["containers"][0]["image"]
        room = {"requests": {"cpu": f"{free_millicores(installed) + 10}m"}}
        important = sleeper(
            "important", namespace=installed.namespace, image=image, resources=room, priorityClassName="others-high"
        )
        with there(installed, important):
            await installed.until(
                lambda: "Evicted" in event_reasons(installed, setup.name), what="an Event Evicted", timeout=60
            )
            await fails(installed, setup.name, "Unschedulable", "Pending", "cpu")

        await installed.reason(setup.name, "Polling", timeout=120)
    assert pods_at_once(record, setup.name) == 1


@pytest.mark.disruptive
async def test_a_bot_of_a_drained_node_waits_for_a_node_and_comes_back(
    installed: Installation, setup: Setup, record: Recording
) -> None:
    installed.apply(installed.bot(setup.name, owner=setup.owner.id))
    await installed.reason(setup.name, "Polling", timeout=90)

    (node,) = (item["metadata"]["name"] for item in installed.items("nodes"))
    only = f"--pod-selector=personalbots.io/bot={setup.name}"
    words = ("drain", node, only, "--delete-emptydir-data", "--force", "--ignore-daemonsets", "--timeout=60s")
    try:
        installed.kubectl(*words)
        await fails(installed, setup.name, "Unschedulable", "Pending", "unschedulable")
        assert "Evicted" in event_reasons(installed, setup.name)
    finally:
        installed.kubectl("uncordon", node)

    await installed.reason(setup.name, "Polling", timeout=120)
    assert pods_at_once(record, setup.name) == 1


async def test_a_pod_that_a_finalizer_holds_is_told_and_no_second_one_is_made(
    installed: Installation, setup: Setup, record: Recording
) -> None:
    installed.apply(installed.bot(setup.name, owner=setup.owner.id))
    await installed.reason(setup.name, "Polling", timeout=90)

    pod = ("-n", installed.namespace, "patch", "pod", f"pbot-{setup.name}", "--type=merge", "-p")
    installed.kubectl(*pod, json.dumps({"metadata": {"finalizers": ["example.com/hold"]}}))
    try:
        installed.kubectl("-n", installed.namespace, "delete", "pod", f"pbot-{setup.name}", "--wait=false")
        await fails(installed, setup.name, "PodStuck", "Pending", "example.com/hold")
    finally:
        installed.kubectl(*pod, json.dumps({"metadata": {"finalizers": None}}))

    await installed.reason(setup.name, "Polling", timeout=90)
    assert pods_at_once(record, setup.name) == 1


def fake_node(name: str) -> Json:
    """A node without a kubelet: pods are put on it, and nothing runs them."""
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": {"kubernetes.io/hostname": name, "test.example.com/lost": "yes"}},
        "spec": {"taints": [{"key": "test.example.com/lost", "effect": "NoSchedule"}]},
    }


def report_node(installed: Installation, name: str, ready: str) -> None:
    """Write the node's status as its kubelet would."""
    capacity = {"cpu": "4", "memory": "8Gi", "pods": "10"}
    condition = {"type": "Ready", "status": ready, "reason": "Test", "lastHeartbeatTime": "2027-01-01T00:00:00Z"}
    status = {"capacity": capacity, "allocatable": capacity, "conditions": [condition]}
    words = ("patch", "node", name, "--subresource=status", "--type=merge", "-p", json.dumps({"status": status}))
    installed.kubectl(*words)


async def test_a_bot_on_a_lost_node_waits_until_the_node_is_gone_and_runs_elsewhere_then(
    installed: Installation, setup: Setup, record: Recording
) -> None:
    lost = f"lost-{setup.name}"
    taints = ("test.example.com/lost", "node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")
    tolerations = [
        {"key": taints[0], "operator": "Exists"},
        *({"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 1} for key in taints[1:]),
    ]
    with there(installed, fake_node(lost)):
        report_node(installed, lost, "True")
        pod = {"nodeSelector": {"test.example.com/lost": "yes"}, "tolerations": tolerations}
        installed.apply(installed.bot(setup.name, owner=setup.owner.id, pod=pod, knowledge=NO_VOLUME))
        await installed.until(
            lambda: ((installed.get("pod", f"pbot-{setup.name}") or {}).get("spec") or {}).get("nodeName") == lost,
            what="the pod is on the node",
            show=lambda: installed.describe(setup.name),
        )

        report_node(installed, lost, "False")
        await fails(installed, setup.name, "NodeLost", "Pending", lost, timeout=200)
        assert (installed.get("pod", f"pbot-{setup.name}") or {})["spec"]["nodeName"] == lost
        installed.patch(setup.name, {"spec": {"pod": {"nodeSelector": None}}})
    await installed.reason(setup.name, "Polling", timeout=200)
    assert pods_at_once(record, setup.name) == 1


@pytest.mark.disruptive
async def test_a_resource_that_an_older_schema_let_through_is_told_and_works_once_it_is_corrected(
    installed: Installation, setup: Setup
) -> None:
    crd = yaml.safe_load((installed.context.root / "crds/personalbots.io_personalbots.yaml").read_text())
    older = json.loads(json.dumps(crd))
    schema = older["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    schema["properties"]["spec"] = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    older["spec"]["versions"][0].pop("selectableFields", None)

    bot = installed.bot(setup.name, owner=setup.owner.id)
    full = installed.kubectl("create", "--dry-run=server", "-o", "json", "-f", "-", stdin=json.dumps(bot))
    bot["spec"] = json.loads(full)["spec"] | {"requestTimeout": 20}
    replace = ("apply", "--server-side", "--force-conflicts", "-f", "-")
    try:
        installed.kubectl(*replace, stdin=json.dumps(older))
        await installed.until(lambda: created(installed, bot), what="the older schema takes it", timeout=30)
    finally:
        installed.kubectl(*replace, stdin=json.dumps(crd))

    await fails(installed, setup.name, "InvalidSpec", "Failed", "spec.requestTimeout must be text")
    assert installed.get("pod", f"pbot-{setup.name}") is None
    installed.patch(setup.name, {"spec": {"requestTimeout": "20m"}})
    await installed.reason(setup.name, "Polling", timeout=90)


def created(installed: Installation, bot: Json) -> bool:
    """Make the bot, unless the API server still refuses it by the newer schema."""
    try:
        installed.kubectl("create", "-f", "-", stdin=json.dumps(bot))
    except CommandError as refused:
        return "AlreadyExists" in str(refused)
    return True


@pytest.mark.disruptive
async def test_a_collection_on_a_server_that_is_away_is_left_there_and_said_and_the_resource_goes(
    installed: Installation, setup: Setup
) -> None:
    """Also when the resource was deleted while the operator was away."""
    knowledge = NO_VOLUME | {"deletionPolicy": "Delete"}
    installed.apply(installed.bot(setup.name, owner=setup.owner.id, knowledge=knowledge))
    await installed.reason(setup.name, "Polling", timeout=90)

    deployment.scale(installed, 0)
    installed.kubectl("-n", installed.namespace, "delete", "pbot", setup.name, "--wait=false")
    deployment.scale(installed, 1)
    terminating = await installed.reason(setup.name, "Terminating", timeout=60)
    assert terminating["status"] == "False"
    await installed.owner_reads(setup.name, "Terminating")

    await installed.gone("pod", f"pbot-{setup.name}")
    await installed.gone("pbot", setup.name, timeout=200)
    assert "KnowledgeLeft" in event_reasons(installed, setup.name)
    await installed.gone("pod", f"drop-{setup.name}")


@pytest.mark.disruptive
async def test_two_operators_at_once_make_one_pod_and_say_one_thing(
    installed: Installation, two: list[Setup], record: Recording
) -> None:
    """A mistake: the Deployment is scaled, without leader election."""
    deployment.scale(installed, 2)
    try:
        deployment.wait_for_rollout(installed)
        for setup in two:
            installed.apply(installed.bot(setup.name, owner=setup.owner.id))
        pods: dict[str, str] = {}
        for setup in two:
            await installed.reason(setup.name, "Polling", timeout=120)
            pods[setup.name] = (installed.get("pod", f"pbot-{setup.name}") or {})["metadata"]["uid"]
            installed.patch(setup.name, {"spec": {"llm": {"model": "another"}}})
        for setup in two:
            await installed.replaced(setup.name, pods[setup.name])

        await asyncio.sleep(5)  # nothing may happen: there is no condition to wait for
        before = versions(installed)
        await asyncio.sleep(5)
        assert versions(installed) == before, "they do not write against each other"
        assert {pods_at_once(record, setup.name) for setup in two} == {1}
    finally:
        deployment.scale(installed, 1)
        deployment.wait_for_rollout(installed)


def versions(installed: Installation) -> dict[str, str]:
    """Give the resourceVersion of each bot."""
    return {item["metadata"]["name"]: item["metadata"]["resourceVersion"] for item in installed.items("pbot")}
