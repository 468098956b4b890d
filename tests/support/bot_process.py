"""The bot as a process of its own, between a stand-in for Telegram and one for the LLM service."""

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from standins.llm import LLMStandIn
from standins.telegram import TelegramStandIn
from standins.telegram.client import NewBot, Person, TelegramClient

KEY = "sk-standin-anna-0123456789abcdef"
PETS = (
    b"# Pets\n\nThe cat of Anna is called Murka and is seven years old.\n\n# Cars\n\nThe car of Anna is a red Volvo.\n"
)


@dataclass(kw_only=True)
class BotProcess:
    """`personal-bot` as the pod runs it, with files for its secrets and a folder for its volume."""

    flags: dict[str, str]
    folder: Path
    bytecode: Path
    environment: dict[str, str] = field(default_factory=dict)
    program: tuple[str, ...] = ("-m", "personal_bot")
    process: asyncio.subprocess.Process | None = None
    port: int = 0

    async def start(self, **more: str) -> None:
        flags = self.flags | {name.replace("_", "-"): value for name, value in more.items()}
        arguments = [part for name, value in flags.items() for part in (f"--{name}", value) if value]
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        environment |= {"PYTHONPYCACHEPREFIX": str(self.bytecode)} | self.environment
        (self.folder / "termination").write_text("")
        with (self.folder / "log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, *self.program, *arguments, stdout=log, stderr=log, env=environment
            )

    async def ready(self, limit: float = 30) -> None:
        await self.until(lambda: self._port() > 0, limit)
        async with aiohttp.ClientSession() as session:
            deadline = time.monotonic() + limit
            while time.monotonic() < deadline:
                async with session.get(f"http://127.0.0.1:{self._port()}/readyz") as answer:
                    if answer.status == 200:
                        return
                await asyncio.sleep(0.05)
        raise TimeoutError(f"not ready within {limit} s: {self.log()[-2000:]}")

    async def get(self, path: str) -> tuple[int, str]:
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{self._port()}{path}") as answer:
            return answer.status, await answer.text()

    async def statusz(self) -> dict[str, Any]:
        return dict(json.loads((await self.get("/statusz"))[1]))

    async def until_status(self, matches: Callable[[dict[str, Any]], bool], limit: float = 20) -> dict[str, Any]:
        deadline = time.monotonic() + limit
        status: dict[str, Any] = {}
        while time.monotonic() < deadline:
            if self._port():
                status = await self.statusz()
                if matches(status):
                    return status
            await asyncio.sleep(0.05)
        raise TimeoutError(f"status after {limit} s: {status}")

    async def until(self, holds: Callable[[], bool], limit: float = 20) -> None:
        deadline = time.monotonic() + limit
        while not holds():
            if time.monotonic() > deadline:
                raise TimeoutError(f"not within {limit} s; the log ends: {self.log()[-2000:]}")
            await asyncio.sleep(0.02)

    async def kill(self) -> None:
        assert self.process
        self.process.kill()
        await self.process.wait()

    async def end(self, limit: float = 30) -> int:
        """Wait for the end; gives the exit code."""
        assert self.process
        return await asyncio.wait_for(self.process.wait(), limit)

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log().splitlines()]

    def termination(self) -> dict[str, str]:
        return dict(json.loads((self.folder / "termination").read_text()))

    def journal(self) -> str:
        path = self.folder / "data" / "inbox" / "journal.jsonl"
        return path.read_text() if path.exists() else ""

    def _port(self) -> int:
        """The port of this process: a process before it has left its own in the same log."""
        if not self.process or self.process.returncode is not None:
            return 0
        served = [line["port"] for line in self.lines() if line.get("pid") == self.process.pid and "port" in line]
        return int(served[-1]) if served else 0


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Anna, her bot, and the services that it talks to."""

    telegram: TelegramStandIn
    people: TelegramClient
    llm: LLMStandIn
    anna: Person
    bot: NewBot
    process: BotProcess

    async def knows_the_pets(self) -> None:
        """Give the bot a document to answer from."""
        await self.anna.send_file(self.bot.username, "pets.md", PETS)
        await self.anna.wait(self.bot.username, lambda m: m.text.startswith("✅"), timeout=120)

    def has_room_for_one_question(self) -> None:
        """Let the bot's container be that small, from the next start on."""
        folder = self.process.folder / "cgroup"
        folder.mkdir()
        (folder / "memory.max").write_text(str(64 * 2**20))
        (folder / "memory.stat").write_text(f"anon {60 * 2**20}\n")
        self.process.environment["PERSONAL_BOT_CGROUP_DIR"] = str(folder)

    async def without_drafts(self) -> None:
        """Let Telegram be a Bot API server of the time before drafts."""
        await self.people.fault(
            method="sendMessageDraft", code=404, description="Not Found: method not found", times=None
        )
