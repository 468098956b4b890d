"""A namespace that is deleted with bots in it goes: nothing hangs on a finalizer, and the operator lives on."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from local_operator import local_operator
from own_operator import QDRANT, STORED, Field, own_field
from support import Installation

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(180)]


@pytest.fixture
async def ours(installed: Installation, tmp_path: Path) -> AsyncIterator[Field]:
    async with own_field(installed, tmp_path) as made:
        yield made


async def test_a_deleted_namespace_goes_with_its_bots_and_is_used_again_when_it_is_back(
    installed: Installation, ours: Field, tmp_path: Path
) -> None:
    """The operator's rights are those of the whole cluster: a Role goes with its namespace (docs/operating.md)."""
    config = Path(installed.context.kubeconfig)
    log = tmp_path / "log"
    async with local_operator(config, log=log, NAMESPACES=ours.name, WATCHDOG_SECONDS="2") as operator:
        await ours.bot("plain", QDRANT)
        await ours.bot("cleaned", QDRANT | {"deletionPolicy": "Delete"})
        await ours.bot("stored", STORED)
        await ours.bot("stopped", QDRANT, state="Stopped")
        for name, reason in (("plain", "Polling"), ("cleaned", "Polling"), ("stored", "VolumePending"),
                             ("stopped", "Stopped")):  # fmt: skip
            await ours.reason(name, reason)
        namespace = f"api/v1/namespaces/{ours.name}"
        await ours.api.call("DELETE", namespace)
        try:
            async with asyncio.timeout(60):
                while (await ours.api.call("GET", namespace))[0] != 404:  # noqa: ASYNC110 - far away
                    await asyncio.sleep(0.2)
        except TimeoutError:
            left = await ours.get(f"{ours.bots}")
            raise AssertionError(f"it is still there, with {left}; {log.read_text()[-3000:]}") from None
        assert (await operator.ask("/healthz"))[0] == 200
        assert (await ours.api.call("POST", "api/v1/namespaces", {"metadata": {"name": ours.name}}))[0] == 201
        await ours.bot("plain", QDRANT)
        await ours.reason("plain", "Polling")
        assert "Traceback" not in log.read_text()
