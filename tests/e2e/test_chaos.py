"""The operator killed at random moments while resources are created, changed and deleted at random.

Afterwards everything is as the resources say, and at no time there were two pods of one bot. The seed is printed, and
CHAOS_SEED repeats what can be repeated; CHAOS_BOTS and CHAOS_LIVES make more of it.
"""

import asyncio
import os
import random
import time
from pathlib import Path
from typing import Any

import pytest

from personalbots_api import names
from support.administrator import BOTS, Administrator, Json
from support.fake_kubelet import Audit, bot_of, field, place
from support.installation import Installation
from support.local_operator import local_operator

NUMBER = int(os.environ.get("CHAOS_BOTS", "30"))
LIVES = int(os.environ.get("CHAOS_LIVES", "5"))
SETTLED = 60 + NUMBER / 2
pytestmark = [pytest.mark.cluster, pytest.mark.timeout(60 + 30 * LIVES + SETTLED)]


class People:
    """Those who create, change and delete bots, and pods, without regard for anybody."""

    def __init__(self, api: Administrator, name: str, chance: random.Random) -> None:
        self._api = api
        self._name = name
        self._chance = chance
        self._bots = f"{BOTS}/namespaces/{name}/personalbots"
        self.done: dict[str, int] = {}

    async def run(self, over: asyncio.Event) -> None:
        """Create all bots, and change them, until it is over and all were made."""
        waiting = [f"bot-{number}" for number in range(NUMBER)]
        while waiting or not over.is_set():
            if waiting and self._chance.random() < 0.4:
                await self._create(waiting.pop())
            else:
                await self._touch(f"bot-{self._chance.randrange(NUMBER)}")
            await asyncio.sleep(self._chance.uniform(0, 12 / NUMBER))

    async def _create(self, name: str) -> None:
        number = int(name.partition("-")[2])
        secret = f"bot-{number - 1}" if number % 10 == 9 else name  # some have the token of another
        knowledge: Json = {"collection": "c", "qdrant": {"url": "http://qdrant.invalid:6333"}}
        if number % 4 == 0:  # some wait for a volume, and have a pod that no node has
            knowledge = {"storage": {"storageClassName": "none"}}
        knowledge["deletionPolicy"] = self._chance.choice(["Retain", "Delete"])
        spec = {
            "ownerId": 1 + number % 7, "telegram": {"tokenSecretRef": {"name": secret}},
            "llm": {"apiKeySecretRef": {"name": name}}, "knowledge": knowledge, "pod": place(self._name),
        }  # fmt: skip
        await self._do("create", "POST", self._bots, {"kind": names.KIND, "apiVersion": names.API_VERSION,
                                                      "metadata": {"name": name}, "spec": spec})  # fmt: skip

    async def _touch(self, name: str) -> None:
        what = self._chance.choice(["change", "resize", "stop", "resume", "resume", "restart", "delete", "create",
                                    "create", "pod deleted", "pod failed"])  # fmt: skip
        bot, pod = f"{self._bots}/{name}", f"api/v1/namespaces/{self._name}/pods/pbot-{name}"
        match what:
            case "create":
                await self._create(name)
            case "delete":
                await self._do(what, "DELETE", bot, {})
            case "pod deleted":
                await self._do(what, "DELETE", pod, {"gracePeriodSeconds": self._chance.choice([0, 5])})
            case "pod failed":
                await self._do(what, "PATCH", f"{pod}/status", {"status": {"phase": "Failed", "reason": "Evicted"}})
            case _:
                await self._do(what, "PATCH", bot, self._wish(what))

    def _wish(self, what: str) -> Json:
        mark = str(self._chance.randrange(10**6))
        if what == "restart":
            return {"metadata": {"annotations": {names.RESTARTED_AT_ANNOTATION: f"2027-01-01T00:00:00.{mark:0>6}Z"}}}
        return {"spec": {
            "change": {"llm": {"model": f"model-{mark}"}},
            "resize": {"resources": {"limits": {"memory": f"{256 + int(mark) % 256}Mi"}}},
            "stop": {"state": "Stopped"},
            "resume": {"state": "Running"},
        }[what]}  # fmt: skip

    async def _do(self, what: str, method: str, path: str, body: Json) -> None:
        status, said = await self._api.call(method, path, body)
        assert status in (200, 201, 202, 404, 409), (what, status, said)
        if status < 300:
            self.done[what] = self.done.get(what, 0) + 1


