"""What only a bot knows: every reason of LLMReady and KnowledgeReady, its Event, what owners read, and recovery."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from cluster import deploy, images
from standins.llm import LLMClient
from standins.telegram import TelegramClient
from support.cluster.bots import condition_of, recorded_reasons
from support.cluster.installation import Installation, Json, Setup, new_setup
from support.cluster.node import NODE, on_node
from support.cluster.recording import Recording

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]

QDRANT = "qdrant-faults"
SERVER = """
import http.server, json, time
modes = {}
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        _, what, name, *rest = self.path.split("/")
        if what == "mode":
            modes[name] = rest[0]
        mode = "200" if what == "mode" else modes.get(name, "404")
        if mode == "hangs":
            time.sleep(20)
            mode = "404"
        body = json.dumps({"status": "ok", "time": 0.1, "result": {"exists": False}}).encode()
        self.send_response(200 if rest == ["exists"] and mode == "404" else int(mode))
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
http.server.ThreadingHTTPServer(("", 6333), Handler).serve_forever()
"""
"""A Qdrant server without collections; /mode/<collection>/<status> sets its answer for a collection."""
HOLD = """
import fcntl, glob, os, time
(log,) = glob.glob("/data/knowledge/*/wal")
fcntl.flock(os.open(log, os.O_RDONLY), fcntl.LOCK_EX)
open("/tmp/held", "w").close()
time.sleep(600)
"""
MOUNT = """
import os, subprocess, sys
os.setns(os.open("/proc/1/ns/mnt", os.O_RDONLY))
subprocess.run(["mount", "-t", "tmpfs", *sys.argv[3:], "-o", f"size={sys.argv[2]}m,mode=777", "tmpfs", sys.argv[1]],
               check=True)
