"""/healthz: the event loop runs; /readyz: Telegram has answered lately and the list of bots is in; /metrics."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from master_bot.metrics import Metrics


@asynccontextmanager
async def serve(
    port: int, *, host: str | None = None, metrics: Metrics, unready: Callable[[], str]
) -> AsyncIterator[int]:
    """Serve on `port` of all addresses, or of `host`; gives the port (0: a free one is taken).

    `unready` says why the master bot is not ready; empty when it is.
    """

    async def healthz(_: web.Request) -> web.Response:
        return web.Response(text="ok")

    async def readyz(_: web.Request) -> web.Response:
        why = unready()
        return web.Response(text=why or "ok", status=503 if why else 200)

    async def exposition(_: web.Request) -> web.Response:
        return web.Response(body=metrics.text(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application()
    app.add_routes([web.get("/healthz", healthz), web.get("/readyz", readyz), web.get("/metrics", exposition)])
    runner = web.AppRunner(app, access_log=None)

    try:
        await runner.setup()
        site = web.TCPSite(runner, host, port)
        await site.start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
