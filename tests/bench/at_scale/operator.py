"""The operator in its image, with the limits and the rights that the chart gives it, and its metrics."""

import asyncio
import contextlib
import json
import os
import re
import signal
import time
from collections import Counter
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

import aiohttp
import yaml
from aiohttp import web

from bench.at_scale.cluster import NAMESPACE, BenchmarkError
from cluster import Context, deploy, images, kube
from cluster.process import run, works
from personalbots_api import names
from support.cluster.administrator import connection
from support.cluster.local_operator import free_port, kubeconfig

IMAGE: Final = "registry.invalid/bot:1"
STATUSZ_ADDRESS: Final = "127.66.0.1"  # of this machine alone; the port is the bots'
STATUSZ: Final = {
    "polling": {"reason": "Polling", "lastCompleted": "2026-01-01T00:00:00Z"},
    "knowledge": {"reason": "Opened", "documents": 3, "chunks": 120, "bytes": 1 << 20},
    "llm": {"reason": "KeyAccepted"},
}
LIMITS: Final = ("--cpus", "1", "--memory", "256m", "--read-only", "--tmpfs", "/tmp")  # noqa: S108 - the chart's
LONGEST_START: Final = 120.0  # seconds
WRITES: Final = ("POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True, slots=True)
class Measured:
    """The operator's metrics at one moment."""

    cpu: float
    memory: float
    waiting: float
    reconciles: float
    writes: float
    conflicts: float
    at: float = field(default_factory=time.monotonic)

    @classmethod
    def read(cls, text: str) -> Self:
        """Read the text of /metrics."""
        calls: Counter[str] = Counter()
        for labels, value in re.findall(r"^personalbots_operator_api_calls_total\{(.*)\} (\S+)$", text, re.MULTILINE):
            verb, code = (re.search(rf'{name}="([^"]*)"', labels) for name in ("verb", "code"))
            if verb and code and verb[1] in WRITES:
                calls["conflicts" if code[1] == "409" else "writes"] += int(float(value))
        return cls(
            cpu=_sum(text, "process_cpu_seconds_total"),
            memory=_sum(text, "process_resident_memory_bytes"),
            waiting=_sum(text, "personalbots_operator_queue_depth"),
            reconciles=_sum(text, "personalbots_operator_reconciles_total"),
            writes=calls["writes"] + calls["conflicts"],
            conflicts=calls["conflicts"],
        )


def _sum(text: str, name: str) -> float:
    return sum(float(value) for value in re.findall(rf"^{name}(?:\{{.*\}})? (\S+)$", text, re.MULTILINE))


class Operator:
    """A container that can be ended and started again."""

    def __init__(self, *, image: str, name: str, config: Path, log: Path) -> None:
        self._name = name
        self._log = log
        self._port = free_port()
        settings = {"BOT_IMAGE": IMAGE, "NAMESPACES": NAMESPACE, "PORT": str(self._port)}
        self._command = [
            *("docker", "run", "--rm", "--name", name, "--network", "host", *LIMITS, "--user", str(os.getuid())),
            *("--volume", f"{config}:/kubeconfig:ro", "--env", "KUBECONFIG=/kubeconfig"),
            *(word for key, value in settings.items() for word in ("--env", f"OPERATOR_{key}={value}")),
            image,
        ]
        self._process: asyncio.subprocess.Process | None = None
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30))

    async def start(self) -> float:
        """Start it and wait until it knows all bots and none waits; give the seconds that this took.

        Raises:
            BenchmarkError: it ended, or took too long.
        """
        started = time.monotonic()
        with self._log.open("a") as log:
            self._process = await asyncio.create_subprocess_exec(*self._command, stdout=log, stderr=log)
        while time.monotonic() - started < LONGEST_START:
            if self._process.returncode is not None:
                raise BenchmarkError(f"the operator ended with {self._process.returncode}: see {self._log}")
            with contextlib.suppress(aiohttp.ClientError):
                async with self._session.get(f"http://127.0.0.1:{self._port}/readyz") as response:
                    if response.status == 200 and not (await self.measured()).waiting:
                        return time.monotonic() - started
            await asyncio.sleep(0.05)
        raise BenchmarkError(f"the operator is not ready after {LONGEST_START:.0f} s: see {self._log}")

    async def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Send it a signal and wait until it is gone."""
        if self._process and self._process.returncode is None:
            await asyncio.to_thread(run, "docker", "kill", "--signal", how.name, self._name)
            await self._process.wait()

    async def measured(self) -> Measured:
        """Give its metrics now."""
        async with self._session.get(f"http://127.0.0.1:{self._port}/metrics") as response:
            return Measured.read(await response.text())

    async def longest_answer(self, seconds: float) -> float:
        """Ask /healthz again and again for so long; give the longest time until its answer, in seconds."""
        end, longest = time.monotonic() + seconds, 0.0
        while (asked := time.monotonic()) < end:
            async with self._session.get(f"http://127.0.0.1:{self._port}/healthz") as response:
                await response.read()
            longest = max(longest, time.monotonic() - asked)
            await asyncio.sleep(0.005)
        return longest

    async def close(self) -> None:
        """End it, and all that was opened for it."""
        await self._session.close()
        if self._process and self._process.returncode is None:
            await asyncio.to_thread(works, "docker", "rm", "--force", self._name)
            await self._process.wait()


@contextlib.asynccontextmanager
async def operator(context: Context) -> AsyncGenerator[Operator]:
    """Give the operator, not started yet; it ends with the block."""
    image = images.build(context)["operator"]
    config, log = context.state / f"{context.name}.bench.kubeconfig", context.logs / "bench-operator.log"
    _log_in(context, config)
    log.write_text("")
    name = f"{context.name}-bench-operator"
    works("docker", "rm", "--force", name)
    process = Operator(image=image, name=name, config=config, log=log)
    try:
        yield process
    finally:
        await process.close()
        config.unlink()


@contextlib.asynccontextmanager
async def bots_answering() -> AsyncGenerator[None]:
    """Answer /statusz for all fake pods as a healthy bot does, but without its identity."""

    async def answer(_: web.Request) -> web.Response:
        return web.json_response(STATUSZ)

    app = web.Application()
    app.add_routes([web.get("/statusz", answer)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, STATUSZ_ADDRESS, names.HTTP_PORT).start()
        yield
    finally:
        await runner.cleanup()


def _log_in(context: Context, path: Path) -> None:
    """Write a kubeconfig for the operator's service account, which the chart gives its rights in the namespace."""
    values = json.dumps({"botsNamespace": {"name": NAMESPACE}, "masterBot": {"enabled": False}})
    words = ("--namespace", NAMESPACE, "--show-only", "templates/operator-rbac.yaml", "--values", "-")
    rights = kube.helm(context, "template", "bench", str(context.root / deploy.CHART), *words, stdin=values)
    kube.kubectl(context, "apply", "--server-side", "-f", "-", stdin=rights)
    account = next(item["metadata"]["name"] for item in yaml.safe_load_all(rights) if item["kind"] == "ServiceAccount")
    token = kube.kubectl(context, "-n", NAMESPACE, "create", "token", account, "--duration=2h").strip()
    where = connection(context.kubeconfig)
    path.touch(mode=0o600)
    kubeconfig(path, server=where.server, user={"token": token}, authority=str(where.ca_data or ""))