"""
MAKE = """
import os, sys
os.makedirs(f"/proc/1/root{sys.argv[1]}", exist_ok=True)
"""


async def becomes(installed: Installation, name: str, kind: str, reason: str, *words: str, timeout: float = 90) -> Json:
    """Wait until a condition has this reason, and give it; one that is False has an Event."""

    def probe() -> Json | None:
        found = condition_of(installed, name, kind)
        return found if found.get("reason") == reason else None

    found = await installed.until(
        probe, f"{kind} of {name} is {reason}", timeout=timeout, show=lambda: installed.describe(name)
    )
    assert all(word in found["message"] for word in words), found
    if found["status"] == "False":
        about = f"--field-selector=involvedObject.kind=PersonalBot,involvedObject.name={name},reason={reason}"
        (event, *_) = await installed.until(lambda: installed.items("events", about), what=f"an Event {reason}")
        assert (event["type"], event["message"]) == ("Warning", found["message"])
    return found


@pytest.fixture
async def setups(installed: Installation, telegram: TelegramClient, llm: LLMClient) -> AsyncIterator[list[Setup]]:
    """As many as there are rows in a table."""
    made = await asyncio.gather(*(new_setup(installed, telegram) for _ in range(8)))
    yield list(made)
    for setup in made:
        await llm.clear_faults(setup.key)
    installed.remove(*(setup.name for setup in made))


LLM_FAULTS: dict[str, tuple[Json, str]] = {
    "KeyRefused": ({"status": 401}, "Put a working key under openai-api-key"),
    "RateLimited": ({"status": 429, "retry_after": 1}, "waits and tries again"),
    "QuotaExhausted": ({"status": 429, "code": "insufficient_quota"}, "nothing left"),
    "ModelMissing": ({"status": 403, "code": "model_not_found"}, "Correct spec.llm.model"),
    "ModelForbidden": ({"status": 403, "code": "model_permission_blocked_project"}, "Choose another model"),
    "CountryRefused": ({"status": 403, "code": "unsupported_country_region_territory"}, "does not serve the country"),
    "Unreachable": ({"status": 503}, f"The LLM at {deploy.LLM_URL} does not answer"),
}


async def test_what_the_llm_refuses_is_said_and_forgotten_when_it_no_longer_does(
    installed: Installation, setups: list[Setup], llm: LLMClient
) -> None:
    """All of them at once: each bot asks again after a minute, and nobody helps."""
    cases = dict(zip(LLM_FAULTS, setups, strict=False))
    away = setups[len(cases)]  # nothing answers at its address
    for reason, setup in cases.items():
        await llm.fault(endpoint="models", key=setup.key, times=None, **LLM_FAULTS[reason][0])
        installed.apply(installed.bot(setup.name, owner=setup.owner.id))
    nowhere = installed.bot(away.name, owner=away.owner.id)
    nowhere["spec"]["llm"]["baseUrl"] = "http://llm.nowhere.invalid/v1"
    installed.apply(nowhere)

    await asyncio.gather(
        *(becomes(installed, setup.name, "LLMReady", reason, LLM_FAULTS[reason][1]) for reason, setup in cases.items()),
        becomes(installed, away.name, "LLMReady", "Unreachable", "http://llm.nowhere.invalid/v1"),
    )
    for setup in setups:
        await installed.reason(setup.name, "Polling", timeout=60)  # who has no LLM still hears people
    await asyncio.gather(
        installed.owner_reads(cases["KeyRefused"].name, "KeyRefused"),
        installed.owner_reads(cases["RateLimited"].name, "RateLimited"),
        installed.owner_reads(cases["QuotaExhausted"].name, "QuotaExhausted"),
        installed.owner_reads(cases["ModelMissing"].name, "ModelMissing"),
        installed.owner_reads(cases["ModelForbidden"].name, "ModelForbidden"),
        installed.owner_reads(cases["CountryRefused"].name, "CountryRefused"),
        installed.owner_reads(away.name, "Unreachable"),
    )

    for setup in cases.values():
        await llm.clear_faults(setup.key)
    await asyncio.gather(
        *(becomes(installed, setup.name, "LLMReady", "KeyAccepted", timeout=120) for setup in cases.values())
    )
    events = installed.items("events", f"--field-selector=involvedObject.name={setups[0].name},reason=KeyAccepted")
    assert [event["type"] for event in events] == ["Normal"]

    installed.patch(away.name, {"spec": {"state": "Stopped"}})
    await becomes(installed, away.name, "LLMReady", "NotChecked")


async def test_an_address_without_an_llm_is_said_as_soon_as_something_is_asked_of_it(
    installed: Installation, setup: Setup
) -> None:
    """A list of models that is missing says nothing, so the first document shows it."""
    bot = installed.bot(setup.name, owner=setup.owner.id)
    bot["spec"]["llm"]["baseUrl"] = f"{deploy.TELEGRAM_URL}/v1"
    installed.apply(bot)
    await installed.reason(setup.name, "Polling")

    await setup.owner.send_file(setup.bot.username, "lighthouse.txt", TEXT)
    await becomes(installed, setup.name, "LLMReady", "AddressWrong", "Correct spec.llm.baseUrl")
    await installed.owner_reads(setup.name, "AddressWrong")


@pytest.fixture
def qdrant(installed: Installation) -> Iterator[Json]:
    """A Service without a server behind it, and the pod of the server, which the test makes."""
    labels = {"app": QDRANT}
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": QDRANT, "namespace": installed.namespace},
        "spec": {"selector": labels, "ports": [{"port": 6333}]},
    }
    installed.apply(service)
    yield program(installed, QDRANT, SERVER, labels=labels, probe={"tcpSocket": {"port": 6333}})
    installed.kubectl("-n", installed.namespace, "delete", "service,pod", QDRANT, "--ignore-not-found")


def program(installed: Installation, name: str, script: str, **how: Any) -> Json:  # noqa: ANN401 - JSON
    """Describe a pod beside the bots that runs a script, and may have a bot's volume."""
    claim = how.get("claim")
    container = {
        "name": "python",
        "image": images.refs(installed.context)["bot"],
        "command": ["python3", "-c", script],
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
        "readinessProbe": {**how["probe"], "periodSeconds": 1},
        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
    }
    secure = {"runAsNonRoot": True, "runAsUser": 1000, "fsGroup": 1000, "seccompProfile": {"type": "RuntimeDefault"}}
    data = {"persistentVolumeClaim": {"claimName": claim}} if claim else {"emptyDir": {}}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": installed.namespace, "labels": how.get("labels", {})},
        "spec": {
            "containers": [container],
            "securityContext": secure,
            "terminationGracePeriodSeconds": 0,
            "automountServiceAccountToken": False,
            "volumes": [{"name": "data", **data}],
        },
    }


