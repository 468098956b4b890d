"""/healthz, /readyz and /metrics."""

from collections.abc import Awaitable, Callable

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from personalbots_operator.metrics import Metrics

Complaint = Callable[[], str | None]
"""What is wrong, in a sentence; None when nothing is."""


def application(
    *, healthy: Complaint, ready: Complaint, metrics: Metrics, measure: Callable[[], None]
) -> web.Application:
    """That /healthz answers at all shows that the loop turns; `measure` sets the gauges before they are read."""

    async def scrape(_: web.Request) -> web.Response:
        measure()
        return web.Response(body=generate_latest(metrics.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application()
    app.add_routes(
        [web.get("/healthz", _check(healthy)), web.get("/readyz", _check(ready)), web.get("/metrics", scrape)]
    )
    return app


def _check(complaint: Complaint) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def answer(_: web.Request) -> web.StreamResponse:
        wrong = complaint()
        return web.Response(text=f"{wrong or 'ok'}\n", status=503 if wrong else 200)

    return answer
