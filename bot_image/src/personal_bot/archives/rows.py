"""Writes chats, authors and messages, whether they come from an export or from a group."""

from typing import Final

from personal_bot.archives.connection import Connection
from personal_bot.archives.reading.messages import Chat, Message

_UPSERT: Final = """
INSERT INTO messages (chat, id, author, at, reply_to, forwarded, media, words, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (chat, id) DO UPDATE SET
  author = excluded.author, at = excluded.at, reply_to = excluded.reply_to, forwarded = excluded.forwarded,
  media = excluded.media, words = excluded.words, text = excluded.text
WHERE text IS NOT excluded.text OR author != excluded.author OR media IS NOT excluded.media
"""


def open_chat(connection: Connection, chat: Chat) -> int:
    """Give the key of a chat, which is added when it is new; of two chats with one name the second gets a number."""
    known = connection.execute("SELECT key, title FROM chats WHERE identity = ?", (chat.identity,)).fetchone()
    wanted = chat.title[:100]
    if known and known[1].partition(" (№")[0] == wanted:
        return int(known[0])

    taken = {row[0] for row in connection.execute("SELECT title FROM chats WHERE identity != ?", (chat.identity,))}
    number = 2
    title = wanted

    while title in taken:
        title, number = f"{wanted} (№{number})", number + 1

    connection.execute(
        "INSERT INTO chats (identity, title, link) VALUES (?, ?, ?) "
        "ON CONFLICT (identity) DO UPDATE SET title = excluded.title",
        (chat.identity, title, chat.link),
    )
    return int(connection.execute("SELECT key FROM chats WHERE identity = ?", (chat.identity,)).fetchone()[0])


def open_author(connection: Connection, identity: str, name: str, username: str | None = None) -> int:
    """Give the key of an author, under the newest name."""
    connection.execute(
        "INSERT INTO authors (identity, name, username) VALUES (?, ?, ?) ON CONFLICT (identity) DO UPDATE "
        "SET name = excluded.name, username = coalesce(excluded.username, username)",
        (identity, name, username),
    )
    return int(connection.execute("SELECT key FROM authors WHERE identity = ?", (identity,)).fetchone()[0])


def row_of(message: Message, *, chat: int, author: int) -> tuple[object, ...]:
    """Give a message as `upsert` takes it."""
    text = message.text.replace("\0", "")
    return (
        chat,
        message.id,
        author,
        message.at,
        message.reply_to,
        message.forwarded,
        message.media,
        len(text.split()),
        text,
    )


def upsert(connection: Connection, rows: list[tuple[object, ...]]) -> None:
    """Write messages; those that are there already get their newer form."""
    connection.executemany(_UPSERT, rows)
