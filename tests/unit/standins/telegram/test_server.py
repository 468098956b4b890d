"""The server as a process, and the feed that screens follow."""

import asyncio
import json
import signal
import sys
from pathlib import Path

import aiohttp
import pytest

from standins.telegram import Settings, StandInError, TelegramClient, TelegramStandIn
from standins.telegram.feed import KEPT, Feed


async def test_the_module_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    known = {"username": "master_bot", "name": "Master", "token": f"7000000001:{'A' * 35}", "can_manage_bots": True}
    (tmp_path / "bot.json").write_text(json.dumps(known))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "standins.telegram", "--port", "0", "--master-username", "master_bot",
        "--bot-file", str(tmp_path / "bot.json"), stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None

    line = (await process.stdout.readline()).decode()
    async with TelegramClient(line.split()[-1].rstrip("/")) as client:
        assert (await client.request("GET", "config"))["master_username"] == "master_bot"

        bots = await client.request("GET", "bots")
        assert [bot["id"] for bot in bots if bot["username"] == "master_bot"] == [7_000_000_001]

        anna = await client.join("Anna")
        waiting = asyncio.create_task(anna.wait("master_bot", lambda message: message.from_bot, timeout=60))
        await anna.send("master_bot", "/start")
        process.send_signal(signal.SIGTERM)

        async with asyncio.timeout(10):
            assert await process.wait() == 0

        waiting.cancel()


async def test_a_stop_ends_polls_and_streams_at_once() -> None:
    async with aiohttp.ClientSession() as session:
        async with asyncio.timeout(5), TelegramStandIn.start() as telegram:
            anna = await telegram.client.join("Anna")
            bot = await telegram.client.make_bot("anna_docs_bot")
            stream = await session.ws_connect(f"{telegram.url}/standin/people/{anna.id}/events")
            poll = asyncio.create_task(session.get(f"{telegram.url}/bot{bot.token}/getUpdates?timeout=50"))

            while not telegram.world.bots[bot.id].poll:  # noqa: ASYNC110 - nothing tells
                await asyncio.sleep(0.01)

        assert (await stream.receive()).type is aiohttp.WSMsgType.CLOSE

        with pytest.raises(aiohttp.ClientError):
            await poll

        await stream.close()


async def test_the_page_allows_nothing_but_its_own_scripts() -> None:
    async with TelegramStandIn.start(settings=Settings(sample_key="sk-standin-anna")) as telegram:
        page = (await telegram.client.request("GET", "../")).decode()
        assert "<script>" not in page
        assert "style=" not in page

        for name in ("../server.js", "..%2fserver.py", "nothing.js"):
            with pytest.raises(StandInError):
                await telegram.client.request("GET", f"../{name}")


def test_a_feed_gives_what_came_after_a_number() -> None:
    feed = Feed()
    for number in range(3):
        feed.add({"n": number})
    assert feed.since(1) == [(2, {"n": 1}), (3, {"n": 2})]
    assert feed.since(3) == []


def test_a_feed_says_when_it_no_longer_knows() -> None:
    feed = Feed()

    for number in range(KEPT + 1):
        feed.add({"n": number})

    assert feed.since(0) is None  # forgotten
    assert feed.since(KEPT + 2) is None  # of another life of the server
    assert len(feed.since(1) or []) == KEPT


async def test_waiting_on_a_feed_ends_with_an_event_or_its_time() -> None:
    feed = Feed()
    await feed.wait_beyond(0, timeout=0.01)
    waiting = asyncio.create_task(feed.wait_beyond(0, timeout=60))
    await asyncio.sleep(0)
    feed.add({})

    async with asyncio.timeout(1):
        await waiting
