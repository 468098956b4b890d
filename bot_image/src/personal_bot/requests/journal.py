"""The inbox journal: what was received and not finished yet survives the process.

An append-only file of JSON lines on the bot's volume. An update is on the disk before the bot confirms it to Telegram.
What happens to it later (the status message, the finished answer) follows in lines of its own, so that the next process
goes on where this one ended and never answers twice. The bot drops a last line that a crash has cut. At start it writes
the file anew with the unfinished updates and the newest ids, so the file stays small.

Only updates and message ids are synced to the disk. The other lines survive a killed process without it, and a crash of
the whole node costs at most an answer that is written a second time into the same message.
"""

import asyncio
import contextlib
import errno
import json
import logging
import os
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

_REMEMBERED: Final = 1000  # ids: Telegram sends again what was not confirmed, at most the last 100
_COMPACT_AFTER: Final = 4 * 2**20  # bytes

logger = logging.getLogger(__name__)


@dataclass(kw_only=True)
class Entry:
    """One update that was received and is not finished.

    Attributes:
        update: as Telegram sent it.
        attempts: how often work on it began in a process that then died.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """The updates that are `new`, and whether all of them are `safe` on the disk."""

    new: list[Entry]
    safe: bool


class Journal:
    """The journal in one file."""

    def __init__(self, path: Path) -> None:
        """Open the journal and take up what the last process left.

        Raises:
            OSError: the volume takes no file. On a disk that is merely full the bot goes on with the old file.
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
        """Keep the updates, on the disk if it takes them; those that the journal knows already are not new."""
        new = []
        for update in updates:
            entry = Entry(update=update)
            if entry.id not in self._known:
                self._known.append(entry.id)
                self._unfinished[entry.id] = entry
                new.append(entry)

        # Updates that a full disk did not take earlier are written first, with what was finished since as known ids.
        self._unwritten += new
        lines = [vars(entry) if entry.id in self._unfinished else {"known": [entry.id]} for entry in self._unwritten]

        try:
            await self._write(lines, sync=True)
        except OSError as error:
            logger.error("The journal cannot be written, so nothing is confirmed to Telegram: %s", error.strerror)  # noqa: TRY400 - the place is known
            return Received(new=new, safe=False)

        self._unwritten.clear()
        return Received(new=new, safe=True)

    async def begin(self, entry: Entry) -> None:
        """Note that work on it begins, so that the bot does not try for ever an update that kills the process."""
        entry.attempts += 1
        await self._note(entry, attempts=entry.attempts)

    async def interrupt(self, entry: Entry) -> None:
        """Note that the bot broke work on it off on purpose, which is no failed attempt."""
        entry.attempts = max(0, entry.attempts - 1)
        await self._note(entry, attempts=entry.attempts)

    async def sent(self, entry: Entry, messages: list[int]) -> None:
        """Note the bot's messages that hold, or will hold, the answer."""
        entry.messages = list(messages)
        await self._note(entry, sync=True, messages=entry.messages)

    async def answered(self, entry: Entry, answer: dict[str, Any]) -> None:
        """Note the answer before the bot delivers it."""
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
            logger.warning("The journal cannot be written: %s", error.strerror)

    async def _write(self, lines: Iterable[dict[str, Any]], *, sync: bool) -> None:
        data = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()
        if not data:
            return

        start = self._file.tell()
        try:
            # Before the first await: what is in the file survives when the process is killed.
            _write_all(self._file, data)
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
            logger.warning("The journal's last line was cut short and is dropped")
            os.truncate(self._path, whole)

        for line in data[:whole].splitlines():
            try:
                self._apply(json.loads(line))
            except (ValueError, KeyError, TypeError, AttributeError):
                logger.warning("A line of the journal is damaged and dropped")

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
            logger.warning("The journal cannot be shortened: %s", error.strerror)
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

        # The new name is safe only when the folder is synced too.
        directory = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


def _write_all(file: IO[bytes], data: bytes) -> None:
    # A disk that is nearly full takes a part and reports no error.
    if file.write(data) != len(data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
