"""The bot's side of a sandbox: run a module as a process within limits, pass its news on, and say how it ended.

A document is a stranger's input to parsers written in C. In a process of its own a parser may crash, hang or eat memory
without harm to the bot. The process limits itself (see `child`).
"""

import asyncio
import contextlib
import json
import logging
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any, Final, Self

from personal_bot.models import RefusedError

logger = logging.getLogger(__name__)

_LONGEST_NEWS: Final = 1 << 16  # bytes of a line
_BOT_MEMORY: Final = 128 << 20  # bytes: the bot while it answers
_LEAST_MEMORY: Final = 64 << 20  # bytes
_MOST_MEMORY: Final = 512 << 20  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one piece of work may take.

    Attributes:
        memory: bytes that the process may write to.
        seconds: of wall-clock time, and of CPU time.
    """

    memory: int = 128 << 20
    seconds: int = 120

    @classmethod
    def within(cls, memory_limit: int | None) -> Self:
        """Give the limits for a pod with so many bytes of memory, of which the bot itself needs its part."""
        if memory_limit is None:
            return cls(memory=_MOST_MEMORY)
        return cls(memory=max(_LEAST_MEMORY, min(_MOST_MEMORY, memory_limit - _BOT_MEMORY)))


async def run_limited(module: str, request: dict[str, Any], limits: Limits) -> AsyncGenerator[dict[str, Any]]:
    """Run a module as a process that limits itself, and give its news.

    Leaving early kills the process.

    Raises:
        RefusedError: the work refused, or the process ended before it was done.
    """
    process = await _start(module)
    loop = asyncio.get_running_loop()
    deadline = loop.time() + limits.seconds
    last: dict[str, Any] = {}

    try:
        await _send(process, request | {"memory": limits.memory, "seconds": limits.seconds})
        while line := await asyncio.wait_for(_line(process), timeout=deadline - loop.time()):
            last = json.loads(line)
            if "refuse" not in last:
                yield last

        code = await asyncio.wait_for(process.wait(), timeout=deadline - loop.time())
    except TimeoutError:
        raise RefusedError("document_took_too_long", seconds=limits.seconds) from None
    finally:
        await _end(process)

    _require_success(last, code, limits)


async def _start(module: str) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        "-m",
        module,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=_LONGEST_NEWS,
        env={"LANG": "C.UTF-8"},  # a bot that is run by hand may have secrets in its environment
        start_new_session=True,
    )


async def _send(process: Process, request: dict[str, Any]) -> None:
    if process.stdin is None:
        raise AssertionError("started with a pipe")

    with contextlib.suppress(ConnectionError):  # the process died at once: its exit code tells
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


def _require_success(last: dict[str, Any], code: int, limits: Limits) -> None:
    if "where" in last:
        logger.warning("The process failed: %s", last["where"])
    if "refuse" in last:
        raise RefusedError(last["refuse"], **last["values"])

    if code == 0 and last:
        return
    if code == -signal.SIGXCPU:
        raise RefusedError("document_took_too_long", seconds=limits.seconds)
    if code in {-signal.SIGKILL, -signal.SIGABRT}:  # the kernel, or a parser in C, ended it for lack of memory
        raise RefusedError("document_too_big_for_memory")

    logger.warning("The process ended with exit code %d", code)
    raise RefusedError("document_corrupt")
