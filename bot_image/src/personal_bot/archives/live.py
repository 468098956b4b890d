"""Messages of groups that the bot sits in, as they come: into the same chats as exports, under the same numbers.

An export names a chat by its bare number and a person as ``user123``; it numbers what was written before a group became
a supergroup from -1,000,000,000 up (Telegram Desktop, ``export_data_types.cpp``). Messages are kept here in the same
way, so whichever comes second finds the messages of the first.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from personal_bot.archives.chunking import MIGRATED
from personal_bot.archives.connection import Connection
from personal_bot.archives.reading.messages import Chat, Kept, supergroup_link
from personal_bot.archives.rows import open_author, open_chat, row_of, upsert
from personal_bot.archives.schema import index_words, reindex_words

_SUPERGROUPS: Final = -(10**12)
"""In the Bot API the ids of supergroups and channels are this and below."""


def identity_of(group: int) -> str:
    """Give the number by which exports know a group."""
    return str(_SUPERGROUPS - group if group <= _SUPERGROUPS else -group)


def keep(connection: Connection, kept: Kept) -> bool:
    """Keep a message, or its newer form; False when its author does not want it. Doing it twice changes nothing."""
    identity = identity_of(kept.group)
    link = supergroup_link(identity, "supergroup" if kept.group <= _SUPERGROUPS else "")

    with _transaction(connection):
        if objects(connection, chat=identity, author=kept.message.author):
            return False

        chat = open_chat(connection, Chat(identity=identity, title=kept.title, link=link))
        author = open_author(connection, kept.message.author, kept.message.author_name, kept.username)
        before = connection.total_changes

        if kept.edited or not _is_there(connection, chat, kept.message.id):  # its edit may have come first
            upsert(connection, [row_of(kept.message, chat=chat, author=author)])

        if connection.total_changes > before:
            connection.execute("UPDATE chats SET live = 1, revision = revision + 1 WHERE key = ?", (chat,))

        index_words(connection)

    return True


def _is_there(connection: Connection, chat: int, number: int) -> bool:
    query = "SELECT 1 FROM messages WHERE chat = ? AND id = ?"
    return connection.execute(query, (chat, number)).fetchone() is not None


def objects(connection: Connection, *, chat: str, author: str) -> bool:
    """Whether somebody wants nothing kept of theirs in a chat."""
    query = "SELECT 1 FROM objectors WHERE chat = ? AND author = ?"
    return connection.execute(query, (chat, author)).fetchone() is not None


def forget(connection: Connection, *, author: str, groups: Sequence[int]) -> list[str]:
    """Remove a person's messages from groups, and keep none from now on; gives the documents that had some."""
    documents = []
    connection.execute("PRAGMA secure_delete = ON")  # deleted text must not stay in free pages of the file

    with _transaction(connection):
        for identity in map(identity_of, groups):
            connection.execute("INSERT OR IGNORE INTO objectors VALUES (?, ?)", (identity, author))
            row = connection.execute("SELECT key, document FROM chats WHERE identity = ?", (identity,)).fetchone()
            deleted = row and connection.execute(
                "DELETE FROM messages WHERE chat = ? AND author = (SELECT key FROM authors WHERE identity = ?)",
                (row[0], author),
            )
            if deleted and deleted.rowcount:
                connection.execute("UPDATE chats SET revision = revision + 1 WHERE key = ?", (row[0],))
                documents.append(str(row[1]))

        connection.execute("DELETE FROM authors WHERE key NOT IN (SELECT author FROM messages)")
        reindex_words(connection)

    connection.execute("PRAGMA incremental_vacuum").fetchall()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    return documents


def allow_again(connection: Connection, *, author: str, group: int) -> None:
    """Keep a person's messages in a group again."""
    with _transaction(connection):
        connection.execute("DELETE FROM objectors WHERE chat = ? AND author = ?", (identity_of(group), author))


def migrate(connection: Connection, *, old: int, new: int) -> str:
    """Follow a group that became a supergroup; gives the document of the former chat if it is left over, else ""."""
    before, after = identity_of(old), identity_of(new)
    with _transaction(connection):
        connection.execute("UPDATE OR IGNORE objectors SET chat = ? WHERE chat = ?", (after, before))
        rows = {i: (k, d) for i, k, d in connection.execute("SELECT identity, key, document FROM chats")}
        if before not in rows:
            return ""

        key, document = rows[before]
        into = rows[after][0] if after in rows else key
        connection.execute(
            "UPDATE OR IGNORE messages SET chat = ?1, id = id + ?2, reply_to = reply_to + ?2 "
            "WHERE chat = ?3 AND id > 0",
            (into, MIGRATED, key),
        )

        if into == key:
            link = supergroup_link(after, "supergroup")
            connection.execute("UPDATE chats SET identity = ?, link = ? WHERE key = ?", (after, link, key))
            document = ""
        else:
            connection.execute("DELETE FROM messages WHERE chat = ?", (key,))
            connection.execute("DELETE FROM chats WHERE key = ?", (key,))

        connection.execute("UPDATE chats SET live = 1, revision = revision + 1 WHERE key = ?", (into,))

    return str(document)


@contextmanager
def _transaction(connection: Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise

    connection.execute("COMMIT")
