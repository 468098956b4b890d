"""Every rule of the operator's Roles is used. Without one the operator says so, and nothing else breaks.

The rules are the chart's own, given to a ServiceAccount of the test's. An operator of this checkout has its token.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from pathlib import Path

import pytest

from personalbots_api import names
from support.cluster.api_proxy import Right, proxied
from support.cluster.installation import Installation
from support.cluster.local_operator import Local, local_operator
from support.cluster.own_operator import OPERATOR, QDRANT, STORED, Field, forbidden, own_field, rights
from support.json_logs import log_has
from support.waiting import until

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]

LOOKED_AT = (names.PLURAL, "pods", "persistentvolumeclaims")
TAKEN_NAMES = ("pod-taken", "claim-taken")
"""Bots whose pod's, or claim's, name a stranger's object has."""


@pytest.fixture
async def ours(installed: Installation, tmp_path: Path) -> AsyncIterator[Field]:
    async with own_field(installed, tmp_path) as made:
        await deployment(made)
        yield made


async def deployment(ours: Field) -> None:
    """Make a Deployment with the name of the operator's own, whose status says that a rollout has halted."""
    labels = {"app": "x"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "x", "image": "x"}]}}
    body = {
        "metadata": {"name": OPERATOR},
        "spec": {"replicas": 0, "selector": {"matchLabels": labels}, "template": template},
    }
    path = f"apis/apps/v1/namespaces/{ours.own}/deployments"
    assert (await ours.api.call("POST", path, body))[0] == 201

    when = "2027-01-01T00:00:00Z"
    halted = {
        "type": "RolloutHalted",
        "status": "True",
        "reason": "NewBotsFail",
        "message": "x",
        "lastTransitionTime": when,
        "lastUpdateTime": when,
    }
    assert (await ours.api.call("PATCH", f"{path}/{OPERATOR}/status", {"status": {"conditions": [halted]}}))[0] == 200


@contextlib.asynccontextmanager
async def running(ours: Field, config: Path, log: Path) -> AsyncIterator[Local]:
    own = f"{ours.own}/{OPERATOR}"
    settings = {
        "NAMESPACES": ours.name,
        "DEPLOYMENT": own,
        "LEASE": own,
        "IDENTITY": config.name,
        "WATCHDOG_SECONDS": "2",
    }
    async with local_operator(config, settings, log=log) as operator:
        yield operator


def granted(ours: Field) -> set[Right]:
    """Give all rights that the chart grants."""
    return set().union(*(rights(rules) for rules in ours.rules.values()))


async def test_every_right_is_used_and_none_is_missing(ours: Field, tmp_path: Path) -> None:
    for name in TAKEN_NAMES:
        await ours.strangers(name)

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
            with contextlib.suppress(AssertionError):  # the asserts below say it better
                await until(lambda: granted(ours) <= set(proxy.used), "all rights are used", timeout=40)

        assert granted(ours) - set(proxy.used) == set(), "rights that nothing uses"
        assert set(proxy.used) - granted(ours) == set(), "calls without a right"
        assert "forbidden" not in (tmp_path / "log").read_text()


class Taking:
    """Takes rights from an operator that runs, gives them back, and notes which it has said it misses."""

    def __init__(self, ours: Field, log: Path) -> None:
        self.ours = ours
        self.log = log
        self.tested: set[Right] = set()

    async def take(self, *taken: Right) -> None:
        """Take these rights to bots and what belongs to them, and give back all others."""
        await self.ours.may("operator", self.ours.name, taken=taken)

    async def take_own(self, taken: Iterable[Right]) -> None:
        """The same for the rights in the operator's own namespace."""
        await self.ours.may("operator", self.ours.own, taken=taken)

    async def logged(self, right: Right) -> None:
        """Wait until the operator logs that this right is missing."""
        self.tested.add(right)
        await until(lambda: log_has(self.log, forbidden(right)), f"the log has: {forbidden(right)}")

    async def on_the_bot(self, name: str, right: Right) -> None:
        """Check that the bot's condition says that this right is missing."""
        self.tested.add(right)
        await self.ours.reason(name, "PodRefused")
        assert forbidden(right) in (await self.ours.ready(name))["message"]


async def test_a_right_that_is_taken_is_told_and_all_goes_on_when_it_is_given_again(
    ours: Field, tmp_path: Path
) -> None:
    for name in TAKEN_NAMES:
        await ours.strangers(name)
    config = await ours.account("operator")
    taking = Taking(ours, tmp_path / "log")
    await taking.take_own(rights(ours.rules[ours.own]))

    async with running(ours, config, taking.log) as operator:
        await gives_its_own_rights_one_after_another(taking)
        await operator.becomes("/readyz", 200, within=60)
        await ours.bot("steady", QDRANT)
        await ours.reason("steady", "Polling")
        steady = ours.pod("steady")["metadata"]["uid"]

        await takes_rights_to_pods(taking)
        await takes_rights_to_what_is_said_of_bots(taking)
        await takes_rights_to_volumes(taking)
        await takes_rights_to_look_at_strangers(taking)

        assert ours.pod("steady")["metadata"]["uid"] == steady, "nothing else broke"
        assert operator.process.returncode is None

    looks = {(verb, kind) for verb in ("list", "watch") for kind in LOOKED_AT}
    assert taking.tested == granted(ours) - looks, "the looks are in the next tests"


async def gives_its_own_rights_one_after_another(taking: Taking) -> None:
    """At first the operator may do nothing for itself; the order is that in which it needs its rights."""
    missing = rights(taking.ours.rules[taking.ours.own])
    for right in (
        ("get", "leases"),
        ("create", "leases"),
        ("patch", "leases"),
        ("get", "deployments"),
        ("patch", "deployments/status"),
        ("create", "events"),
    ):
        await taking.logged(right)
        missing.discard(right)
        await taking.take_own(missing)
    assert missing == set()