def runs(installed: Installation, pod: Json) -> None:
    installed.apply(pod)
    name = pod["metadata"]["name"]
    installed.kubectl("-n", installed.namespace, "wait", "--for=condition=Ready", f"pod/{name}", "--timeout=60s")


async def test_a_qdrant_server_that_is_away_or_refuses_is_said_and_its_knowledge_opens_when_it_answers(
    installed: Installation, setups: list[Setup], qdrant: Json, record: Recording
) -> None:
    away, refusing, full, slow = (setup.name for setup in setups[:4])

    def make(setup: Setup) -> None:
        knowledge = {"collection": setup.name, "qdrant": {"url": f"http://{QDRANT}:6333"}}
        installed.apply(installed.bot(setup.name, owner=setup.owner.id, knowledge=knowledge))

    def answers(name: str, mode: str) -> None:
        path = f"/api/v1/namespaces/{installed.namespace}/pods/{QDRANT}:6333/proxy/mode/{name}/{mode}"
        installed.kubectl("get", "--raw", path)

    make(setups[0])
    await becomes(installed, away, "KnowledgeReady", "StoreUnreachable", f"http://{QDRANT}:6333")
    await installed.owner_reads(away, "StoreUnreachable")

    runs(installed, qdrant)
    for name, mode in ((refusing, "403"), (full, "507"), (slow, "hangs")):
        answers(name, mode)
    for setup in setups[1:4]:
        make(setup)
    await asyncio.gather(
        becomes(installed, refusing, "KnowledgeReady", "StoreRefused", "Check spec.knowledge.qdrant and its key"),
        becomes(installed, full, "KnowledgeReady", "StoreFull", "full"),
        becomes(installed, away, "KnowledgeReady", "Opened"),
        becomes(installed, slow, "KnowledgeReady", "Opened"),
    )
    assert "Opening" in recorded_reasons(record, slow), "while it was slow"

    await asyncio.gather(
        installed.owner_reads(refusing, "StoreRefused"),
        installed.owner_reads(full, "StoreFull"),
    )

    for name in (refusing, full):
        answers(name, "404")
    await asyncio.gather(*(becomes(installed, name, "KnowledgeReady", "Opened") for name in (refusing, full)))


TEXT = b"The lighthouse of Arkona was built in 1826. Its keeper was called Tobias Brandt."


async def takes_in(setup: Setup) -> None:
    await setup.owner.send_file(setup.bot.username, "lighthouse.txt", TEXT)
    await setup.owner.wait(setup.bot.username, lambda message: "✅" in message.text, timeout=60)


async def test_a_store_that_another_process_holds_is_said_and_opens_when_that_is_gone(
    installed: Installation, setup: Setup
) -> None:
    name, holder = setup.name, f"holder-{setup.name}"
    installed.apply(installed.bot(name, owner=setup.owner.id))
    await installed.reason(name, "Polling", timeout=90)
    await takes_in(setup)
    await becomes(installed, name, "KnowledgeReady", "Opened")
    installed.patch(name, {"spec": {"state": "Stopped"}})
    await becomes(installed, name, "KnowledgeReady", "Unknown")
    held = {"exec": {"command": ["test", "-e", "/tmp/held"]}}  # noqa: S108 - in the pod
    runs(installed, program(installed, holder, HOLD, claim=f"pbot-{name}", probe=held))
    try:
        installed.patch(name, {"spec": {"state": "Running"}})
        await becomes(installed, name, "KnowledgeReady", "StoreLocked", "held by another process")
    finally:
        installed.kubectl("-n", installed.namespace, "delete", "pod", holder)
    await becomes(installed, name, "KnowledgeReady", "Opened")


