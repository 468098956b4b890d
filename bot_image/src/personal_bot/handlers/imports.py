"""Exports of another bot that the owner sends: the bot asks, and takes in what is in them."""

import asyncio
import functools
from collections.abc import Callable, Collection
from dataclasses import asdict, replace
from pathlib import Path

from personal_bot.exporting import CHAT, Item, Manifest, read_manifest, unpack
from personal_bot.handlers.chats.archive import Chats
from personal_bot.handlers.exports import MOST_NAMED, counts, show, tidy, to_its_end
from personal_bot.handlers.ingesting import ingest
from personal_bot.handlers.messenger import Messenger
from personal_bot.knowledge.library import Library
from personal_bot.models import IncomingDocument, RefusedError
from personal_bot.requests.costs import Kind
from personal_bot.requests.results import Result, refused, sentence
from personal_bot.requests.runner import Job
from personal_bot.requests.status_message import StatusMessage
from personal_bot.state.dialogues import Dialogues
from personal_bot.state.preferences import PreferencesStore, from_json
from personal_bot.telegram.buttons import ImportButton, Rows
from personal_bot.telegram.intents import Press, Sender, Upload
from personal_bot.telegram.markup import Piece, cut
from personal_bot.texts import say


class Imports:
    """Takes exports in."""

    def __init__(  # noqa: PLR0913 - all that an export has in it
        self,
        *,
        messenger: Messenger,
        library: Library,
        chats: Chats,
        dialogues: Dialogues,
        preferences: PreferencesStore,
        models: Callable[[], Collection[str]],
        folder: Path,
    ) -> None:
        """`models` gives those that the LLM service offers, as far as it tells; `folder` keeps the zips."""
        self._messenger = messenger
        self._library = library
        self._chats = chats
        self._dialogues = dialogues
        self._preferences = preferences
        self._models = models
        self._folder = folder

    async def offer(self, upload: Upload, path: Path, update_id: int) -> Result | None:
        """Ask about a file that is an export of a bot; None when it is none.

        Raises:
            OSError: the volume is full.
        """
        manifest = await asyncio.to_thread(read_manifest, path)
        if not manifest:
            return None

        await asyncio.to_thread(self._keep, path, update_id)
        language = upload.sender.language
        values = counts(manifest.items) | {"turns": len(manifest.dialogue)}
        question = sentence(language, "import_ask", outcome="answered", **values)
        return replace(question, buttons=_choices(update_id, language))

    async def press(self, press: Press[ImportButton], request_id: int) -> Job:
        """Do what a button below that question says."""
        work = functools.partial(self._decided, press, request_id)
        return Job(sender=press.sender, kind=Kind.DOCUMENT, work=work)

    async def _decided(self, press: Press[ImportButton], request_id: int, status: StatusMessage) -> Result:
        """Take the export in, or drop it. Items that the bot has already cost nothing, so it may do this again.

        Raises:
            RefusedError: the store is away.
            OSError: the volume is full.
        """
        sender, button = press.sender, press.button
        language, yes = sender.language, button.choice == "yes"
        await self._messenger.remove(press)

        path = self._folder / f"import-{button.update_id}.zip"
        manifest = await asyncio.to_thread(read_manifest, path) if await asyncio.to_thread(path.exists) else None
        if not yes or not manifest:
            await asyncio.to_thread(path.unlink, missing_ok=True)
            return sentence(language, "import_gone" if yes else "import_dropped", outcome="refused")

        failed = await self._take_in_items(manifest, path, sender, request_id, status)
        self._restore(manifest, sender)
        if failed:
            return _partly(manifest, failed, button.update_id, language)

        await asyncio.to_thread(path.unlink, missing_ok=True)
        return sentence(language, "import_done", outcome="answered", **counts(manifest.items))

    async def _take_in_items(
        self, manifest: Manifest, path: Path, sender: Sender, request_id: int, status: StatusMessage
    ) -> list[tuple[str, str]]:
        """Take all files in; returns the names of those that failed, each with why."""
        failed = list[tuple[str, str]]()
        await self._library.settled()
        scratch = self._folder / f"item-{request_id}"

        for number, item in enumerate(manifest.items, start=1):
            show(status, "import_progress", item.name, number, len(manifest.items))
            try:
                if not await to_its_end(functools.partial(unpack, path, item, scratch)):
                    raise RefusedError("document_corrupt")  # noqa: TRY301 - it fails like any other item
                await self._take_in_item(item, scratch, sender, status, f"{number}/{len(manifest.items)}")
            except RefusedError as refusal:
                failed.append((item.name, refused(refusal, language=sender.language).pieces[0].text))
            finally:
                await asyncio.to_thread(scratch.unlink, missing_ok=True)
        return failed

    async def _take_in_item(self, item: Item, path: Path, sender: Sender, status: StatusMessage, position: str) -> None:
        if item.kind == CHAT:
            upload = Upload(
                sender=sender, file_id="", name=f"{item.name}.json", mime_type=item.mime_type, size=item.size
            )
            if not await self._chats.take_in(upload, path, status.show):
                raise RefusedError("document_corrupt")
            return

        document = IncomingDocument(user_id=sender.user_id, name=item.name, mime_type=item.mime_type, path=path)
        await ingest(self._library, document, status.show, shown_name=f"{item.name} ({position})")

    def _restore(self, manifest: Manifest, sender: Sender) -> None:
        """Put back settings and dialogue; a model that the service does not offer here becomes the configured one."""
        settings = from_json(manifest.settings)
        offered = self._models()
        if offered and settings.model not in offered:
            settings = replace(settings, model="")
        self._preferences.change(sender.user_id, **{name: getattr(settings, name) for name in asdict(settings)})
        self._dialogues.restore(manifest.dialogue, chat_id=sender.chat_id, user_id=sender.user_id)

    def _keep(self, path: Path, update_id: int) -> None:
        tidy(self._folder)
        path.replace(self._folder / f"import-{update_id}.zip")


def _partly(manifest: Manifest, failed: list[tuple[str, str]], update_id: int, language: str) -> Result:
    """The result when some of the files failed: which ones, and a button to try again."""
    values = {"failed": len(failed), "total": len(manifest.items)}
    lines = [say(language, "import_partly", **values)]
    lines += [f"• {name}: {why}" for name, why in failed[:MOST_NAMED]]
    if len(failed) > MOST_NAMED:
        lines.append("…")
    pieces = tuple(cut(Piece(text="\n".join(lines))))
    return Result(pieces=pieces, outcome="answered", buttons=_choices(update_id, language, again=True))


def _choices(update_id: int, language: str, *, again: bool = False) -> Rows:
    yes = ImportButton(choice="yes", update_id=update_id).labelled(
        say(language, "import_again" if again else "import_yes")
    )
    no = ImportButton(choice="no", update_id=update_id).labelled(say(language, "import_no"))
    return ((yes, no),)
