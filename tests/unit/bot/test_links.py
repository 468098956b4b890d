"""Links are fetched from public addresses only, however they get there."""

from __future__ import annotations

import asyncio
import os
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from personal_bot.handlers.dispatch import refusal_of
from personal_bot.links import Fetched, fetch, is_public
from personal_bot.models import Refusal
from personal_bot.settings import Settings
from personal_bot.telegram.updates import Link, Sender
from personal_bot.texts import say
from support.exports import GARDEN, as_json, as_zip

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from conftest import Scene

SMALL = 1000  # bytes
FETCHES_FROM_HERE = """
from personal_bot import links
links.fetch.__kwdefaults__["allowed"] = lambda address: address == "127.0.0.1"
from personal_bot.__main__ import main
main()
"""


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.1.2.3", "224.0.0.1",
        "::1", "::", "fe80::1", "fd00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::",
        "ff02::1",
    ],
)  # fmt: skip
def test_addresses_inside_networks_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.fixture
async def server() -> AsyncIterator[str]:
    async def page(_: web.Request) -> web.Response:
        return web.Response(text="<h1>Bread</h1>", content_type="text/html")

    async def moved(request: web.Request) -> web.Response:
        raise web.HTTPFound(request.query["to"])

    async def large(_: web.Request) -> web.Response:
        return web.Response(body=b"0" * (SMALL + 1))

    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"0" * (SMALL + 1))
        return response

    pages = {"/page": page, "/moved": moved, "/large": large, "/endless": endless}
    async with served(*(web.get(path, answer) for path, answer in pages.items())) as address:
        yield address


@asynccontextmanager
async def served(*routes: web.RouteDef) -> AsyncIterator[str]:
    app = web.Application()
    app.add_routes(routes)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


def only_here(address: str) -> bool:
    return address == "127.0.0.1"


async def test_a_page_becomes_a_document_called_by_its_address(server: str, tmp_path: Path) -> None:
    fetched = await fetch(f"{server}/moved?to=/page", tmp_path / "a", allowed=only_here)
    assert fetched == Fetched(name="127.0.0.1/page.html", mime_type="text/html")
    assert (tmp_path / "a").read_text() == "<h1>Bread</h1>"


@pytest.mark.parametrize("path", ["/page", "/moved?to=/page"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1"])
async def test_a_link_into_the_network_is_refused_however_it_is_written(
    server: str, tmp_path: Path, host: str, path: str
) -> None:
    with pytest.raises(Refusal, match=r"link_private|link_unreachable"):  # aiohttp takes no host of digits alone
        await fetch(server.replace("127.0.0.1", host) + path, tmp_path / "a")
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize("to", ["http://127.0.0.2/", "http://[::1]/", "file:///etc/passwd", "http://169.254.169.254/"])
async def test_a_redirect_into_the_network_is_refused(server: str, tmp_path: Path, to: str) -> None:
    with pytest.raises(Refusal, match="link_private"):
        await fetch(f"{server}/moved?to={to}", tmp_path / "a", allowed=only_here)


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/missing", "link_failed"), ("/large", "link_too_large"), ("/endless", "link_too_large"),
        ("/moved?to=/missing", "link_failed"),
    ],
)  # fmt: skip
async def test_what_cannot_be_fetched_is_refused(server: str, tmp_path: Path, path: str, key: str) -> None:
    with pytest.raises(Refusal) as refused:
        await fetch(server + path, tmp_path / "a", allowed=only_here, largest=SMALL)
    assert refused.value.key == key


def test_links_are_off_unless_they_are_allowed() -> None:
    link = Link(sender=Sender(user_id=7, chat_id=7, message_id=5, language="en", private=True), url="https://a.org/x")
    assert refusal_of(link, Settings(user_id=7, collection="c")) == ("links_off", {})
    assert refusal_of(link, Settings(user_id=7, collection="c", allow_links=True)) is None


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

    scene.process.program = ("-c", FETCHES_FROM_HERE)
    scene.process.environment["PERSONAL_BOT_ALLOW_LINKS"] = "true"
    await scene.process.start()
    async with served(web.get("/garden.zip", export)) as address:
        sent = await scene.anna.send(scene.bot.username, f"{address}/garden.zip")
        name = f"{address.removeprefix('http://')}/garden.zip"
        downloading = f"Downloading http://{name}: 11.3 MB of 22 MB (51 %)"
        await scene.anna.wait(scene.bot.username, lambda m: downloading in m.text, after=sent, timeout=30)
        seen.set()
        told = await scene.anna.wait(scene.bot.username, lambda m: m.text.startswith("✅"), after=sent, timeout=60)
    assert "“Garden” is in: 7 messages of 3 people" in told.text
