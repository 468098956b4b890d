"""The inbox journal: what was received and not finished yet survives the process.

An append-only file of JSON lines on the bot's volume. An update is on the disk before Telegram is told that it was
received; what happened to it since (the status message that was sent, the finished answer) follows in lines of its own,
so that the next process goes on where this one ended and never answers twice. A last line that was cut by a crash is
dropped. At start the file is written anew with what is unfinished and with the newest ids, so it stays small.

Only updates and message ids are synced to the disk; the rest survives a killed process without it, and after a crash of
the whole node costs at most an answer written a second time into the same message.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import logging
import os
from collections import deque
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_REMEMBERED = 1000  # Telegram sends again what was not confirmed: at most the last 100
_COMPACT_AFTER = 4 * 2**20  # bytes

log = logging.getLogger(__name__)


@dataclass(kw_only=True)
class Entry:
    """One update that was received and is not finished.

    Attributes:
        update: as Telegram sent it.
        attempts: how often work on it began in processes that died over it.
        messages: ids of the bot's messages that hold or will hold the answer, the status message first.
        answer: the finished answer as it must be delivered, once there is one.
    """

    update: dict[str, Any]
    attempts: int = 0
    messages: list[int] = field(default_factory=list)
    answer: dict[str, Any] | None = None

    @property
    def id(self) -> int:
        """The update's id."""
        return int(self.update["update_id"])


@dataclass(frozen=True, kw_only=True)
class Received:
    """What became of updates: those that are `new`, and whether all of them are `safe` on the disk."""

    new: list[Entry]
    safe: bool


class Journal:
    """The journal in one file."""

    def __init__(self, path: Path) -> None:
        """Open the journal and take up what the last process left.

        Raises:
            OSError: the volume takes no file. A full disk alone does not: the old file is then gone on with.
        """
        self._path = path
        self._unfinished: dict[int, Entry] = {}
        self._known: deque[int] = deque(maxlen=_REMEMBERED)
        self._unwritten: list[Entry] = []
        self._lock = asyncio.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._load()
        self._file = self._opened()

    def unfinished(self) -> tuple[Entry, ...]:
        """What is still to be answered, oldest first."""
        return tuple(self._unfinished.values())

    async def receive(self, updates: Sequence[dict[str, Any]]) -> Received:
        """Keep the updates, on the disk if it takes them; those known already are not new."""
        new = []
        for update in updates:
            entry = Entry(update=update)
            if entry.id not in self._known:
                self._known.append(entry.id)
                self._unfinished[entry.id] = entry
                new.append(entry)
        self._unwritten += new
        lines = [vars(entry) if entry.id in self._unfinished else {"known": [entry.id]} for entry in self._unwritten]
        try:
            await self._write(lines, sync=True)
        except OSError as error:
            log.error("The journal cannot be written, so nothing is confirmed to Telegram: %s", error.strerror)  # noqa: TRY400 - the place is known
            return Received(new=new, safe=False)
        self._unwritten.clear()
        return Received(new=new, safe=True)

    async def begin(self, entry: Entry) -> None:
        """Note that work on it begins, so that an update that kills the process is not tried for ever."""
        entry.attempts += 1
        await self._note(entry, attempts=entry.attempts)

    async def interrupt(self, entry: Entry) -> None:
        """Note that work on it was broken off on purpose, which is no failed attempt."""
        entry.attempts = max(0, entry.attempts - 1)
        await self._note(entry, attempts=entry.attempts)

    async def sent(self, entry: Entry, messages: list[int]) -> None:
        """Note the bot's messages that hold, or will hold, the answer."""
        entry.messages = list(messages)
        await self._note(entry, sync=True, messages=entry.messages)

    async def answered(self, entry: Entry, answer: dict[str, Any]) -> None:
        """Note the answer before it is delivered."""
        entry.answer = answer
        await self._note(entry, answer=answer)

    async def finish(self, entry: Entry) -> None:
        """Note that nothing is left to do."""
        self._unfinished.pop(entry.id, None)
        await self._note(entry, done=True)
        if self._file.tell() > _COMPACT_AFTER:
            await self.shorten()

    async def shorten(self) -> None:
        """Drop what is finished from the file."""
        async with self._lock:
            self._file.close()
            self._file = self._opened()

    def close(self) -> None:
        """Close the file; it stays complete without this."""
        self._file.close()

    async def _note(self, entry: Entry, *, sync: bool = False, **what: object) -> None:
        try:
            await self._write([{"id": entry.id, **what}], sync=sync)
        except OSError as error:
            # The answer goes on: losing the note costs less than losing the answer.
            log.warning("The journal cannot be written: %s", error.strerror)

    async def _write(self, lines: Iterable[dict[str, Any]], *, sync: bool) -> None:
        data = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()
        if not data:
            return
        start = self._file.tell()
        try:
            _write_all(self._file, data)  # before anything is waited for: a killed process leaves it in the file
        except OSError:
            with contextlib.suppress(OSError):
                self._file.truncate(start)
            raise
        if sync:
            async with self._lock:
                await asyncio.to_thread(os.fsync, self._file.fileno())

    def _load(self) -> None:
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return
        whole = data.rfind(b"\n") + 1
        if whole < len(data):
            log.warning("The journal's last line was cut short and is dropped")
            os.truncate(self._path, whole)
        for line in data[:whole].splitlines():
            try:
                self._apply(json.loads(line))
            except (ValueError, KeyError, TypeError, AttributeError):
                log.warning("A line of the journal is damaged and dropped")

    def _apply(self, line: dict[str, Any]) -> None:
        if "known" in line:
            self._known.extend(line["known"])
        elif "update" in line:
            entry = Entry(**line)
            self._unfinished[entry.id] = entry
            if entry.id not in self._known:
                self._known.append(entry.id)
        elif line.get("done"):
            self._unfinished.pop(line["id"], None)
        elif line["id"] in self._unfinished:
            for name in {"attempts", "messages", "answer"} & line.keys():
                setattr(self._unfinished[line["id"]], name, line[name])

    def _opened(self) -> IO[bytes]:
        try:
            self._rewrite()
        except OSError as error:
            log.warning("The journal cannot be shortened: %s", error.strerror)
        return self._path.open("ab", buffering=0)

    def _rewrite(self) -> None:
        lines: list[dict[str, Any]] = [{"known": list(self._known)}]
        lines += [vars(entry) for entry in self._unfinished.values()]
        new = self._path.with_suffix(".new")
        with new.open("wb") as file:
            file.write("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode())
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._path)
        directory = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


def _write_all(file: IO[bytes], data: bytes) -> None:
    if file.write(data) != len(data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
