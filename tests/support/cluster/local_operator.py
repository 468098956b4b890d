"""The operator of this checkout as a process here, with settings and a way to the API server of a test's own."""

import asyncio
import contextlib
import os
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import aiohttp
import yaml

from support.waiting import until


def free_port() -> int:
    """Give a port of this machine that nothing uses now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def kubeconfig(path: Path, *, server: str, user: dict[str, Any] | None = None, authority: str = "") -> Path:
    """Write a kubeconfig for this server and user."""
    cluster = {"server": server} | ({"certificate-authority-data": authority} if authority else {})
    content = {
        "apiVersion": "v1", "kind": "Config", "current-context": "here",
        "clusters": [{"name": "here", "cluster": cluster}],
        "users": [{"name": "here", "user": user or {}}],
        "contexts": [{"name": "here", "context": {"cluster": "here", "user": "here"}}],
    }  # fmt: skip
    path.write_text(yaml.safe_dump(content))
    return path


class Local:
    """The running operator: its process, and what it answers."""

    def __init__(self, port: int, process: asyncio.subprocess.Process) -> None:
        self._port = port
        self.process = process

    async def ask(self, path: str) -> tuple[int, str]:
        """Give status and text of /healthz and the like; (0, "") while nothing answers."""
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.get(f"http://127.0.0.1:{self._port}{path}") as response,
            ):
                return response.status, await response.text()
        except aiohttp.ClientError:
            return 0, ""

    async def becomes(self, path: str, status: int, *, within: float) -> str:
        """Wait until `path` answers with this status; give the text of the answer."""
        last: tuple[int, str] = (0, "")

        async def answered() -> tuple[int, str] | None:
            nonlocal last
            last = await self.ask(path)
            return last if last[0] == status else None

        _, text = await until(answered, f"{status} from {path}", timeout=within, show=lambda: last)
        return text


@contextlib.asynccontextmanager
async def local_operator(config: Path, settings: Mapping[str, str], *, log: Path | None = None) -> AsyncIterator[Local]:
    """Run it until the end of the block, where it is killed; its log goes to `log`."""
    port = free_port()
    given = {"BOT_IMAGE": "registry.invalid/bot:1", "PORT": str(port), "STATUSZ_PER_SECOND": "0", **settings}
    env = {**os.environ, "KUBECONFIG": str(config), **{f"OPERATOR_{name}": value for name, value in given.items()}}

    with (log or Path(os.devnull)).open("a") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "personalbots_operator", env=env, stdout=output, stderr=output
        )
    try:
        yield Local(port, process)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
