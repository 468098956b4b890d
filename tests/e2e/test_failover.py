"""Two operators with leader election: when the one that leads is killed, the other goes on within the lease's time."""

import asyncio
import random
import secrets
import time
from pathlib import Path
from typing import Any

import pytest

from personalbots_api import names
from personalbots_operator.kube.leader import LEASE_SECONDS, TRY_SECONDS
from support.administrator import BOTS, Administrator
from support.fake_kubelet import field, place
from support.installation import Installation
from support.local_operator import Local, local_operator

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(180)]


async def test_the_other_operator_takes_over_and_bots_notice_nothing(installed: Installation) -> None:
    name, config = f"failover-{secrets.token_hex(3)}", Path(installed.context.kubeconfig)
    how: Any = {"NAMESPACES": name, "LEASE": f"{name}/operator"}
    chance = random.Random(1)  # noqa: S311 - no secret
    async with (
        Administrator(config) as api,
        field(api, name, chance, slow=0.2) as (audit, _),
        local_operator(config, IDENTITY="one", **how) as one,
        local_operator(config, IDENTITY="two", **how) as two,
    ):
        bots = f"{BOTS}/namespaces/{name}/personalbots"

        async def make(bot: str) -> None:
            spec = {
                "ownerId": 5, "telegram": {"tokenSecretRef": {"name": bot}}, "llm": {"apiKeySecretRef": {"name": bot}},
                "pod": place(name), "knowledge": {"collection": "c", "qdrant": {"url": "http://qdrant.invalid:6333"}},
            }  # fmt: skip
            body = {"kind": names.KIND, "apiVersion": names.API_VERSION, "metadata": {"name": bot}, "spec": spec}
            assert (await api.call("POST", bots, body))[0] == 201

        async def polls(bot: str) -> None:
            async with asyncio.timeout(90):
                while (await api.call("GET", f"{bots}/{bot}"))[1].get("status", {}).get("phase") != "Running":  # noqa: ASYNC110 - far away
                    await asyncio.sleep(0.1)

        async def leads() -> str:
            _, lease = await api.call("GET", f"apis/coordination.k8s.io/v1/namespaces/{name}/leases/operator")
            return str(lease.get("spec", {}).get("holderIdentity") or "")

        await make("before")
        await polls("before")
        (pod,) = audit.pods
        leader = await leads()
        killed: Local = {"one": one, "two": two}[leader]
        killed.process.kill()
        began = time.monotonic()
        await make("after")
        await polls("after")
        took = time.monotonic() - began
        assert await leads() == ({"one", "two"} - {leader}).pop()
        assert took > LEASE_SECONDS - 2 * TRY_SECONDS, "not before the lease has run out"
        print(f"taken over after {took:.1f} s")  # noqa: T201
        assert pod in audit.pods, "the first bot's pod is the same"
        assert set(audit.most.values()) == {1}
