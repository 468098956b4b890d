"""The stand-in in this process, for tests."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Self

from aiohttp import web

from standins.llm.calls import Settings
from standins.llm.client import LLMClient
from standins.llm.embedding import Embedder
from standins.llm.server import Server


@dataclass(frozen=True, slots=True, kw_only=True)
class LLMStandIn:
    """A running stand-in.

    Attributes:
        url: the base that clients are given, ``http://127.0.0.1:PORT/v1``.
        client: its control API.
    """

    url: str
    client: LLMClient

    @classmethod
    @asynccontextmanager
    async def start(
        cls, *, settings: Settings | None = None, embedder: Embedder | None = None, port: int = 0
    ) -> AsyncGenerator[Self]:
        """Serve on this machine, on a free port unless one is given, until the block ends.

        An `embedder` may be shared by many stand-ins, so that the model is loaded once.
        """
        server = Server(settings=settings or Settings(), embedder=embedder or Embedder())
        runner = web.AppRunner(server.app(), access_log=None, shutdown_timeout=1)
        await runner.setup()

        try:
            await web.TCPSite(runner, "127.0.0.1", port).start()
            url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
            async with LLMClient(url) as client:
                yield cls(url=url, client=client)
        finally:
            await runner.cleanup()
