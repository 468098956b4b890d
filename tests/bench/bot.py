"""The personal bot as a process of its own, against the stand-ins: start, memory, answers."""

import asyncio
import os
import sys
import tempfile
import time
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.figures import Figure, cpu_of, mebibytes, memory_of, milliseconds, scaled, seconds
from standins.llm import Embedder, LLMStandIn
from standins.telegram import TelegramStandIn

STARTS: Final = 7
QUESTIONS: Final = 40
REST: Final = 3.0  # seconds after the first poll until memory is read
ARTICLES: Final = 28
BOT: Final = "bench_docs_bot"
TEXT: Final = "\n\n".join(
    f"## Article {number}\n\nThe fee number {number} is {number * 10} euros. It is paid by the {number}th of the month."
    for number in range(1, ARTICLES + 1)
)


@dataclass(frozen=True, slots=True)
class Running:
    """A bot that has just been started."""

    process: Process
    started: float  # Unix time


def words(folder: Path, telegram: TelegramStandIn, llm: LLMStandIn, *, owner: int, token: str) -> list[str]:
    """Give the arguments of a bot whose secrets and volume are in this folder."""
    (folder / "token").write_text(token)
    (folder / "key").write_text("sk-standin-bench")
    arguments = ["--user-id", str(owner), "--collection", "bench", "--data-dir", str(folder / "data"), "--port", "0"]
    arguments += ["--bot-token-file", str(folder / "token"), "--openai-key-file", str(folder / "key")]
    return [*arguments, "--telegram-api-url", telegram.url, "--llm-base-url", llm.url]


@asynccontextmanager
async def running(  # noqa: PLR0913 - what a bot is started with
    telegram: TelegramStandIn,
    llm: LLMStandIn,
    *,
    owner: int,
    token: str,
    program: Sequence[str] = ("-m", "personal_bot"),
    public: bool = False,
) -> AsyncGenerator[Running]:
    """Run the bot, or another program that takes its place, on an empty volume until the block ends."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        arguments = words(folder, telegram, llm, owner=owner, token=token)
        arguments += ["--access-mode", "Public" if public else "Owner"]
        started = time.time()
        process = await asyncio.create_subprocess_exec(
            sys.executable, *program, *arguments, stdout=asyncio.subprocess.DEVNULL, env=dict(os.environ)
        )
        try:
            yield Running(process, started)
        finally:
            process.terminate()
            await process.wait()


async def measure(size: float = 1.0) -> list[Figure]:
    """Start the bot some times, then have a conversation with it."""
    starts, questions = scaled(STARTS, size), scaled(QUESTIONS, size, least=2)
    rest = REST * min(1.0, size)
    async with TelegramStandIn.start() as telegram, LLMStandIn.start(embedder=Embedder()) as llm:
        person = await telegram.client.join("Bench")
        made = await telegram.client.make_bot(BOT, owner_id=person.id)
        figures = await _started(telegram, llm, owner=person.id, token=made.token, starts=starts, rest=rest)
        async with running(telegram, llm, owner=person.id, token=made.token) as bot:
            await person.send_file(BOT, "fees.md", TEXT.encode())
            await person.wait(BOT, lambda message: "✅" in message.text, timeout=60)
            answers = [await _ask(telegram, number) for number in range(questions)]
            after = memory_of(bot.process.pid)

    return [
        *figures,
        Figure(
            what=f"resident memory after a document and {questions} answers",
            value=mebibytes(after),
            goal="≤ 110 MiB",
            how="VmRSS; the openai client is loaded by then",
        ),
        Figure(
            what="question sent to answer complete, the model's own time aside",
            value=milliseconds(answers),
            how=f"{questions} questions one after another; the stand-in writes at once, but embeds (some 10 ms)",
        ),
    ]


async def _started(  # noqa: PLR0913 - what a bot is started with
    telegram: TelegramStandIn, llm: LLMStandIn, *, owner: int, token: str, starts: int, rest: float
) -> list[Figure]:
    took, spent, rests = [], [], []
    for number in range(starts + 1):
        async with running(telegram, llm, owner=owner, token=token) as bot:
            first = await first_poll(telegram, BOT, after=bot.started)
            await asyncio.sleep(rest)
            if number:  # the first one compiled what had no bytecode yet
                took.append(first - bot.started)
                spent.append(cpu_of(bot.process.pid))
                rests.append(memory_of(bot.process.pid))

    return [
        Figure(
            what="process started to its first getUpdates call",
            value=seconds(took),
            goal="≤ 1 s",
            how=f"{starts} starts with bytecode there; the stand-in's clock",
        ),
        Figure(
            what="processor time for it",
            value=seconds(spent),
            how=f"user and system time until {rest:.0f} s after the start: independent of what else runs",
        ),
        Figure(
            what="resident memory at rest",
            value=mebibytes(max(rests)),
            goal="≤ 80 MiB",
            how=f"VmRSS {rest:.0f} s after the start, the largest of {starts}",
        ),
    ]


async def first_poll(telegram: TelegramStandIn, username: str, *, after: float) -> float:
    """Give when the bot of this name first called getUpdates after that moment (Unix time)."""
    async with asyncio.timeout(30):
        while True:
            calls = await telegram.client.calls(bot=username, method="getUpdates")
            if times := [call["at"] for call in calls if call["at"] >= after]:
                return float(min(times))
            await asyncio.sleep(0.05)


async def _ask(telegram: TelegramStandIn, number: int) -> float:
    person = await telegram.client.join("Bench")
    article = number % ARTICLES + 1
    start = time.monotonic()
    sent = await person.send(BOT, f"How high is fee number {article}?")
    await person.wait(BOT, lambda m: m.id > sent.id and "[1]" in m.text and not m.draft, timeout=60)
    return time.monotonic() - start
