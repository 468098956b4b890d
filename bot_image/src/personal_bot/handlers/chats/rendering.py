"""What people read about chat archives: rankings, messages that a search found, lists of chats. Pure."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from personal_bot.archives.archives import Unindexed
from personal_bot.archives.chunking import address, moment, numbered
from personal_bot.archives.queries import Activity, Author, Chat, Found, Scope
from personal_bot.requests.progress import clock
from personal_bot.requests.results import Result, sentence
from personal_bot.telegram.markup import Piece, bold, cut, join, linked, units
from personal_bot.text_keys import TextKey
from personal_bot.texts import say

_LISTED: Final = 30  # chats in a list
_LONGEST_LINE: Final = 300  # UTF-16 units of a found message: a page of them fits one message
_LONGEST_NAME: Final = 50  # UTF-16 units
_LONGEST_WORDS: Final = 200  # UTF-16 units
_ALL: Final = 100.0  # per cent


class TimeLeft:
    """How long something will take, by how fast it went so far."""

    def __init__(self) -> None:
        self._started = time.monotonic()

    def after(self, done: int, total: int) -> str:
        """As people read it."""
        passed = time.monotonic() - self._started
        return clock(passed * (total - done) / done) if done else "?"


def document_name(chat: Chat | Unindexed) -> str:
    """The name under which the library has a chat; a person's choice of it goes by this name too."""
    return f"💬 {chat.title}"


def taken_in(chats: Sequence[Chat], language: str) -> dict[str, Any]:
    """The values of a sentence about chats that the bot took in."""
    one = len(chats) == 1
    what = say(language, "chats_one", title=chats[0].title) if one else say(language, "chats_many", count=len(chats))
    return {"chats": what, "messages": number(sum(chat.messages for chat in chats))} | _days(chats)


def choice(chats: Sequence[Chat], chosen: Sequence[Chat], *, language: str) -> Result:
    """The list of chats."""
    name = called_chats(chosen, language)
    lines = [say(language, "chats_list", count=len(chats), chosen=name), ""]

    for chat in chats[:_LISTED]:
        values = {"title": chat.title, "messages": number(chat.messages)} | _days([chat])
        lines.append(say(language, "chats_line", mark="☑" if chat in chosen else "☐", **values))
    if len(chats) > _LISTED:
        lines.append(say(language, "chats_more", count=len(chats) - _LISTED))

    lines += ["", say(language, "chats_choose")]
    return Result(pieces=tuple(cut(Piece(text="\n".join(lines)))), outcome="answered")


def ranking(top: Sequence[Author], activity: Activity, head: str, language: str) -> Result:
    """Who wrote how much, and when most is written."""
    lines = [
        say(
            language,
            "top_total",
            messages=number(activity.messages),
            words=number(activity.words),
            authors=number(activity.authors),
        ),
        "",
    ]

    for position, author in enumerate(top, start=1):
        values = {"share": share(author.messages, activity.messages), "words": number(author.words)}
        lines.append(
            say(language, "top_line", number=position, name=called(author), messages=number(author.messages), **values)
        )

    lines += ["", say(language, "top_busiest", **busiest(activity, language))]
    return Result(pieces=tuple(cut(join(bold(head), Piece(text="\n".join(lines)), between="\n"))), outcome="answered")


def found(  # noqa: PLR0913 - one list has this much to say
    messages: Sequence[Found],
    words: str,
    total: int,
    scope: Scope,
    chats: Sequence[Chat],
    *,
    first: int = 1,
    language: str,
) -> Result:
    """Found messages, each with who, when and a link; the newest of all is the `first` one."""
    key: TextKey = "search_title" if total == len(messages) else "search_part"
    last = number(first + len(messages) - 1)
    values = {"words": _cut(words, _LONGEST_WORDS), "period": span(scope, language), "count": number(total)}
    head = say(language, key, first=number(first), last=last, **values)

    known = {chat.key: chat for chat in chats}
    several = len({one.chat for one in messages}) > 1
    parts = [bold(head)]

    for one in messages:
        line, chat = one.line, known[one.chat]
        origin = f"{_cut(line.author, _LONGEST_NAME)}, {moment(line.at)}"
        origin += f", {_cut(chat.title, _LONGEST_NAME)}" if several else ""
        text = _cut(line.text, _LONGEST_LINE)
        link = address(chat.link, line.id)
        where = linked(origin, link) if link else Piece(text=f"{origin}, #{numbered(line.id)}")
        parts.append(join(where, Piece(text=text), between="\n"))

    return Result(pieces=tuple(cut(join(*parts))), outcome="answered")


def _cut(text: str, longest: int) -> str:
    """As much of a text as fits so many UTF-16 units, which Telegram counts."""
    if units(text) <= longest:
        return text
    return text.encode("utf-16-le")[: 2 * longest].decode("utf-16-le", errors="ignore") + "…"


def found_nothing(words: str, scope: Scope, *, language: str) -> Result:
    """No message has these words."""
    return sentence(
        language, "search_none", outcome="answered", words=_cut(words, _LONGEST_WORDS), period=span(scope, language)
    )


def nothing_written(scope: Scope, chats: Sequence[Chat], chosen: Sequence[Chat], *, language: str) -> Result:
    """Nobody wrote anything in that time."""
    values = _days(chosen or chats)
    return sentence(language, "nothing_written", outcome="answered", period=span(scope, language), **values)


def title(key: TextKey, scope: Scope, chosen: Sequence[Chat], *, language: str, **values: object) -> str:
    """A title with the chat and the period in it."""
    return say(language, key, chat=called_chats(chosen, language), period=span(scope, language), **values)


def span(scope: Scope, language: str) -> str:
    """A period as part of a title; "" for all time."""
    since = day(scope.since) if scope.since is not None else ""
    until = day(scope.until - 1) if scope.until is not None else ""  # the last day, not the one after it
    if since and until:
        return f", {since}" if since == until else say(language, "period_between", since=since, until=until)
    if since:
        return say(language, "period_since", since=since)
    return say(language, "period_until", until=until) if until else ""


def busiest(activity: Activity, language: str) -> dict[str, object]:
    """The hour and the day of the week with most messages."""
    hour = activity.hours.index(max(activity.hours))
    weekday = activity.weekdays.index(max(activity.weekdays))
    return {
        "hour": f"{hour:02}",
        "next": f"{(hour + 1) % 24:02}",
        "weekday": say(language, "weekdays").split()[weekday],
    }


def called_chats(chosen: Sequence[Chat], language: str) -> str:
    """The chosen chats' names; none is all of them."""
    return ", ".join(f"«{chat.title}»" for chat in chosen) or say(language, "chats_all")


def names(authors: Sequence[Author]) -> str:
    """Some authors in a row."""
    return ", ".join(called(author) for author in authors)


def called(author: Author) -> str:
    """An author's name, with the username where it is known."""
    return f"{author.name} (@{author.username})" if author.username else author.name


def share(part: int, whole: int) -> str:
    """A part in per cent."""
    percent = _ALL * part / max(1, whole)
    return f"{percent:.0f}" if percent >= 10 or percent == 0 else f"{percent:.1f}"  # noqa: PLR2004 - two digits say it


def number(count: int) -> str:
    """A number with its thousands apart, as it is read in any language."""
    return f"{count:,}".replace(",", "\u00a0")


def day(at: int) -> str:
    """The day of a wall-clock time."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")


def _days(chats: Sequence[Chat]) -> dict[str, Any]:
    return {"first": day(min(chat.first for chat in chats)), "last": day(max(chat.last for chat in chats))}
