"""A large export of a chat into messages, by the reading process as the bot runs it."""

import asyncio
import json
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from bench.figures import Figure, mebibytes
from personal_bot.sandbox.running import Limits, run_limited

SIZE: Final = 500 << 20  # bytes of the export
WORDS: Final = [
    *("привет", "как", "дела", "сервер", "работает", "обновление", "договор", "завтра", "встреча", "кот", "логи"),
    *("Python", "the", "code", "review", "deploy"),
]
MODULE: Final = "personal_bot.archives.reading"
MEMORY: Final = 128 << 20  # bytes that a pod of 256 MiB leaves the process
SECONDS: Final = 1200
_PRINT_PEAK_MEMORY: Final = f"""
import resource, subprocess, sys
subprocess.run([sys.executable, "-I", "-m", "{MODULE}"], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


async def measure(size: float = 1.0) -> list[Figure]:
    """Read one export of 500 MB times `size`, and cut its messages into chunks."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        export, database = folder / "result.json", folder / "messages.sqlite"
        messages = await asyncio.to_thread(_write, export, round(SIZE * size))
        written = export.stat().st_size

        take_in: dict[str, object] = {
            "task": "take_in",
            "source": str(export),
            "database": str(database),
            "sha256": "x",
        }
        began = time.monotonic()
        peak = await _memory(take_in)
        read = time.monotonic() - began

        chunks = {"task": "chunks", "database": str(database), "chats": [1], "folder": name}
        began = time.monotonic()
        async for _ in run_limited(MODULE, chunks, Limits(memory=MEMORY, seconds=SECONDS)):
            pass
        cut = time.monotonic() - began
        kept = database.stat().st_size

    how = f"{messages:,} messages, {mebibytes(written)}"
    return [
        Figure(what="messages of an export a second, read and indexed", value=f"{messages / read:,.0f}", how=how),
        Figure(
            what="messages of an export a second, with cutting into chunks",
            value=f"{messages / (read + cut):,.0f}",
            how="apart from embedding",
            goal="20,000",
        ),
        Figure(what="peak memory of the reading process", value=mebibytes(peak), how=how, goal="128 MiB"),
        Figure(what="the messages on the volume", value=mebibytes(kept), how="with the index of their words"),
    ]


async def _memory(request: dict[str, object]) -> int:
    """Give the peak resident memory in bytes, read by a small process in between: a child starts with its parent's."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _PRINT_PEAK_MEMORY, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate(json.dumps(request | {"memory": MEMORY, "seconds": SECONDS}).encode())
    return int(out) * 1024


def _write(path: Path, size: int) -> int:
    """Write an export of so many bytes as Telegram Desktop does; gives the number of its messages."""
    dice = random.Random(1)  # noqa: S311 - the same export each time
    at = 1_600_000_000
    with path.open("w", encoding="utf-8") as file:
        file.write('{\n "name": "Bench",\n "type": "private_supergroup",\n "id": 1234567890,\n "messages": [\n')
        number = 0
        while file.tell() < size:
            number += 1
            at += dice.randint(5, 300)
            author = int(dice.paretovariate(1.1)) % 500
            text = " ".join(dice.choices(WORDS, k=dice.randint(2, 30)))
            message = {
                "id": number,
                "type": "message",
                "date": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at)),
                "date_unixtime": str(at),
                "from": f"User {author}",
                "from_id": f"user{author}",
                "reply_to_message_id": max(1, number - dice.randint(1, 20)),
                "text": text,
                "text_entities": [{"type": "plain", "text": text}],
            }
            file.write((",\n" if number > 1 else "") + json.dumps(message, ensure_ascii=False, indent=1))
        file.write("\n ]\n}")
    return number
