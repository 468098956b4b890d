"""Every rule of the operator's Roles is used; and without it that is said, nothing else breaks, and it goes on later.

The rules are the chart's own, given to a ServiceAccount of the test's, with whose token an operator runs ours.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from personalbots_api import names
from support.api_proxy import Right, proxied
from support.installation import Installation
from support.local_operator import Local, local_operator
from support.own_operator import OPERATOR, QDRANT, STORED, Field, forbidden, own_field, rights, until

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]

LOOKED_AT = (names.PLURAL, "pods", "persistentvolumeclaims")


@pytest.fixture
async def ours(installed: Installation, tmp_path: Path) -> AsyncIterator[Field]:
    async with own_field(installed, tmp_path) as made:
        yield made


async def deployment(ours: Field) -> None:
    """A Deployment called as the operator's own, of which it was said that a rollout had halted."""
    labels = {"app": "x"}
    body = {
        "metadata": {"name": OPERATOR},
        "spec": {"replicas": 0, "selector": {"matchLabels": labels},
                 "template": {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "x", "image": "x"}]}}},
    }  # fmt: skip
    path = f"apis/apps/v1/namespaces/{ours.own}/deployments"
    assert (await ours.api.call("POST", path, body))[0] == 201
    when = "2027-01-01T00:00:00Z"
    halted = {"type": "RolloutHalted", "status": "True", "reason": "NewBotsFail", "message": "x",
              "lastTransitionTime": when, "lastUpdateTime": when}  # fmt: skip
    assert (await ours.api.call("PATCH", f"{path}/{OPERATOR}/status", {"status": {"conditions": [halted]}}))[0] == 200


@contextlib.asynccontextmanager
async def running(ours: Field, config: Path, log: Path) -> AsyncIterator[Local]:
    own = f"{ours.own}/{OPERATOR}"
    how: Any = {
        "NAMESPACES": ours.name,
        "DEPLOYMENT": own,
        "LEASE": own,
        "IDENTITY": config.name,
        "WATCHDOG_SECONDS": "2",
    }
    async with local_operator(config, log=log, **how) as operator:
        yield operator


async def test_every_right_is_used_and_none_is_missing(ours: Field, tmp_path: Path) -> None:
    await deployment(ours)
    for name in ("pod-taken", "claim-taken"):
        await ours.strangers(name)
    granted = set().union(*(rights(rules) for rules in ours.rules.values()))
    async with proxied(ours.api) as (proxy, server):
        config = await ours.account("operator", server)
        async with running(ours, config, tmp_path / "log"):
            await ours.bot("pod-taken", QDRANT)
            await ours.bot("claim-taken", STORED)
            await ours.bot("stored", STORED)
            await ours.bot("plain", QDRANT | {"deletionPolicy": "Delete"})
            await ours.reason("plain", "Polling")
            await ours.reason("stored", "VolumePending")
            await ours.change("stored", knowledge={"deletionPolicy": "Delete"})
            await ours.change("plain", resources={"limits": {"memory": "300Mi"}})
            await until(lambda: ("patch", "pods/resize") in proxy.used, "the pod is resized")
            await ours.change("plain", llm={"model": "another"})
            with contextlib.suppress(AssertionError):  # told better below
                await until(lambda: granted <= set(proxy.used), "all rights are used", within=40)
        assert granted - set(proxy.used) == set(), "rights that nothing uses"
        assert set(proxy.used) - granted == set(), "calls without a right"
        assert "forbidden" not in (tmp_path / "log").read_text()


