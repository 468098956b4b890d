"""Serves /healthz, /readyz and /metrics."""

from collections.abc import Awaitable, Callable

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from personalbots_operator.metrics import Metrics

Check = Callable[[], str | None]
"""Says what is wrong, in a sentence; None when nothing is."""


def application(*, healthy: Check, ready: Check, metrics: Metrics, measure: Callable[[], None]) -> web.Application:
    """The web application. `measure` sets the gauges before they are read.

    That /healthz answers at all shows that the event loop is not blocked.
    """

    async def scrape(_: web.Request) -> web.Response:
        measure()
        return web.Response(body=generate_latest(metrics.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application()
    app.add_routes(
        [web.get("/healthz", _answer(healthy)), web.get("/readyz", _answer(ready)), web.get("/metrics", scrape)]
    )
    return app


def _answer(check: Check) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def answer(_: web.Request) -> web.StreamResponse:
        problem = check()
        return web.Response(text=f"{problem or 'ok'}\n", status=503 if problem else 200)

    return answer
