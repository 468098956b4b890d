"""The work of requests: a question becomes an answer, a file becomes a document, both showing how far they are."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING

import aiohttp
from aiogram.exceptions import TelegramAPIError
from aiogram.methods import GetFile

from personal_bot.models import (
    Answer,
    IncomingDocument,
    Ingested,
    IngestProgress,
    Question,
    Refusal,
    StageReached,
    TextSoFar,
    Waiting,
)
from personal_bot.requests import progress
from personal_bot.requests.results import Result, ingested
from personal_bot.telegram.updates import TakeIn

if TYPE_CHECKING:
    from pathlib import Path

    from personal_bot.answers.answerer import Answerer
    from personal_bot.handlers.chats.archive import Chats
    from personal_bot.handlers.exports import Exports
    from personal_bot.handlers.groups.membership import Groups
    from personal_bot.handlers.pasted_text import Chosen
    from personal_bot.knowledge.library import Library
    from personal_bot.requests.answers import Replies
    from personal_bot.requests.status_message import StatusMessage
    from personal_bot.state.dialogues import Dialogues
    from personal_bot.state.preferences import PreferencesStore
    from personal_bot.telegram.client import Connection
    from personal_bot.telegram.updates import Ask, Link, Sender


class Work:
    """Does what people ask for."""

    def __init__(  # noqa: PLR0913 - it brings these together, which is its purpose
        self,
        *,
        connection: Connection,
        library: Library,
        answerer: Answerer,
        dialogues: Dialogues,
        preferences: PreferencesStore,
        replies: Replies,
        chats: Chats,
        exports: Exports,
        groups: Groups,
        incoming: Path,
    ) -> None:
        """`incoming`: folder on the bot's volume for files on their way into the knowledge."""
        self._connection = connection
        self._library = library
        self._answerer = answerer
        self._dialogues = dialogues
        self._preferences = preferences
        self._replies = replies
        self._chats = chats
        self._exports = exports
        self._groups = groups
        self._incoming = incoming

    async def answer(self, ask: Ask, request_id: int, status: StatusMessage) -> Result:
        """Answer a question; its passages are kept under `request_id`.

        Raises:
            Refusal: there is no answer, and why.
        """
        await self._library.settled()
        sender = ask.sender
        preferences = self._preferences.of(sender.user_id)
        await self._chats.refresh(sender.user_id)
        in_group = None if sender.private else await self._groups.answers_from(sender.chat_id)
        chosen = preferences.chosen(await self._library.documents()) if preferences.documents else frozenset()
        if preferences.documents and not chosen and not in_group:
            self._preferences.change(sender.user_id, documents=())
            raise Refusal("scope_gone")
        question = Question(
            user_id=sender.user_id,
            chat_id=sender.chat_id,
            text=ask.text,
            language=sender.language,
            dialogue=self._dialogues.turns(chat_id=sender.chat_id, user_id=sender.user_id),
            document_ids=frozenset({in_group}) if in_group else chosen,
            model=preferences.model,
            length=preferences.length,
            instructions=preferences.instructions,
        )
        stage, body = progress.RECEIVED, ""
        async with contextlib.aclosing(self._answerer.answer(question)) as events:
            async for event in events:
                match event:
                    case StageReached():
                        stage = progress.at_stage(event.stage)
                    case TextSoFar():
                        body = event.text
                    case Answer():
                        return await self._replies.reply(
                            event,
                            question=ask.text,
                            sender=sender,
                            request_id=request_id,
                            chosen=0 if in_group else len(chosen),
                        )
                status.show(progress.waiting(event, body) if isinstance(event, Waiting) else stage.with_body(body))
        raise RuntimeError("the answer ended without an answer")

    async def take_in(self, file: TakeIn, update_id: int, status: StatusMessage) -> Result:
        """Take a file into the knowledge.

        Raises:
            Refusal: it cannot be taken in, and why.
        """
        path = self._incoming / str(update_id)
        try:
            await self._download(file, path, status)
            await self._library.settled()
            if result := await self._exports.offer(file, path, update_id):
                return result
            if result := await self._chats.take_in(file, path, status.show):
                return result
            return await self._ingest(path, file.name, file.mime_type, file.sender, status)
        finally:
            path.unlink(missing_ok=True)

    async def take_in_text(self, sender: Sender, chosen: Chosen, update_id: int, status: StatusMessage) -> Result:
        """Take a text of the chat into the knowledge.

        Raises:
            Refusal: it cannot be taken in, and why.
            OSError: the volume is full.
        """
        path = self._incoming / str(update_id)
        try:
            await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
            await asyncio.to_thread(path.write_text, chosen.text, encoding="utf-8")
            return await self._ingest(path, chosen.name, "text/plain", sender, status)
        finally:
            path.unlink(missing_ok=True)

    async def take_in_link(self, link: Link, update_id: int, status: StatusMessage) -> Result:
        """Take what a link leads to into the knowledge; an export of chats becomes chats.

        Raises:
            Refusal: it cannot be taken in, and why.
            OSError: the volume is full.
        """
        from personal_bot.links import fetch  # noqa: PLC0415 - only for links

        path = self._incoming / str(update_id)
        status.show(progress.downloading(link.url))
        pace = progress.Pace()

        def on_progress(done: int, total: int) -> None:
            left = pace.left(IngestProgress(unit="bytes", done=done, total=total), now=time.monotonic())
            status.show(progress.downloading(link.url, done, total, left=left))

        try:
            await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
            fetched = await fetch(link.url, path, on_progress=on_progress)
            await self._library.settled()
            file = TakeIn(
                sender=link.sender, file_id="", name=fetched.name, mime_type=fetched.mime_type, size=path.stat().st_size
            )
            if result := await self._chats.take_in(file, path, status.show):
                return result
            return await self._ingest(path, fetched.name, fetched.mime_type, link.sender, status)
        finally:
            path.unlink(missing_ok=True)

    async def _ingest(self, path: Path, name: str, mime_type: str, sender: Sender, status: StatusMessage) -> Result:
        await self._library.settled()
        document = IncomingDocument(user_id=sender.user_id, name=name, mime_type=mime_type, path=path)
        status.show(progress.taking_in(IngestProgress(unit="pages", done=0, total=0), name))
        pace = progress.Pace()
        async with contextlib.aclosing(self._library.ingest(document)) as events:
            async for event in events:
                match event:
                    case IngestProgress():
                        left = pace.left(event, now=time.monotonic())
                        status.show(progress.taking_in(event, name, left=left))
                    case Waiting():
                        status.show(progress.waiting(event))
                    case Ingested():
                        return ingested(event, name=name, language=sender.language)
        raise RuntimeError("the ingest ended without a document")

    async def _download(self, file: TakeIn, path: Path, status: StatusMessage) -> None:
        status.show(progress.downloading(file.name))
        await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
        try:
            found = await self._connection.deliver(GetFile(file_id=file.file_id), chat_id=file.sender.chat_id)
            await self._connection.download(found.file_path or "", into=str(path))
        except TelegramAPIError as error:
            too_large = "file is too big" in error.message
            raise Refusal("file_too_large" if too_large else "file_not_loaded", name=file.name) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Refusal("file_not_loaded", name=file.name) from error
