"""`/export`: all that the bot knows for a person, as zips."""

import asyncio
import contextlib
import functools
import time
from collections.abc import Callable, Collection
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, TypeVar

from personal_bot.archives import export_writer
from personal_bot.archives.archives import Archives
from personal_bot.archives.queries import Chat
from personal_bot.exporting import CHAT, DOCUMENT, Item, Packer, sha256_of
from personal_bot.knowledge.library import Library
from personal_bot.models import Document, RefusedError
from personal_bot.requests.costs import Kind
from personal_bot.requests.progress import Progress
from personal_bot.requests.results import Attachment, Result, human_size
from personal_bot.requests.runner import Job
from personal_bot.requests.status_message import StatusMessage
from personal_bot.state.dialogues import Dialogues
from personal_bot.state.preferences import PreferencesStore
from personal_bot.telegram.files import LARGEST_SENT
from personal_bot.telegram.intents import Command, Sender
from personal_bot.telegram.markup import Piece, cut
from personal_bot.text_keys import TextKey
from personal_bot.texts import say

MOST_NAMED: Final = 10
"""Files that a message names."""

_PART: Final = 19 << 20  # bytes of a zip: another bot may download 20 MB
_KEPT: Final = 7 * 86400  # seconds that a file waits for a decision
_CAPTION: Final = 1000  # UTF-16 units of Telegram's 1024

_T = TypeVar("_T")


class Exports:
    """Makes exports."""

    def __init__(  # noqa: PLR0913 - all that an export has in it
        self,
        *,
        library: Library,
        archives: Archives,
        dialogues: Dialogues,
        preferences: PreferencesStore,
        owner_id: int,
        folder: Path,
    ) -> None:
        """`folder` on the bot's volume is for the zips."""
        self._library = library
        self._archives = archives
        self._dialogues = dialogues
        self._preferences = preferences
        self._owner_id = owner_id
        self._folder = folder

    async def command(self, command: Command, request_id: int) -> Job:
        """Make an export."""
        work = functools.partial(self._make, command.sender, request_id)
        return Job(sender=command.sender, kind=Kind.DOCUMENT, work=work)

    async def _make(self, sender: Sender, request_id: int, status: StatusMessage) -> Result:
        """Everything for the owner; for others their dialogue and settings.

        Raises:
            RefusedError: not in a group; or the store is away.
            OSError: the volume is full.
        """
        if not sender.private:
            raise RefusedError("export_private")

        await self._library.settled()
        owner = sender.user_id == self._owner_id
        documents = await self._library.documents() if owner else []
        chats = await self._archives.chats() if owner and not self._archives.empty else []

        await asyncio.to_thread(tidy, self._folder)
        packer = Packer(
            self._folder,
            str(request_id),
            most=_PART,
            settings=asdict(self._preferences.of(sender.user_id)),
            dialogue=self._dialogues.turns(chat_id=sender.chat_id, user_id=sender.user_id),
        )
        try:
            left_out = await self._pack_documents(packer, documents, chats, status)
            await self._pack_chats(packer, chats, len(documents), self._folder / f"chat-{request_id}.json", status)
            await asyncio.to_thread(packer.close)
        except BaseException:
            await asyncio.shield(asyncio.to_thread(packer.discard))
            raise
        return _exported(packer, left_out, sender.language)

    async def _pack_documents(
        self, packer: Packer, documents: list[Document], chats: list[Chat], status: StatusMessage
    ) -> list[str]:
        """Pack the documents; returns the names of those that are too large, or that the bot has no file of."""
        left_out, total = list[str](), len(documents) + len(chats)
        of_chats = {chat.document for chat in chats}
        for number, document in enumerate((one for one in documents if one.id not in of_chats), start=1):
            show(status, "export_progress", document.name, number, total)
            path = self._library.original(document.id)
            if path is None or document.size >= LARGEST_SENT:
                left_out.append(f"{document.name} ({human_size(document.size)})")
                continue

            item = Item(
                kind=DOCUMENT,
                name=document.name,
                mime_type=document.mime_type,
                size=document.size,
                sha256=document.id,
            )
            await to_its_end(functools.partial(packer.add, path, item))
        return left_out

    async def _pack_chats(
        self, packer: Packer, chats: list[Chat], documents: int, scratch: Path, status: StatusMessage
    ) -> None:
        """Pack the chats, each by way of the file `scratch`."""
        for number, chat in enumerate(chats, start=documents + 1):
            show(status, "export_progress", chat.title, number, documents + len(chats))
            try:
                await self._archives.ask(functools.partial(export_writer.write, chat=chat.key, into=scratch))
                size = (await asyncio.to_thread(scratch.stat)).st_size
                sha256 = await asyncio.to_thread(sha256_of, scratch)

                item = Item(kind=CHAT, name=chat.title, mime_type="application/json", size=size, sha256=sha256)
                await to_its_end(functools.partial(packer.add, scratch, item))
            finally:
                await asyncio.to_thread(scratch.unlink, missing_ok=True)


def tidy(folder: Path) -> None:
    """Remove files that nobody decided on, and files that killed processes left."""
    folder.mkdir(parents=True, exist_ok=True)
    oldest = time.time() - _KEPT
    for file in folder.iterdir():
        if file.stat().st_mtime < oldest:
            file.unlink(missing_ok=True)


async def to_its_end(work: Callable[[], _T]) -> _T:
    """Do it in a thread, and wait for its end even when cancelled: the caller then removes the files that it writes."""
    task = asyncio.create_task(asyncio.to_thread(work))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        with contextlib.suppress(Exception):
            await task
        raise


def show(status: StatusMessage, key: TextKey, name: str, number: int, total: int) -> None:
    """Show which file of how many is under way."""
    share = 100 * (number - 1) // max(1, total)
    values = {"name": name, "done": number, "total": total, "share": share}
    status.show(Progress(key=key, values=tuple(values.items())))


def counts(items: Collection[Item]) -> dict[str, Any]:
    """How many documents and chats there are, for a sentence."""
    chats = sum(item.kind == CHAT for item in items)
    return {"documents": len(items) - chats, "chats": chats}


def _exported(packer: Packer, left_out: list[str], language: str) -> Result:
    pieces, parts = [], len(packer.parts)
    for number, (_, items) in enumerate(packer.parts, start=1):
        lines = [say(language, "export_part", part=number, parts=parts, **counts(items))]
        if number == parts:
            lines.append(say(language, "export_how"))
            if left_out:
                lines.append(say(language, "export_left", count=len(left_out)))
                lines += [f"• {name}" for name in left_out[:MOST_NAMED]]
        pieces.append(cut(Piece(text="\n".join(lines)), limit=_CAPTION)[0])

    names = [f"export-{number}-of-{parts}.zip" if parts > 1 else "export.zip" for number in range(1, parts + 1)]
    files = [Attachment(path=str(path), name=name) for (path, _), name in zip(packer.parts, names, strict=True)]
    return Result(pieces=tuple(pieces), outcome="answered", attachments=tuple(files))
