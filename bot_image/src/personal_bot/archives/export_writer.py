"""Writes a chat as Telegram Desktop exports one (https://core.telegram.org/import-export), for another bot to read."""

import json
from datetime import UTC, datetime
from pathlib import Path

from personal_bot.archives.connection import Connection


def write(connection: Connection, chat: int, into: Path) -> int:
    """Write all messages of a chat, and say how many there are.

    Raises:
        OSError: the volume is full.
    """
    identity, title, link = connection.execute(
        "SELECT identity, title, link FROM chats WHERE key = ?", (chat,)
    ).fetchone()
    kind = "private_supergroup" if link.startswith("https://t.me/c/") else "personal_chat"
    head = json.dumps({"name": title, "type": kind, "id": identity}, ensure_ascii=False)
    rows = connection.execute(
        "SELECT m.id, m.at, a.name, a.identity, m.text, m.reply_to, m.forwarded, m.media FROM messages AS m "
        "JOIN authors AS a ON a.key = m.author WHERE m.chat = ? ORDER BY m.id",
        (chat,),
    )
    written = 0

    with into.open("w", encoding="utf-8") as file:
        file.write(f'{head[:-1]}, "messages": [')
        for number, at, name, author, text, reply_to, forwarded, media in rows:
            date = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S")
            message = {"id": number, "type": "message", "date": date, "from": name, "from_id": author, "text": text}
            more = {"reply_to_message_id": reply_to, "forwarded_from": forwarded, "media_type": media}
            message |= {key: value for key, value in more.items() if value is not None}
            file.write(("," if written else "") + "\n" + json.dumps(message, ensure_ascii=False))
            written += 1

        file.write("\n]}\n")

    return written
