"""Questions to the file of messages: who wrote how much and when, which messages have these words, who is who.

Every figure that a person sees comes from here; none is ever left to a model.
"""

# ruff: noqa: S608 - only names of columns and marks for values are put into the statements

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final

from personal_bot.archives.chunking import Line, written
from personal_bot.archives.connection import Connection
from personal_bot.archives.periods import Period
from personal_bot.knowledge.extract.chunks import tokens

_LINES: Final = """
SELECT m.id, a.name, m.at, m.text, r.name, m.forwarded, m.chat FROM messages AS m JOIN authors AS a ON a.key = m.author
LEFT JOIN messages AS t ON t.chat = m.chat AND t.id = m.reply_to LEFT JOIN authors AS r ON r.key = t.author
"""
_ENDINGS: Final = re.compile(  # of inflected words, from the longest; the words are searched by what is before them
    r"(?:иями|ями|ами|ией|иям|иях|ого|его|ому|ему|ыми|ими|ешь|ишь|ете|ите|ала|ила|ыла|али|или|ться|тся|ing|ies|"
    r"ах|ях|ов|ев|ей|ой|ый|ий|ая|яя|ое|ее|ые|ие|ую|юю|ом|ем|ам|ям|ать|ять|ить|еть|ал|ил|ют|ут|ят|ат|ed|es|"
    r"а|я|о|е|ы|и|у|ю|ь|й|s|y)$"
)
_SHORTEST_STEM: Final = 3  # letters
_LATIN: Final = str.maketrans(
    dict(zip("абвгдезийклмнопрстуфхыэ", "abvgdeziiklmnoprstufhye", strict=True))
    | {"ж": "zh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sch", "ъ": "", "ь": "", "ю": "yu", "я": "ya"}
)
_WORD: Final = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """A chat as it is known. `document` names it in the library, "" while it is not there."""

    key: int
    title: str
    link: str
    live: bool
    document: str
    messages: int
    first: int  # seconds since 1970 on the wall clock, as all times here
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which messages are meant. Empty: all of them; `until` itself is not included."""

    chats: tuple[int, ...] = ()
    authors: tuple[int, ...] = ()
    since: int | None = None
    until: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Somebody who wrote, and how much."""

    key: int
    name: str
    username: str | None
    messages: int
    words: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """How much was written and when; `hours` and `weekdays` (Monday first) count messages."""

    messages: int
    words: int
    authors: int
    first: int
    last: int
    hours: tuple[int, ...] = field(default=(0,) * 24)
    weekdays: tuple[int, ...] = field(default=(0,) * 7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A message with its chat."""

    chat: int
    line: Line


def chats(connection: Connection) -> list[Chat]:
    """Give all chats, the one written to last first."""
    rows = connection.execute(
        "SELECT c.key, title, link, live, document, count(m.row), min(m.at), max(m.at) FROM chats AS c "
        "JOIN messages AS m ON m.chat = c.key GROUP BY c.key ORDER BY max(m.at) DESC"
    )
    return [
        Chat(key=key, title=title, link=link, live=bool(live), document=document, messages=n, first=first, last=last)
        for key, title, link, live, document, n, first, last in rows
    ]


def key_of(connection: Connection, identity: str) -> int | None:
    """Give the key of a chat by its number in exports; None when it is not known."""
    row = connection.execute("SELECT key FROM chats WHERE identity = ?", (identity,)).fetchone()
    return int(row[0]) if row else None


def link_of(connection: Connection, chat: int) -> str:
    """Give the address of a chat's messages up to their number; "" when they have none."""
    return str(connection.execute("SELECT link FROM chats WHERE key = ?", (chat,)).fetchone()[0])


def lines(connection: Connection, chat: int) -> Iterator[Line]:
    """Give a chat's messages in their order."""
    for row in connection.execute(f"{_LINES} WHERE m.chat = ? ORDER BY m.chat, m.id", (chat,)):
        yield Line(*row[:6])


def activity(connection: Connection, scope: Scope) -> Activity:
    """Count how much was written, and when."""
    where, values = _where(scope)
    total = connection.execute(
        f"SELECT count(*), coalesce(sum(words), 0), count(DISTINCT author), coalesce(min(at), 0), coalesce(max(at), 0) "
        f"FROM messages AS m WHERE {where}",
        values,
    ).fetchone()
    hours, weekdays = [0] * 24, [0] * 7

    for slot, count in connection.execute(
        f"SELECT at / 3600 % 168, count(*) FROM messages AS m WHERE {where} GROUP BY 1", values
    ):
        hours[slot % 24] += count
        weekdays[(slot // 24 + 3) % 7] += count  # 1 January 1970 was a Thursday

    messages, words, authors, first, last = total
    return Activity(
        messages=messages,
        words=words,
        authors=authors,
        first=first,
        last=last,
        hours=tuple(hours),
        weekdays=tuple(weekdays),
    )


def top(connection: Connection, scope: Scope, *, limit: int, text: str = "") -> list[Author]:
    """List who wrote most messages that have all words of a text; with as many messages, who used more words."""
    where, values = _having(text, scope)
    rows = connection.execute(
        f"SELECT a.key, a.name, a.username, count(*) AS n, sum(words) AS w FROM messages AS m "
        f"JOIN authors AS a ON a.key = m.author WHERE {where} GROUP BY m.author ORDER BY n DESC, w DESC LIMIT ?",
        (*values, limit),
    )
    return [Author(key=key, name=name, username=username, messages=n, words=w) for key, name, username, n, w in rows]


def search(connection: Connection, text: str, scope: Scope, *, limit: int, offset: int = 0) -> tuple[int, list[Found]]:
    """Find messages with all these words in any of their forms, newest first; gives how many there are in all, too."""
    where, values = _having(text, scope)
    total = connection.execute(f"SELECT count(*) FROM messages AS m WHERE {where}", values).fetchone()[0]
    newest = "ORDER BY m.at DESC, m.id DESC LIMIT ? OFFSET ?"
    rows = connection.execute(f"{_LINES} WHERE {where} {newest}", (*values, limit, offset))

    return total, [Found(chat=row[6], line=Line(*row[:6])) for row in rows]


def months(connection: Connection, text: str, scope: Scope) -> list[tuple[str, int]]:
    """Count the messages with all these words by month, ``2024-05``."""
    where, values = _having(text, scope)
    return connection.execute(
        f"SELECT strftime('%Y-%m', m.at, 'unixepoch') AS month, count(*) FROM messages AS m WHERE {where} "
        f"GROUP BY month ORDER BY month",
        values,
    ).fetchall()


def portion(connection: Connection, scope: Scope, after: Found | None, *, most: int, weight: int) -> list[Found]:
    """Give the next messages with a text, in their order, after one of them: `most` of them, or `weight` tokens."""
    where, values = _where(scope)
    if after:
        where += " AND (m.at, m.chat, m.id) > (?, ?, ?)"
        values = (*values, after.line.at, after.chat, after.line.id)

    made: list[Found] = []
    rows = connection.execute(
        f"{_LINES} WHERE {where} AND m.text != '' ORDER BY m.at, m.chat, m.id LIMIT ?", (*values, most)
    )

    for row in rows:
        one = Found(chat=row[6], line=Line(*row[:6]))
        weight -= tokens(written(one.line))

        if made and weight < 0:
            break

        made.append(one)

    return made


def partners(connection: Connection, scope: Scope, *, limit: int) -> list[tuple[str, int]]:
    """List to whom they replied most."""
    where, values = _where(scope)
    return connection.execute(
        f"SELECT a.name, count(*) AS n FROM messages AS m JOIN messages AS t ON t.chat = m.chat AND t.id = m.reply_to "
        f"JOIN authors AS a ON a.key = t.author WHERE {where} AND t.author != m.author GROUP BY a.key "
        f"ORDER BY n DESC, a.name LIMIT ?",
        (*values, limit),
    ).fetchall()


def people(connection: Connection, name: str, scope: Scope) -> list[Author]:
    """List who may be meant by a name or @username, in any of its forms; the one who wrote most first.

    An exact username or name beats one that only begins so. An export has no usernames, so a name that looks like the
    username (``@anna_petrova``: "Anna Petrova") counts as well.
    """
    everybody = top(connection, scope, limit=-1)
    wanted = _folded(name.removeprefix("@")).strip()
    exact = [a for a in everybody if wanted in {_folded(a.username or ""), _folded(a.name)}]
    if exact:
        return exact

    stems = [stem(word) for word in _WORD.findall(wanted)]
    if not stems:
        return []

    return [a for a in everybody if _named(stems, _WORD.findall(_folded(f"{a.name} {a.username or ''}")))]


def match(text: str) -> str:
    """Make an FTS5 query (https://sqlite.org/fts5.html, section 3) for all words of a text in any of their forms."""
    return " AND ".join(f'"{stem(word)}"*' for word in _WORD.findall(_folded(text)))


def stem(word: str) -> str:
    """Give what a word's forms share at their beginning."""
    short = _ENDINGS.sub("", word)
    return short if len(short) >= _SHORTEST_STEM else word


def _named(stems: Sequence[str], words: Iterable[str]) -> bool:
    """Whether somebody whose name has these words is meant, in whichever script each is written."""
    known = [word.translate(_LATIN) for word in words]
    stems = [one.translate(_LATIN) for one in stems]
    return all(any(word == one or (one.isalpha() and word.startswith(one)) for word in known) for one in stems)


def _folded(text: str) -> str:
    return text.casefold().replace("ё", "е").replace("_", " ")


def _having(text: str, scope: Scope) -> tuple[str, tuple[object, ...]]:
    """Select the messages of a scope with all words of a text, or all of them when there are none."""
    where, values = _where(scope)
    if query := match(text):
        return f"{where} AND m.row IN (SELECT rowid FROM words WHERE words MATCH ?)", (*values, query)

    return where, values


def _where(scope: Scope) -> tuple[str, tuple[object, ...]]:
    parts, values = ["1"], list[object]()
    for column, keys in (("chat", scope.chats), ("author", scope.authors)):
        if keys:
            parts.append(f"m.{column} IN ({', '.join('?' * len(keys))})")
            values += keys

    for sign, moment in ((">=", scope.since), ("<", scope.until)):
        if moment is not None:
            parts.append(f"m.at {sign} ?")
            values.append(moment)

    return " AND ".join(parts), tuple(values)


def scope_of(
    period: Period, chats: Sequence[Chat], chosen: Sequence[Chat], *, today: date, authors: tuple[int, ...] = ()
) -> Scope:
    """Give the messages of a period in the chosen ones of the chats (none: all of these).

    A chat that ended has its own "last week".
    """
    newest = max(chat.last for chat in (chosen or chats))
    resolved = period.resolved(min(today, datetime.fromtimestamp(newest, UTC).date()))
    return Scope(
        chats=tuple(chat.key for chat in chosen or chats),
        authors=authors,
        since=_start(resolved.since),
        until=_start(resolved.until),
    )


def _start(day: date | None) -> int | None:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) if day else None
