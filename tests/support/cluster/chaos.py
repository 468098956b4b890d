"""People who change bots at random, and what has to be true of the cluster when they are done."""

import asyncio
import os
import random
import time
from typing import Any, Final

from personalbots_api import names
from support.cluster.administrator import BOTS, Administrator, Json
from support.cluster.fake_kubelet import Audit, bot_of, place

NUMBER: Final = int(os.environ.get("CHAOS_BOTS", "30"))
SETTLED: Final = 60 + NUMBER / 2
"""Seconds until everything has to be as the resources say."""

_DEEDS: Final = (
    *("change", "resize", "stop", "resume", "resume", "restart", "delete", "create", "create"),
    *("pod deleted", "pod failed"),
)


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
            "ownerId": 1 + number % 7,
            "telegram": {"tokenSecretRef": {"name": secret}},
            "llm": {"apiKeySecretRef": {"name": name}},
            "knowledge": knowledge,
            "pod": place(self._name),
        }
        body = {"kind": names.KIND, "apiVersion": names.API_VERSION, "metadata": {"name": name}, "spec": spec}
        await self._do("create", "POST", self._bots, body)

    async def _touch(self, name: str) -> None:
        deed = self._chance.choice(_DEEDS)
        bot, pod = f"{self._bots}/{name}", f"api/v1/namespaces/{self._name}/pods/pbot-{name}"
        match deed:
            case "create":
                await self._create(name)
            case "delete":
                await self._do(deed, "DELETE", bot, {})
            case "pod deleted":
                await self._do(deed, "DELETE", pod, {"gracePeriodSeconds": self._chance.choice([0, 5])})
            case "pod failed":
                await self._do(deed, "PATCH", f"{pod}/status", {"status": {"phase": "Failed", "reason": "Evicted"}})
            case _:
                await self._do(deed, "PATCH", bot, self._change(deed))

    def _change(self, deed: str) -> Json:
        mark = str(self._chance.randrange(10**6))
        if deed == "restart":
            return {"metadata": {"annotations": {names.RESTARTED_AT_ANNOTATION: f"2027-01-01T00:00:00.{mark:0>6}Z"}}}

        changes: dict[str, Any] = {
            "change": {"llm": {"model": f"model-{mark}"}},
            "resize": {"resources": {"limits": {"memory": f"{256 + int(mark) % 256}Mi"}}},
            "stop": {"state": "Stopped"},
            "resume": {"state": "Running"},
        }
        return {"spec": changes[deed]}

    async def _do(self, deed: str, method: str, path: str, body: Json) -> None:
        status, answer = await self._api.call(method, path, body)
        assert status in (200, 201, 202, 404, 409), (deed, status, answer)
        if status < 300:
            self.done[deed] = self.done.get(deed, 0) + 1


async def settled(api: Administrator, name: str, audit: Audit) -> None:
    """Wait until everything is as it has to be, and stays so without another write."""
    path = f"{BOTS}/namespaces/{name}/personalbots"
    end = time.monotonic() + SETTLED
    before: dict[str, str] = {}
    while (complaints := wrong(await api.items(path), audit)) or before != _versions(await api.items(path), audit):
        assert time.monotonic() < end, "\n".join(complaints) or "something is written again and again"
        before = {} if complaints else _versions(await api.items(path), audit)
        await asyncio.sleep(0.5 if complaints else 5)


def never_two_pods(audit: Audit) -> None:
    """Check that no bot ever had two pods at the same time."""
    assert not {bot for bot, most in audit.most.items() if most > 1}, "two pods for one bot at a time"


def wrong(bots: list[Json], audit: Audit) -> list[str]:
    """Say in sentences what is not as the resources say."""
    found: list[str] = []
    left = dict(audit.pods)
    for bot in bots:
        name, spec = bot["metadata"]["name"], bot["spec"]
        pods = [pod for pod in left.values() if bot_of(pod) == name]
        for pod in pods:
            del left[pod["metadata"]["uid"]]

        older = _older_with_its_token(bot, bots)
        if "deletionTimestamp" in bot["metadata"]:
            found.append(f"{name} is still being deleted")
        if len(pods) != (spec.get("state") == "Running" and not older):
            found.append(f"{name} has {len(pods)} pods: {spec.get('state')}, older: {len(older)}")
        found += [f"{name} does not have the pod that it should have" for pod in pods if not _fits(bot, pod)]
        if (bot.get("status") or {}).get("observedGeneration") != bot["metadata"]["generation"]:
            found.append(f"{name}'s status is of an older generation")
    return found + [f"the pod {pod['metadata']['name']} is nobody's" for pod in left.values()]


def _older_with_its_token(bot: Json, bots: list[Json]) -> list[Json]:
    secret = bot["spec"]["telegram"]["tokenSecretRef"]["name"]
    rivals = [other for other in bots if other["spec"]["telegram"]["tokenSecretRef"]["name"] == secret]
    return [other for other in rivals if _age(other) < _age(bot)]


def _fits(bot: Json, pod: Json) -> bool:
    (container,) = pod["spec"]["containers"]
    meta, spec = pod["metadata"], bot["spec"]
    asked = bot["metadata"].get("annotations", {}).get(names.RESTARTED_AT_ANNOTATION)
    return bool(
        meta["ownerReferences"][0]["uid"] == bot["metadata"]["uid"]
        and "deletionTimestamp" not in meta
        and spec["llm"]["model"] in container["args"]
        and container["resources"]["limits"]["memory"] == spec["resources"]["limits"]["memory"]
        and meta["annotations"].get(names.RESTARTED_AT_ANNOTATION) == asked
        and pod["status"]["phase"] == ("Pending" if spec["knowledge"].get("storage") else "Running")
    )


def _age(bot: Json) -> tuple[str, str]:
    return bot["metadata"]["creationTimestamp"], bot["metadata"]["uid"]


def _versions(bots: list[Json], audit: Audit) -> dict[str, str]:
    return {item["metadata"]["uid"]: item["metadata"]["resourceVersion"] for item in (*bots, *audit.pods.values())}
