"""Runs the extracting process (`extract/`) and turns how it ends into sentences."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import signal
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from personal_bot.models import IngestProgress, Loss, Refusal

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncGenerator
    from pathlib import Path

_log = logging.getLogger(__name__)
_LONGEST_NEWS = 1 << 16
_BOT_MEMORY = 128 << 20  # bytes: the bot while it answers
_LEAST_MEMORY, _MOST_MEMORY = 64 << 20, 512 << 20


@dataclass(frozen=True, kw_only=True)
class ExtractionLimits:
    """What one document may take.

    Attributes:
        size: bytes of the file.
        memory: bytes that the extracting process may write to.
        seconds: of wall-clock time, and of CPU time.
    """

    size: int = 512 << 20
    memory: int = 128 << 20
    seconds: int = 120

    @classmethod
    def within(cls, memory_limit: int | None) -> ExtractionLimits:
        """Give the limits for a pod with so many bytes of memory, of which the bot itself needs its part."""
        if memory_limit is None:
            return cls(memory=_MOST_MEMORY)
        return cls(memory=max(_LEAST_MEMORY, min(_MOST_MEMORY, memory_limit - _BOT_MEMORY)))

    def for_size(self, size: int) -> ExtractionLimits:
        """Give the limits for a file of so many bytes: a large one may take longer."""
        return replace(self, seconds=self.seconds + (size >> 20))


@dataclass(frozen=True, kw_only=True)
class Extracted:
    """The chunks lie in the file that was asked for; see `extract.__main__` for its form.

    Attributes:
        chunks: how many.
        skipped: files inside the document that cannot be read, each with the key of the sentence that says why.
        losses: what else could not be taken in.
    """

    chunks: int
    skipped: tuple[tuple[str, str], ...] = ()
    losses: tuple[Loss, ...] = ()


async def extract(
    source: Path, *, name: str, into: Path, limits: ExtractionLimits
) -> AsyncGenerator[IngestProgress | Extracted]:
    """Extract a document's chunks into a file; the last event is `Extracted`.

    Raises:
        Refusal: the document cannot be taken in.
    """
    request = {"source": str(source), "name": name, "into": str(into)}
    skipped: list[tuple[str, str]] = []
    losses: list[Loss] = []
    async with contextlib.aclosing(sandboxed("personal_bot.knowledge.extract", request, limits)) as news:
        async for one in news:
            if "unit" in one:
                yield IngestProgress(**one)
            elif "skipped" in one:
                skipped.append(tuple(one["skipped"]))
            elif "lost" in one:
                losses.append(Loss(**one["lost"]))
            else:
                yield Extracted(chunks=one["chunks"], skipped=tuple(skipped), losses=tuple(losses))


async def sandboxed(module: str, request: dict[str, Any], limits: ExtractionLimits) -> AsyncGenerator[dict[str, Any]]:
    """Run a module as a process that limits itself (see `sandbox.child`), and give its news.

    Raises:
        Refusal: the work refused, or the process ended before it was done.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        "-m",
        module,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=_LONGEST_NEWS,
        env={"LANG": "C.UTF-8"},  # a run by hand may have secrets in its environment
        start_new_session=True,
    )
    loop = asyncio.get_running_loop()
    deadline = loop.time() + limits.seconds
    last: dict[str, Any] = {}
    try:
        await _ask(process, request | {"memory": limits.memory, "seconds": limits.seconds})
        while line := await asyncio.wait_for(_line(process), timeout=deadline - loop.time()):
            last = json.loads(line)
            if "refuse" not in last:
                yield last
        code = await asyncio.wait_for(process.wait(), timeout=deadline - loop.time())
    except TimeoutError:
        raise Refusal("document_took_too_long", seconds=limits.seconds) from None
    finally:
        await _end(process)
    _require_success(last, code, limits)


async def _ask(process: Process, request: dict[str, Any]) -> None:
    if process.stdin is None:
        raise AssertionError("started with a pipe")
    with contextlib.suppress(ConnectionError):  # it died at once: its exit code tells
        process.stdin.write(json.dumps(request).encode())
        await process.stdin.drain()
        process.stdin.close()


async def _line(process: Process) -> bytes:
    if process.stdout is None:
        raise AssertionError("started with a pipe")
    return await process.stdout.readline()


async def _end(process: Process) -> None:
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _require_success(last: dict[str, Any], code: int, limits: ExtractionLimits) -> None:
    if "where" in last:
        _log.warning("the extracting process failed: %s", last["where"])
    if "refuse" in last:
        raise Refusal(last["refuse"], **last["values"])
    if code == 0 and last:
        return
    if code == -signal.SIGXCPU:
        raise Refusal("document_took_too_long", seconds=limits.seconds)
    if code in {-signal.SIGKILL, -signal.SIGABRT}:  # by the kernel, or a parser in C, for want of memory
        raise Refusal("document_too_big_for_memory")
    _log.warning("the extracting process ended with exit code %d", code)
    raise Refusal("document_corrupt")
