"""Found messages by the page, kept to an author or a period by buttons.

A button carries the search's number, the page and what it is kept to; the words are on the volume. So a button works
after a restart too, as long as the search is one of the newest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from personal_bot.handlers.chats.rendering import found, found_nothing, number
from personal_bot.state.searches import KeptSearch
from personal_bot.texts import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from personal_bot.archives.archives import Archives
    from personal_bot.archives.queries import Author, Scope
    from personal_bot.requests.results import Result
    from personal_bot.state.searches import KeptSearches
    from personal_bot.telegram.markup import Piece
    from personal_bot.telegram.updates import Sender

    Buttons = tuple[tuple[tuple[str, str], ...], ...]

FIND = "find"  # callback data: find:<request id>:<what>:<page>:<author>:<period>
_PER_PAGE = 8  # messages that fit one of Telegram's
_AUTHORS, _PERIODS = 12, 24  # to choose from
_LONGEST_NAME = 30
_ALL_TIME = ""
_MONTHS = 12


@dataclass(frozen=True, kw_only=True)
class View:
    """What a button leads to.

    Attributes:
        request: of the search.
        what: ``page``, or what is to be chosen: ``author`` or ``period``.
        page: from 0.
        author: the key of the only one; 0: all.
        period: ``2024`` or ``2024-05``; empty: all the time.
    """

    request: int
    what: str = "page"
    page: int = 0
    author: int = 0
    period: str = _ALL_TIME

    def button(self, text: str) -> tuple[str, str]:
        """A button that leads here."""
        return text, f"{FIND}:{self.request}:{self.what}:{self.page}:{self.author}:{self.period}"


def view_of(value: str) -> View | None:
    """Read what follows the action in callback data; None when it is not understood."""
    request, what, page, author, period = (*value.split(":"), "", "", "", "")[:5]
    if not (request.isdecimal() and page.isdecimal() and author.isdecimal()):
        return None
    return View(request=int(request), what=what, page=int(page), author=int(author), period=period)


def bounds(period: str) -> tuple[int | None, int | None]:
    """The first second of a year or a month, and the one after the last; what is no period has no bounds."""
    year, _, month = period.partition("-")
    try:
        first = int(month or 1)
        after = (int(year) + 1, 1) if not month or first == _MONTHS else (int(year), first + 1)
        return _second(int(year), first), _second(*after)
    except ValueError:
        return None, None


def narrowed(scope: Scope, view: View) -> Scope:
    """The messages of a search that a view is kept to."""
    since, until = bounds(view.period)
    return replace(
        scope,
        authors=(view.author,) if view.author and view.author in (scope.authors or (view.author,)) else scope.authors,
        since=max((one for one in (scope.since, since) if one is not None), default=None),
        until=min((one for one in (scope.until, until) if one is not None), default=None),
    )


def periods(months: Sequence[tuple[str, int]], chosen: str) -> list[tuple[str, int]]:
    """What to choose from: the years, or the months of the chosen year, or of the only one; each with its messages."""
    years: dict[str, int] = {}
    for month, count in months:
        years[month[:4]] = years.get(month[:4], 0) + count
    if not chosen and len(years) > 1:
        return list(years.items())[-_PERIODS:]
    return [(month, count) for month, count in months if month.startswith(chosen[:4])][-_PERIODS:]


class Searches:
    """Shows what was found."""

    def __init__(self, archives: Archives, kept: KeptSearches) -> None:
        self._archives = archives
        self._kept = kept

    async def begin(self, words: str, said: str, scope: Scope, *, request_id: int, sender: Sender) -> Result:
        """Search, and keep the search for those who turn pages."""
        search = KeptSearch(
            user=sender.user_id,
            chat=sender.chat_id,
            words=words,
            said=said,
            chats=scope.chats,
            authors=scope.authors,
            since=scope.since,
            until=scope.until,
        )
        result = await self._page(search, View(request=request_id), sender.language)
        kept = bool(result.buttons) and self._kept.keep(request_id, search)
        return result if kept else replace(result, buttons=())

    async def press(self, value: str, sender: Sender) -> tuple[Piece, Buttons] | None:
        """Give what the message reads then; None when the search is kept no more."""
        view = view_of(value)
        search = self._kept.of(view.request, chat_id=sender.chat_id) if view else None
        if not view or not search or self._archives.empty:
            return None
        page = await self._page(search, view, sender.language)
        if view.what == "author":
            return page.pieces[0], await self._authors_to_choose(search, view, sender.language)
        if view.what == "period":
            return page.pieces[0], await self._periods_to_choose(search, view, sender.language)
        return page.pieces[0], page.buttons

    async def _page(self, search: KeptSearch, view: View, language: str) -> Result:
        from personal_bot.archives import queries  # noqa: PLC0415 - SQLite is for bots with chats

        scope = narrowed(_scope(search), view)
        offset = view.page * _PER_PAGE
        total, messages = await self._archives.ask(
            lambda c: queries.search(c, search.words, scope, limit=_PER_PAGE, offset=offset)
        )
        if not messages and view.page:  # there are fewer than when the button was made
            return await self._page(search, replace(view, page=0), language)
        authors = await self._authors(search, view)
        chosen = next((author.name for author in authors if author.key == view.author), "")
        said = f"{search.said} · {chosen}" if chosen else search.said
        if messages:
            chats = await self._archives.chats()
            result = found(messages, said, total, scope, chats, first=offset + 1, language=language)
        else:
            result = found_nothing(said, scope, language=language)
        pages = (total + _PER_PAGE - 1) // _PER_PAGE
        turn = [
            replace(view, what="page", page=page).button(f"{sign} {page + 1}/{pages}")
            for sign, page in (("◀", view.page - 1), ("▶", view.page + 1))
            if 0 <= page < pages
        ]
        choose = []
        if len(authors) > 1 or view.author:
            name = short(chosen) if chosen else say(language, "search_by_author")
            choose.append(replace(view, what="author").button(f"👤 {name}"))
        if len(await self._months(search, view)) > 1 or view.period:
            choose.append(replace(view, what="period").button(f"📅 {view.period or say(language, 'search_by_period')}"))
        return replace(result, buttons=tuple(tuple(row) for row in (turn, choose) if row))

    async def _authors_to_choose(self, search: KeptSearch, view: View, language: str) -> Buttons:
        to = replace(view, what="page", page=0)
        names = [
            replace(to, author=one.key).button(f"{short(one.name)} ({number(one.messages)})")
            for one in (await self._authors(search, view))[:_AUTHORS]
        ]
        everybody = replace(to, author=0).button(say(language, "search_all_authors"))
        return (*_in_rows(names, 2), (everybody, _back(view, language)))

    async def _periods_to_choose(self, search: KeptSearch, view: View, language: str) -> Buttons:
        to = replace(view, what="page", page=0)
        months = await self._months(search, view)
        named = [
            replace(to, period=period).button(f"{period} ({number(count)})")
            for period, count in periods(months, view.period)
        ]
        always = replace(to, period=_ALL_TIME).button(say(language, "search_all_time"))
        return (*_in_rows(named, 3), (always, _back(view, language)))

    async def _authors(self, search: KeptSearch, view: View) -> list[Author]:
        from personal_bot.archives import queries  # noqa: PLC0415 - SQLite is for bots with chats

        scope = narrowed(_scope(search), replace(view, author=0))
        return await self._archives.ask(lambda c: queries.top(c, scope, limit=-1, text=search.words))

    async def _months(self, search: KeptSearch, view: View) -> list[tuple[str, int]]:
        from personal_bot.archives import queries  # noqa: PLC0415 - SQLite is for bots with chats

        scope = narrowed(_scope(search), replace(view, period=_ALL_TIME))
        return await self._archives.ask(lambda c: queries.months(c, search.words, scope))


def short(name: str) -> str:
    """A name that fits a button."""
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"


def _scope(search: KeptSearch) -> Scope:
    from personal_bot.archives.queries import Scope  # noqa: PLC0415 - SQLite is for bots with chats

    return Scope(chats=search.chats, authors=search.authors, since=search.since, until=search.until)


def _back(view: View, language: str) -> tuple[str, str]:
    return replace(view, what="page").button(say(language, "docs_back"))


def _in_rows(buttons: Sequence[tuple[str, str]], width: int) -> Buttons:
    return tuple(tuple(buttons[start : start + width]) for start in range(0, len(buttons), width))


def _second(year: int, month: int) -> int:
    return int(datetime(year, month, 1, tzinfo=UTC).timestamp())
