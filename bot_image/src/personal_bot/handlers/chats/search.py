"""Messages that a search found, by the page, with buttons that limit them to an author or a period.

A button carries the search's number, the page and the limits; the words are on the volume. So a button works after a
restart too, as long as the search is one of the newest.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from personal_bot.archives import queries
from personal_bot.archives.archives import Archives
from personal_bot.archives.queries import Author, Scope
from personal_bot.handlers.chats.rendering import found, found_nothing, number
from personal_bot.handlers.messenger import Messenger
from personal_bot.handlers.paging import pages_of
from personal_bot.handlers.readers import Readers
from personal_bot.requests.results import Result
from personal_bot.state.searches import KeptSearch, KeptSearches
from personal_bot.telegram.buttons import Rows, SearchButton, in_rows
from personal_bot.telegram.intents import Press, Sender
from personal_bot.telegram.markup import shortened
from personal_bot.texts import say

_PER_PAGE: Final = 8  # messages, which fit one of Telegram's
_AUTHORS: Final = 12  # to choose from
_PERIODS: Final = 24  # to choose from
_AUTHORS_PER_ROW: Final = 2
_PERIODS_PER_ROW: Final = 3
_LONGEST_NAME: Final = 30  # characters on a button
_ALL_TIME: Final = ""
_MONTHS: Final = 12  # of a year


def bounds(period: str) -> tuple[int | None, int | None]:
    """The first second of a year or a month, and the one after the last; what is no period has no bounds."""
    year, _, month = period.partition("-")
    try:
        first = int(month or 1)
        after = (int(year) + 1, 1) if not month or first == _MONTHS else (int(year), first + 1)
        return _second(int(year), first), _second(*after)
    except ValueError:
        return None, None


def narrowed(scope: Scope, button: SearchButton) -> Scope:
    """The messages of a search, within the limits of a button."""
    since, until = bounds(button.period)
    return replace(
        scope,
        authors=(button.author,)
        if button.author and button.author in (scope.authors or (button.author,))
        else scope.authors,
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

    def __init__(self, *, messenger: Messenger, archives: Archives, kept: KeptSearches, readers: Readers) -> None:
        self._messenger = messenger
        self._archives = archives
        self._kept = kept
        self._readers = readers

    async def begin(self, words: str, said: str, scope: Scope, *, request_id: int, sender: Sender) -> Result:
        """Search, and keep the search for its buttons."""
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
        result = await self._page(search, SearchButton(request_id=request_id), sender.language)
        kept = bool(result.buttons) and self._kept.keep(request_id, search)
        return result if kept else replace(result, buttons=())

    async def press(self, press: Press[SearchButton], _: int) -> None:
        """Show another page of what was found, or what to limit it to."""
        button, sender = press.button, press.sender
        search = await self._readable(self._kept.of(button.request_id, chat_id=sender.chat_id), sender)
        if not search:
            await self._messenger.answer(press, "search_gone")
            return

        page = await self._page(search, button, sender.language)
        match button.action:
            case "author":
                rows = await self._authors_to_choose(search, button, sender.language)
            case "period":
                rows = await self._periods_to_choose(search, button, sender.language)
            case _:
                rows = page.buttons
        await self._messenger.answer(press)
        await self._messenger.edit_piece(press, page.pieces[0], rows)

    async def _readable(self, search: KeptSearch | None, sender: Sender) -> KeptSearch | None:
        """The search in those of its chats that the person may read now; None when there are none."""
        chats = self._readers.chats(await self._archives.chats(), sender)
        keys = tuple(chat.key for chat in chats if search and (chat.key in search.chats or not search.chats))
        return replace(search, chats=keys) if search and keys else None

    async def _page(self, search: KeptSearch, button: SearchButton, language: str) -> Result:
        scope = narrowed(_scope(search), button)
        offset = button.page * _PER_PAGE
        total, messages = await self._archives.ask(
            lambda c: queries.search(c, search.words, scope, limit=_PER_PAGE, offset=offset)
        )
        if not messages and button.page:  # there are fewer than when the button was made
            return await self._page(search, replace(button, page=0), language)

        authors = await self._authors(search, button)
        chosen = next((author.name for author in authors if author.key == button.author), "")
        said = f"{search.said} · {chosen}" if chosen else search.said
        if messages:
            chats = await self._archives.chats()
            result = found(messages, said, total, scope, chats, first=offset + 1, language=language)
        else:
            result = found_nothing(said, scope, language=language)

        pages = pages_of(total, number=button.page, size=_PER_PAGE)
        turns = pages.turns(
            lambda page: replace(button, action="page", page=page),
            label=lambda sign, page: f"{sign} {page + 1}/{pages.count}",
        )
        limits = await self._limit_buttons(search, button, authors, chosen, language)
        return replace(result, buttons=tuple(tuple(row) for row in (turns, limits) if row))

    async def _limit_buttons(
        self, search: KeptSearch, button: SearchButton, authors: Sequence[Author], chosen: str, language: str
    ) -> list[tuple[str, str]]:
        """The buttons that lead to what to limit the search to, where there is a choice."""
        buttons = []
        if len(authors) > 1 or button.author:
            name = shortened(chosen, _LONGEST_NAME) if chosen else say(language, "search_by_author")
            buttons.append(replace(button, action="author").labelled(f"👤 {name}"))
        if len(await self._months(search, button)) > 1 or button.period:
            period = button.period or say(language, "search_by_period")
            buttons.append(replace(button, action="period").labelled(f"📅 {period}"))
        return buttons

    async def _authors_to_choose(self, search: KeptSearch, button: SearchButton, language: str) -> Rows:
        to = replace(button, action="page", page=0)
        names = [
            replace(to, author=one.key).labelled(f"{shortened(one.name, _LONGEST_NAME)} ({number(one.messages)})")
            for one in (await self._authors(search, button))[:_AUTHORS]
        ]
        everybody = replace(to, author=0).labelled(say(language, "search_all_authors"))
        return (*in_rows(names, _AUTHORS_PER_ROW), (everybody, _back(button, language)))

    async def _periods_to_choose(self, search: KeptSearch, button: SearchButton, language: str) -> Rows:
        to = replace(button, action="page", page=0)
        months = await self._months(search, button)
        named = [
            replace(to, period=period).labelled(f"{period} ({number(count)})")
            for period, count in periods(months, button.period)
        ]
        always = replace(to, period=_ALL_TIME).labelled(say(language, "search_all_time"))
        return (*in_rows(named, _PERIODS_PER_ROW), (always, _back(button, language)))

    async def _authors(self, search: KeptSearch, button: SearchButton) -> list[Author]:
        scope = narrowed(_scope(search), replace(button, author=0))
        return await self._archives.ask(lambda c: queries.top(c, scope, limit=-1, text=search.words))

    async def _months(self, search: KeptSearch, button: SearchButton) -> list[tuple[str, int]]:
        scope = narrowed(_scope(search), replace(button, period=_ALL_TIME))
        return await self._archives.ask(lambda c: queries.months(c, search.words, scope))


def _scope(search: KeptSearch) -> Scope:
    return Scope(chats=search.chats, authors=search.authors, since=search.since, until=search.until)


def _back(button: SearchButton, language: str) -> tuple[str, str]:
    return replace(button, action="page").labelled(say(language, "docs_back"))


def _second(year: int, month: int) -> int:
    return int(datetime(year, month, 1, tzinfo=UTC).timestamp())
