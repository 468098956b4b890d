"""Chat archives in Telegram: the bot takes in exports that the owner sends, and answers queries about chats."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from personal_bot.answer_files.files import AnswerFiles
from personal_bot.archives import queries
from personal_bot.archives.archives import Archives, Imported, ImportProgress, Unindexed
from personal_bot.archives.chart import draw
from personal_bot.archives.chat_query import ChatQuery, Choose, Dossier, Search, Top
from personal_bot.archives.periods import Period
from personal_bot.archives.queries import Chat, Scope
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
from personal_bot.handlers.chats.search import Searches
from personal_bot.handlers.chats.summaries import Summaries
from personal_bot.handlers.readers import CHAT_TYPE, Readers
from personal_bot.knowledge.library import Library
from personal_bot.models import IncomingDocument, Ingested, IngestProgress, RefusedError, Waiting
from personal_bot.requests import progress
from personal_bot.requests.progress import Progress
from personal_bot.requests.results import Attachment, Result, refused, sentence
from personal_bot.requests.status_message import StatusMessage
from personal_bot.state.preferences import PreferencesStore
from personal_bot.telegram.intents import Sender, Upload
from personal_bot.telegram.markup import Piece
from personal_bot.texts import say

_SHOWN: Final = 20  # names in a row
_EVERYTHING: Final = frozenset({"*", "all", "все", "всё"})

logger = logging.getLogger(__name__)


class Chats:
    """Does what people want of chat archives."""

    def __init__(  # noqa: PLR0913 - an answer about chats comes from all of these
        self,
        *,
        archives: Archives,
        library: Library,
        preferences: PreferencesStore,
        summaries: Summaries,
        files: AnswerFiles,
        searches: Searches,
        readers: Readers,
    ) -> None:
        self._archives = archives
        self._library = library
        self._preferences = preferences
        self._summaries = summaries
        self._files = files
        self._searches = searches
        self._readers = readers

        self._indexing = asyncio.Lock()
        library.on_deleted(archives.forget)

    @property
    def empty(self) -> bool:
        """Whether there are no chats, so that words are never a query about them."""
        return self._archives.empty

    async def take_in(
        self, file: Upload, path: Path, show: Callable[[Progress], None] = lambda _: None
    ) -> Result | None:
        """Take an export in; None when the file is none.

        Raises:
            RefusedError: it is one, and the bot cannot read it.
        """
        before = {chat.key: chat.messages for chat in await self._archives.chats()}
        imported = await self._import(file.name, path, show)
        if imported is None:
            return None

        language = file.sender.language
        chats = await self._archives.chats()
        new = [chat for chat in chats if before.get(chat.key) != chat.messages]
        try:
            indexed = await self.index(file.sender.user_id, show)
        except RefusedError as refusal:
            why = refused(refusal, language=language).pieces[0].text
            values = taken_in(new or chats, language)
            return sentence(language, "chats_not_indexed", outcome="refused", why=why, **values)

        if not new and not indexed:
            return sentence(language, "chats_in_known", outcome="answered", **taken_in(chats, language))
        shown = new or chats
        figures: dict[str, Any] = {"authors": await self._authors(shown), **taken_in(shown, language)}
        if imported.lost:
            return sentence(language, "chats_in_partly", outcome="answered", lost=imported.lost, **figures)
        return sentence(language, "chats_in", outcome="answered", **figures)

    async def index(
        self, user_id: int, show: Callable[[Progress], None] = lambda _: None, *, live: bool = False
    ) -> int:
        """Put new messages into the library, or only the `live` ones of groups; returns how many chats had any.

        Raises:
            RefusedError: the library or the LLM service cannot.
        """
        async with self._indexing:
            return await self._index_all(user_id, show, live=live)

    async def refresh(self, user_id: int) -> None:
        """Put new messages of groups into the library, unless that is under way or impossible now."""
        if not self._indexing.locked():
            with contextlib.suppress(RefusedError):
                await self.index(user_id, live=True)

    async def drop(self, document: str) -> None:
        """Remove a chat from the library that has become part of another one."""
        with contextlib.suppress(RefusedError):
            await self._library.delete(document)

    async def _index_all(self, user_id: int, show: Callable[[Progress], None], *, live: bool) -> int:
        show(Progress(key="chats_cutting"))
        changed = await self._archives.unindexed(live=live)

        try:
            for chat in changed:
                document = await self._index(chat, user_id, show)
                await self._archives.indexed(chat, document)
                if chat.document and chat.document != document:
                    # A document of the same name has replaced it already, unless the chat was renamed.
                    with contextlib.suppress(RefusedError):
                        await self._library.delete(chat.document)
        finally:
            for chat in changed:
                chat.chunks.unlink(missing_ok=True)
        return len(changed)

    async def do(self, query: ChatQuery, sender: Sender, status: StatusMessage, *, group: int | None) -> Result:
        """Answer a query, about all chats or about one `group` alone.

        Raises:
            RefusedError: there is no answer, and why.
        """
        status.show(Progress(key="stage_counting"))
        chats = await self._readable(sender, group)

        kept = {part for document in self._preferences.of(sender.user_id).documents for part in document} - {""}
        chosen = chats if group is not None else [chat for chat in chats if {chat.document, document_name(chat)} & kept]
        match query:
            case Choose():
                return await self._choose(query, sender, chats, chosen)
            case Top():
                return await self._top(query, sender, chats, chosen, status.request_id)
            case Search():
                return await self._search(query, sender, chats, chosen, status.request_id)
            case Dossier():
                return await self._dossier(query, sender, chats, chosen, status)

        scope = queries.scope_of(query.period, chats, chosen, today=_today())
        return await self._summaries.digest(scope, chats=chats, chosen=chosen, sender=sender, status=status)

    async def _readable(self, sender: Sender, group: int | None) -> list[Chat]:
        """The chats that a person may ask about, or that of the group; never none.

        Raises:
            RefusedError: there are none.
        """
        if group is not None:
            own = await self._archives.of_group(group)
            if not own:
                raise RefusedError("group_nothing_kept")
            return [own]

        chats = self._readers.chats(await self._archives.chats(), sender)
        if not chats and not self._readers.unlimited(sender):
            raise RefusedError("chats_private")
        if not chats:
            raise RefusedError("chats_none", help=say(sender.language, "help_chats"))
        return chats

    async def _import(self, name: str, path: Path, show: Callable[[Progress], None]) -> Imported | None:
        """Import an export into the messages; None when the file is none."""
        imported, left = None, TimeLeft()
        async with contextlib.aclosing(self._archives.take_in(path, name)) as events:
            async for event in events:
                match event:
                    case ImportProgress():
                        values = {
                            "name": name,
                            "share": 100 * event.done // max(1, event.total),
                            "messages": event.messages,
                            "left": left.after(event.done, event.total),
                        }
                        show(Progress(key="chats_reading", values=tuple(values.items())))
                    case Imported():
                        imported = event
        return imported

    async def _index(self, chat: Unindexed, user_id: int, show: Callable[[Progress], None]) -> str:
        if not chat.chunks.stat().st_size:
            return ""

        incoming = IncomingDocument(
            user_id=user_id,
            name=document_name(chat),
            mime_type=CHAT_TYPE,
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

    async def _choose(self, query: Choose, sender: Sender, chats: list[Chat], chosen: list[Chat]) -> Result:
        language = sender.language
        if not query.name:
            return choice(chats, chosen, language=language)

        if query.name.casefold() in _EVERYTHING:
            self._preferences.change(sender.user_id, documents=())
            return sentence(language, "chat_chosen", outcome="answered", chat=say(language, "chats_all"))

        wanted = query.name.casefold()
        fitting = [chat for chat in chats if chat.title.casefold() == wanted] or [
            chat for chat in chats if wanted in chat.title.casefold()
        ]
        if not fitting:
            return sentence(language, "chat_unknown", outcome="refused", name=query.name)
        if len(fitting) > 1:
            several = ", ".join(chat.title for chat in fitting[:_SHOWN])
            return sentence(language, "chat_ambiguous", outcome="refused", names=several)

        chat = fitting[0]
        self._preferences.change(sender.user_id, documents=((chat.document, document_name(chat)),))
        return sentence(language, "chat_chosen", outcome="answered", chat=f"«{chat.title}»")

    async def _top(self, query: Top, sender: Sender, chats: list[Chat], chosen: list[Chat], request_id: int) -> Result:
        scope = queries.scope_of(query.period, chats, chosen, today=_today())
        activity = await self._archives.ask(lambda c: queries.activity(c, scope))
        if not activity.messages:
            return nothing_written(scope, chats, chosen, language=sender.language)

        top = await self._archives.ask(lambda c: queries.top(c, scope, limit=query.count))
        picture = await asyncio.to_thread(draw, activity.hours, activity.weekdays, language=sender.language)
        head = title("top_title", scope, chosen, language=sender.language)
        result = ranking(top, activity, head, sender.language)

        try:
            path = await self._files.keep(picture, ending="png", request_id=request_id)
        except OSError as error:
            logger.warning("A chart is left out: %s", error.strerror, extra={"user_id": sender.user_id})
            return result

        caption = Piece(text=title("top_caption", scope, chosen, language=sender.language))
        chart = Attachment(path=str(path), name="activity.png", photo=True)
        return replace(result, pieces=(caption, *result.pieces), attachments=(chart,))

    async def _search(
        self, query: Search, sender: Sender, chats: list[Chat], chosen: list[Chat], request_id: int
    ) -> Result:
        language = sender.language
        if not query.words and not query.author:
            return sentence(language, "search_how", outcome="refused")

        scope, words = queries.scope_of(query.period, chats, chosen, today=_today()), query.words
        if query.author:
            authors = await self._archives.ask(lambda c: queries.people(c, query.author, scope))
            if authors:
                scope = queries.scope_of(
                    query.period, chats, chosen, today=_today(), authors=tuple(author.key for author in authors)
                )
            elif query.author.startswith("@") or not query.words:
                return await self.nobody(query.author, scope, language)
            else:
                words = query.whole

        said = f"{words} · {query.author}" if scope.authors and words else words or query.author
        return await self._searches.begin(words, said, scope, request_id=request_id, sender=sender)

    async def _dossier(
        self, query: Dossier, sender: Sender, chats: list[Chat], chosen: list[Chat], status: StatusMessage
    ) -> Result:
        language = sender.language
        everything = queries.scope_of(Period(), chats, chosen, today=_today())
        if not query.name:
            top = await self._archives.ask(lambda c: queries.top(c, everything, limit=10))
            return sentence(language, "dossier_how", outcome="refused", names=names(top))

        people = await self._archives.ask(lambda c: queries.people(c, query.name, everything))
        if not people:
            return await self.nobody(query.name, everything, language)
        if len(people) > 1:
            return sentence(language, "several", outcome="refused", names=names(people[:_SHOWN]))

        scope = queries.scope_of(query.period, chats, chosen, today=_today())
        return await self._summaries.dossier(people[0], scope, chats=chats, chosen=chosen, sender=sender, status=status)

    async def nobody(self, name: str, scope: Scope, language: str) -> Result:
        """Nobody has this name, but these write most."""
        top = await self._archives.ask(lambda c: queries.top(c, scope, limit=10))
        return sentence(language, "nobody", outcome="refused", name=name, names=names(top))

    async def _authors(self, chats: list[Chat]) -> int:
        scope = queries.Scope(chats=tuple(chat.key for chat in chats))
        return (await self._archives.ask(lambda c: queries.activity(c, scope))).authors


def _today() -> date:
    return datetime.now(UTC).date()
