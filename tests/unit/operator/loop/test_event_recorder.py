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
from support.resources import NOW


class Server:
    """Takes Events; refuses those of one reason."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self.at_once = self.most = 0

    async def create(self, kind: Kind, namespace: str, body: dict[str, Any]) -> dict[str, Any]:
        assert (kind, namespace, body["involvedObject"]["name"]) == (Kind.EVENT, "bots", "anna")
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        if body["reason"] == "Refused":
            raise RefusedError("the namespace is going")
        self.written.append(body["reason"])
        return body


async def record(server: Server, anna: Bot, *reasons: str) -> None:
    recorder = EventRecorder(cast("Cluster", server))
    for reason in reasons:
        recorder.record(anna, Notice("Normal", reason, "a message"), now=NOW)
    task = asyncio.create_task(recorder.run())
    async with asyncio.timeout(5):
        while not server.written or server.written[-1] != reasons[-1]:  # noqa: ASYNC110 - it is waited for
            await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])


async def test_events_are_written_in_order_one_at_a_time_and_go_on_after_a_refusal(
    bot: Callable[..., Bot], caplog: pytest.LogCaptureFixture
) -> None:
    server = Server()
    await record(server, bot(), "Stopped", "Refused", "Polling")
    assert (server.written, server.most) == (["Stopped", "Polling"], 1)
    assert "an Event about bots/anna could not be written: the namespace is going" in caplog.text


async def test_when_too_many_events_wait_the_oldest_are_dropped(
    bot: Callable[..., Bot], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "LONGEST", 2)
    server = Server()
    await record(server, bot(), "Stopped", "Starting", "Polling")
    assert server.written == ["Starting", "Polling"]
    assert "Stopped of anna is dropped" in caplog.text
