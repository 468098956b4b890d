"""The journal: what was received is not lost, and what is finished does not come back."""

import asyncio
import errno
import json
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from personal_bot.requests.journal import Journal

Opened = Callable[[Path], Journal]


def update(number: int) -> dict[str, Any]:
    return {"update_id": number, "message": {"text": f"вопрос {number}"}}


@pytest.fixture
def opened() -> Iterator[Callable[[Path], Journal]]:
    """Opens the journal as the next process would: the one before did not get to close it."""
    journals: list[Journal] = []

    def open_(path: Path) -> Journal:
        journals.append(Journal(path))
        return journals[-1]

    yield open_
    for journal in journals:
        journal.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "inbox" / "journal.jsonl"


async def test_what_was_received_and_not_finished_is_there_after_a_crash(opened: Opened, path: Path) -> None:
    journal = opened(path)
    received = await journal.receive([update(1), update(2)])
    assert received.safe
    first, second = received.new
    await journal.begin(second)
    await journal.sent(second, [41])
    await journal.answered(second, {"pieces": []})
    await journal.finish(first)
    (left,) = opened(path).unfinished()
    assert left.update == update(2)
    assert (left.attempts, left.messages, left.answer) == (1, [41], {"pieces": []})


async def test_an_update_that_comes_again_is_not_new(opened: Opened, path: Path) -> None:
    journal = opened(path)
    (entry,) = (await journal.receive([update(1)])).new
    assert (await journal.receive([update(1)])).new == []
    await journal.finish(entry)
    for again in (opened(path), opened(path)):  # the second one reads what the first has shortened
        assert (await again.receive([update(1)])).new == []
        assert again.unfinished() == ()


@pytest.mark.parametrize("torn", [b'{"id": 1, "do', b'{"update": {"update_id": 9, "mess', b"\xd0"])
async def test_a_line_that_was_cut_by_a_crash_is_dropped(opened: Opened, path: Path, torn: bytes) -> None:
    journal = opened(path)
    await journal.receive([update(1)])
    with path.open("ab") as file:
        file.write(torn)
    again = opened(path)
    assert [entry.id for entry in again.unfinished()] == [1]
    await again.receive([update(2)])
    assert [entry.id for entry in opened(path).unfinished()] == [1, 2]


async def test_every_prefix_of_the_file_can_be_read(opened: Opened, path: Path) -> None:
    journal = opened(path)
    (first, second) = (await journal.receive([update(1), update(2)])).new
    await journal.sent(first, [5])
    await journal.finish(first)
    await journal.begin(second)
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        assert {entry.id for entry in opened(path).unfinished()} <= {1, 2}


async def test_a_damaged_line_in_the_middle_costs_only_itself(opened: Opened, path: Path) -> None:
    journal = opened(path)
    await journal.receive([update(1)])
    with path.open("ab") as file:
        file.write(b'nonsense\n[1, 2]\n{"unknown": 1}\n')
    await journal.receive([update(2)])
    assert [entry.id for entry in opened(path).unfinished()] == [1, 2]


async def test_the_file_is_shortened_at_start(opened: Opened, path: Path) -> None:
    journal = opened(path)
    for number in range(50):
        (entry,) = (await journal.receive([update(number)])).new
        await journal.finish(entry)
    before = path.stat().st_size
    opened(path)
    assert path.stat().st_size < before / 10


async def test_an_interruption_is_no_failed_attempt(opened: Opened, path: Path) -> None:
    journal = opened(path)
    (entry,) = (await journal.receive([update(1)])).new
    await journal.begin(entry)
    await journal.interrupt(entry)
    assert opened(path).unfinished()[0].attempts == 0


async def test_on_a_full_disk_updates_are_worked_on_but_not_safe_until_they_are_written(
    opened: Opened, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = opened(path)
    full = True
    write = journal._write  # noqa: SLF001 - a disk that is full cannot be had without root

    async def write_or_fail(lines: Any, *, sync: bool) -> None:  # noqa: ANN401
        if full:
            raise OSError(errno.ENOSPC, "No space left on device")
        await write(lines, sync=sync)

    monkeypatch.setattr(journal, "_write", write_or_fail)
    received = await journal.receive([update(1), update(2)])
    assert [entry.id for entry in received.new] == [1, 2]
    assert not received.safe
    await journal.finish(received.new[0])
    full = False
    again = await journal.receive([update(1), update(2)])
    assert again.new == []
    assert again.safe
    assert [entry.id for entry in opened(path).unfinished()] == [2]
    assert (await opened(path).receive([update(1)])).new == []


async def test_what_is_noted_is_in_the_file_at_once_however_slow_the_disk_is(
    opened: Opened, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = opened(path)
    first, second = (await journal.receive([update(1), update(2)])).new
    synced = threading.Event()
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", lambda _: synced.wait(30))
        notes = [asyncio.create_task(journal.sent(entry, [entry.id + 40])) for entry in (first, second)]
        try:
            await asyncio.sleep(0)  # each has its first turn
            assert path.read_text().splitlines()[-2:] == ['{"id": 1, "messages": [41]}', '{"id": 2, "messages": [42]}']
            assert not any(note.done() for note in notes)
        finally:
            synced.set()
            await asyncio.gather(*notes)


async def test_the_journal_is_readable_json_lines(opened: Opened, path: Path) -> None:
    journal = opened(path)
    await journal.receive([update(1)])
    assert all(isinstance(json.loads(line), dict) for line in path.read_text().splitlines())
