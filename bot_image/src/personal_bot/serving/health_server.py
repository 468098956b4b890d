"""The health server: /healthz, /readyz, /statusz and /metrics."""

from collections.abc import Callable
from typing import Any

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST


class HealthServer:
    """Serves on all addresses. An answer of any kind shows that the event loop turns."""

    def __init__(
        self, *, ready: Callable[[], str], status: Callable[[], dict[str, Any]], metrics: Callable[[], bytes]
    ) -> None:
        """`ready` says why the bot is not ready, or "" when it is."""
        self._ready, self._status, self._metrics = ready, status, metrics
        self._runner: web.AppRunner | None = None

    async def start(self, port: int) -> int:
        """Start to serve; returns the port, which the system chooses for `port` 0.

        Raises:
            OSError: the port is taken.
        """
        app = web.Application()
        app.router.add_get("/healthz", self._healthz)
        app.router.add_get("/readyz", self._readyz)
        app.router.add_get("/statusz", self._statusz)
        app.router.add_get("/metrics", self._metrics_page)

        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, port=port)
        await site.start()

        # With port 0 IPv4 and IPv6 get a port each.
        return int(min(self._runner.addresses, key=len)[1])

    async def close(self) -> None:
        """Stop serving."""
        if self._runner:
            await self._runner.cleanup()

    async def _healthz(self, _: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def _readyz(self, _: web.Request) -> web.Response:
        reason = self._ready()
        return web.Response(text=f"{reason or 'ok'}\n", status=503 if reason else 200)

    async def _statusz(self, _: web.Request) -> web.Response:
        return web.json_response(self._status())

    async def _metrics_page(self, _: web.Request) -> web.Response:
        return web.Response(body=self._metrics(), headers={"Content-Type": CONTENT_TYPE_LATEST})
