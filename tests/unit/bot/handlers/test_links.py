# ruff: noqa: F401, F811 - `server` is a fixture
"""A link that the owner sends becomes a document."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from personal_bot.texts import say
from support.bot_process import Scene
from support.exports import GARDEN, as_json, as_zip
from support.link_server import SMALL, served, server


async def test_the_running_bot_says_why_a_link_is_not_opened(scene: Scene, server: str) -> None:
    """Where links are off, and, where they are allowed, when one leads to the bot's own network."""
    await scene.process.start()
    sent = await scene.anna.send(scene.bot.username, f"{server}/page")
    await scene.anna.wait(scene.bot.username, lambda m: say("en", "links_off") in m.text, after=sent)
    await scene.process.kill()
    scene.process.environment["PERSONAL_BOT_ALLOW_LINKS"] = "true"
    await scene.process.start()
    sent = await scene.anna.send(scene.bot.username, f"{server}/page")
    await scene.anna.wait(scene.bot.username, lambda m: say("en", "link_private") in m.text, after=sent)


async def test_a_link_brings_what_telegram_gives_no_bot_and_shows_how_far_it_is(scene: Scene) -> None:
    """More than 20 MB, and an export that becomes chats."""
    seen = asyncio.Event()
    padded = as_zip({"ChatExport/result.json": as_json(GARDEN), "ChatExport/photo.jpg": os.urandom(22 * 2**20)})

    async def export(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": str(len(padded))})
        await response.prepare(request)
        half = len(padded) // 2 + 2**18
        await response.write(padded[:half])
        await seen.wait()
        await response.write(padded[half:])
        return response

    scene.process.environment["PERSONAL_BOT_ALLOW_LINKS"] = "true"
    scene.process.environment["PERSONAL_BOT_LINK_NETWORK"] = "10.1.0.0/16,127.0.0.1/32"
    await scene.process.start()
    async with served(web.get("/garden.zip", export)) as address:
        sent = await scene.anna.send(scene.bot.username, f"{address}/garden.zip")
        name = f"{address.removeprefix('http://')}/garden.zip"
        downloading = f"Downloading http://{name}: 11.3 MB of 22 MB (51 %)"
        await scene.anna.wait(scene.bot.username, lambda m: downloading in m.text, after=sent, timeout=30)
        seen.set()
        told = await scene.anna.wait(scene.bot.username, lambda m: m.text.startswith("✅"), after=sent, timeout=60)
    assert "“Garden” is in: 7 messages of 3 people" in told.text
