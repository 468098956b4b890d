"""What the benchmark at scale stands on: fake nodes run by kwok, a namespace of their own, and a watch of it.

All of it is labelled as the benchmark's and goes when it ends; what an interrupted run left goes before the next.
"""

import asyncio
import contextlib
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

import aiohttp

from cluster import Context, deploy, kube, tools
from cluster.process import CommandError
from personalbots_api import names
from personalbots_operator.kube.client import Cluster, Kind
from support.cluster.administrator import connection

NAMESPACE: Final = "bench-scale"
LABEL: Final = {"personalbots.io/bench": "scale"}
SELECTOR: Final = "personalbots.io/bench=scale"
TAINT: Final = {"key": "personalbots.io/bench", "effect": "NoSchedule"}
STORAGE_CLASS: Final = "bench-scale"
NODES: Final = 10
STAGES: Final = Path(__file__).parent / "kwok.yaml"
CONNECTIONS: Final = 32
PLACE: Final = {
    "nodeSelector": LABEL,
    "tolerations": [{"key": TAINT["key"], "operator": "Exists", "effect": TAINT["effect"]}],
}
"""What sends a pod to the fake nodes, and nothing else there."""


class BenchmarkError(Exception):
    """Something that the benchmark stands on failed, or took too long."""


@dataclass(slots=True)
class Seen:
    """What a watch of the namespace saw, by the name of the bot or pod; times are of the monotonic clock."""

    pods: dict[str, float] = field(default_factory=dict)
    """When the pod was first seen."""
    pods_ready: dict[str, float] = field(default_factory=dict)
    bots_ready: dict[str, float] = field(default_factory=dict)
    writes: Counter[str] = field(default_factory=Counter)
    """Changes of bots, and pods, claims and Events that were made."""

    def bot(self, kind: str, raw: dict[str, Any]) -> None:
        self.writes["bots changed"] += kind == "MODIFIED"
        conditions = (raw.get("status") or {}).get("conditions") or ()
        if any(item["type"] == "Ready" and item["status"] == "True" for item in conditions):
            self.bots_ready.setdefault(raw["metadata"]["name"], time.monotonic())

    def pod(self, kind: str, raw: dict[str, Any]) -> None:
        name = raw["metadata"]["name"].removeprefix(names.POD_PREFIX)
        if kind == "ADDED":
            self.writes["pods made"] += 1
            self.pods.setdefault(name, time.monotonic())
        elif name not in self.pods_ready:
            conditions = (raw.get("status") or {}).get("conditions") or ()
            if any(item["type"] == "Ready" and item["status"] == "True" for item in conditions):
                self.pods_ready[name] = time.monotonic()

    def claim(self, kind: str, _: dict[str, Any]) -> None:
        self.writes["claims made"] += kind == "ADDED"

    def event(self, kind: str, raw: dict[str, Any]) -> None:
        self.writes["Events made"] += kind == "ADDED" and raw["source"].get("component") == names.OPERATOR


