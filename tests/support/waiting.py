"""Wait for a condition with a limit."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar, overload

Found = TypeVar("Found")


@overload
async def until(
    probe: Callable[[], Awaitable[Found | None]],
    what: str = "",
    *,
    timeout: float = 60,
    every: float = 0.1,
    show: Callable[[], object] | None = None,
) -> Found: ...


@overload
async def until(
    probe: Callable[[], Found | None],
    what: str = "",
    *,
    timeout: float = 60,
    every: float = 0.1,
    show: Callable[[], object] | None = None,
) -> Found: ...


async def until(
    probe: Callable[[], object],
    what: str = "",
    *,
    timeout: float = 60,
    every: float = 0.1,
    show: Callable[[], object] | None = None,
) -> object:
    """Wait until a probe gives something true, and give that.

    Args:
        probe: a function or a coroutine function. One that blocks (kubectl) belongs in `asyncio.to_thread`.
        what: the condition in words, for the test that fails.
        timeout: seconds until the test fails.
        every: seconds between two looks.
        show: what to show when the test fails; what the probe gave last when there is nothing better.

    Raises:
        AssertionError: the condition did not come true in time.
    """
    end = time.monotonic() + timeout
    while True:
        found = probe()
        if inspect.isawaitable(found):
            found = await found
        if found:
            return found

        if time.monotonic() > end:
            seen = await asyncio.to_thread(show) if show else found
            raise AssertionError(f"{what or probe} did not come true within {timeout:.0f} s: {seen}")
        await asyncio.sleep(every)
