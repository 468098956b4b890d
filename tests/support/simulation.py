"""A cluster in memory with the parts that matter to a reconcile: names, UIDs, resourceVersions, 404 and 409.

It produces orders of events that no real cluster can be made to produce. What a real one does is in tests/e2e.
"""

import copy
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from personalbots_operator.cache.values import rfc3339
from personalbots_operator.kube.client import (
    AlreadyExistsError,
    ConflictError,
    Kind,
    NotFoundError,
    RefusedError,
    UnavailableError,
)

Raw = dict[str, Any]
Place = tuple[Kind, str, str]


class Simulation:
    """Objects, the events about them that were not shown yet, and the writes there were."""

    def __init__(self) -> None:
        self.objects: dict[Place, Raw] = {}
        self.unseen: list[tuple[Kind, Raw, bool]] = []
        self.writes: list[str] = []
        self.recorded: list[Raw] = []
        self.warned: list[Raw] = []
        self.now = 1_800_000_000.0
        self.away = 0
        self.refuse: str | None = None
        self.refuse_resize: str | None = None
        self.refuse_growth: str | None = None
        self._version = 0

    def find(self, kind: Kind, name: str) -> Raw | None:
        return self.objects.get((kind, "bots", name))

    def of(self, kind: Kind) -> list[Raw]:
        return [raw for place, raw in self.objects.items() if place[0] is kind]

    # What the operator calls.

    async def get(self, kind: Kind, namespace: str, name: str) -> Raw:
        return copy.deepcopy(self._there(kind, namespace, name))

    async def create(self, kind: Kind, namespace: str, body: Raw) -> Raw:
        self._write(f"create {kind.name}")
        if self.refuse and kind is Kind.POD:
            raise RefusedError(self.refuse)
        if kind is Kind.EVENT:
            self.recorded.append(body)
            return body
        if (kind, namespace, body["metadata"]["name"]) in self.objects:
            raise AlreadyExistsError(f"{body['metadata']['name']} already exists")
        raw = copy.deepcopy(body)
        raw["metadata"] |= {"uid": f"uid-{self._version}", "creationTimestamp": rfc3339(self.now), "generation": 1}
        raw.setdefault("status", {})
        return copy.deepcopy(self._put(kind, raw))

    async def delete(self, kind: Kind, namespace: str, name: str, *, uid: str) -> None:
        self._write(f"delete {kind.name}")
        raw = self._there(kind, namespace, name)
        if raw["metadata"]["uid"] != uid:
            raise ConflictError("another UID")
        if "deletionTimestamp" not in raw["metadata"]:
            raw["metadata"]["deletionTimestamp"] = rfc3339(self.now)
            self._put(kind, raw)

    async def patch(self, kind: Kind, namespace: str, name: str, body: Raw, *, subresource: str = "") -> Raw:
        self._write(f"patch {kind.name} {subresource}".strip())
        raw = self._there(kind, namespace, name)
        if self.refuse_growth and "resources" in body.get("spec", {}):
            raise RefusedError(self.refuse_growth)
        wanted = body.get("metadata", {}).pop("resourceVersion", None)
        if wanted is not None and wanted != raw["metadata"]["resourceVersion"]:
            raise ConflictError("it changed")
        merge(raw, body)
        return copy.deepcopy(self._put(kind, raw))

    async def resize(self, namespace: str, pod: str, *, uid: str, container: str, resources: Raw) -> Raw:
        self._write("resize POD")
        raw = self._there(Kind.POD, namespace, pod)
        if raw["metadata"]["uid"] != uid:
            raise ConflictError("another UID")
        if self.refuse_resize:
            raise RefusedError(self.refuse_resize)
        next(item for item in raw["spec"]["containers"] if item["name"] == container)["resources"] = resources
        return copy.deepcopy(self._put(Kind.POD, raw))

    async def warnings(self, namespace: str) -> AsyncIterator[list[Raw]]:
        del namespace
        yield self.warned

    async def metadata(self, kind: Kind, namespace: str | None, selector: str) -> AsyncIterator[list[Raw]]:
        del selector
        if self.away:
            self.away -= 1
            raise UnavailableError("away")
        yield [copy.deepcopy(raw["metadata"]) for place, raw in self.objects.items()
               if place[0] is kind and namespace in (None, place[1])]  # fmt: skip

    # What people and the cluster do.

    def apply(self, raw: Raw) -> None:
        raw = copy.deepcopy(raw)
        raw["metadata"] |= {"uid": f"uid-{self._version}", "creationTimestamp": rfc3339(self.now)}
        self._put(Kind.BOT, raw)

    def change(self, kind: Kind, name: str, change: Raw) -> None:
        raw = self.find(kind, name)
        if raw is not None:
            raw["metadata"]["generation"] = raw["metadata"].get("generation", 0) + ("spec" in change)
            merge(raw, copy.deepcopy(change))
            self._put(kind, raw)

    def remove(self, kind: Kind, name: str) -> None:
        """Delete an object at once, and with a bot what it owns."""
        raw = self.objects.pop((kind, "bots", name), None)
        if raw is None:
            return
        self._version += 1
        raw["metadata"]["resourceVersion"] = str(self._version)
        self.unseen.append((kind, raw, True))
        for (other, _, owned), thing in list(self.objects.items()):
            if any(owner["uid"] == raw["metadata"]["uid"] for owner in thing["metadata"].get("ownerReferences", ())):
                self.remove(other, owned)

    def kubelet(self) -> None:
        """Start pods, end those that are being deleted, and delete what has no owner any more."""
        there = {raw["metadata"]["uid"] for raw in self.objects.values()}
        for (kind, _, name), raw in list(self.objects.items()):
            if any(owner["uid"] not in there for owner in raw["metadata"].get("ownerReferences", ())):
                self.remove(kind, name)
        for raw in self.of(Kind.POD):
            name = raw["metadata"]["name"]
            if "deletionTimestamp" in raw["metadata"]:
                self.remove(Kind.POD, name)
            elif raw["status"].get("phase") not in ("Running", "Failed", "Succeeded"):
                container = {
                    "name": "bot", "containerID": f"containerd://{raw['metadata']['uid']}", "ready": True,
                    "started": True, "restartCount": 0, "state": {"running": {"startedAt": rfc3339(self.now)}},
                }  # fmt: skip
                ready = [{"type": "Ready", "status": "True"}]
                status = {"phase": "Running", "conditions": ready, "containerStatuses": [container]}
                self.change(Kind.POD, name, {"status": status, "spec": {"nodeName": "node-1"}})

    def show(
        self, on_event: Callable[[Kind, Raw, bool], None], *, number: int | None = None, twice: bool = False
    ) -> None:
        """Show the first `number` events that were not shown yet, perhaps twice."""
        shown, self.unseen = self.unseen[:number], [] if number is None else self.unseen[number:]
        for kind, raw, deleted in shown:
            for _ in range(1 + twice):
                on_event(kind, copy.deepcopy(raw), deleted)

    def _write(self, what: str) -> None:
        if self.away:
            self.away -= 1
            raise UnavailableError("away")
        self.writes.append(what)

    def _there(self, kind: Kind, namespace: str, name: str) -> Raw:
        if (kind, namespace, name) not in self.objects:
            raise NotFoundError(f"{name} not found")
        return self.objects[kind, namespace, name]

    def _put(self, kind: Kind, raw: Raw) -> Raw:
        self._version += 1
        raw["metadata"]["resourceVersion"] = str(self._version)
        self.objects[kind, raw["metadata"]["namespace"], raw["metadata"]["name"]] = raw
        self.unseen.append((kind, copy.deepcopy(raw), False))
        return raw


def merge(raw: Raw, change: Raw) -> None:
    """JSON merge patch (RFC 7396), in place."""
    for name, value in change.items():
        if value is None:
            raw.pop(name, None)
        elif isinstance(value, dict):
            merge(raw.setdefault(name, {}), value)
        else:
            raw[name] = json.loads(json.dumps(value))