async def test_a_budget_that_is_spent_is_said_and_a_larger_one_lets_the_bot_go_on(
    installed: Installation, setup: Setup
) -> None:
    prices = [{"model": "text-embedding-3-small", "sent": "1000000"}]
    bot = installed.bot(setup.name, owner=setup.owner.id)
    bot["spec"]["llm"]["budget"] = {"monthly": "1", "prices": prices}
    installed.apply(bot)
    await installed.reason(setup.name, "Polling", timeout=90)
    await takes_in(setup)
    await becomes(installed, setup.name, "LLMReady", "BudgetSpent", "Raise spec.llm.budget.monthly")
    await installed.owner_reads(setup.name, "BudgetSpent")
    installed.patch(setup.name, {"spec": {"llm": {"budget": {"monthly": "1000000"}}}})
    await becomes(installed, setup.name, "LLMReady", "KeyAccepted")


async def test_a_full_volume_is_said_and_the_bot_reads_on_when_it_was_given_room(
    installed: Installation, setup: Setup
) -> None:
    """The volume really has its size: it is memory, mounted on the node."""
    name, folder = setup.name, f"/mnt/{setup.name}"
    node = (installed.get("pod", NODE, namespace=NODE) or {})["spec"]["nodeName"]
    on_node(installed.context, MAKE, folder)
    on_node(installed.context, MOUNT, folder, "64")
    installed.apply(volume_on(node, name=name, folder=folder))
    try:
        storage = {"size": "64Mi", "storageClassName": name}
        installed.apply(installed.bot(name, owner=setup.owner.id, knowledge={"storage": storage}))
        await installed.reason(name, "Polling", timeout=90)
        await setup.owner.send_file(setup.bot.username, "lighthouse.txt", TEXT)
        await becomes(installed, name, "KnowledgeReady", "StoreFull", "Raise spec.knowledge.storage.size")
        assert installed.ready(name)["reason"] == "Polling"
        on_node(installed.context, MOUNT, folder, "512", "-o", "remount")
        await becomes(installed, name, "KnowledgeReady", "Opened")
        await takes_in(setup)
    finally:
        installed.kubectl("-n", installed.namespace, "delete", "pbot", name, "--ignore-not-found")
        installed.kubectl("delete", "pv", name, "--wait=false")


def volume_on(node: str, *, name: str, folder: str) -> Json:
    """Describe a volume of 64 MiB that is a folder of the node, in a storage class of its own."""
    here = {"key": "kubernetes.io/hostname", "operator": "In", "values": [node]}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": name},
        "spec": {
            "capacity": {"storage": "64Mi"},
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": name,
            "persistentVolumeReclaimPolicy": "Delete",
            "local": {"path": folder},
            "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [here]}]}},
        },
    }


async def test_an_import_error_in_the_image_is_told_in_its_words(installed: Installation, setup: Setup) -> None:
    env = [{"name": "PYTHONHOME", "value": "/nowhere"}]
    installed.apply(installed.bot(setup.name, owner=setup.owner.id, pod={"env": env}))

    def told() -> bool:
        return "ModuleNotFoundError: No module named 'encodings'" in installed.ready(setup.name).get("message", "")

    await installed.until(told, timeout=90, what="the error is told", show=lambda: installed.describe(setup.name))
    last = (installed.get("pbot", setup.name) or {})["status"]["lastTermination"]
    assert "ModuleNotFoundError" in json.dumps(last)
