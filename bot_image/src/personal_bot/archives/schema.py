"""How messages lie on the bot's volume: one SQLite file for all chats of a bot, with an index of their words.

The reading process writes a whole export in one transaction, so that a crash leaves all of it or nothing; the bot reads
beside it (write-ahead log).
"""

# ruff: noqa: S608 - only constants of this module are put into statements

from pathlib import Path
from typing import Final

from personal_bot.archives.connection import Connection

FORMAT: Final = 2
_WAIT: Final = 120.0  # seconds that a writer waits for another one, which may be taking in a large export
_LOG_KEPT: Final = 16 << 20  # bytes of the write-ahead log that stay on the volume after a large transaction
_FOLDED: Final = "replace(replace({0}.text, 'ё', 'е'), 'Ё', 'Е')"

# `at` is in seconds since 1970 on the wall clock of the one who exported: that is the hour at which people wrote.
# New rows are indexed all at once (a trigger for each takes five times as long): those up to `indexed_rows` are.
# `revision` grows with each change of a chat; `indexed` is the revision that the library holds as `document`.
_SCHEMA: Final = f"""
CREATE TABLE chats (
  key INTEGER PRIMARY KEY, identity TEXT NOT NULL UNIQUE, title TEXT NOT NULL UNIQUE, link TEXT NOT NULL,
  live INTEGER NOT NULL DEFAULT 0, revision INTEGER NOT NULL DEFAULT 0, indexed INTEGER NOT NULL DEFAULT 0,
  document TEXT NOT NULL DEFAULT ''
);
CREATE TABLE authors (key INTEGER PRIMARY KEY, identity TEXT NOT NULL UNIQUE, name TEXT NOT NULL, username TEXT);
CREATE TABLE messages (
  row INTEGER PRIMARY KEY, chat INTEGER NOT NULL, id INTEGER NOT NULL, author INTEGER NOT NULL, at INTEGER NOT NULL,
  reply_to INTEGER, forwarded TEXT, media TEXT, words INTEGER NOT NULL, text TEXT NOT NULL, UNIQUE (chat, id)
);
CREATE TABLE exports (sha256 TEXT PRIMARY KEY);
CREATE VIEW searchable AS SELECT row, {_FOLDED.format("messages")} AS text FROM messages;
CREATE VIRTUAL TABLE words USING fts5 (
  text, content = 'searchable', content_rowid = 'row', detail = 'none', columnsize = 0,
  tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TABLE indexed_rows (up_to INTEGER NOT NULL);
INSERT INTO indexed_rows VALUES (0);
CREATE TRIGGER changed AFTER UPDATE OF text ON messages WHEN old.row <= (SELECT up_to FROM indexed_rows) BEGIN
  INSERT INTO words (words, rowid, text) VALUES ('delete', old.row, {_FOLDED.format("old")});
  INSERT INTO words (rowid, text) VALUES (new.row, {_FOLDED.format("new")});
END;
CREATE TRIGGER removed AFTER DELETE ON messages WHEN old.row <= (SELECT up_to FROM indexed_rows) BEGIN
  INSERT INTO words (words, rowid, text) VALUES ('delete', old.row, {_FOLDED.format("old")});
END;
"""
_SINCE_2: Final = f"""
CREATE TABLE IF NOT EXISTS objectors (chat TEXT NOT NULL, author TEXT NOT NULL, PRIMARY KEY (chat, author));
PRAGMA user_version = {FORMAT};
"""  # identities of those of whom nothing is kept in a chat, also not from an export


def connect(path: Path) -> Connection:
    """Open the file, and make it when needed; the caller begins and commits transactions.

    Raises:
        sqlite3.Error: it cannot be opened, or a newer bot wrote it.
    """
    import sqlite3  # noqa: PLC0415 - only bots with chats pay for it

    connection = sqlite3.connect(path, timeout=_WAIT, isolation_level=None)
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # before the first table: deleted messages give back room
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute(f"PRAGMA journal_size_limit = {_LOG_KEPT}")
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > FORMAT:
        connection.close()
        raise sqlite3.DatabaseError(f"the archives have format {version}, known here is {FORMAT}")

    if version < FORMAT:
        try:
            connection.executescript(f"BEGIN IMMEDIATE; {'' if version else _SCHEMA} {_SINCE_2} COMMIT;")
        except sqlite3.OperationalError:  # another process may have made it meanwhile
            connection.rollback()
            if connection.execute("PRAGMA user_version").fetchone()[0] != FORMAT:
                raise

    return connection


def index_words(connection: Connection) -> None:
    """Make the messages that were added in this transaction searchable."""
    connection.execute(
        "INSERT INTO words (rowid, text) SELECT row, text FROM searchable WHERE row > (SELECT up_to FROM indexed_rows)"
    )
    reindex_words(connection)


def reindex_words(connection: Connection) -> None:
    """Note up to which row messages are indexed, after some were removed."""
    connection.execute("UPDATE indexed_rows SET up_to = (SELECT coalesce(max(row), 0) FROM messages)")


def remove_chat(connection: Connection, chat: int) -> None:
    """Remove a chat with all of its messages, and those who wrote nowhere else."""
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("DELETE FROM messages WHERE chat = ?", (chat,))
    connection.execute("DELETE FROM chats WHERE key = ?", (chat,))
    connection.execute("DELETE FROM authors WHERE key NOT IN (SELECT author FROM messages)")
    connection.execute("DELETE FROM exports")  # the export that brought it must be read again when it is sent again
    reindex_words(connection)
    connection.execute("COMMIT")
    connection.execute("PRAGMA incremental_vacuum").fetchall()