def wrong(bots: list[Json], audit: Audit) -> list[str]:
    """What is not as the resources say, in sentences."""
    found = []
    left = dict(audit.pods)
    for bot in bots:
        name, spec = bot["metadata"]["name"], bot["spec"]
        secret = spec["telegram"]["tokenSecretRef"]["name"]
        older = [
            other for other in bots
            if other["spec"]["telegram"]["tokenSecretRef"]["name"] == secret and age(other) < age(bot)
        ]  # fmt: skip
        if "deletionTimestamp" in bot["metadata"]:
            found.append(f"{name} is still being deleted")
        pods = [pod for pod in left.values() if bot_of(pod) == name]
        for pod in pods:
            del left[pod["metadata"]["uid"]]
        if len(pods) != (spec.get("state") == "Running" and not older):
            found.append(f"{name} has {len(pods)} pods: {spec.get('state')}, older: {len(older)}")
        for pod in pods:
            (container,) = pod["spec"]["containers"]
            meta = pod["metadata"]
            asked = bot["metadata"].get("annotations", {}).get(names.RESTARTED_AT_ANNOTATION)
            right = (
                meta["ownerReferences"][0]["uid"] == bot["metadata"]["uid"]
                and "deletionTimestamp" not in meta
                and spec["llm"]["model"] in container["args"]
                and container["resources"]["limits"]["memory"] == spec["resources"]["limits"]["memory"]
                and meta["annotations"].get(names.RESTARTED_AT_ANNOTATION) == asked
                and pod["status"]["phase"] == ("Pending" if spec["knowledge"].get("storage") else "Running")
            )
            found += [] if right else [f"{name} has not the pod that it is to have"]
        status = bot.get("status") or {}
        if status.get("observedGeneration") != bot["metadata"]["generation"]:
            found.append(f"{name}'s status is of an older generation")
    return found + [f"the pod {pod['metadata']['name']} is nobody's" for pod in left.values()]


def age(bot: Json) -> tuple[str, str]:
    return bot["metadata"]["creationTimestamp"], bot["metadata"]["uid"]


async def test_an_operator_that_is_killed_again_and_again_makes_one_pod_for_each_and_forgets_none(
    installed: Installation,
) -> None:
    seed = int(os.environ.get("CHAOS_SEED") or random.randrange(10**6))  # noqa: S311 - no secret
    print(f"CHAOS_SEED={seed}")  # noqa: T201 - shown when it fails
    chance, name = random.Random(seed), f"chaos-{seed}"  # noqa: S311
    config = Path(installed.context.kubeconfig)
    settings: Any = {"NAMESPACES": name, "CLEANUP_SECONDS": "20", "WATCHDOG_SECONDS": "5"}
    async with Administrator(config) as api, field(api, name, chance) as (audit, _):
        people, over = People(api, name, chance), asyncio.Event()
        doing = asyncio.create_task(people.run(over))
        for _ in range(LIVES):
            async with local_operator(config, **settings) as operator:
                if chance.random() < 0.7:
                    await operator.becomes("/readyz", 200, within=60)
                await asyncio.sleep(chance.uniform(0, 3))
        over.set()
        await doing
        async with local_operator(config, **settings):
            await settled(api, name, audit)
        assert not {bot for bot, most in audit.most.items() if most > 1}, "two pods for one bot at a time"
        print(f"{len(audit.made)} pods, {people.done}")  # noqa: T201


async def settled(api: Administrator, name: str, audit: Audit) -> None:
    """Wait until everything is as it is to be, and stays so without another write."""
    path = f"{BOTS}/namespaces/{name}/personalbots"
    end = time.monotonic() + SETTLED
    before: dict[str, str] = {}
    while (complaints := wrong(await api.items(path), audit)) or before != versions(await api.items(path), audit):
        assert time.monotonic() < end, "\n".join(complaints) or "something is written again and again"
        before = {} if complaints else versions(await api.items(path), audit)
        await asyncio.sleep(0.5 if complaints else 5)


def versions(bots: list[Json], audit: Audit) -> dict[str, str]:
    return {item["metadata"]["uid"]: item["metadata"]["resourceVersion"] for item in (*bots, *audit.pods.values())}
