"""SIGKILL at random moments, again and again: what is lost, and what is answered twice.

Some bots side by side, each with a volume of its own, so that it takes half the time; a blow may fall anywhere between
a process's first import and the answers that it writes. People ask on, also while nobody runs.
"""

import asyncio
import logging
import os
import random
import sys
import tempfile
import time
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bench.bot import ARTICLES, TEXT, words
from bench.figures import Figure, scaled
from standins.llm import Embedder, LLMStandIn
from standins.llm.calls import Settings
from standins.telegram import TelegramStandIn
from standins.telegram.client import Person
from support.json_logs import log_lines

KILLS: Final = 200
BOTS: Final = 4
LONGEST_LIFE: Final = 5.0  # seconds
TOKENS_PER_SECOND: Final = 25.0  # the pace at which the stand-in writes: an answer takes it about a second
PLACEHOLDERS: Final = ("👇", "🔍", "🔄")  # how a message begins before there is an answer in it
STANDSTILL: Final = 300.0  # seconds without an answer after which the rest counts as lost; a suspect waits 60 at most


@dataclass(slots=True, kw_only=True)
class Volley:
    """How it went for one bot: questions by their message, kills while some were open, seconds to the last answer."""

    asked: dict[int, str] = field(default_factory=dict)
    under_way: int = 0
    lost: int = 0
    twice: int = 0
    placeholders: int = 0
    backlog: float = 0.0


async def measure(size: float = 1.0) -> list[Figure]:
    """Kill bots, and count what their people got."""
    kills = scaled(KILLS, size, least=2)
    bots = min(BOTS, kills)
    started = time.monotonic()
    pace = Settings(tokens_per_second=TOKENS_PER_SECOND)
    async with TelegramStandIn.start() as telegram, LLMStandIn.start(settings=pace, embedder=Embedder()) as llm:
        with _broken_streams_unlogged():
            volleys = await asyncio.gather(*(_volley(telegram, llm, number, kills // bots) for number in range(bots)))

    asked = sum(len(volley.asked) for volley in volleys)
    under_way = sum(volley.under_way for volley in volleys)
    backlog = max(volley.backlog for volley in volleys)
    return [
        Figure(
            what=f"questions lost over {kills} kills",
            value=f"{sum(volley.lost for volley in volleys)} of {asked}",
            goal="0",
            how=f"SIGKILL at up to {LONGEST_LIFE:.0f} s of a process's life, {under_way} of them with open questions; "
            f"{bots} bots side by side",
        ),
        Figure(
            what="answered twice, or wrong",
            value=str(sum(volley.twice for volley in volleys)),
            goal="0",
            how="each question has its own number in the answer, which is a reply to it",
        ),
        Figure(
            what="messages left without an answer in them",
            value=str(sum(volley.placeholders for volley in volleys)),
            how="killed between Telegram taking the message and the journal noting it",
        ),
        Figure(
            what="from the last kill until all are answered",
            value=f"{backlog:.0f} s",
            how=f"the slowest bot; all of this took {time.monotonic() - started:.0f} s",
        ),
    ]


@contextmanager
def _broken_streams_unlogged() -> Iterator[None]:
    """Killed bots break off their streams from the stand-ins; each would be an error with a traceback."""
    server = logging.getLogger("aiohttp.server")
    before = server.level
    server.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        server.setLevel(before)


async def _volley(telegram: TelegramStandIn, llm: LLMStandIn, number: int, kills: int) -> Volley:
    chance = random.Random(number)  # noqa: S311 - moments, no secrets
    name = f"killed_{number}_bot"
    owner = await telegram.client.join(f"Owner {number}")
    made = await telegram.client.make_bot(name, owner_id=owner.id)
    volley = Volley()
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        arguments = words(folder, telegram, llm, owner=owner.id, token=made.token)
        process = await _start(arguments)
        try:
            await owner.send_file(name, "fees.md", TEXT.encode())
            await owner.wait(name, lambda message: "✅" in message.text, timeout=120)
            for kill in range(kills):
                life = chance.uniform(0, LONGEST_LIFE)
                before = chance.uniform(0, life)
                await asyncio.sleep(before)
                article = kill % ARTICLES + 1
                question = await owner.send(name, f"How high — in euros — is fee number {article}?")
                volley.asked[question.id] = f"{article * 10} euros"
                await asyncio.sleep(life - before)

                process.kill()
                await process.wait()
                volley.under_way += _has_open_questions(folder / "data" / "inbox" / "journal.jsonl")
                process = await _start(arguments)
            await _backlog(owner, name, volley)
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return volley


async def _start(arguments: list[str]) -> Process:
    """Start a bot with compiled modules, as in the image: without them it takes three times as long."""
    command = (sys.executable, "-m", "personal_bot", *arguments)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(Path(tempfile.gettempdir()) / "personalbots-bench-bytecode")
    return await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.DEVNULL, env=environment)


async def _backlog(owner: Person, name: str, volley: Volley) -> None:
    """Wait while answers come, and count them."""
    last_kill = progress = time.monotonic()
    answers: Counter[int] = Counter()
    while answers.keys() < volley.asked.keys() and time.monotonic() < progress + STANDSTILL:
        before = len(answers)
        answers, volley.twice, volley.placeholders = await _answers(owner, name, volley.asked)
        if len(answers) > before:
            progress = time.monotonic()
        await asyncio.sleep(0.5)
    volley.backlog = time.monotonic() - last_kill
    await asyncio.sleep(3)  # one that came twice would come now
    answers, volley.twice, volley.placeholders = await _answers(owner, name, volley.asked)
    volley.lost = len(volley.asked.keys() - answers.keys())


async def _answers(owner: Person, name: str, asked: dict[int, str]) -> tuple[Counter[int], int, int]:
    """Give how often each question is answered, how many answers are too many or wrong, and how many placeholders."""
    messages = [m for m in await owner.messages(name) if m.from_bot and not m.draft and "reply_to_message" in m.raw]
    of = {m.id: int(m.raw["reply_to_message"]["message_id"]) for m in messages}
    right = [m for m in messages if asked.get(of[m.id], "?") in m.text and "Sources" in m.text]
    answers = Counter(of[m.id] for m in right)
    others = [m for m in messages if m not in right and of[m.id] in asked]
    wrong = [m for m in others if not m.text.startswith(PLACEHOLDERS)]
    return answers, sum(answers.values()) - len(answers) + len(wrong), len(others) - len(wrong)


def _has_open_questions(journal: Path) -> bool:
    lines = log_lines(journal)  # the last may be cut off by the kill
    received = {line["update"]["update_id"] for line in lines if "update" in line}
    return bool(received - {line["id"] for line in lines if line.get("done")})
