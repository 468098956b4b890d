"""Files, links and texts that the owner sends: exports of a bot, exports of chats, and documents."""

import asyncio
import contextlib
import functools
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from personal_bot.handlers.chats.archive import Chats
from personal_bot.handlers.imports import Imports
from personal_bot.handlers.ingesting import ingest
from personal_bot.handlers.pasted_text import ChosenText
from personal_bot.knowledge.library import Library
from personal_bot.links import fetch
from personal_bot.models import IncomingDocument, IngestProgress, RefusedError
from personal_bot.requests import progress
from personal_bot.requests.costs import Kind
from personal_bot.requests.progress import Eta
from personal_bot.requests.results import Result, below, ingested, refused
from personal_bot.requests.runner import Answering, Job, Work
from personal_bot.requests.status_message import StatusMessage
from personal_bot.telegram.client import Connection
from personal_bot.telegram.files import download
from personal_bot.telegram.intents import Link, Sender, TextQuestion, Upload
from personal_bot.telegram.markup import join


class Uploads:
    """Takes in what the owner sends."""

    def __init__(  # noqa: PLR0913 - a file may be any of these, and comes with a question
        self,
        *,
        connection: Connection,
        library: Library,
        chats: Chats,
        imports: Imports,
        answering: Answering,
        folder: Path,
        link_allowed: Callable[[str], bool],
    ) -> None:
        """Set it up.

        Args:
            connection: to Telegram, for files.
            library: takes documents in.
            chats: take exports of chats in.
            imports: take exports of a bot in.
            answering: makes the work that answers what stands below a file.
            folder: on the bot's volume, for files on their way into the knowledge.
            link_allowed: says to which IP addresses a link may lead.
        """
        self._connection = connection
        self._library = library
        self._chats = chats
        self._imports = imports
        self._answering = answering
        self._folder = folder
        self._link_allowed = link_allowed

    async def upload(self, upload: Upload, request_id: int) -> Job:
        """Take a file in."""
        work = functools.partial(self._take_in_upload, upload, request_id)
        return Job(sender=upload.sender, kind=Kind.DOCUMENT, work=work)

    async def link(self, link: Link, request_id: int) -> Job:
        """Take in what a link leads to."""
        work = functools.partial(self._take_in_link, link, request_id)
        return Job(sender=link.sender, kind=Kind.DOCUMENT, work=work)

    def text(self, sender: Sender, chosen: ChosenText, request_id: int) -> Work:
        """The work that takes in a text of the chat."""
        return functools.partial(self._take_in_text, sender, chosen, request_id)

    async def _take_in_upload(self, upload: Upload, request_id: int, status: StatusMessage) -> Result:
        with self._scratch(request_id) as path:
            status.show(progress.downloading(upload.name))
            chat_id = upload.sender.chat_id
            await download(self._connection, file_id=upload.file_id, chat_id=chat_id, name=upload.name, into=path)

            await self._library.settled()
            if result := await self._imports.offer(upload, path, request_id):
                return result
            result = await self._take_in_chats_or_document(upload, path, status)
            return await self._with_answer(result, upload, request_id, status)

    async def _take_in_link(self, link: Link, request_id: int, status: StatusMessage) -> Result:
        status.show(progress.downloading(link.url))
        eta = Eta()

        def on_progress(done: int, total: int) -> None:
            left = eta.left(IngestProgress(unit="bytes", done=done, total=total), now=time.monotonic())
            status.show(progress.downloading(link.url, done, total, left=left))

        with self._scratch(request_id) as path:
            await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
            fetched = await fetch(link.url, path, on_progress=on_progress, allowed=self._link_allowed)

            await self._library.settled()
            size = path.stat().st_size
            upload = Upload(sender=link.sender, file_id="", name=fetched.name, mime_type=fetched.mime_type, size=size)
            return await self._take_in_chats_or_document(upload, path, status)

    async def _take_in_text(self, sender: Sender, chosen: ChosenText, request_id: int, status: StatusMessage) -> Result:
        with self._scratch(request_id) as path:
            await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
            await asyncio.to_thread(path.write_text, chosen.text, encoding="utf-8")

            upload = Upload(sender=sender, file_id="", name=chosen.name, mime_type="text/plain", size=None)
            return await self._take_in_document(upload, path, status)

    async def _take_in_chats_or_document(self, upload: Upload, path: Path, status: StatusMessage) -> Result:
        """Take a file in as an export of chats, or as a document when it is none."""
        result = await self._chats.take_in(upload, path, status.show)
        return result or await self._take_in_document(upload, path, status)

    async def _take_in_document(self, upload: Upload, path: Path, status: StatusMessage) -> Result:
        await self._library.settled()
        sender, name = upload.sender, upload.name
        document = IncomingDocument(user_id=sender.user_id, name=name, mime_type=upload.mime_type, path=path)

        status.show(progress.taking_in(IngestProgress(unit="pages", done=0, total=0), name))
        event = await ingest(self._library, document, status.show, shown_name=name)
        return replace(ingested(event, name=name, language=sender.language), documents=(event.document.id,))

    async def _with_answer(self, taken: Result, upload: Upload, request_id: int, status: StatusMessage) -> Result:
        """What became of a file, and below it the answer to the question that came with it."""
        if not upload.question or taken.outcome != "answered":
            return taken

        question = TextQuestion(sender=upload.sender, text=upload.question, documents=frozenset(taken.documents))
        try:
            answer = await self._answering(question, request_id)(status)
        except RefusedError as refusal:
            answer = refused(refusal, language=upload.sender.language)
        return below(join(*taken.pieces), answer)

    @contextlib.contextmanager
    def _scratch(self, request_id: int) -> Iterator[Path]:
        """A file of one request, as long as the block runs."""
        path = self._folder / str(request_id)
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)
