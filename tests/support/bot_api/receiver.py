"""A receiver of webhooks that answers what a test wants, and records what it was sent."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web

Json = dict[str, Any]


def _accept(_: Json) -> web.StreamResponse:
    return web.Response()


@dataclass(kw_only=True)  # changes: a test sets how it answers
class Receiver:
    """Records updates; `answer` is asked for what to say to each, `hold` keeps answers back until it is set."""

    port: int = 0
    answer: Callable[[Json], web.StreamResponse] = _accept
    hold: asyncio.Event | None = None
    updates: list[Json] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    under_way: int = 0
    most: int = 0  # requests at once, so far
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    @asynccontextmanager
    async def start(cls, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[Self]:
        """Listen on this machine until left."""
        receiver = cls()
        app = web.Application()
        app.router.add_post("/{path:.*}", receiver._receive)
        runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
            receiver.port = runner.addresses[0][1]
            yield receiver
        finally:
            await runner.cleanup()

    @property
    def texts(self) -> list[str]:
        return [update["message"]["text"] for update in self.updates if "message" in update]

    async def until(self, condition: Callable[[], bool]) -> None:
        """Return once it holds; it is asked again after each request and each answer."""
        async with asyncio.timeout(10):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    async def until_received(self, count: int) -> None:
        await self.until(lambda: len(self.updates) >= count)

    async def _receive(self, request: web.Request) -> web.StreamResponse:
        update = await request.json()
        self.updates.append(update)
        self.headers.append(dict(request.headers))
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        self._changed.set()
        try:
            if self.hold:
                await self.hold.wait()
            return self.answer(update)
        finally:
            self.under_way -= 1
            self._changed.set()


def answers(*statuses: int, **headers: str) -> Callable[[Json], web.StreamResponse]:
    """Answer with these statuses in turn, then with 200; the headers go with all but 2xx, ``_`` stands for ``-``."""
    left = list(statuses)
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    def answer(_: Json) -> web.StreamResponse:
        status = left.pop(0) if left else 200
        return web.Response(status=status, headers=None if 200 <= status <= 299 else named)

    return answer
