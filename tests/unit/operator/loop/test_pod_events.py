"""Events that tell why pods do not start: one call lists them for everybody who asks at the same time."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest

from personalbots_operator.kube.client import Cluster, UnavailableError
from personalbots_operator.loop import pod_events
from personalbots_operator.loop.pod_events import PodEvents


class Server:
    """Warnings of one namespace in two pages, which it gives when `go` is set."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.go = asyncio.Event()
        self.away = False

    async def warnings(self, namespace: str) -> AsyncIterator[list[dict[str, Any]]]:
        self.calls.append(namespace)
        await self.go.wait()
        if self.away:
            raise UnavailableError("away")
        yield [_warning("1", "FailedMount"), _warning("1", "Unhealthy")]
        yield [_warning("2", "ProvisioningFailed"), _warning("1", "FailedMount")]


def _warning(uid: str, reason: str) -> dict[str, Any]:
    return {"involvedObject": {"uid": uid}, "reason": reason, "message": f"{reason} of {uid}", "metadata": {}}


async def test_many_who_ask_at_once_share_one_call_and_each_gets_its_own_events(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = Server()
    events = PodEvents(cast("Cluster", server))
    asking = [asyncio.create_task(events.about("bots", *uids)) for uids in (("1",), ("2", "3"), ("3",)) * 50]
    await asyncio.sleep(0)
    with monkeypatch.context() as slow:  # a reading that takes longer than what was read is fresh
        slow.setattr(pod_events, "FRESH_SECONDS", 0.0)
        asking.append(asyncio.create_task(events.about("bots", "1")))
        await asyncio.sleep(0)
    server.go.set()
    one, two, three, *_ = await asyncio.gather(*asking)
    assert server.calls == ["bots"]
    assert [event.reason for event in one] == ["FailedMount", "FailedMount"]
    assert [event.message for event in two] == ["ProvisioningFailed of 2"]
    assert three == ()
    assert await events.about("others", "1")
    assert server.calls == ["bots", "others"]


async def test_events_are_listed_again_when_they_are_no_longer_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server()
    server.go.set()
    events = PodEvents(cast("Cluster", server))
    await events.about("bots", "1")
    await events.about("bots", "1")
    assert len(server.calls) == 1
    monkeypatch.setattr(pod_events, "FRESH_SECONDS", 0.0)
    await events.about("bots", "1")
    assert len(server.calls) == 2


async def test_a_failure_is_shared_too_and_the_next_one_asks_again() -> None:
    server = Server()
    server.away = True
    events = PodEvents(cast("Cluster", server))
    asking = [asyncio.create_task(events.about("bots", "1")) for _ in range(3)]
    await asyncio.sleep(0)
    asking[0].cancel()  # does not disturb the others
    server.go.set()
    results = await asyncio.gather(*asking, return_exceptions=True)
    assert [type(error) for error in results] == [asyncio.CancelledError, UnavailableError, UnavailableError]
    server.away = False
    assert await events.about("bots", "1")
    assert len(server.calls) == 2
