"""Fifty people at once: the first sign each sees, how soon all are answered, whether anything is mixed up or lost.

The same bot is measured again with `asyncio.Semaphore(3)` where its admission is, which is what it replaces.
"""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot import BOT, TEXT, running
from figures import Figure, mebibytes, milliseconds

from standins.llm import Embedder, LLMStandIn
from standins.llm.calls import Settings
from standins.telegram import TelegramStandIn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from standins.telegram.client import Person

PEOPLE = 50
TOKENS_PER_SECOND = 15.0  # the pace at which the stand-in writes: a fee takes it about two seconds
ARTICLES = 28
WITH_SEMAPHORE = """
import asyncio, contextlib
from personal_bot.requests.admission import Admission
three = asyncio.Semaphore(3)
@contextlib.asynccontextmanager
async def turn(self, ticket):
    async with three:
        yield
Admission.turn = turn
from personal_bot.__main__ import main
main()
"""
PROGRAMS = {
    "": ("-m", "personal_bot"),
    ", with Semaphore(3)": ("-c", WITH_SEMAPHORE),
}


@dataclass(frozen=True)
class Rush:
    """How it went: seconds to each person's first sign, seconds until all were answered, and what went wrong."""

    signs: Sequence[float]
    took: float
    wrong: int
    memory: int  # bytes, the most that was resident


async def measure() -> list[Figure]:
    """Let fifty people ask at the same time, each something else."""
    rushes = {name: await _rush(program) for name, program in PROGRAMS.items()}
    how = f"{PEOPLE} people, a question each, at the same moment; the stand-in writes {TOKENS_PER_SECOND:.0f} tokens/s"
    figures = []
    for name, rush in rushes.items():
        goal = "p95 ≤ 300 ms" if not name else ""
        figures += [
            Figure(what=f"first sign in the chat{name}", value=milliseconds(rush.signs), goal=goal, how=how),
            Figure(
                what=f"answers a second{name}", value=f"{PEOPLE / rush.took:.1f}", how="until the last answer is there"
            ),
            Figure(
                what=f"answers mixed up or lost{name}", value=str(rush.wrong), goal="0", how="each has its own number"
            ),
            Figure(what=f"most memory{name}", value=mebibytes(rush.memory), how="VmHWM"),
        ]
    own, three = rushes.values()
    ratio = f"{three.took / own.took:.1f} times"
    return [*figures, Figure(what="as fast as with Semaphore(3)", value=ratio, how="time until all are answered")]


async def _rush(program: Sequence[str]) -> Rush:
    pace = Settings(tokens_per_second=TOKENS_PER_SECOND)
    async with TelegramStandIn.start() as telegram, LLMStandIn.start(settings=pace, embedder=Embedder()) as llm:
        owner = await telegram.client.join("Bench")
        made = await telegram.client.make_bot(BOT, owner_id=owner.id)
        people = [await telegram.client.join(f"Person {number}") for number in range(PEOPLE)]
        async with running(telegram, llm, owner=owner.id, token=made.token, program=program, public=True) as bot:
            await owner.send_file(BOT, "fees.md", TEXT.encode())
            await owner.wait(BOT, lambda message: "✅" in message.text, timeout=120)
            await asyncio.sleep(2)  # what the document took is given back
            started = time.monotonic()
            asked = dict(await asyncio.gather(*(_ask(person, number) for number, person in enumerate(people))))
            right = await asyncio.gather(*(_answered(person, number) for number, person in enumerate(people)))
            took = time.monotonic() - started
            signs = await _first_signs(telegram, asked)
            memory = _most_memory(bot.process.pid)
    return Rush([*signs.values()], took, PEOPLE - sum(right), memory)


async def _ask(person: Person, number: int) -> tuple[int, float]:
    at = time.time()
    # The dash keeps the stand-in from comparing embeddings of sentences, which takes it half a second of one thread.
    await person.send(BOT, f"How high — in euros — is fee number {number % ARTICLES + 1}?")
    return person.id, at


async def _answered(person: Person, number: int) -> bool:
    """Whether the person's own fee is what comes, and once."""
    fee = number % ARTICLES + 1
    answer = await person.wait(BOT, lambda m: "Sources" in m.text and not m.draft, timeout=300)
    answers = [m for m in await person.messages(BOT) if m.from_bot and "Sources" in m.text]
    return len(answers) == 1 and f"{fee * 10} euros" in answer.text


async def _first_signs(telegram: TelegramStandIn, asked: dict[int, float]) -> dict[int, float]:
    signs: dict[int, float] = {}
    for call in await telegram.client.calls(bot=BOT):
        chat = int(call["arguments"].get("chat_id") or 0)
        if call["method"] in {"sendmessage", "sendmessagedraft"} and chat in asked and call["at"] >= asked[chat]:
            signs.setdefault(chat, call["at"] + call["seconds"] - asked[chat])
    return signs


def _most_memory(pid: int) -> int:
    found = re.search(r"^VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    return int(found[1]) * 1024 if found else 0
