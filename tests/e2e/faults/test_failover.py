"""Two operators with leader election: when the one that leads is killed, the other goes on within the lease's time."""

import random
import secrets
import time
from pathlib import Path

import pytest

from personalbots_operator.kube.leader import LEASE_SECONDS, TRY_SECONDS
from support.cluster.administrator import BOTS, Administrator
from support.cluster.bots import NO_VOLUME
from support.cluster.fake_kubelet import field, resource
from support.cluster.installation import Installation
from support.cluster.local_operator import Local, local_operator
from support.waiting import until

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(180)]


async def test_the_other_operator_takes_over_and_bots_notice_nothing(installed: Installation) -> None:
    name, config = f"failover-{secrets.token_hex(3)}", Path(installed.context.kubeconfig)
    settings = {"NAMESPACES": name, "LEASE": f"{name}/operator"}
    chance = random.Random(1)  # noqa: S311 - no secret
    async with (
        Administrator(config) as api,
        field(api, name, chance, slow=0.2) as (audit, _),
        local_operator(config, settings | {"IDENTITY": "one"}) as one,
        local_operator(config, settings | {"IDENTITY": "two"}) as two,
    ):
        bots = f"{BOTS}/namespaces/{name}/personalbots"

        async def make(bot: str) -> None:
            body = resource(bot, node=name, knowledge=NO_VOLUME)
            assert (await api.call("POST", bots, body))[0] == 201

            async def polls() -> bool:
                _, found = await api.call("GET", f"{bots}/{bot}")
                return bool(found.get("status", {}).get("phase") == "Running")

            await until(polls, f"{bot} polls", timeout=90)

        async def leads() -> str:
            _, lease = await api.call("GET", f"apis/coordination.k8s.io/v1/namespaces/{name}/leases/operator")
            return str(lease.get("spec", {}).get("holderIdentity") or "")

        await make("before")
        (pod,) = audit.pods
        leader = await leads()

        killed: Local = {"one": one, "two": two}[leader]
        killed.process.kill()
        began = time.monotonic()
        await make("after")
        took = time.monotonic() - began
        assert await leads() == ({"one", "two"} - {leader}).pop()
        assert took > LEASE_SECONDS - 2 * TRY_SECONDS, "not before the lease has run out"
        print(f"taken over after {took:.1f} s")  # noqa: T201 - shown when it fails
        assert pod in audit.pods, "the first bot's pod is the same"
        assert set(audit.most.values()) == {1}
