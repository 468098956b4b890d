"""A node of a test's own: the real scheduler puts pods on it, and a task of this process reports that they run."""

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Final

from personalbots_api import names
from support.cluster.administrator import BOTS, Administrator, Json

CAPACITY: Final = {"cpu": "1k", "memory": "1Ti", "pods": "100k"}
HEARTBEAT: Final = 10.0  # seconds


def place(node: str) -> Json:
    """Give the part of a bot's spec that sends its pod, and no other pod, to the node."""
    return {
        "nodeSelector": {"kubernetes.io/hostname": node},
        "tolerations": [{"key": node, "operator": "Exists"}, {"key": "node.kubernetes.io", "operator": "Exists"}],
    }


def resource(name: str, *, node: str, knowledge: Json, **spec: object) -> Json:
    """Describe a bot whose pod runs on the node."""
    return {
        "kind": names.KIND,
        "apiVersion": names.API_VERSION,
        "metadata": {"name": name},
        "spec": {
            "ownerId": 5,
            "telegram": {"tokenSecretRef": {"name": name}},
            "llm": {"apiKeySecretRef": {"name": name}},
            "pod": place(node),
            "knowledge": knowledge,
            **spec,
        },
    }


def now() -> str:
    """Give the time as the API server writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Audit:
    """Every pod of a namespace as a watch shows it, and the most pods that any bot had at the same time."""

    def __init__(self) -> None:
        self.pods: dict[str, Json] = {}
        self.most: dict[str, int] = {}
        self.made: set[str] = set()

    def handle(self, kind: str, pod: Json) -> None:
        uid = pod["metadata"]["uid"]
        if kind == "DELETED":
            self.pods.pop(uid, None)
            return
        self.pods[uid] = pod
        self.made.add(uid)
        if (name := bot_of(pod)) is not None:
            there = sum(bot_of(other) == name for other in self.pods.values())
            self.most[name] = max(self.most.get(name, 0), there)


def bot_of(pod: Json) -> str | None:
    """Give the bot whose pod it is; None for a clean-up pod or a stranger's."""
    labels = pod["metadata"].get("labels", {})
    bot: str | None = labels.get(names.BOT_LABEL)
    return bot if labels.get(names.COMPONENT_LABEL) == "bot" else None


class Kubelet:
    """Runs the pods that the scheduler puts on its node, and lets deleted ones go, each after a moment of chance."""

    def __init__(
        self, api: Administrator, node: str, audit: Audit, chance: random.Random, *, slow: float = 1.0
    ) -> None:
        self._api = api
        self._node = node
        self._audit = audit
        self._chance = chance
        self._slow = slow
        self._due: dict[tuple[str, bool], float] = {}
        self._beat = 0.0

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            if time.monotonic() - self._beat > HEARTBEAT:
                self._beat = time.monotonic()
                await self.report("True")

            pods = list(self._audit.pods.values())
            await asyncio.gather(*(self._sync(pod) for pod in pods if pod["spec"].get("nodeName") == self._node))
            await asyncio.sleep(0.05)

    async def report(self, ready: str) -> None:
        """Write the node's status."""
        condition = {"type": "Ready", "status": ready, "reason": "Test", "lastHeartbeatTime": now()}
        status = {"capacity": CAPACITY, "allocatable": CAPACITY, "conditions": [condition]}
        await self._api.call("PATCH", f"api/v1/nodes/{self._node}/status", {"status": status})

    async def _sync(self, pod: Json) -> None:
        meta, going = pod["metadata"], "deletionTimestamp" in pod["metadata"]
        path = f"api/v1/namespaces/{meta['namespace']}/pods/{meta['name']}"
        if not going and pod["status"].get("phase") != "Pending":
            return

        due = self._due.setdefault((meta["uid"], going), time.monotonic() + self._chance.uniform(0, self._slow))
        if time.monotonic() < due:
            return

        self._due[meta["uid"], going] = time.monotonic() + 5  # in case it does not work the first time
        if going:
            await self._api.call("DELETE", path, {"gracePeriodSeconds": 0, "preconditions": {"uid": meta["uid"]}})
            return

        status = _running(meta["uid"]) if bot_of(pod) else {"phase": "Succeeded"}
        await self._api.call("PATCH", f"{path}/status", {"metadata": {"uid": meta["uid"]}, "status": status})


def _running(uid: str) -> Json:
    """Give the status of a bot's pod that runs and is ready."""
    container = {
        "name": names.CONTAINER,
        "image": "x",
        "imageID": "x",
        "containerID": f"fake://{uid}",
        "ready": True,
        "started": True,
        "restartCount": 0,
        "state": {"running": {"startedAt": now()}},
    }
    kinds = ("PodScheduled", "Initialized", "ContainersReady", "Ready")
    conditions = [{"type": kind, "status": "True", "lastTransitionTime": now()} for kind in kinds]
    return {"phase": "Running", "conditions": conditions, "containerStatuses": [container]}


@contextlib.asynccontextmanager
async def field(
    api: Administrator, name: str, chance: random.Random, *, slow: float = 1.0
) -> AsyncIterator[tuple[Audit, Kubelet]]:
    """Have a namespace and a node of this name, and a kubelet for it, until the end of the block."""
    node = {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": {"kubernetes.io/hostname": name}},
        "spec": {"taints": [{"key": name, "effect": "NoSchedule"}]},
    }
    for path, body in (("namespaces", {"metadata": {"name": name}}), ("nodes", node)):
        status, said = await api.call("POST", f"api/v1/{path}", body)
        assert status == 201, said

    audit = Audit()
    kubelet = Kubelet(api, name, audit, chance, slow=slow)
    async with api.watching(f"api/v1/namespaces/{name}/pods", audit.handle):
        running = asyncio.create_task(kubelet.run())
        try:
            yield audit, kubelet
            assert not running.done(), f"the kubelet ended: {running.exception()}"
        finally:
            running.cancel()
            await asyncio.wait([running])
            await _clear(api, name)


async def _clear(api: Administrator, name: str) -> None:
    bots, pods = f"{BOTS}/namespaces/{name}/personalbots", f"api/v1/namespaces/{name}/pods"
    for bot in await api.items(bots):  # their operator has ended: nobody else takes the finalizers away
        await api.call("PATCH", f"{bots}/{bot['metadata']['name']}", {"metadata": {"finalizers": None}})
    for path in (bots, pods):
        await api.call("DELETE", path, {"gracePeriodSeconds": 0})

    await api.call("DELETE", f"api/v1/namespaces/{name}")
    await api.call("DELETE", f"api/v1/nodes/{name}")
