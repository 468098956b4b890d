"""The chats of one bot as the rest of the bot sees them: take in, ask, choose, forget.

A process of its own reads exports and cuts chats into chunks. Queries run in one thread beside the event loop. SQLite
is loaded when the first chat is taken in or asked for.
"""

import asyncio
import hashlib
import logging
import re
from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TypeVar

from personal_bot.archives import live, queries
from personal_bot.archives.connection import Connection
from personal_bot.archives.queries import Chat
from personal_bot.archives.reading.messages import Kept
from personal_bot.archives.schema import connect, remove_chat
from personal_bot.sandbox.running import Limits, run_limited

logger = logging.getLogger(__name__)
_Result = TypeVar("_Result")

_MODULE: Final = "personal_bot.archives.reading"
_NAMED: Final = re.compile(r".*\.(?:json|zip|html?)", re.IGNORECASE)
_HEADS: Final = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*(?:\{|PK\x03\x04|<)")
_RETRY_AFTER: Final = 2.0  # seconds until a message that could not be written is tried again
_SLOWEST: Final = 1 << 20  # bytes a second: a file is read at least so fast, on a slow volume beside other work


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportProgress:
    """How far an export is read, in bytes, and how many messages it had so far."""

    done: int
    total: int
    messages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """The export is in; 0 messages when it was known already. `lost` are messages that cannot be read."""

    messages: int
    lost: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Unindexed:
    """A chat whose messages changed since the library got it; its chunks lie in the file `chunks`."""

    key: int
    title: str
    revision: int
    document: str
    chunks: Path


class Archives:
    """The chats of one bot."""

    def __init__(self, folder: Path, *, work: Path, limits: Limits) -> None:
        """Open nothing yet.

        Args:
            folder: on the bot's volume, for the messages.
            work: folder for chunks on their way into the library.
            limits: of the reading process.
        """
        self._folder = folder
        self._work = work
        self._limits = limits
        self._database = folder / "messages.sqlite"
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="archives")
        self._connection: Connection | None = None
        self._writing = asyncio.Lock()

    @property
    def empty(self) -> bool:
        """Whether nothing was ever taken in."""
        return not self._database.exists()

    async def take_in(self, source: Path, name: str) -> AsyncGenerator[ImportProgress | Imported]:
        """Merge an export into the messages. The last event is `Imported`; a file that is no export gives none.

        Raises:
            RefusedError: the export cannot be read.
        """
        if not await asyncio.to_thread(_may_be_export, source, name):
            return
        sha256 = await asyncio.to_thread(_sha256, source)
        await asyncio.to_thread(self._folder.mkdir, parents=True, exist_ok=True)

        if not self.empty and await self.ask(lambda connection: _is_known(connection, sha256)):
            yield Imported(messages=0)
            return

        size = (await asyncio.to_thread(source.stat)).st_size
        request = {"task": "take_in", "source": str(source), "database": str(self._database), "sha256": sha256}
        async with aclosing(run_limited(_MODULE, request, self._limits_for(size))) as news:
            async for one in news:
                if "bytes" in one:
                    done, total = one["bytes"]
                    yield ImportProgress(done=done, total=total, messages=one["messages"])
                elif one["messages"] is not None:
                    yield Imported(messages=one["messages"], lost=one["lost"])

    async def unindexed(self, *, live: bool = False) -> list[Unindexed]:
        """Give the chats that changed since the library got them, with their chunks in files, which the caller removes.

        Args:
            live: only those of groups that the bot sits in.

        Raises:
            RefusedError: the chunks could not be made.
        """
        if self.empty:
            return []
        changed = await self.ask(lambda connection: _changed(connection, live=live))
        if not changed:
            return []

        folder = self._work / "chats"
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
        keys = [key for key, *_ in changed]
        request = {"task": "chunks", "database": str(self._database), "chats": keys, "folder": str(folder)}
        limits = self._limits_for(self._database.stat().st_size)
        async with aclosing(run_limited(_MODULE, request, limits)) as news:
            async for _ in news:
                pass

        return [
            Unindexed(key=key, title=title, revision=revision, document=document, chunks=folder / f"{key}.jsonl")
            for key, title, revision, document in changed
        ]

    async def indexed(self, chat: Unindexed, document: str) -> None:
        """Note that the library has a chat as it was, as this document; "" when there was no text in it."""
        statement = "UPDATE chats SET indexed = ?, document = ? WHERE key = ?"
        await self._change(lambda connection: connection.execute(statement, (chat.revision, document, chat.key)))

    async def chats(self) -> list[Chat]:
        """Give all chats, the one written to last first."""
        return [] if self.empty else await self.ask(queries.chats)

    async def ask(self, question: Callable[[Connection], _Result]) -> _Result:
        """Ask the file of messages in its thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._answer, question)

    async def keep(self, kept: Kept) -> bool:
        """Keep a message of a group; False when its author does not want it.

        Waits while an export is being taken in, and while the disk is full.
        """
        from sqlite3 import OperationalError  # noqa: PLC0415 - SQLite is for bots with chats

        while True:
            try:
                return await self._change(lambda connection: live.keep(connection, kept))
            except OperationalError as error:
                logger.warning("A group's message has to wait: %s", error)
                await asyncio.sleep(_RETRY_AFTER)

    async def forget_author(self, author: str, groups: Sequence[int]) -> list[str]:
        """Remove a person's messages from groups and keep none from now on; gives the documents that had some."""
        return await self._change(lambda connection: live.forget(connection, author=author, groups=groups))

    async def allow_again(self, author: str, group: int) -> None:
        """Keep a person's messages in a group again."""
        await self._change(lambda connection: live.allow_again(connection, author=author, group=group))

    async def migrate(self, *, old: int, new: int) -> str:
        """Follow a group that became a supergroup; gives the document that is left over of it, or ""."""
        if self.empty:
            return ""
        return await self._change(lambda connection: live.migrate(connection, old=old, new=new))

    async def of_group(self, group: int) -> Chat | None:
        """Give the chat that a group's messages are in; None before the first."""
        if self.empty:
            return None
        key = await self.ask(lambda connection: queries.key_of(connection, live.identity_of(group)))
        return next((chat for chat in await self.chats() if chat.key == key), None)

    async def forget(self, documents: Collection[str]) -> None:
        """Delete the chats that the library had as these documents, with all of their messages."""
        if not self.empty:
            await asyncio.to_thread(self._forget, documents)

    async def close(self) -> None:
        """Close the file."""
        if self._connection:
            await self.ask(lambda connection: connection.close())
        self._thread.shutdown(wait=False)

    def _limits_for(self, size: int) -> Limits:
        """Give the reading process time for so many bytes."""
        return replace(self._limits, seconds=max(self._limits.seconds, size // _SLOWEST))

    def _answer(self, question: Callable[[Connection], _Result]) -> _Result:
        if self._connection is None:
            self._connection = connect(self._database)
        return question(self._connection)

    async def _change(self, change: Callable[[Connection], _Result]) -> _Result:
        """Make changes one after the other, in other threads than the one that answers questions.

        A change may have to wait until an export is in; questions must not wait with it.
        """
        async with self._writing:
            return await asyncio.to_thread(self._apply, change)

    def _apply(self, change: Callable[[Connection], _Result]) -> _Result:
        self._folder.mkdir(parents=True, exist_ok=True)
        with closing(connect(self._database)) as connection:
            return change(connection)

    def _forget(self, documents: Collection[str]) -> None:
        with closing(connect(self._database)) as connection:
            for key, document in connection.execute("SELECT key, document FROM chats").fetchall():
                if document in documents:
                    remove_chat(connection, key)


def _changed(connection: Connection, *, live: bool) -> list[tuple[int, str, int, str]]:
    return connection.execute(
        "SELECT key, title, revision, document FROM chats WHERE revision != indexed AND live >= ? ORDER BY key", (live,)
    ).fetchall()


def _is_known(connection: Connection, sha256: str) -> bool:
    return connection.execute("SELECT 1 FROM exports WHERE sha256 = ?", (sha256,)).fetchone() is not None


def _may_be_export(source: Path, name: str) -> bool:
    if not _NAMED.fullmatch(name):
        return False
    with source.open("rb") as file:
        return _HEADS.match(file.read(64)) is not None


def _sha256(source: Path) -> str:
    with source.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
