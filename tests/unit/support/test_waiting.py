"""Waiting gives what it waited for, or fails with words that help."""

import asyncio
from itertools import count

import pytest

from support.waiting import until


async def test_what_a_function_or_a_coroutine_gives_in_the_end_is_given() -> None:
    tries = count()
    assert await until(lambda: next(tries) > 2 and "there", every=0) == "there"

    async def late() -> int | None:
        await asyncio.sleep(0)
        return next(tries) if next(tries) > 8 else None

    assert await until(late, every=0) > 8


async def test_a_condition_that_does_not_come_true_fails_with_its_words_and_what_there_is_instead() -> None:
    with pytest.raises(AssertionError, match=r"the end did not come true within 0 s: None"):
        await until(lambda: None, "the end", timeout=0)
    with pytest.raises(AssertionError, match=r"the end did not come true within 0 s: only the middle"):
        await until(lambda: None, "the end", timeout=0, show=lambda: "only the middle")


async def test_what_a_blocking_probe_does_in_a_thread_holds_up_nobody() -> None:
    assert await until(lambda: asyncio.to_thread(lambda: "from a thread")) == "from a thread"
