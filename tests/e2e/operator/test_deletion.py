"""Bots that are deleted while the operator is away, or with their namespace: nothing hangs, nothing is lost."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from support.cluster.chart import of_kind, render
from support.cluster.installation import Installation
from support.cluster.local_operator import local_operator
from support.cluster.own_operator import OPERATOR, QDRANT, STORED, Field, own_field
from support.waiting import until

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(180)]

REASONS = {"plain": "Polling", "cleaned": "Polling", "stored": "VolumePending", "stopped": "Stopped"}


@pytest.fixture
async def ours(installed: Installation, tmp_path: Path) -> AsyncIterator[Field]:
    async with own_field(installed, tmp_path) as made:
        yield made


async def namespace_gone(ours: Field, log: Path) -> None:
    """Wait until the namespace is no more."""
    path = f"api/v1/namespaces/{ours.name}"

    async def missing() -> bool:
        return (await ours.api.call("GET", path))[0] == 404

    await until(missing, f"{path} is gone", show=lambda: log.read_text()[-3000:])


async def test_a_deleted_namespace_goes_with_its_bots_and_is_used_again_when_it_is_back(
    installed: Installation, ours: Field, tmp_path: Path
) -> None:
    """The operator has all rights here."""
    config = Path(installed.context.kubeconfig)
    log = tmp_path / "log"
    async with local_operator(config, {"NAMESPACES": ours.name, "WATCHDOG_SECONDS": "2"}, log=log) as operator:
        await ours.bot("plain", QDRANT)
        await ours.bot("cleaned", QDRANT | {"deletionPolicy": "Delete"})
        await ours.bot("stored", STORED)
        await ours.bot("stopped", QDRANT, state="Stopped")
        for name, reason in REASONS.items():
            await ours.reason(name, reason)

        await ours.api.call("DELETE", f"api/v1/namespaces/{ours.name}")
        await namespace_gone(ours, log)
        assert (await operator.ask("/healthz"))[0] == 200
        assert (await ours.api.call("POST", "api/v1/namespaces", {"metadata": {"name": ours.name}}))[0] == 201
        await ours.bot("plain", QDRANT)
        await ours.reason("plain", "Polling")
        assert "Traceback" not in log.read_text()


async def test_a_namespace_goes_also_when_the_operators_role_in_it_goes_first(
    installed: Installation, ours: Field, tmp_path: Path
) -> None:
    config, log = await ours.account("operator"), tmp_path / "log"
    roles = {role["metadata"]["name"]: role["rules"] for role in of_kind(render(installed.context), "ClusterRole")}
    await ours.everywhere("operator", roles[f"{OPERATOR}-finalizers"])
    async with local_operator(config, {"NAMESPACES": ours.name}, log=log):
        await ours.bot("cleaned", QDRANT | {"deletionPolicy": "Delete"})
        await ours.reason("cleaned", "Polling")
        await ours.api.call("DELETE", f"apis/rbac.authorization.k8s.io/v1/namespaces/{ours.name}/rolebindings/operator")
        await ours.api.call("DELETE", f"api/v1/namespaces/{ours.name}")
        await namespace_gone(ours, log)


async def test_bots_deleted_while_the_operator_is_away_go_with_their_pods_and_with_their_volumes_as_they_were_told(
    installed: Installation, ours: Field
) -> None:
    """All but a collection on a server, which waits for the operator."""
    config = Path(installed.context.kubeconfig)
    policies = {"kept": "Retain", "dropped": "Delete"}
    async with local_operator(config, {"NAMESPACES": ours.name}):
        for name, policy in policies.items():
            await ours.bot(name, STORED | {"deletionPolicy": policy})
            await ours.reason(name, "VolumePending")
        await ours.bot("cleaned", QDRANT | {"deletionPolicy": "Delete"})
        await ours.reason("cleaned", "Polling")

    before = await volumes(ours)
    for name in (*policies, "cleaned"):
        await ours.api.call("DELETE", f"{ours.bots}/{name}")
    for name in policies:
        await ours.gone(f"{ours.bots}/{name}")
    await until(lambda: not ours.pod("kept") and not ours.pod("dropped"), "their pods are gone")

    async def one_volume_is_left() -> bool:
        return set(await volumes(ours)) == {"pbot-kept"}

    await until(one_volume_is_left, "the other volume is gone")
    assert (await ours.api.call("GET", f"{ours.bots}/cleaned"))[0] == 200

    async with local_operator(config, {"NAMESPACES": ours.name}):
        await ours.gone(f"{ours.bots}/cleaned")
        await ours.bot("kept", STORED)
        await ours.reason("kept", "VolumePending")
    assert await volumes(ours) == {"pbot-kept": before["pbot-kept"]}


async def volumes(ours: Field) -> dict[str, str]:
    """The claims that are not being deleted: their UIDs by their names."""
    found = await ours.api.items(f"api/v1/namespaces/{ours.name}/persistentvolumeclaims")
    return {
        item["metadata"]["name"]: item["metadata"]["uid"]
        for item in found
        if "deletionTimestamp" not in item["metadata"]
    }
