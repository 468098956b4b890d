"""Events are written one after another, while everything else goes on."""

import asyncio
from collections.abc import Callable
from typing import Any, cast

import pytest

from personalbots_operator.cache.bot import Bot
from personalbots_operator.decision.actions import Notice
from personalbots_operator.kube.client import Cluster, Kind, RefusedError
from personalbots_operator.loop import event_recorder as recording
from personalbots_operator.loop.event_recorder import EventRecorder


class Server:
    """Takes Events; refuses those of one reason."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.at_once = self.most = 0

    async def create(self, kind: Kind, namespace: str, body: dict[str, Any]) -> dict[str, Any]:
        assert (kind, namespace, body["involvedObject"]["name"]) == (Kind.EVENT, "bots", "anna")
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        if body["reason"] == "Refused":
            raise RefusedError("the namespace is going")
        self.told.append(body["reason"])
        return body


async def record(server: Server, anna: Bot, *reasons: str) -> None:
    recorder = EventRecorder(cast("Cluster", server))
    for reason in reasons:
        recorder.record(anna, Notice("Normal", reason, "it is said"), now=1_800_000_000.0)
    task = asyncio.create_task(recorder.run())
    async with asyncio.timeout(5):
        while not server.told or server.told[-1] != reasons[-1]:  # noqa: ASYNC110 - it is waited for
            await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])


async def test_they_are_told_in_their_order_one_at_a_time_and_a_refusal_is_not_the_end(
    bot: Callable[..., Bot], caplog: pytest.LogCaptureFixture
) -> None:
    server = Server()
    await record(server, bot(), "Stopped", "Refused", "Polling")
    assert (server.told, server.most) == (["Stopped", "Polling"], 1)
    assert "an Event about bots/anna could not be written: the namespace is going" in caplog.text


async def test_of_too_many_the_oldest_are_dropped(
    bot: Callable[..., Bot], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "LONGEST", 2)
    server = Server()
    await record(server, bot(), "Stopped", "Starting", "Polling")
    assert server.told == ["Starting", "Polling"]
    assert "Stopped of anna is dropped" in caplog.text
