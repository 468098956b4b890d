"""A whole export into the file of messages, in one transaction."""

import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path, PurePosixPath
from typing import Final

import ijson  # type: ignore[import-untyped]

from personal_bot.archives.connection import Connection
from personal_bot.archives.reading.json_export import SupportsRead, read_json
from personal_bot.archives.reading.messages import Chat, Message
from personal_bot.archives.rows import open_author, open_chat, row_of, upsert
from personal_bot.archives.schema import connect, index_words
from personal_bot.sandbox.errors import CannotReadError

_BATCH: Final = 2000
_LARGEST_PAGE: Final = 32 << 20  # bytes of a page of HTML, which is read as a whole; Telegram writes about 1 MB
_MOST_UNPACKED: Final = 4 << 30  # bytes of messages in a zip


def take_in(source: Path, database: Path, *, sha256: str, progress: Callable[[int, int, int], None]) -> int | None:
    """Merge an export into the file of messages; messages that are there already are replaced by their newer form.

    Args:
        source: the export: a JSON or HTML file, or a zip that holds such files.
        database: the file of messages.
        sha256: of the source's content, by which it is known later.
        progress: is told bytes done and in all, and messages so far.

    Returns:
        How many messages were read; None when this is no export of Telegram.

    Raises:
        CannotReadError: it is one, but damaged, cut off or too large.
    """
    with closing(connect(database)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        writer = _Writer(connection)
        try:
            for part in _parts(source, lambda done, total: progress(done, total, writer.messages)):
                writer.add(part)
        except (ijson.JSONError, UnicodeDecodeError) as error:
            if not writer.messages:
                return None
            raise CannotReadError("archive_cut") from error
        except (zipfile.BadZipFile, EOFError, RuntimeError) as error:
            raise CannotReadError("document_corrupt") from error
        if not writer.chats:
            return None
        writer.finish()
        index_words(connection)
        connection.execute("INSERT OR IGNORE INTO exports VALUES (?)", (sha256,))
        connection.execute("COMMIT")
        return writer.messages


class _Writer:
    def __init__(self, connection: Connection) -> None:
        self.messages = 0
        self.chats = 0
        self._connection = connection
        self._chat = 0
        self._authors: dict[str, int] = {}
        self._objectors: set[str] = set()
        self._rows: list[tuple[object, ...]] = []
        self._changes = 0

    def add(self, part: Chat | Message) -> None:
        if isinstance(part, Chat):
            self.finish()
            self.chats += 1
            self._chat = open_chat(self._connection, part)
            rows = self._connection.execute("SELECT author FROM objectors WHERE chat = ?", (part.identity,))
            self._objectors = {author for (author,) in rows}
            self._changes = self._connection.total_changes
            return
        if part.author in self._objectors:
            return
        author = self._authors.get(part.author)
        if author is None:
            author = self._authors[part.author] = open_author(self._connection, part.author, part.author_name)
            self._changes += 1
        self._rows.append(row_of(part, chat=self._chat, author=author))
        self.messages += 1
        if len(self._rows) == _BATCH:
            self._write()

    def finish(self) -> None:
        """Write what is left of a chat; one without any new message keeps its revision."""
        self._write()
        if self._chat and self._connection.total_changes > self._changes:
            self._connection.execute("UPDATE chats SET revision = revision + 1 WHERE key = ?", (self._chat,))

    def _write(self) -> None:
        upsert(self._connection, self._rows)
        self._rows.clear()


def _parts(source: Path, progress: Callable[[int, int], None]) -> Iterator[Chat | Message]:
    with source.open("rb") as file:
        head = file.read(4096)
    if head.startswith(b"PK\x03\x04"):
        yield from _packed(source, progress)
    elif head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        with source.open("rb") as file:
            yield from read_json(_Told(file, source.stat().st_size, progress))
    elif b"<html" in head.lower() and source.stat().st_size <= _LARGEST_PAGE:
        from personal_bot.archives.reading.html_export import Pages  # noqa: PLC0415 - lxml is for HTML alone

        yield from Pages().read(source.read_bytes())


def _packed(source: Path, progress: Callable[[int, int], None]) -> Iterator[Chat | Message]:
    with zipfile.ZipFile(source) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        exports = [member for member in members if PurePosixPath(member.filename).suffix == ".json"]
        pages = sorted(
            (m for m in members if _page(m.filename) is not None), key=lambda m: _page(m.filename) or ("", 0)
        )
        total = sum(member.file_size for member in (exports or pages))
        if total > _MOST_UNPACKED:
            raise CannotReadError("document_unpacks_too_large")
        done = 0
        for member in exports:
            with archive.open(member) as file:
                yield from read_json(_Told(file, total, progress, done))
            done += member.file_size
        if exports or not pages:
            return
        from personal_bot.archives.reading.html_export import Pages  # noqa: PLC0415 - lxml is for HTML alone

        reader = Pages()
        for member in pages:
            if member.file_size <= _LARGEST_PAGE:
                yield from reader.read(archive.read(member))
            done += member.file_size
            progress(done, total)


def _page(name: str) -> tuple[str, int] | None:
    """Where a page of an export stands: its folder and number; None when it is none."""
    path = PurePosixPath(name)
    number = path.stem.removeprefix("messages")
    if path.suffix != ".html" or not path.stem.startswith("messages") or not (number.isdecimal() or not number):
        return None
    return str(path.parent), int(number or 1)


class _Told:
    """A file that tells how far it is read."""

    def __init__(self, file: SupportsRead, total: int, progress: Callable[[int, int], None], before: int = 0) -> None:
        self._file, self._total, self._progress, self._done = file, total, progress, before

    def read(self, size: int = -1, /) -> bytes:
        data = self._file.read(size)
        self._done += len(data)
        self._progress(self._done, self._total)
        return data
