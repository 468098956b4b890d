"""What a person wants to know of chat archives, read from a command or from words, Russian or English. Pure.

Words are a query to the archives only when they say nothing else: "search Python" is one, "find the price in the lease"
is a question to the documents.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from personal_bot.archives.periods import Period, find

COMMANDS: Final = ("chat", "top", "search", "dossier", "digest")
_ANY_TIME: Final = Period()
_MOST: Final = 50  # people in a top list


@dataclass(frozen=True, slots=True, kw_only=True)
class Choose:
    """Choose the chat whose name has these words; "" shows the list."""

    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Top:
    """Who wrote most, and when people write."""

    period: Period = field(default=_ANY_TIME)
    count: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Messages with all these words.

    Attributes:
        whole: the words together with what was taken for an author, in case nobody is called so.
    """

    words: str
    author: str = ""
    whole: str = ""
    period: Period = field(default=_ANY_TIME)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """All about one participant."""

    name: str
    period: Period = field(default=_ANY_TIME)


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What was talked about."""

    period: Period = field(default=Period(days=7))


ChatQuery = Choose | Top | Search | Dossier | Digest

_PEOPLE: Final = (
    r"(?:участник\w*|автор\w*|пользовател\w*|людей|люди"
    r"|participants?|members?|posters?|users?|authors?|people|writers?)"
)
_CHAT: Final = (
    r"(?:\s+(?:в\s+)?(?:этом\s+|этого\s+)?(?:чат[еа]|групп[еы])|\s+(?:of|in)\s+(?:the\s+|this\s+)?(?:chat|group))?"
)
_FLAGS: Final = re.IGNORECASE | re.DOTALL
_TOP: Final = re.compile(
    rf"(?:топ|top)(?:[\s-]*(?P<count>\d+))?(?:\s+(?:самых\s+)?(?:активных|active))?\s+{_PEOPLE}{_CHAT}"
    rf"|(?:топ|top)[\s-]*(?P<count2>\d+){_CHAT}"
    rf"|(?:рейтинг|статистика|активность|activity\s+of|ranking\s+of)\s+(?:the\s+)?{_PEOPLE}{_CHAT}"
    rf"|(?:статистика\s+(?:чата|группы)|(?:chat|group)\s+(?:stats|statistics|activity))"
    rf"|(?:самые\s+активные|(?:the\s+)?most\s+active)\s+{_PEOPLE}{_CHAT}"
    rf"|кто\s+(?:(?:больше|чаще|активнее)\s+всех\s+)(?:пишет|писал|сообщений){_CHAT}"
    rf"|who\s+(?:writes|wrote|posts|posted|talks|talked)\s+(?:the\s+)?most{_CHAT}",
    _FLAGS,
)
_SEARCH: Final = re.compile(
    r"(?:поиск|поищи|search(?:\s+for)?"
    r"|(?:найди|покажи|find|show)\s+(?:все\s+|all\s+|the\s+)?(?:сообщени[яе]|messages)"
    r"(?:\s+(?:про|об?|со\s+словом|со\s+словами|с|где\s+есть|about|with|containing|that\s+mention))?)(?:[\s:]+(?P<rest>.*))?",
    _FLAGS,
)
_DOSSIER: Final = re.compile(
    r"(?:(?:собери\s+|составь\s+|make\s+)?(?:a\s+)?(?:досье|dossier)(?:\s+(?:на|об?|про|по|on|of|about|for))?"
    r"|(?:кто\s+так(?:ой|ая)|who\s+is)(?=\s+@)"
    r"|расскажи\s+об?\s+участни(?:ке|це))\s+(?P<name>\S.*)",
    _FLAGS,
)
_DIGEST: Final = re.compile(
    rf"(?:дайджест|сводка|digest|(?:chat\s+)?(?:summary|recap)){_CHAT}"
    rf"|(?:что|о\s+ч[её]м)\s+(?:обсуждали|говорили|писали|обсуждалось|было|нового|произошло){_CHAT}"
    rf"|what\s+(?:was\s+(?:discussed|talked\s+about|said|new)|did\s+(?:i\s+miss|they\s+(?:discuss|talk\s+about))|happened){_CHAT}",
    _FLAGS,
)
_PLAIN_DIGEST: Final = re.compile(rf"(?:дайджест|digest){_CHAT}", _FLAGS)
_CHOOSE: Final = re.compile(
    r"(?:выбери|выбрать|открой|choose|select|open|switch\s+to)\s+(?:чат|группу|(?:the\s+)?(?:chat|group))(?:\s+(?P<name>.+))?"
    r"|(?:мои\s+|список\s+|my\s+|list\s+(?:of\s+)?)?(?:чаты|чатов|chats)|(?P<all>все\s+чаты|all\s+chats)",
    _FLAGS,
)
_AUTHOR: Final = re.compile(
    r"(?P<before>.*?)\s*(?<!\S)(?:от|автор|from|by|author)(?::\s*|\s+)"
    r"(?P<author>\"[^\"]+\"|«[^»]+»|@?\S+(?:\s+[A-ZА-ЯЁ]\S*)?)(?P<after>.*)",
    re.DOTALL,
)
_MENTION: Final = re.compile(r"(?P<before>.*?)(?P<author>(?<!\S)@\w+)(?P<after>.*)", re.DOTALL)


def of_command(name: str, arguments: str, *, today: date) -> ChatQuery:
    """Read a command, one of `COMMANDS`, and what follows it."""
    arguments = " ".join(arguments.split())  # in long rows of blanks the patterns would look for ever
    if name == "chat":
        return Choose(name=arguments)
    if name == "search":
        return _search(arguments, today)

    period, rest = _period(arguments, today)
    match name:
        case "top":
            count = re.search(r"\d+", rest)
            return Top(period=period or _ANY_TIME, count=_count(count[0] if count else None))
        case "dossier":
            return Dossier(name=rest, period=period or _ANY_TIME)
        case _:
            return Digest(period=period or Period(days=7))


def of_words(text: str, *, today: date) -> ChatQuery | None:
    """Read words; None when they are a question to the documents."""
    said = " ".join(text.split()).strip("?!.…").strip()
    if choice := _CHOOSE.fullmatch(said):
        return Choose(name="*" if choice["all"] else choice["name"] or "")
    if (search := _SEARCH.fullmatch(said)) and search["rest"]:
        return _search(search["rest"], today)

    period, rest = find(said, today=today)
    rest = rest.strip(" ,:")
    if top := _TOP.fullmatch(rest):
        return Top(period=period or _ANY_TIME, count=_count(top["count"] or top["count2"]))
    if dossier := _DOSSIER.fullmatch(rest):
        return Dossier(name=dossier["name"].strip(), period=period or _ANY_TIME)
    if _PLAIN_DIGEST.fullmatch(rest) or (period and _DIGEST.fullmatch(rest)):
        return Digest(period=period or Period(days=7))

    return None


def _period(text: str, today: date) -> tuple[Period | None, str]:
    """Find the period in what follows a command, where it may stand alone: "2024-05", "неделя"."""
    period, rest = find(text, today=today)
    if period is None and text:
        period, _ = find(f"за {text}", today=today)
        rest = "" if period else text
        aliases = {"день": 1, "неделя": 7, "месяц": 30, "год": 365, "day": 1, "week": 7, "month": 30, "year": 365}
        if period is None and text.casefold() in aliases:
            return Period(days=aliases[text.casefold()]), ""

    return period, rest.strip(" ,:")


def _search(text: str, today: date) -> Search:
    period, rest = find(text, today=today)
    whole = rest.strip(" ,:")

    for pattern in (_AUTHOR, _MENTION):
        if by := pattern.fullmatch(whole):
            words = " ".join(f"{by['before']} {by['after']}".split())
            return Search(words=words, author=by["author"].strip('"«»,.'), whole=whole, period=period or _ANY_TIME)

    return Search(words=whole, whole=whole, period=period or _ANY_TIME)


def _count(written: str | None) -> int:
    return min(max(int(written or 10), 1), _MOST)