async def test_a_right_that_is_taken_is_told_and_all_goes_on_when_it_is_given_again(  # noqa: PLR0915 - one after another
    ours: Field, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    await deployment(ours)
    for name in ("pod-taken", "claim-taken"):
        await ours.strangers(name)
    config = await ours.account("operator")
    tested: set[Right] = set()

    def told(right: Right, text: str | None = None) -> bool:
        """Whether the log, or what is given, says that the right is missing."""
        tested.add(right)
        return forbidden(right) in (log.read_text().replace('\\"', '"') if text is None else text)

    async def take(*taken: Right) -> None:
        await ours.may("operator", ours.name, taken=taken)

    # At first it may do nothing for itself, and is given one right after another.
    missing = rights(ours.rules[ours.own])
    await ours.may("operator", ours.own, taken=missing)
    async with running(ours, config, log) as operator:
        steps = [("get", "leases"), ("create", "leases"), ("patch", "leases"), ("get", "deployments"),
                 ("patch", "deployments/status"), ("create", "events")]  # fmt: skip
        for right in steps:
            await until(lambda right=right: told(right), f"it tells of {right}")  # type: ignore[misc]
            missing.discard(right)
            await ours.may("operator", ours.own, taken=missing)
        assert missing == set()
        await operator.becomes("/readyz", 200, within=60)

        await ours.bot("steady", QDRANT)
        await ours.reason("steady", "Polling")
        steady = ours.pod("steady")["metadata"]["uid"]

        await take(("create", "pods"))
        await ours.bot("plain", QDRANT)
        await ours.reason("plain", "PodRefused")
        assert told(("create", "pods"), (await ours.ready("plain"))["message"])
        await take()
        await ours.reason("plain", "Polling")

        await take(("delete", "pods"))
        before = ours.pod("plain")["metadata"]["uid"]
        await ours.change("plain", llm={"model": "another"})
        await until(lambda: told(("delete", "pods")), "it tells that it may not delete the pod")
        await take()
        await until(lambda: ours.pod("plain").get("metadata", {}).get("uid", before) != before, "another pod")
        await ours.reason("plain", "Polling")

        await take(("patch", "pods/resize"))
        before = ours.pod("plain")["metadata"]["uid"]
        await ours.change("plain", resources={"limits": {"memory": "300Mi"}})
        await until(lambda: told(("patch", "pods/resize")), "it tells that it may not resize the pod")
        await until(lambda: ours.pod("plain").get("metadata", {}).get("uid", before) != before, "another pod instead")
        await take()
        await ours.reason("plain", "Polling")

        await take(("create", "events"))
        await ours.change("plain", state="Stopped")
        await ours.reason("plain", "Stopped")
        await until(lambda: told(("create", "events")), "it tells that an Event is missing")

        await take(("patch", "personalbots/status"))
        await ours.change("plain", state="Running")
        await until(lambda: told(("patch", "personalbots/status")), "it tells that it may not write the status")
        await take()
        await ours.reason("plain", "Polling")

        await take(("patch", "personalbots"))
        await ours.change("plain", knowledge={"deletionPolicy": "Delete"})
        await until(lambda: told(("patch", "personalbots")), "it tells that it may not set the finalizer")
        await take()
        await until_has(ours, "plain", names.CLEANUP_FINALIZER)

        await take(("create", "persistentvolumeclaims"))
        await ours.bot("stored", STORED)
        await ours.reason("stored", "PodRefused")
        assert told(("create", "persistentvolumeclaims"), (await ours.ready("stored"))["message"])
        await take(("list", "events"))
        await until(lambda: told(("list", "events")), "it tells that it may not read Events")
        await ours.reason("stored", "VolumePending")

        await take(("patch", "persistentvolumeclaims"))
        await ours.change("stored", knowledge={"deletionPolicy": "Delete"})
        await until(lambda: told(("patch", "persistentvolumeclaims")), "it tells that it may not change the claim")
        await take()
        await until_owned(ours, "stored")

        for kind, name, knowledge in (("pods", "pod-taken", QDRANT), ("persistentvolumeclaims", "claim-taken", STORED)):
            right = ("get", kind)
            await take(right)
            await ours.bot(name, knowledge)
            await until(lambda right=right: told(right), f"it tells that it may not look at the {kind}")  # type: ignore[misc]
            await take()
            await ours.reason(name, "PodNameTaken", "VolumePending")

        assert ours.pod("steady")["metadata"]["uid"] == steady, "nothing else broke"
        assert operator.process.returncode is None
    looks = {(verb, kind) for verb in ("list", "watch") for kind in LOOKED_AT}
    granted = set().union(*(rights(rules) for rules in ours.rules.values()))
    assert tested == granted - looks, "the looks are in the next tests"


async def until_has(ours: Field, name: str, finalizer: str) -> None:
    async with asyncio.timeout(60):
        while finalizer not in ((await ours.get(f"{ours.bots}/{name}"))["metadata"].get("finalizers") or ()):  # noqa: ASYNC110 - far away
            await asyncio.sleep(0.1)


async def until_owned(ours: Field, name: str) -> None:
    path = f"api/v1/namespaces/{ours.name}/persistentvolumeclaims/pbot-{name}"
    async with asyncio.timeout(60):
        while not (await ours.get(path))["metadata"].get("ownerReferences"):  # noqa: ASYNC110 - far away
            await asyncio.sleep(0.1)


async def test_an_operator_that_may_not_list_says_so_is_not_ready_and_touches_nothing(
    ours: Field, tmp_path: Path
) -> None:
    await ours.bot("there", QDRANT)

    async def blind(operator: Local) -> None:
        assert (await operator.ask("/readyz"))[0] != 200

    await without_each(ours, tmp_path, "list", blind)
    assert ours.audit.made == set()
    assert json.dumps((await ours.get(f"{ours.bots}/there")).get("status")) == "null"


async def test_an_operator_that_may_not_watch_says_so_and_ends(ours: Field, tmp_path: Path) -> None:
    await ours.bot("there", QDRANT)  # what it does for it from its lists before it ends is right

    async def ended(operator: Local) -> None:
        async with asyncio.timeout(150):  # kopf tries for nearly a minute
            assert await operator.process.wait() == 1

    await without_each(ours, tmp_path, "watch", ended)


async def without_each(ours: Field, folder: Path, verb: str, then: Callable[[Local], Awaitable[None]]) -> None:
    """Run an operator for each kind that it looks at, without this right to it, and once it has told of that, look."""

    async def one(number: int, right: Right) -> None:
        log = folder / f"log-{number}"
        config = await ours.account(f"operator-{number}")
        await ours.may(config.name, ours.name, taken=[right])
        async with local_operator(config, log=log, NAMESPACES=ours.name, WATCHDOG_SECONDS="2") as operator:
            await until(
                lambda: log.exists() and forbidden(right) in log.read_text().replace('\\"', '"'), f"it tells of {right}"
            )
            await then(operator)

    await asyncio.gather(*(one(number, (verb, kind)) for number, kind in enumerate(LOOKED_AT)))
