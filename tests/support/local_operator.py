"""The operator of this checkout as a process here, with settings and a way to the API server of a test's own."""

import asyncio
import contextlib
import os
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import yaml


def free_port() -> int:
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
    """What the running operator answers."""

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
        """Wait until `path` answers so; what it says."""
        said: tuple[int, str] = (0, "")
        try:
            async with asyncio.timeout(within):
                while (said := await self.ask(path))[0] != status:  # noqa: ASYNC110 - far away
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise AssertionError(f"{path} does not answer {status} within {within:.0f} s, but {said}") from None
        return said[1]


@contextlib.asynccontextmanager
async def local_operator(config: Path, *, log: Path | None = None, **settings: str) -> AsyncIterator[Local]:
    """Run until the end of the block, where it is killed; what it logs goes to `log`."""
    port = free_port()
    said = {"BOT_IMAGE": "registry.invalid/bot:1", "PORT": str(port), "STATUSZ_PER_SECOND": "0", **settings}
    env = {**os.environ, "KUBECONFIG": str(config), **{f"OPERATOR_{name}": value for name, value in said.items()}}
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
