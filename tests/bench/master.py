"""The master bot as a process of its own, against the Telegram stand-in and an API server that only lists."""

import asyncio
import json
import os
import sys
import tempfile
import time
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from aiohttp import web
from aiohttp.test_utils import TestServer

from bench.bot import REST, STARTS, first_poll
from bench.figures import Figure, cpu_of, mebibytes, memory_of, scaled, seconds
from standins.telegram import TelegramStandIn
from support.cluster.local_operator import kubeconfig

MASTER: Final = "bench_master_bot"
BOTS: Final = 1000


async def measure(size: float = 1.0) -> list[Figure]:
    """Start it some times with no bot in the cluster, and once with many."""
    count, bots = scaled(STARTS, size), scaled(BOTS, size)
    rest = REST * min(1.0, size)
    async with TelegramStandIn.start() as telegram:
        token = (await telegram.client.make_bot(MASTER)).token
        await _start(telegram, token, bots=0, rest=rest)  # compiles what has no bytecode yet
        empty = [await _start(telegram, token, bots=0, rest=rest) for _ in range(count)]
        many = await _start(telegram, token, bots=bots, rest=rest)
    starts, spent, rests = zip(*empty, strict=True)

    return [
        Figure(
            what="process started to its first getUpdates call",
            value=seconds(starts),
            goal="≤ 1.5 s",
            how=f"{count} starts with bytecode there; the stand-in's clock",
        ),
        Figure(
            what="processor time for it",
            value=seconds(spent),
            how=f"user and system time until {rest:.0f} s after the first call",
        ),
        Figure(
            what="resident memory at rest",
            value=mebibytes(max(rests)),
            goal="≤ 110 MiB",
            how=f"VmRSS {rest:.0f} s after the first call, the largest of {count}",
        ),
        Figure(
            what=f"the same with {bots:,} bots: to its first getUpdates call, and memory",
            value=f"{many[0]:.2f} s, {mebibytes(many[2])}",
            how="one start; the list comes from memory",
        ),
    ]


async def _start(telegram: TelegramStandIn, token: str, *, bots: int, rest: float) -> tuple[float, float, int]:
    """Start it once; give seconds to the first poll, seconds of processor time, bytes of memory."""
    async with _api_server(bots) as url, _running(telegram, token, url) as (process, started):
        first = await first_poll(telegram, MASTER, after=started)
        await asyncio.sleep(rest)
        return first - started, cpu_of(process.pid), memory_of(process.pid)


@asynccontextmanager
async def _running(telegram: TelegramStandIn, token: str, api_server: str) -> AsyncGenerator[tuple[Process, float]]:
    """Run the master bot until the block ends."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "token").write_text(token)
        settings = {"TOKEN_FILE": str(folder / "token"), "TELEGRAM_API_URL": telegram.url, "PORT": "0"}
        environment = {f"MASTER_BOT_{key}": value for key, value in settings.items()}
        environment["KUBECONFIG"] = str(kubeconfig(folder / "kubeconfig", server=api_server))

        started = time.time()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "master_bot", stdout=asyncio.subprocess.DEVNULL, env={**os.environ, **environment}
        )
        try:
            yield process, started
        finally:
            process.terminate()
            await process.wait()


@asynccontextmanager
async def _api_server(bots: int) -> AsyncGenerator[str]:
    """Run a server that lists so many bots and no conversation; nothing ever changes."""
    listed = json.dumps({"items": [_bot(number) for number in range(bots)], "metadata": {"resourceVersion": "1"}})

    async def answer(request: web.Request) -> web.StreamResponse:
        if "watch" in request.query:
            response = web.StreamResponse()
            await response.prepare(request)
            await asyncio.sleep(60)
            return response
        name = request.path.rpartition("/")[2]
        if name == "personalbots":
            return web.Response(text=listed, content_type="application/json")
        if name == "configmaps":
            return web.json_response({"items": []})
        return web.json_response({"message": f"{name} not found"}, status=404)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    async with TestServer(app, shutdown_timeout=0) as server:
        yield str(server.make_url("")).rstrip("/")


def _bot(number: int) -> dict[str, Any]:
    """A bot that works, as the API server has it."""
    name, now = f"bot-{7_000_000_000 + number}", "2026-01-01T00:00:00Z"
    ready = {"type": "Ready", "status": "True", "reason": "Polling", "message": "The bot polls Telegram."}
    return {
        "apiVersion": "personalbots.io/v1alpha1",
        "kind": "PersonalBot",
        "metadata": {
            "name": name,
            "namespace": "bots",
            "uid": name,
            "resourceVersion": "1",
            "generation": 1,
            "creationTimestamp": now,
            "annotations": {"personalbots.io/known-image": "bot:1"},
        },
        "spec": {
            "ownerId": 1 + number,
            "telegram": {"tokenSecretRef": {"name": name}},
            "llm": {"apiKeySecretRef": {"name": name}},
        },
        "status": {
            "observedGeneration": 1,
            "phase": "Running",
            "image": "bot:1",
            "bot": {"id": 7_000_000_000 + number, "username": f"person_{number}_bot"},
            "conditions": [{**ready, "observedGeneration": 1, "lastTransitionTime": now}],
        },
    }
