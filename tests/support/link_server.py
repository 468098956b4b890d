"""A web server with pages that a link may lead to."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import pytest
from aiohttp import web

SMALL: Final = 1000  # bytes


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
