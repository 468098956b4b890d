"""Fifty people at once: the first sign each sees, how soon all are answered, whether anything is mixed up or lost.

The same bot is measured again with `asyncio.Semaphore(3)` in place of its admission, as it was before.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bench.bot import ARTICLES, BOT, TEXT, running
from bench.figures import Figure, mebibytes, milliseconds, most_memory_of, scaled
from standins.llm import Embedder, LLMStandIn
from standins.llm.calls import Settings
from standins.telegram import TelegramStandIn
from standins.telegram.client import Person

PEOPLE: Final = 50
TOKENS_PER_SECOND: Final = 15.0  # the pace at which the stand-in writes: a fee takes it about two seconds
WITH_SEMAPHORE: Final = """
import asyncio, contextlib
from personal_bot.requests.admission import Admission
three = asyncio.Semaphore(3)
@contextlib.asynccontextmanager
async def turn(self, ticket):
    async with three:
        yield
assert Admission.turn  # or this would replace nothing
Admission.turn = turn
from personal_bot.__main__ import main
main()
"""
PROGRAMS: Final = {
    "": ("-m", "personal_bot"),
    ", with Semaphore(3)": ("-c", WITH_SEMAPHORE),
}


@dataclass(frozen=True, slots=True)
class Rush:
    """How it went: seconds to each person's first sign, seconds until all were answered, and what went wrong."""

    signs: Sequence[float]
    took: float
    wrong: int
    memory: int  # bytes, the most that was resident


async def measure(size: float = 1.0) -> list[Figure]:
    """Let fifty people ask at the same time, each something else."""
    count = scaled(PEOPLE, size, least=2)
    rushes = {name: await _rush(program, count) for name, program in PROGRAMS.items()}
    how = f"{count} people, a question each, at the same moment; the stand-in writes {TOKENS_PER_SECOND:.0f} tokens/s"
    figures = []
    for name, rush in rushes.items():
        goal = "p95 ≤ 300 ms" if not name else ""
        figures += [
            Figure(what=f"first sign in the chat{name}", value=milliseconds(rush.signs), goal=goal, how=how),
            Figure(
                what=f"answers a second{name}", value=f"{count / rush.took:.1f}", how="until the last answer is there"
            ),
            Figure(
                what=f"answers mixed up or lost{name}", value=str(rush.wrong), goal="0", how="each has its own number"
            ),
            Figure(what=f"most memory{name}", value=mebibytes(rush.memory), how="VmHWM"),
        ]

    own, three = rushes.values()
    ratio = f"{three.took / own.took:.1f} times"
    return [*figures, Figure(what="as fast as with Semaphore(3)", value=ratio, how="time until all are answered")]


async def _rush(program: Sequence[str], count: int) -> Rush:
    pace = Settings(tokens_per_second=TOKENS_PER_SECOND)
    async with TelegramStandIn.start() as telegram, LLMStandIn.start(settings=pace, embedder=Embedder()) as llm:
        owner = await telegram.client.join("Bench")
        made = await telegram.client.make_bot(BOT, owner_id=owner.id)
        people = [await telegram.client.join(f"Person {number}") for number in range(count)]
        async with running(telegram, llm, owner=owner.id, token=made.token, program=program, public=True) as bot:
            await owner.send_file(BOT, "fees.md", TEXT.encode())
            await owner.wait(BOT, lambda message: "✅" in message.text, timeout=120)
            await asyncio.sleep(2)  # until the memory that the document took is given back

            started = time.monotonic()
            asked = dict(await asyncio.gather(*(_ask(person, number) for number, person in enumerate(people))))
            right = await asyncio.gather(*(_answered(person, number) for number, person in enumerate(people)))
            took = time.monotonic() - started
            signs = await _first_signs(telegram, asked)
            memory = most_memory_of(bot.process.pid)
    return Rush([*signs.values()], took, count - sum(right), memory)


async def _ask(person: Person, number: int) -> tuple[int, float]:
    at = time.time()
    # The dash keeps the stand-in from comparing embeddings of sentences, which takes it half a second of one thread.
    await person.send(BOT, f"How high — in euros — is fee number {number % ARTICLES + 1}?")
    return person.id, at


async def _answered(person: Person, number: int) -> bool:
    """Tell whether the person is answered once, and with the fee that was asked for."""
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