class Api:
    """The API server as an administrator sees it."""

    def __init__(self, context: Context) -> None:
        self._where = connection(context.kubeconfig)
        self._begun = False
        self.cluster = Cluster(lambda: self._where, connections=CONNECTIONS)
        connector = aiohttp.TCPConnector(ssl=self._where.as_ssl_context(), limit=0)
        self._session = aiohttp.ClientSession(
            connector=connector, timeout=aiohttp.ClientTimeout(total=None, sock_connect=10), read_bufsize=2**20
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()
        await self.cluster.__aexit__()

    @contextlib.asynccontextmanager
    async def watching(self) -> AsyncGenerator[Seen]:
        """Watch everything in the namespace until the block ends; a watch that fails ends the block."""
        seen = Seen()
        handlers = {Kind.BOT: seen.bot, Kind.POD: seen.pod, Kind.VOLUME: seen.claim, Kind.EVENT: seen.event}
        async with asyncio.TaskGroup() as group:
            watches = [group.create_task(self._watch(kind, handle)) for kind, handle in handlers.items()]
            yield seen
            for watch in watches:
                watch.cancel()

    async def _watch(self, kind: Kind, handle: Callable[[str, dict[str, Any]], None]) -> None:
        path, version = kind.path(NAMESPACE), ""
        while True:  # the server ends a watch that cannot keep up: the next one goes on where this one was
            if not version:
                async with self._session.get(f"{self._where.server}/{path}", params={"limit": "1"}) as response:
                    version = (await response.json())["metadata"]["resourceVersion"]
            query = {"watch": "1", "resourceVersion": version, "timeoutSeconds": "3600"}
            async with self._session.get(f"{self._where.server}/{path}", params=query) as response:
                async for line in response.content:
                    event = json.loads(line)
                    if event["type"] == "ERROR":  # a cache that is just being made does not know the version
                        if self._begun:
                            raise BenchmarkError(
                                f"the watch of {kind.value[1]} failed: {event['object'].get('message')}"
                            )
                        version = ""
                        break
                    version = event["object"]["metadata"]["resourceVersion"]
                    self._begun = True
                    handle(event["type"], event["object"])

    async def empty(self, kind: Kind) -> None:
        """Delete all of a kind in the namespace at once, without a grace period."""
        url, few = f"{self._where.server}/{kind.path(NAMESPACE)}", {"limit": "500"}
        body = {"gracePeriodSeconds": 0, "propagationPolicy": "Background"}
        while True:
            async with self._session.get(url, params={"limit": "1"}) as response:
                if response.status != 200 or not (await response.json())["items"]:
                    return
            async with self._session.delete(url, params=few, json=body) as response:
                await response.read()


def answers(context: Context) -> bool:
    """Tell whether there is a cluster."""
    if not context.kubeconfig.exists():
        return False
    try:
        return kube.kubectl(context, "get", "--raw", "/readyz", timeout=20) == "ok"
    except CommandError:
        return False


@contextlib.asynccontextmanager
async def fake_cluster(context: Context, *, statusz: str, volumes: int) -> AsyncGenerator[Api]:
    """Have the namespace, volumes, and nodes whose pods are ready as soon as they are bound, until the block ends.

    Args:
        context: the cluster.
        statusz: the address that all pods get.
        volumes: how many volumes of STORAGE_CLASS there are to be had.
    """
    async with Api(context) as api:
        await clean(context, api)
        try:
            _crd(context)
            kube.apply(context, kube.namespace(NAMESPACE), _storage_class(), *map(_node, range(NODES)))
            kube.apply(context, *map(_volume, range(volumes)))
            with _kwok(context, statusz):
                await _ready(context)
                yield api
        finally:
            await clean(context, api)


def _crd(context: Context) -> None:
    """Install the CRD where there is none. It stays, as it does without the chart, and the chart may take it over."""
    crd = ("crd", f"{names.PLURAL}.{names.GROUP}")
    if not kube.kubectl(context, "get", *crd, "--ignore-not-found"):
        words = ("template", "bench", str(context.root / deploy.CHART), "--show-only", "templates/crd.yaml")
        kube.kubectl(context, "apply", "--server-side", "-f", "-", stdin=kube.helm(context, *words))
        known = """--for=jsonpath={.status.conditions[?(@.type=="Established")].status}=True"""
        kube.kubectl(context, "wait", known, *crd)
        release = (f"meta.helm.sh/release-name={deploy.RELEASE}", f"meta.helm.sh/release-namespace={deploy.NAMESPACE}")
        kube.kubectl(context, "annotate", *crd, *release)
        kube.kubectl(context, "label", *crd, "app.kubernetes.io/managed-by=Helm", "--overwrite")


async def clean(context: Context, api: Api) -> None:
    """Take away what a run made; with so many objects a namespace alone would take long to go."""
    for kind in (Kind.POD, Kind.BOT, Kind.VOLUME):
        await api.empty(kind)
    gone = ("--ignore-not-found", "--wait=true", "--timeout=120s")
    kube.kubectl(context, "delete", "persistentvolume,storageclass,node", "-l", SELECTOR, *gone)
    kube.kubectl(context, "delete", "namespace", NAMESPACE, *gone)


@contextlib.contextmanager
def _kwok(context: Context, statusz: str) -> Generator[None]:
    config, log = context.state / f"{context.name}.kwok.yaml", context.logs / "kwok.log"
    config.write_text(STAGES.read_text().replace("STATUSZ_ADDRESS", statusz))
    words = ["--kubeconfig", str(context.kubeconfig), "--config", str(config), "-v", "WARN"]
    words += ["--manage-nodes-with-label-selector", SELECTOR, "--node-lease-duration-seconds", "40"]
    with log.open("w") as output:
        process = subprocess.Popen([tools.kwok(context), *words], stdout=output, stderr=output)  # noqa: S603 - ours
    try:
        yield
    finally:
        process.terminate()
        process.wait()
        config.unlink()
        if process.returncode > 0:
            sys.stderr.write(f"kwok ended with {process.returncode}: see {log}\n")


async def _ready(context: Context) -> None:
    words = ("wait", "--for=condition=Ready", "node", "-l", SELECTOR, "--timeout=60s")
    try:
        await asyncio.to_thread(kube.kubectl, context, *words)
    except CommandError as failed:
        raise BenchmarkError(f"the fake nodes are not ready: {failed}") from failed


def _node(number: int) -> dict[str, Any]:
    name = f"bench-scale-{number}"
    labels = {**LABEL, "kubernetes.io/hostname": name}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels},
        "spec": {"taints": [TAINT]},
    }


def _storage_class() -> dict[str, Any]:
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": STORAGE_CLASS, "labels": LABEL},
        "provisioner": "kubernetes.io/no-provisioner",
        "reclaimPolicy": "Retain",
    }


def _volume(number: int) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": f"bench-scale-{number}", "labels": LABEL},
        "spec": {
            "capacity": {"storage": "1Gi"},
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": STORAGE_CLASS,
            "persistentVolumeReclaimPolicy": "Retain",
            "hostPath": {"path": f"/nowhere/{number}"},
        },
    }
