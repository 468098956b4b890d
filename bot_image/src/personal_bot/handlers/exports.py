"""`/export`: all that the bot knows for a person as zips, and taking such zips in from another bot."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import time
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, TypeVar

from aiogram.methods import AnswerCallbackQuery, DeleteMessage

from personal_bot.archives import export_writer
from personal_bot.exporting import CHAT, DOCUMENT, Item, Manifest, Packer, read_manifest, sha256_of, unpack
from personal_bot.models import IncomingDocument, IngestProgress, Refusal, Waiting
from personal_bot.requests import progress
from personal_bot.requests.progress import Progress
from personal_bot.requests.results import Attachment, Result, human_size, refused, sentence
from personal_bot.state.preferences import from_json
from personal_bot.telegram.markup import Piece, cut
from personal_bot.telegram.updates import TakeIn
from personal_bot.text_keys import TextKey
from personal_bot.texts import say

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from personal_bot.archives.archives import Archives
    from personal_bot.archives.queries import Chat
    from personal_bot.handlers.chats.archive import Chats
    from personal_bot.knowledge.library import Library
    from personal_bot.models import Document
    from personal_bot.requests.status_message import StatusMessage
    from personal_bot.state.dialogues import Dialogues
    from personal_bot.state.preferences import Preferences, PreferencesStore
    from personal_bot.telegram.client import Connection
    from personal_bot.telegram.updates import Press, Sender

IMPORT = "import"  # callback data: import:<yes or no>:<id of the update that brought the file>
_PART = 19 << 20  # bytes of a zip: another bot may download 20 MB
_LARGEST_SENT = 50 << 20  # bytes of a file that Telegram takes from a bot
_KEPT = 7 * 86400  # seconds that a file waits for a decision
_NAMED = 10  # files named in a message
_CAPTION = 1000  # units of Telegram's 1024

_T = TypeVar("_T")


class Exports:
    """Makes exports and takes them in."""

    def __init__(  # noqa: PLR0913 - all that is exported
        self,
        *,
        connection: Connection,
        library: Library,
        archives: Archives,
        chats: Chats,
        dialogues: Dialogues,
        preferences: PreferencesStore,
        models: Callable[[], Collection[str]],
        owner_id: int,
        folder: Path,
    ) -> None:
        """`models` gives those that the LLM service offers, as far as it tells; `folder` is for the zips."""
        self._connection = connection
        self._library = library
        self._archives = archives
        self._chats = chats
        self._dialogues = dialogues
        self._preferences = preferences
        self._models = models
        self._owner_id = owner_id
        self._folder = folder

    async def make(self, sender: Sender, request_id: int, status: StatusMessage) -> Result:
        """Everything for the owner; for others what is theirs, their dialogue and settings.

        Raises:
            Refusal: not here, or the store is away.
            OSError: the volume is full.
        """
        if not sender.private:
            raise Refusal("export_private")
        await self._library.settled()
        owner = sender.user_id == self._owner_id
        documents = await self._library.documents() if owner else []
        chats = await self._archives.chats() if owner and not self._archives.empty else []
        packer = Packer(
            self._folder,
            str(request_id),
            most=_PART,
            settings=asdict(self._preferences.of(sender.user_id)),
            dialogue=self._dialogues.turns(chat_id=sender.chat_id, user_id=sender.user_id),
        )
        await asyncio.to_thread(self._tidy)
        try:
            left = await self._pack(packer, documents, chats, self._folder / f"chat-{request_id}.json", status)
            await asyncio.to_thread(packer.close)
        except BaseException:
            await asyncio.shield(asyncio.to_thread(packer.discard))
            raise
        return _exported(packer, left, sender.language)

    async def offer(self, file: TakeIn, path: Path, update_id: int) -> Result | None:
        """Ask about a file that is an export of a bot; None when it is none.

        Raises:
            OSError: the volume is full.
        """
        manifest = await asyncio.to_thread(read_manifest, path)
        if not manifest:
            return None
        await asyncio.to_thread(self._keep, path, update_id)
        values = _counts(manifest.items) | {"turns": len(manifest.dialogue)}
        asked = sentence(file.sender.language, "import_ask", outcome="answered", **values)
        return replace(asked, buttons=_choices(update_id, file.sender.language))

    async def take_in(self, press: Press, request_id: int, status: StatusMessage) -> Result:
        """Do what a button below that question says. What is in already costs nothing, so it may be done again.

        Raises:
            Refusal: the file is not kept any more, or the store is away.
            OSError: the volume is full.
        """
        sender, language = press.sender, press.sender.language
        _, choice, update_id = (*press.data.split(":"), "", "")[:3]
        await self._connection.attempt(AnswerCallbackQuery(callback_query_id=press.query_id))
        question = DeleteMessage(chat_id=sender.chat_id, message_id=sender.message_id)
        await self._connection.attempt(question)
        path = self._folder / f"import-{update_id if update_id.isdecimal() else 0}.zip"
        manifest = await asyncio.to_thread(read_manifest, path) if await asyncio.to_thread(path.exists) else None
        if choice != "yes" or not manifest:
            await asyncio.to_thread(path.unlink, missing_ok=True)
            return sentence(language, "import_gone" if choice == "yes" else "import_dropped", outcome="refused")
        failed = await self._take_in_items(manifest, path, sender, request_id, status)
        self._restore(manifest, sender)
        if not failed:
            await asyncio.to_thread(path.unlink, missing_ok=True)
            return sentence(language, "import_done", outcome="answered", **_counts(manifest.items))
        lines = [f"• {name}: {why}" for name, why in failed[:_NAMED]] + ["…"] * (len(failed) > _NAMED)
        values = {"failed": len(failed), "total": len(manifest.items)}
        text = "\n".join([say(language, "import_partly", **values), *lines])
        buttons = _choices(int(update_id), language, again=True)
        return Result(pieces=tuple(cut(Piece(text=text))), outcome="answered", buttons=buttons)

    async def _pack(
        self, packer: Packer, documents: list[Document], chats: list[Chat], scratch: Path, status: StatusMessage
    ) -> list[str]:
        """Pack all files; gives the names of those that cannot go."""
        left, total = list[str](), len(documents) + len(chats)
        ours = {chat.document for chat in chats}
        for number, document in enumerate((one for one in documents if one.id not in ours), start=1):
            _show(status, "export_progress", document.name, number, total)
            path = self._library.original(document.id)
            if path is None or document.size >= _LARGEST_SENT:
                left.append(f"{document.name} ({human_size(document.size)})")
                continue
            item = Item(
                kind=DOCUMENT,
                name=document.name,
                mime_type=document.mime_type,
                size=document.size,
                sha256=document.id,
            )
            await _finished(functools.partial(packer.add, path, item))
        for number, chat in enumerate(chats, start=total - len(chats) + 1):
            _show(status, "export_progress", chat.title, number, total)
            try:
                await self._archives.ask(functools.partial(export_writer.write, chat=chat.key, into=scratch))
                size, sha256 = (
                    (await asyncio.to_thread(scratch.stat)).st_size,
                    await asyncio.to_thread(sha256_of, scratch),
                )
                item = Item(kind=CHAT, name=chat.title, mime_type="application/json", size=size, sha256=sha256)
                await _finished(functools.partial(packer.add, scratch, item))
            finally:
                await asyncio.to_thread(scratch.unlink, missing_ok=True)
        return left

    async def _take_in_items(
        self, manifest: Manifest, path: Path, sender: Sender, request_id: int, status: StatusMessage
    ) -> list[tuple[str, str]]:
        """Take all files in; gives those that were not, with why."""
        failed = list[tuple[str, str]]()
        await self._library.settled()
        scratch = self._folder / f"item-{request_id}"
        for number, item in enumerate(manifest.items, start=1):
            _show(status, "import_progress", item.name, number, len(manifest.items))
            try:
                good = await _finished(functools.partial(unpack, path, item, scratch))
                place = f"{number}/{len(manifest.items)}"
                await self._take_in_item(item if good else None, scratch, sender, status, place)
            except Refusal as refusal:
                failed.append((item.name, refused(refusal, language=sender.language).pieces[0].text))
            finally:
                await asyncio.to_thread(scratch.unlink, missing_ok=True)
        return failed

    async def _take_in_item(
        self, item: Item | None, path: Path, sender: Sender, status: StatusMessage, place: str
    ) -> None:
        if not item:
            raise Refusal("document_corrupt")
        if item.kind == CHAT:
            file = TakeIn(sender=sender, file_id="", name=f"{item.name}.json", mime_type=item.mime_type, size=item.size)
            if not await self._chats.take_in(file, path, status.show):
                raise Refusal("document_corrupt")
            return
        incoming = IncomingDocument(user_id=sender.user_id, name=item.name, mime_type=item.mime_type, path=path)
        pace = progress.Pace()
        async with contextlib.aclosing(self._library.ingest(incoming)) as events:
            async for event in events:
                if isinstance(event, IngestProgress):
                    left = pace.left(event, now=time.monotonic())
                    status.show(progress.taking_in(event, f"{item.name} ({place})", left=left))
                elif isinstance(event, Waiting):
                    status.show(progress.waiting(event))

    def _restore(self, manifest: Manifest, sender: Sender) -> None:
        """Put back settings and dialogue; a model that is not offered here stays the configured one."""
        settings: Preferences = from_json(manifest.settings)
        offered = self._models()
        if offered and settings.model not in offered:
            settings = replace(settings, model="")
        values = {name: getattr(settings, name) for name in asdict(settings)}
        self._preferences.change(sender.user_id, **values)
        self._dialogues.restore(manifest.dialogue, chat_id=sender.chat_id, user_id=sender.user_id)

    def _keep(self, path: Path, update_id: int) -> None:
        self._tidy()
        path.replace(self._folder / f"import-{update_id}.zip")

    def _tidy(self) -> None:
        """Remove what nobody decided on, and what killed processes left."""
        self._folder.mkdir(parents=True, exist_ok=True)
        oldest = time.time() - _KEPT
        for file in self._folder.iterdir():
            if file.stat().st_mtime < oldest:
                file.unlink(missing_ok=True)


async def _finished(work: Callable[[], _T]) -> _T:
    """Do it in a thread, to its end even when it is not waited for any more: it writes files that are removed then."""
    task = asyncio.create_task(asyncio.to_thread(work))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        with contextlib.suppress(Exception):
            await task
        raise


def _show(status: StatusMessage, key: TextKey, name: str, number: int, total: int) -> None:
    share = 100 * (number - 1) // max(1, total)
    values = {"name": name, "done": number, "total": total, "share": share}
    status.show(Progress(key=key, values=tuple(values.items())))


def _counts(items: Collection[Item]) -> dict[str, Any]:
    chats = sum(item.kind == CHAT for item in items)
    return {"documents": len(items) - chats, "chats": chats}


def _choices(update_id: int, language: str, *, again: bool = False) -> tuple[tuple[tuple[str, str], ...], ...]:
    yes = (say(language, "import_again" if again else "import_yes"), f"{IMPORT}:yes:{update_id}")
    return ((yes, (say(language, "import_no"), f"{IMPORT}:no:{update_id}")),)


def _exported(packer: Packer, left: list[str], language: str) -> Result:
    pieces, parts = [], len(packer.parts)
    for number, (_, items) in enumerate(packer.parts, start=1):
        said = [say(language, "export_part", part=number, parts=parts, **_counts(items))]
        if number == parts:
            said.append(say(language, "export_how"))
            if left:
                said += [say(language, "export_left", count=len(left)), *(f"• {name}" for name in left[:_NAMED])]
        pieces.append(cut(Piece(text="\n".join(said)), limit=_CAPTION)[0])
    names = [f"export-{number}-of-{parts}.zip" if parts > 1 else "export.zip" for number in range(1, parts + 1)]
    files = [Attachment(path=str(path), name=name) for (path, _), name in zip(packer.parts, names, strict=True)]
    return Result(pieces=tuple(pieces), outcome="answered", attachments=tuple(files))
