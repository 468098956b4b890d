"""A whole export into the file of messages, in one transaction."""

import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import ijson  # type: ignore[import-untyped] # has no types

from personal_bot.archives.connection import Connection
from personal_bot.archives.reading.messages import Chat, Lost, Message
from personal_bot.archives.reading.parts import parts
from personal_bot.archives.rows import open_author, open_chat, row_of, upsert
from personal_bot.archives.schema import connect, index_words
from personal_bot.sandbox.errors import CannotReadError

_BATCH: Final = 2000  # messages written at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """How many messages were read, and how many could not be."""

    messages: int
    lost: int


def take_in(source: Path, database: Path, *, sha256: str, progress: Callable[[int, int, int], None]) -> TakenIn | None:
    """Merge an export into the file of messages; messages that are there already are replaced by their newer form.

    Args:
        source: the export: a JSON or HTML file, or a zip that holds such files.
        database: the file of messages.
        sha256: of the source's content, by which it is known later.
        progress: gets bytes done and in all, and messages so far.

    Returns:
        What was read; None when this is no export of Telegram.

    Raises:
        CannotReadError: it is one, but damaged, cut off or too large.
    """
    with closing(connect(database)) as connection:
        taken = None
        for thorough in (False, True):  # the second time for faults that are seldom, and cost more to repair
            connection.execute("BEGIN IMMEDIATE")
            try:
                taken = _take_in(connection, source, progress, thorough=thorough)
                break
            except ijson.JSONError as error:
                connection.execute("ROLLBACK")
                if thorough:
                    raise CannotReadError("archive_cut") from error
            except (zipfile.BadZipFile, EOFError, RuntimeError) as error:
                raise CannotReadError("document_corrupt") from error
        if taken is None:
            return None

        index_words(connection)
        connection.execute("INSERT OR IGNORE INTO exports VALUES (?)", (sha256,))
        connection.execute("COMMIT")
        return taken


def _take_in(
    connection: Connection, source: Path, progress: Callable[[int, int, int], None], *, thorough: bool
) -> TakenIn | None:
    """Write the messages; None when there is no chat. A fault before the first message says that this is no export."""
    writer = _Writer(connection)
    try:
        for part in parts(source, lambda done, total: progress(done, total, writer.messages), thorough=thorough):
            writer.add(part)
    except ijson.JSONError:
        if writer.messages:
            raise
        return None
    if not writer.chats:
        return None
    writer.finish()
    return TakenIn(messages=writer.messages, lost=writer.lost)


class _Writer:
    def __init__(self, connection: Connection) -> None:
        self.messages = 0
        self.chats = 0
        self.lost = 0
        self._connection = connection
        self._chat = 0
        self._authors: dict[str, int] = {}
        self._objectors: set[str] = set()
        self._rows: list[tuple[object, ...]] = []
        self._changes = 0

    def add(self, part: Chat | Message | Lost) -> None:
        match part:
            case Chat():
                self._open(part)
            case Lost():
                self.lost += 1
            case Message() if part.author not in self._objectors:
                self._keep(part)

    def finish(self) -> None:
        """Write what is left of a chat; one without any new message keeps its revision."""
        self._write()
        if self._chat and self._connection.total_changes > self._changes:
            self._connection.execute("UPDATE chats SET revision = revision + 1 WHERE key = ?", (self._chat,))

    def _open(self, chat: Chat) -> None:
        self.finish()
        self.chats += 1
        self._chat = open_chat(self._connection, chat)
        rows = self._connection.execute("SELECT author FROM objectors WHERE chat = ?", (chat.identity,))
        self._objectors = {author for (author,) in rows}
        self._changes = self._connection.total_changes

    def _keep(self, message: Message) -> None:
        author = self._authors.get(message.author)
        if author is None:
            author = open_author(self._connection, message.author, message.author_name)
            self._authors[message.author] = author
            self._changes += 1
        self._rows.append(row_of(message, chat=self._chat, author=author))
        self.messages += 1
        if len(self._rows) == _BATCH:
            self._write()

    def _write(self) -> None:
        upsert(self._connection, self._rows)
        self._rows.clear()
