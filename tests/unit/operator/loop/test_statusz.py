"""Asking bots for their /statusz, over real HTTP where HTTP matters."""

# ruff: noqa: ANN401, ASYNC110, FBT001 - JSON is any; conditions are waited for

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from personalbots_api import names
from personalbots_operator.cache.bot import Key
from personalbots_operator.cache.pod import Pod
from personalbots_operator.cache.statusz import Statusz
from personalbots_operator.loop.statusz import StatuszReader, over_http
from personalbots_operator.settings import Settings

KEY = Key("bots", "anna")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["bot", "id", "polling", "reason", "llm"]), inner)
    ),
)


@asynccontextmanager
async def reader(
    answers: Sequence[Statusz | None], pods: dict[Key, Pod], **settings: Any
) -> AsyncIterator[tuple[StatuszReader, list[float], list[Key]]]:
    asked: list[float] = []
    changed: list[Key] = []

    async def fetch(_: Pod) -> Statusz | None:
        asked.append(asyncio.get_running_loop().time())
        return answers[min(len(asked), len(answers)) - 1]

    made = StatuszReader(fetch, settings=Settings(bot_image="b", **settings), pod=pods.get, changed=changed.append)
    task = asyncio.create_task(made.run())
    try:
        yield made, asked, changed
    finally:
        task.cancel()
        await asyncio.wait([task])


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.001)


@given(JSON)
def test_every_answer_of_a_pod_can_be_read(raw: Any) -> None:
    assert isinstance(Statusz.from_raw(raw), Statusz)


@pytest.mark.parametrize(
    ("report", "busy"),
    [
        ({}, False),
        ({"activity": {"inFlight": 1}}, True),
        ({"activity": {"queued": 1}}, True),
        ({"knowledge": {"reindexing": None}}, False),
        ({"knowledge": {"reindexing": {"model": "m", "done": 1, "total": 9, "problem": ""}}}, True),
        ({"knowledge": {"reindexing": {"model": "m", "done": 1, "total": 9, "problem": "store_full"}}}, False),
    ],
)
def test_a_bot_that_answers_or_embeds_its_documents_anew_is_busy(report: dict[str, Any], busy: bool) -> None:
    assert Statusz.from_raw(report).busy is busy


async def test_a_pod_is_asked_at_once_and_again_only_when_it_is_another_or_its_readiness_changed(
    pod: Callable[..., Pod],
) -> None:
    report = Statusz(bot_id=7)
    anna = pod()
    pods = {KEY: anna}
    async with reader([report], pods) as (made, asked, changed):
        first = made.reading(KEY, anna)
        assert first is not None
        assert first.pending
        await until(lambda: changed == [KEY])
        known = made.reading(KEY, anna)
        assert known is not None
        assert (known.statusz, known.pending, len(asked)) == (report, False, 1)
        pods[KEY] = replace(anna, container=replace(anna.container, ready=False))
        again = made.reading(KEY, pods[KEY])
        assert again is not None
        assert (again.statusz, again.pending) == (report, True)
        await until(lambda: len(asked) == 2)
        pods[KEY] = pod(container={"containerID": "containerd://2"})
        other = made.reading(KEY, pods[KEY])
        assert other is not None
        assert (other.statusz, other.pending) == (None, True)


async def test_bots_that_were_never_asked_go_before_the_others(pod: Callable[..., Pod]) -> None:
    pods = {Key("bots", f"bot{number}"): pod() for number in range(40)}
    async with reader([Statusz()], pods, statusz_per_second=100, statusz_seconds=0.001) as (made, asked, changed):
        for key, there in pods.items():
            made.reading(key, there)
        await until(lambda: len(changed) == 40)
        for key in pods:
            made.refresh(key)
        assert made.behind > 0.3  # 40, of which eight are being asked, at 100 a second
        pods[KEY] = pod()
        made.reading(KEY, pods[KEY])
        before = len(asked)
        await until(lambda: KEY in changed)
        assert len(asked) - before < 12  # those that are being asked, and one in eight of the others


async def test_a_pod_is_asked_again_and_again_and_only_changes_are_reported(pod: Callable[..., Pod]) -> None:
    answers = [Statusz(documents=1), Statusz(documents=1), Statusz(documents=2)]
    async with reader(answers, {KEY: pod()}, statusz_seconds=0.01, statusz_per_second=1000) as (made, asked, changed):
        made.reading(KEY, pod())
        await until(lambda: len(asked) >= 4)
        assert changed == [KEY, KEY]


async def test_the_budget_is_kept_however_many_change_at_once(pod: Callable[..., Pod]) -> None:
    pods = {Key("bots", str(number)): pod() for number in range(20)}
    async with reader([None], pods, statusz_per_second=100) as (made, asked, _):
        for key, one in pods.items():
            made.reading(key, one)
        await until(lambda: len(asked) == 20)
    assert asked[-1] - asked[0] >= 19 / 100 - 0.02


async def test_nothing_is_kept_of_a_pod_that_does_not_exist_or_cannot_answer(pod: Callable[..., Pod]) -> None:
    async with reader([Statusz()], {KEY: pod()}) as (made, asked, _):
        made.reading(KEY, pod())
        await until(lambda: asked)
        assert made.reading(KEY, pod(status={"podIP": ""})) is None
        assert (made._readings, made._queue.timers) == ({}, 0)  # noqa: SLF001 - that is the promise


async def test_a_budget_of_nothing_reads_nothing(pod: Callable[..., Pod]) -> None:
    async with reader([Statusz()], {KEY: pod()}, statusz_per_second=0.0) as (made, asked, _):
        assert made.reading(KEY, pod()) is None
        assert asked == []


@pytest.mark.parametrize(
    ("status", "body", "read"),
    [
        (200, json.dumps({"bot": {"id": 7, "username": "anna_bot"}}), True),
        (503, "{}", False),
        (200, "<html>", False),
        (200, '{"x": "' + "y" * 100_000 + '"}', False),
        (302, "", False),
    ],
)
async def test_only_a_short_json_answer_is_read(
    status: int,
    body: str,
    read: bool,
    pod: Callable[..., Pod],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status, text=body, headers={"Location": "/"})

    app = web.Application()
    app.add_routes([web.get("/statusz", answer)])
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    monkeypatch.setattr(names, "HTTP_PORT", runner.addresses[0][1])
    async with aiohttp.ClientSession() as session:
        report = await over_http(session)(pod(status={"podIP": "127.0.0.1"}))
    await runner.cleanup()
    assert report == (Statusz(bot_id=7, username="anna_bot") if read else None)


async def test_a_pod_that_does_not_answer_is_no_error(pod: Callable[..., Pod]) -> None:
    async with aiohttp.ClientSession() as session:
        assert await over_http(session)(pod(status={"podIP": "127.0.0.1"})) is None
