"""One of several leads; another takes over when it is gone; who cannot renew ends."""

import asyncio
from typing import cast

import pytest

from personalbots_operator.kube import leader
from personalbots_operator.kube.client import Cluster, Kind
from personalbots_operator.kube.leader import Leader, LeadershipLostError
from support.simulation import Simulation


@pytest.fixture
def simulation() -> Simulation:
    return Simulation()


def candidate(simulation: Simulation, name: str) -> Leader:
    return Leader(cast("Cluster", simulation), lease="bots/operator", identity=name, try_seconds=0.01)


def holder(simulation: Simulation) -> str:
    lease = simulation.find(Kind.LEASE, "operator")
    return str(lease["spec"]["holderIdentity"]) if lease else ""


async def leads(one: Leader, *, within: float) -> bool:
    try:
        async with asyncio.timeout(within):
            await one.lead()
    except TimeoutError:
        return False
    return True


async def test_of_two_candidates_that_start_at_once_one_leads(simulation: Simulation) -> None:
    both = [candidate(simulation, name) for name in "ab"]
    assert sorted(await asyncio.gather(*(leads(one, within=0.2) for one in both))) == [False, True]
    assert holder(simulation) in ("a", "b")


async def test_a_leader_that_releases_the_lease_lets_another_lead_at_once(simulation: Simulation) -> None:
    first, second = candidate(simulation, "a"), candidate(simulation, "b")
    await first.lead()
    waiting = asyncio.create_task(second.lead())
    await first.release()
    await asyncio.wait_for(waiting, 2)
    assert holder(simulation) == "b"
    lease = simulation.find(Kind.LEASE, "operator")
    assert lease is not None
    assert lease["spec"]["leaseTransitions"] == 1


async def test_a_lease_that_is_not_renewed_is_taken_after_its_duration(
    simulation: Simulation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leader, "LEASE_SECONDS", 0.2)
    await candidate(simulation, "dead").lead()
    assert not await leads(candidate(simulation, "b"), within=0.1)
    assert await leads(candidate(simulation, "c"), within=2)
    assert holder(simulation) == "c"


async def test_a_leader_that_renews_keeps_the_lease(simulation: Simulation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leader, "LEASE_SECONDS", 0.2)
    first = candidate(simulation, "a")
    await first.lead()
    keeping = asyncio.create_task(first.keep())
    assert not await leads(candidate(simulation, "b"), within=0.6)
    assert holder(simulation) == "a"
    keeping.cancel()
    await asyncio.wait([keeping])


async def test_a_leader_that_cannot_renew_in_time_ends(simulation: Simulation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leader, "RENEW_SECONDS", 0.1)
    first = candidate(simulation, "a")
    await first.lead()
    there = simulation.find(Kind.LEASE, "operator")
    assert there is not None
    there["spec"]["holderIdentity"] = "b"
    there["metadata"]["resourceVersion"] = "another"
    with pytest.raises(LeadershipLostError):
        await first.keep()