async def takes_rights_to_pods(taking: Taking) -> None:
    """Leaves the bot `plain`, which polls."""
    ours = taking.ours
    await taking.take(("create", "pods"))
    await ours.bot("plain", QDRANT)
    await taking.on_the_bot("plain", ("create", "pods"))
    await taking.take()
    await ours.reason("plain", "Polling")

    await taking.take(("delete", "pods"))
    before = ours.pod("plain")["metadata"]["uid"]
    await ours.change("plain", llm={"model": "another"})
    await taking.logged(("delete", "pods"))
    await taking.take()
    await another_pod(ours, "plain", before)
    await ours.reason("plain", "Polling")

    await taking.take(("patch", "pods/resize"))
    before = ours.pod("plain")["metadata"]["uid"]
    await ours.change("plain", resources={"limits": {"memory": "300Mi"}})
    await taking.logged(("patch", "pods/resize"))
    await another_pod(ours, "plain", before)
    await taking.take()
    await ours.reason("plain", "Polling")


async def takes_rights_to_what_is_said_of_bots(taking: Taking) -> None:
    """Events, the status, and the finalizer, of the bot `plain`."""
    ours = taking.ours
    await taking.take(("create", "events"))
    await ours.change("plain", state="Stopped")
    await ours.reason("plain", "Stopped")
    await taking.logged(("create", "events"))

    await taking.take(("patch", "personalbots/status"))
    await ours.change("plain", state="Running")
    await taking.logged(("patch", "personalbots/status"))
    await taking.take()
    await ours.reason("plain", "Polling")

    await taking.take(("patch", "personalbots"))
    await ours.change("plain", knowledge={"deletionPolicy": "Delete"})
    await taking.logged(("patch", "personalbots"))
    await taking.take()
    await until_has(ours, f"{ours.bots}/plain", "finalizers", names.CLEANUP_FINALIZER)


async def takes_rights_to_volumes(taking: Taking) -> None:
    """Claims, and the Events that say why one is pending."""
    ours = taking.ours
    await taking.take(("create", "persistentvolumeclaims"))
    await ours.bot("stored", STORED)
    await taking.on_the_bot("stored", ("create", "persistentvolumeclaims"))
    await taking.take(("list", "events"))
    await taking.logged(("list", "events"))
    await ours.reason("stored", "VolumePending")

    await taking.take(("patch", "persistentvolumeclaims"))
    await ours.change("stored", knowledge={"deletionPolicy": "Delete"})
    await taking.logged(("patch", "persistentvolumeclaims"))
    await taking.take()
    await until_has(ours, f"api/v1/namespaces/{ours.name}/persistentvolumeclaims/pbot-stored", "ownerReferences")


async def takes_rights_to_look_at_strangers(taking: Taking) -> None:
    """A name that is taken is looked up by `get`."""
    for kind, name, knowledge in (("pods", "pod-taken", QDRANT), ("persistentvolumeclaims", "claim-taken", STORED)):
        await taking.take(("get", kind))
        await taking.ours.bot(name, knowledge)
        await taking.logged(("get", kind))
        await taking.take()
        await taking.ours.reason(name, "PodNameTaken", "VolumePending")


async def another_pod(ours: Field, name: str, before: str) -> None:
    """Wait until a bot has another pod than the one of this UID."""
    await until(lambda: ours.pod(name).get("metadata", {}).get("uid", before) != before, "another pod")


async def until_has(ours: Field, path: str, part: str, item: str | None = None) -> None:
    """Wait until a list in the metadata of an object has an item, or any."""

    async def has() -> bool:
        found = (await ours.get(path))["metadata"].get(part) or ()
        return bool(found) if item is None else item in found

    await until(has, f"{path} has {part}")


async def test_an_operator_that_may_not_list_says_so_is_not_ready_and_touches_nothing(
    ours: Field, tmp_path: Path
) -> None:
    await ours.bot("there", QDRANT)

    async def blind(operator: Local) -> None:
        assert (await operator.ask("/readyz"))[0] != 200

    await without_each(ours, tmp_path, "list", blind)
    assert ours.audit.made == set()
    assert (await ours.get(f"{ours.bots}/there")).get("status") is None


async def test_an_operator_that_may_not_watch_says_so_and_ends(ours: Field, tmp_path: Path) -> None:
    await ours.bot("there", QDRANT)  # from its lists it does the right thing for it before it ends

    async def ended(operator: Local) -> None:
        async with asyncio.timeout(150):  # kopf tries for nearly a minute
            assert await operator.process.wait() == 1

    await without_each(ours, tmp_path, "watch", ended)


async def without_each(ours: Field, folder: Path, verb: str, check: Callable[[Local], Awaitable[None]]) -> None:
    """Run an operator for each kind that it looks at, without this right to it; check it once it has said so."""

    async def one(number: int, right: Right) -> None:
        log = folder / f"log-{number}"
        config = await ours.account(f"operator-{number}")
        await ours.may(config.name, ours.name, taken=[right])
        settings = {"NAMESPACES": ours.name, "WATCHDOG_SECONDS": "2"}
        async with local_operator(config, settings, log=log) as operator:
            await until(lambda: log_has(log, forbidden(right)), f"the log has: {forbidden(right)}")
            await check(operator)

    await asyncio.gather(*(one(number, (verb, kind)) for number, kind in enumerate(LOOKED_AT)))
