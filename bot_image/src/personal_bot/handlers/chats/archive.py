"""Chat archives in Telegram: exports that are sent are taken in, and wishes about chats are answered."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from personal_bot.archives.archives import Read, Reading
from personal_bot.archives.chat_query import Choose, Dossier, Search, Top
from personal_bot.archives.periods import Period
from personal_bot.handlers.chats.rendering import (
    TimeLeft,
    choice,
    document_name,
    names,
    nothing_written,
    ranking,
    taken_in,
    title,
)
from personal_bot.models import IncomingDocument, Ingested, IngestProgress, Refusal, Waiting
from personal_bot.requests import progress
from personal_bot.requests.progress import Progress
from personal_bot.requests.results import Attachment, Result, refused, sentence
from personal_bot.telegram.markup import Piece
from personal_bot.texts import say

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from personal_bot.answer_files.files import AnswerFiles
    from personal_bot.archives.archives import Archives, Unindexed
    from personal_bot.archives.chat_query import Wish
    from personal_bot.archives.queries import Chat, Scope
    from personal_bot.handlers.chats.search import Searches
    from personal_bot.handlers.chats.summaries import Summaries
    from personal_bot.knowledge.library import Library
    from personal_bot.requests.status_message import StatusMessage
    from personal_bot.state.preferences import PreferencesStore
    from personal_bot.telegram.updates import Sender, TakeIn

MIME_TYPE = "application/x-telegram-chat"
_SHOWN = 20  # names in a row
_EVERYTHING = frozenset({"*", "all", "все", "всё"})

log = logging.getLogger(__name__)


class Chats:
    """Does what people want of chat archives."""

    def __init__(  # noqa: PLR0913 - it brings these together, which is its purpose
        self,
        *,
        archives: Archives,
        library: Library,
        preferences: PreferencesStore,
        summaries: Summaries,
        files: AnswerFiles,
        searches: Searches,
    ) -> None:
        """Bring together what it needs."""
        self._archives = archives
        self._library = library
        self._preferences = preferences
        self._summaries = summaries
        self._files = files
        self._searches = searches
        self._indexing = asyncio.Lock()
        library.on_deleted(archives.forget)

    @property
    def empty(self) -> bool:
        """Whether there are no chats, so that words are never a wish about them."""
        return self._archives.empty

    async def take_in(
        self, file: TakeIn, path: Path, show: Callable[[Progress], None] = lambda _: None
    ) -> Result | None:
        """Take an export in; None when the file is none.

        Raises:
            Refusal: it is one that cannot be read.
        """
        before = {chat.key: chat.messages for chat in await self._archives.chats()}
        read: Read | None = None
        left = TimeLeft()
        async with contextlib.aclosing(self._archives.take_in(path, file.name)) as events:
            async for event in events:
                if isinstance(event, Reading):
                    values = {
                        "name": file.name,
                        "share": 100 * event.done // max(1, event.total),
                        "messages": event.messages,
                        "left": left.after(event.done, event.total),
                    }
                    show(Progress(key="chats_reading", values=tuple(values.items())))
                else:
                    read = event
        if read is None:
            return None
        language = file.sender.language
        chats = await self._archives.chats()
        new = [chat for chat in chats if before.get(chat.key) != chat.messages]
        try:
            indexed = await self.index(file.sender.user_id, show)
        except Refusal as refusal:
            why = refused(refusal, language=language).pieces[0].text
            told = taken_in(new or chats, language)
            return sentence(language, "chats_not_indexed", outcome="refused", why=why, **told)
        if not new and not indexed:
            return sentence(language, "chats_in_known", outcome="answered", **taken_in(chats, language))
        shown = new or chats
        figures: dict[str, Any] = {"authors": await self._authors(shown), **taken_in(shown, language)}
        if read.lost:
            return sentence(language, "chats_in_partly", outcome="answered", lost=read.lost, **figures)
        return sentence(language, "chats_in", outcome="answered", **figures)

    async def index(
        self, user_id: int, show: Callable[[Progress], None] = lambda _: None, *, live: bool = False
    ) -> int:
        """Bring the library up to the messages, or to the `live` ones of groups; gives how many chats were not.

        Raises:
            Refusal: the library or the LLM service cannot.
        """
        async with self._indexing:
            return await self._index_all(user_id, show, live=live)

    async def refresh(self, user_id: int) -> None:
        """Bring the library up to what was said in groups, unless that is under way or cannot be done now."""
        if not self._indexing.locked():
            with contextlib.suppress(Refusal):
                await self.index(user_id, live=True)

    async def drop(self, document: str) -> None:
        """Let the library forget a chat that is part of another one now."""
        with contextlib.suppress(Refusal):
            await self._library.delete(document)

    async def _index_all(self, user_id: int, show: Callable[[Progress], None], *, live: bool) -> int:
        show(Progress(key="chats_cutting"))
        changed = await self._archives.unindexed(live=live)
        try:
            for chat in changed:
                document = await self._index(chat, user_id, show)
                await self._archives.indexed(chat, document)
                if chat.document and chat.document != document:
                    with contextlib.suppress(Refusal):  # replaced by its name already, unless the chat was renamed
                        await self._library.delete(chat.document)
        finally:
            for chat in changed:
                chat.chunks.unlink(missing_ok=True)
        return len(changed)

    async def do(self, wish: Wish, sender: Sender, status: StatusMessage, *, group: int | None) -> Result:
        """Do what was wished, of all chats or of one `group` alone.

        Raises:
            Refusal: it cannot be done, and why.
        """
        from personal_bot.archives import queries  # noqa: PLC0415 - SQLite is for bots with chats

        language = sender.language
        status.show(Progress(key="stage_counting"))
        own = await self._archives.of_group(group) if group is not None else None
        chats = await self._archives.chats() if group is None else [own] if own else []
        if not chats:
            key = "chats_none" if group is None else "group_nothing_kept"
            return sentence(language, key, outcome="refused", help=say(language, "help_chats"))
        kept = {part for document in self._preferences.of(sender.user_id).documents for part in document} - {""}
        chosen = chats if own else [chat for chat in chats if {chat.document, document_name(chat)} & kept]
        match wish:
            case Choose():
                return await self._choose(wish, sender, chats, chosen)
            case Top():
                return await self._top(wish, sender, chats, chosen, status.request_id)
            case Search():
                return await self._search(wish, sender, chats, chosen, status.request_id)
            case Dossier():
                return await self._dossier(wish, sender, chats, chosen, status)
        scope = queries.scope_of(wish.period, chats, chosen, today=_today())
        return await self._summaries.digest(scope, chats=chats, chosen=chosen, sender=sender, status=status)

    async def _index(self, chat: Unindexed, user_id: int, show: Callable[[Progress], None]) -> str:
        if not chat.chunks.stat().st_size:
            return ""
        incoming = IncomingDocument(
            user_id=user_id,
            name=document_name(chat),
            mime_type=MIME_TYPE,
            path=chat.chunks,
            extracted=True,
            extends=chat.document,
        )
        left = TimeLeft()
        async with contextlib.aclosing(self._library.ingest(incoming)) as events:
            async for event in events:
                match event:
                    case IngestProgress():
                        values = {
                            "name": chat.title,
                            "done": event.done,
                            "total": event.total,
                            "left": left.after(event.done, event.total),
                        }
                        show(Progress(key="chats_indexing", values=tuple(values.items())))
                    case Waiting():
                        show(progress.waiting(event))
                    case Ingested():
                        return event.document.id
        raise RuntimeError("the ingest ended without a document")

    async def _choose(self, wish: Choose, sender: Sender, chats: list[Chat], chosen: list[Chat]) -> Result:
        language = sender.language
        if not wish.name:
            return choice(chats, chosen, language=language)
        if wish.name.casefold() in _EVERYTHING:
            self._preferences.change(sender.user_id, documents=())
            return sentence(language, "chat_chosen", outcome="answered", chat=say(language, "chats_all"))
        wanted = wish.name.casefold()
        fitting = [chat for chat in chats if chat.title.casefold() == wanted] or [
            chat for chat in chats if wanted in chat.title.casefold()
        ]
        if not fitting:
            return sentence(language, "chat_unknown", outcome="refused", name=wish.name)
        if len(fitting) > 1:
            several = ", ".join(chat.title for chat in fitting[:_SHOWN])
            return sentence(language, "chat_ambiguous", outcome="refused", names=several)
        chat = fitting[0]
        self._preferences.change(sender.user_id, documents=((chat.document, document_name(chat)),))
        return sentence(language, "chat_chosen", outcome="answered", chat=f"«{chat.title}»")

    async def _top(self, wish: Top, sender: Sender, chats: list[Chat], chosen: list[Chat], request_id: int) -> Result:
        from personal_bot.archives import queries  # noqa: PLC0415 - SQLite is for bots with chats
        from personal_bot.archives.chart import draw  # noqa: PLC0415

        scope = queries.scope_of(wish.period, chats, chosen, today=_today())
        activity = await self._archives.ask(lambda c: queries.activity(c, scope))
        if not activity.messages:
            return nothing_written(scope, chats, chosen, language=sender.language)
        top = await self._archives.ask(lambda c: queries.top(c, scope, limit=wish.count))
        picture = await asyncio.to_thread(draw, activity.hours, activity.weekdays, language=sender.language)
        head = title("top_title", scope, chosen, language=sender.language)
        result = ranking(top, activity, head, sender.language)
        try:
            path = await self._files.keep(picture, ending="png", request_id=request_id)
        except OSError as error:
            log.warning("A chart is left out: %s", error.strerror, extra={"user_id": sender.user_id})
            return result
        caption = Piece(text=title("top_caption", scope, chosen, language=sender.language))
        chart = Attachment(path=str(path), name="activity.png", photo=True)
        return replace(result, pieces=(caption, *result.pieces), attachments=(chart,))

    async def _search(
        self, wish: Search, sender: Sender, chats: list[Chat], chosen: list[Chat], request_id: int
    ) -> Result:
        from personal_bot.archives import queries  # noqa: PLC0415 - SQLite is for bots with chats

        language = sender.language
        if not wish.words and not wish.author:
            return sentence(language, "search_how", outcome="refused")
        scope, words = queries.scope_of(wish.period, chats, chosen, today=_today()), wish.words
        if wish.author:
            authors = await self._archives.ask(lambda c: queries.people(c, wish.author, scope))
            if authors:
                scope = queries.scope_of(
                    wish.period, chats, chosen, today=_today(), authors=tuple(author.key for author in authors)
                )
            elif wish.author.startswith("@") or not wish.words:
                return await self.nobody(wish.author, scope, language)
            else:
                words = wish.whole
        said = f"{words} · {wish.author}" if scope.authors and words else words or wish.author
        return await self._searches.begin(words, said, scope, request_id=request_id, sender=sender)

    async def _dossier(
        self, wish: Dossier, sender: Sender, chats: list[Chat], chosen: list[Chat], status: StatusMessage
    ) -> Result:
        from personal_bot.archives import queries  # noqa: PLC0415 - SQLite is for bots with chats

        language = sender.language
        everything = queries.scope_of(Period(), chats, chosen, today=_today())
        if not wish.name:
            top = await self._archives.ask(lambda c: queries.top(c, everything, limit=10))
            return sentence(language, "dossier_how", outcome="refused", names=names(top))
        people = await self._archives.ask(lambda c: queries.people(c, wish.name, everything))
        if not people:
            return await self.nobody(wish.name, everything, language)
        if len(people) > 1:
            return sentence(language, "several", outcome="refused", names=names(people[:_SHOWN]))
        scope = queries.scope_of(wish.period, chats, chosen, today=_today())
        return await self._summaries.dossier(people[0], scope, chats=chats, chosen=chosen, sender=sender, status=status)

    async def nobody(self, name: str, scope: Scope, language: str) -> Result:
        """Nobody has this name, but these write most."""
        from personal_bot.archives import queries  # noqa: PLC0415 - SQLite is for bots with chats

        top = await self._archives.ask(lambda c: queries.top(c, scope, limit=10))
        return sentence(language, "nobody", outcome="refused", name=name, names=names(top))

    async def _authors(self, chats: list[Chat]) -> int:
        from personal_bot.archives import queries  # noqa: PLC0415 - SQLite is for bots with chats

        scope = queries.Scope(chats=tuple(chat.key for chat in chats))
        return (await self._archives.ask(lambda c: queries.activity(c, scope))).authors


def _today() -> date:
    return datetime.now(UTC).date()
