"""The stand-in in this process, for tests."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from aiohttp import web

from standins.qdrant.access import Keys
from standins.qdrant.server import Server


@dataclass(frozen=True, slots=True, kw_only=True)
class QdrantStandIn:
    """A running stand-in at `url`."""

    url: str

    @classmethod
    @asynccontextmanager
    async def start(
        cls, *, keys: Keys | None = None, folder: Path | None = None, host: str = "127.0.0.1", port: int = 0
    ) -> AsyncIterator[Self]:
        """Serve until the block ends, on a free port unless one is given; without a `folder` nothing is kept."""
        with tempfile.TemporaryDirectory(prefix="qdrant-") as own:
            server = Server(folder or Path(own), keys or Keys())
            runner = web.AppRunner(server.app(), access_log=None, shutdown_timeout=1)
            await runner.setup()
            try:
                await web.TCPSite(runner, host, port).start()
                yield cls(url=f"http://{host}:{runner.addresses[0][1]}")
            finally:
                await runner.cleanup()
