# ruff: noqa: ASYNC110 - conditions are waited for, with a limit

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from personalbots_operator.loop.queue import RetryError, WorkQueue

Handle = Callable[[str], Awaitable[float | None]]


@asynccontextmanager
async def running(handle: Handle, *, workers: int = 4, first_delay: float = 0.01) -> AsyncIterator[WorkQueue[str]]:
    queue = WorkQueue(handle, workers=workers, first_delay=first_delay, longest_delay=0.05)
    task = asyncio.create_task(queue.run())
    try:
        yield queue
    finally:
        task.cancel()
        await asyncio.wait([task])


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.001)


async def test_a_key_added_many_times_is_handled_once() -> None:
    done: Counter[str] = Counter()

    async def handle(key: str) -> None:
        done[key] += 1

    async with running(handle) as queue:
        for _ in range(10):
            queue.add("a")
        queue.add("b")
        await until(lambda: len(done) == 2 and len(queue) == 0)
    assert done == {"a": 1, "b": 1}


async def test_a_key_added_while_it_is_handled_is_handled_once_more_and_never_by_two_workers_at_once() -> None:
    at_once, most, done = 0, 0, 0
    go = asyncio.Event()

    async def handle(_: str) -> None:
        nonlocal at_once, most, done
        at_once += 1
        most = max(most, at_once)
        await go.wait()
        at_once -= 1
        done += 1

    async with running(handle) as queue:
        queue.add("a")
        await until(lambda: at_once == 1)
        for _ in range(5):
            queue.add("a")
        go.set()
        await until(lambda: done == 2)
        await until(lambda: at_once == 0)
    assert (most, done) == (1, 2)


async def test_no_more_keys_are_handled_at_once_than_there_are_workers() -> None:
    working: set[str] = set()
    go = asyncio.Event()

    async def handle(key: str) -> None:
        working.add(key)
        await go.wait()

    async with running(handle, workers=3) as queue:
        for number in range(10):
            queue.add(str(number))
        await until(lambda: len(working) == 3)
        assert len(queue) == 7
        assert queue.oldest >= 0
        go.set()
        await until(lambda: len(working) == 10)


@pytest.mark.parametrize("error", [ValueError("a bug"), RetryError("it changed"), RetryError("busy", after=0.01)])
async def test_a_failure_is_tried_again_until_it_works(error: Exception) -> None:
    tries = 0

    async def handle(_: str) -> None:
        nonlocal tries
        tries += 1
        if tries < 4:
            raise error

    async with running(handle) as queue:
        queue.add("a")
        await until(lambda: tries == 4)
        await until(lambda: queue.timers == 0)
        assert not queue._failures  # noqa: SLF001 - nothing is kept of what works


async def test_a_key_comes_back_after_the_time_it_asked_for_and_only_the_earliest_time_counts() -> None:
    loop = asyncio.get_running_loop()
    times: list[float] = []

    async def handle(_: str) -> float | None:
        times.append(loop.time())
        return 0.05 if len(times) == 1 else None

    async with running(handle) as queue:
        queue.add("a")
        await until(lambda: len(times) == 1)
        queue.add_after("a", 60)
        await until(lambda: len(times) == 2)
        assert queue.timers == 0
    assert 0.05 <= times[1] - times[0] < 1


async def test_a_forgotten_key_does_not_come_back() -> None:
    done: list[str] = []

    async def handle(key: str) -> None:
        done.append(key)

    async with running(handle) as queue:
        queue.add_after("a", 0.01)
        queue.forget("a")
        queue.add_after("b", 0.02)
        await until(lambda: done == ["b"])
    assert queue.timers == 0


async def test_an_owner_with_many_keys_does_not_delay_one_with_few() -> None:
    done: list[str] = []

    async def handle(key: str) -> None:
        done.append(key)

    queue = WorkQueue(handle, workers=1, owner=lambda key: key[0])
    for number in range(1000):
        queue.add(f"a{number}")
    queue.add("b0")
    queue.add("b1")
    task = asyncio.create_task(queue.run())
    await until(lambda: len(done) == 1002)
    task.cancel()
    await asyncio.wait([task])
    assert (done.index("b0"), done.index("b1")) == (1, 3)
    assert [key for key in done if key.startswith("a")] == [f"a{number}" for number in range(1000)]


async def test_urgent_keys_go_first_and_the_others_are_not_forgotten() -> None:
    done: list[str] = []

    async def handle(key: str) -> None:
        done.append(key)

    queue = WorkQueue(handle, workers=1, owner=lambda key: key[1], urgent=lambda key: key[0] == "u")
    for number in range(20):
        queue.add(f"-a{number}")
    for number in range(100):
        queue.add(f"ua{number}")
    queue.add("ub0")
    task = asyncio.create_task(queue.run())
    await until(lambda: len(done) == 121)
    task.cancel()
    await asyncio.wait([task])
    assert done.index("ub0") == 1  # owners take may_be_replaced here too
    assert [done.index(f"-a{number}") for number in range(3)] == [7, 15, 23]
    assert done[-1] == "-a19"
