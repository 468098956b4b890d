"""Documents into chunks, by the extracting process as the bot runs it."""

import asyncio
import io
import json
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from reportlab.pdfgen import canvas

from bench.figures import Figure, mebibytes, scaled
from personal_bot.knowledge.extraction import ExtractionLimits, extract

PAGES: Final = 300
LINES: Final = 45  # of a page
WORDS_A_LINE: Final = 12
WORDS: Final = ["bread", "baked", "dawn", "the", "cat", "sleeps", "roof", "until", "somebody", "opens", "a", "window"]
TEXT_SIZE: Final = 20 << 20  # bytes
_TELL_MEMORY: Final = """
import resource, subprocess, sys
extract = [sys.executable, "-I", "-m", "personal_bot.knowledge.extract"]
subprocess.run(extract, check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


async def measure(size: float = 1.0) -> list[Figure]:
    """Extract a long PDF and a large text."""
    pages = scaled(PAGES, size)
    dice = random.Random(1)  # noqa: S311 - the same documents each time
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pdf, text = folder / "book.pdf", folder / "book.txt"
        await asyncio.to_thread(pdf.write_bytes, _pdf(dice, pages))
        await asyncio.to_thread(text.write_text, " ".join(dice.choices(WORDS, k=scaled(TEXT_SIZE // 5, size))))

        for_pdf, for_text = await _seconds(pdf), await _seconds(text)
        text_size = text.stat().st_size
        peak = max([await _memory(pdf), await _memory(text)])

    return [
        Figure(what="pages of PDF a second, chunked", value=f"{pages / for_pdf:,.0f}", how=f"{pages} pages", goal="20"),
        Figure(
            what="text a second, chunked",
            value=f"{text_size / for_text / 2**20:.1f} MiB",
            how=f"{text_size / 2**20:.0f} MiB in one file",
        ),
        Figure(what="peak memory of the extracting process", value=mebibytes(peak), how="the larger of both"),
    ]


async def _memory(document: Path) -> int:
    """Give the peak resident memory in bytes, as a small process measures it: this large one would count as well."""
    request = {
        "source": str(document),
        "name": document.name,
        "into": str(document.with_suffix(".jsonl")),
        "memory": ExtractionLimits().memory,
        "seconds": ExtractionLimits().seconds,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _TELL_MEMORY, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate(json.dumps(request).encode())
    return int(out) * 1024


async def _seconds(document: Path) -> float:
    began = time.monotonic()
    limits = ExtractionLimits()
    async for _ in extract(document, name=document.name, into=document.with_suffix(".jsonl"), limits=limits):
        pass
    return time.monotonic() - began


def _pdf(dice: random.Random, pages: int) -> bytes:
    buffer = io.BytesIO()
    page = canvas.Canvas(buffer)
    for _ in range(pages):
        lines = page.beginText(40, 800)
        for _ in range(LINES):
            lines.textLine(" ".join(dice.choices(WORDS, k=WORDS_A_LINE)))
        page.drawText(lines)
        page.showPage()
    page.save()
    return buffer.getvalue()
