"""The front desk: every update that comes in is journalled, understood, allowed or refused, and handed on."""

from __future__ import annotations

import asyncio
import functools
import logging
import sys
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aiogram.exceptions import AiogramError
from aiogram.methods import AnswerCallbackQuery, SendMessage
from aiogram.types import Update
from pydantic import ValidationError

from personal_bot.archives import chat_query
from personal_bot.handlers.exports import IMPORT
from personal_bot.handlers.groups.membership import GROUP
from personal_bot.handlers.pasted_text import MATERIAL
from personal_bot.handlers.welcome import MENU
from personal_bot.models import Refusal
from personal_bot.requests.answers import FILE
from personal_bot.requests.costs import Kind
from personal_bot.requests.results import failed, refused, taken_from_inbox
from personal_bot.settings import AccessMode
from personal_bot.telegram.updates import (
    IN_GROUPS,
    Ask,
    Command,
    Link,
    Material,
    Picture,
    Press,
    Recording,
    Rename,
    Sender,
    StopWriting,
    TakeIn,
    intent_of,
)
from personal_bot.text_keys import TextKey
from personal_bot.texts import DEFAULT, say

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine
    from pathlib import Path

    from personal_bot.archives.chat_query import ChatQuery
    from personal_bot.handlers.chats.archive import Chats
    from personal_bot.handlers.commands import Commands
    from personal_bot.handlers.exports import Exports
    from personal_bot.handlers.groups.membership import Groups
    from personal_bot.handlers.media import Senses
    from personal_bot.handlers.pasted_text import Materials
    from personal_bot.handlers.questions import Work
    from personal_bot.handlers.welcome import Welcome
    from personal_bot.models import Ingested
    from personal_bot.requests.answers import Replies
    from personal_bot.requests.journal import Entry, Journal
    from personal_bot.requests.results import Result
    from personal_bot.requests.runner import Runner
    from personal_bot.requests.status_message import StatusMessage
    from personal_bot.settings import Settings
    from personal_bot.state.preferences import PreferencesStore
    from personal_bot.telegram.client import Connection
    from personal_bot.telegram.updates import Intent, Me

TELEGRAM_LARGEST = 20 * 2**20  # bytes that Telegram's own Bot API server lets a bot download
_TELEGRAM = "https://api.telegram.org"

log = logging.getLogger(__name__)


def may_talk(settings: Settings, user_id: int) -> bool:
    """Whether the bot answers this person."""
    if user_id == settings.user_id or settings.access_mode is AccessMode.PUBLIC:
        return True
    return settings.access_mode is AccessMode.ALLOW_LIST and user_id in settings.allowed_user_ids


def is_for_everybody(intent: Intent) -> bool:
    """Whether it is for those too whom the bot does not answer: what it keeps of them is theirs to decide."""
    if isinstance(intent, Command):
        return intent.name == "forget" or (intent.name == "group" and not intent.sender.private)
    return isinstance(intent, Press) and intent.data.partition(":")[0] in {"forget", GROUP}


def refusal_of(  # noqa: PLR0911 - a table of cases
    intent: Intent, settings: Settings
) -> tuple[TextKey, dict[str, object]] | None:
    """The sentence that refuses it, or None when it is allowed."""
    if not may_talk(settings, intent.sender.user_id) and not is_for_everybody(intent):
        return "not_for_you", {}
    if isinstance(intent, Command) and not intent.sender.private and intent.name not in IN_GROUPS:
        return "private_only", {}
    if isinstance(intent, TakeIn | Rename) and intent.sender.user_id != settings.user_id:
        return "owner_only", {}
    if isinstance(intent, Link) and not settings.allow_links:
        return "links_off", {}
    largest = TELEGRAM_LARGEST if settings.telegram_api_url == _TELEGRAM else sys.maxsize
    if isinstance(intent, TakeIn | Recording) and (intent.size or 0) > largest:
        return "file_too_large", {"name": intent.name}
    if not isinstance(intent, Ask | Material | Link | TakeIn | Recording | Picture | Command | Rename | Press):
        return "only_text_and_files", {}
    return None


class FrontDesk:
    """Takes updates in, each into a task of its own."""

    def __init__(  # noqa: PLR0913 - it brings these together, which is its purpose
        self,
        *,
        settings: Settings,
        connection: Connection,
        journal: Journal,
        runner: Runner,
        commands: Commands,
        work: Work,
        preferences: PreferencesStore,
        chats: Chats,
        replies: Replies,
        exports: Exports,
        senses: Senses,
        materials: Materials,
        groups: Groups,
        welcome: Welcome,
        me: Callable[[], Awaitable[Me]],
    ) -> None:
        """`me` waits until it is known who the bot is; private chats do without."""
        self._settings = settings
        self._connection = connection
        self._journal = journal
        self._runner = runner
        self._commands = commands
        self._work = work
        self._preferences = preferences
        self._chats = chats
        self._replies = replies
        self._exports = exports
        self._senses = senses
        self._materials = materials
        self._groups = groups
        self._welcome = welcome
        self._me = me
        self._tasks: set[asyncio.Task[None]] = set()
        self._owner_language = DEFAULT
        self.last_message: datetime | None = None

    async def keep(self, updates: list[dict[str, Any]]) -> bool:
        """Journal the updates and begin to work on the new ones; returns whether they may be confirmed."""
        received = await self._journal.receive([one for one in updates if self._groups.worth_keeping(one)])
        for entry in received.new:
            self._begin(entry)
        return received.safe

    def resume(self) -> None:
        """Take up what the last process left unfinished."""
        unfinished = self._journal.unfinished()
        if unfinished:
            log.info("Going on with what was not finished", extra={"updates": len(unfinished)})
        for entry in unfinished:
            self._begin(entry)

    async def drain(self, *, finish: float, leave: float) -> None:
        """Let work finish for `finish` seconds, then break it off for the next process within `leave` seconds."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=finish)
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=leave)

    async def tell_owner(self, name: str, outcome: Ingested | Refusal) -> None:
        """Tell the owner, unasked, what became of a file in the inbox folder; a courtesy that may fail."""
        await self._say_to_owner(taken_from_inbox(name, outcome, self._language_of_owner()))

    async def take_chat_from_inbox(self, path: Path, name: str) -> bool:
        """Take an export of chats in the inbox folder in, and tell the owner; gives False for a file that is none.

        Raises:
            Refusal: it cannot be read, or not be taken in yet.
        """
        owner, language = self._settings.user_id, self._language_of_owner()
        sender = Sender(user_id=owner, chat_id=owner, message_id=0, language=language, private=True)
        file = TakeIn(sender=sender, file_id="", name=name, mime_type="", size=None)
        result = await self._chats.take_in(file, path)
        if result is None:
            return False
        if result.outcome == "refused":
            raise Refusal("chats_not_indexed")
        await self._say_to_owner(say(language, "inbox_chat", name=name, told=result.pieces[0].text))
        return True

    def _language_of_owner(self) -> str:
        return self._preferences.of(self._settings.user_id).language or self._owner_language

    async def _say_to_owner(self, text: str) -> None:
        await self._connection.attempt(SendMessage(chat_id=self._settings.user_id, text=text))

    def _begin(self, entry: Entry) -> None:
        task = asyncio.create_task(self._handle(entry))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _handle(self, entry: Entry) -> None:
        try:
            update = Update.model_validate(entry.update)
        except ValidationError:
            log.exception("An update is not understood", extra={"update_id": entry.id})
            await self._journal.finish(entry)
            return
        await self._hear(update)
        alone = update.message is None or update.message.chat.type == "private"
        intent = intent_of(update, None if alone else await self._me())
        if isinstance(intent, StopWriting) and may_talk(self._settings, intent.sender.user_id):
            self._runner.stop(user_id=intent.sender.user_id, request_id=intent.request_id)
        if intent is None or isinstance(intent, StopWriting):
            await self._journal.finish(entry)
            return
        await self._do(entry, self._meant(self._in_chosen_language(intent), update))

    async def _hear(self, update: Update) -> None:
        try:
            await self._groups.hear(update)
        except AiogramError as error:
            log.warning("A group does not take what the bot says: %s", error)
        except Exception:
            log.exception("What happened in a group is not taken note of")

    async def _do(self, entry: Entry, intent: Intent) -> None:
        self.last_message = datetime.now(UTC)
        if intent.sender.user_id == self._settings.user_id:
            self._owner_language = intent.sender.language
        if refusal := refusal_of(intent, self._settings):
            await self._at_once(entry, intent.sender, self._refuse(intent, *refusal))
        else:
            await self._allowed(entry, intent)

    async def _allowed(self, entry: Entry, intent: Intent) -> None:
        if isinstance(intent, Ask | Recording | Picture | Command) and (asked := self._asked(intent, entry.id)):
            await self._runner.run(entry, intent.sender, Kind.QUESTION, asked)
        elif isinstance(intent, Command) and intent.name == "export":
            export = functools.partial(self._exports.make, intent.sender, entry.id)
            await self._runner.run(entry, intent.sender, Kind.DOCUMENT, export)
        elif isinstance(intent, TakeIn):
            work = functools.partial(self._work.take_in, intent, entry.id)
            await self._runner.run(entry, intent.sender, Kind.DOCUMENT, work)
        elif isinstance(intent, Command):
            await self._at_once(entry, intent.sender, self._commands.command(intent))
        elif isinstance(intent, Rename):
            await self._at_once(entry, intent.sender, self._commands.rename(intent))
        elif isinstance(intent, Link):
            link = functools.partial(self._work.take_in_link, intent, entry.id)
            await self._runner.run(entry, intent.sender, Kind.DOCUMENT, link)
        elif isinstance(intent, Material):
            await self._at_once(entry, intent.sender, self._materials.offer(intent))
        elif isinstance(intent, Press):
            await self._pressed(entry, intent)

    async def _pressed(self, entry: Entry, press: Press) -> None:
        """A button; some begin what takes a turn in the line."""
        of_answer = functools.partial(self._replies.as_file, press, entry.id)
        if file := of_answer if press.data.startswith(f"{FILE}:") else self._commands.download(press):
            await self._connection.attempt(AnswerCallbackQuery(callback_query_id=press.query_id))
            await self._runner.run(entry, press.sender, Kind.QUESTION, file)
        elif press.data.startswith(f"{IMPORT}:") and press.sender.user_id == self._settings.user_id:
            work = functools.partial(self._exports.take_in, press, entry.id)
            await self._runner.run(entry, press.sender, Kind.DOCUMENT, work)
        elif press.data.startswith(f"{MENU}:"):
            await self._connection.attempt(AnswerCallbackQuery(callback_query_id=press.query_id))
            await self._do(entry, await self._welcome.meant(press))
        elif press.data.startswith(MATERIAL):
            await self._use_material(entry, press)
        else:
            await self._at_once(entry, press.sender, self._commands.press(press))

    def _meant(self, intent: Intent, update: Update) -> Intent:
        """A text that may be a document is one for the owner alone; the rest of one looks like a question."""
        owner = intent.sender.user_id == self._settings.user_id
        if isinstance(intent, Material) and not owner:
            return Ask(sender=intent.sender, text=intent.text)
        if isinstance(intent, Link) and not owner:
            return Ask(sender=intent.sender, text=intent.url)
        if isinstance(intent, Ask) and owner and intent.sender.private and update.message:
            date = update.message.date
            if self._materials.continues(intent, date):
                return Material(sender=intent.sender, text=intent.text, author="", date=date)
        return intent

    async def _use_material(self, entry: Entry, press: Press) -> None:
        chosen = await self._materials.chosen(press)
        if chosen is None:
            await self._at_once(entry, press.sender, self._refuse_text(press.sender, "material_gone"))
            return
        sender = replace(press.sender, message_id=chosen.first)
        if chosen.add:
            work = functools.partial(self._work.take_in_text, sender, chosen, entry.id)
            await self._runner.run(entry, sender, Kind.DOCUMENT, work)
        else:
            answer = functools.partial(self._work.answer, Ask(sender=sender, text=chosen.text), entry.id)
            await self._runner.run(entry, sender, Kind.QUESTION, answer)
        self._materials.forget(sender, chosen.first)

    def _in_chosen_language(self, intent: Intent) -> Intent:
        language = self._preferences.of(intent.sender.user_id).language
        return replace(intent, sender=replace(intent.sender, language=language)) if language else intent

    def _asked(
        self, intent: Ask | Recording | Picture | Command, request_id: int
    ) -> Callable[[StatusMessage], Awaitable[Result]] | None:
        """The work of what takes a turn: a wish about chats, or a question; words are a wish only where chats are."""
        if isinstance(intent, Recording | Picture):
            sense = self._senses.hear if isinstance(intent, Recording) else self._senses.see
            return functools.partial(sense, intent, request_id, self._asked)  # type: ignore[arg-type]
        today = datetime.now(UTC).date()
        wish: ChatQuery | None = None
        if isinstance(intent, Command) and intent.name in chat_query.COMMANDS:
            wish = chat_query.of_command(intent.name, intent.arguments, today=today)
        elif isinstance(intent, Ask) and not self._chats.empty:
            wish = chat_query.of_words(intent.text, today=today)
        if wish:
            sender = intent.sender
            own = None if sender.private or self._groups.everything(sender.chat_id) else sender.chat_id
            return functools.partial(self._chats.do, wish, sender, group=own)
        return functools.partial(self._work.answer, intent, request_id) if isinstance(intent, Ask) else None

    async def _refuse(self, intent: Intent, key: TextKey, values: dict[str, object]) -> None:
        if isinstance(intent, Press):
            await self._commands.refuse(intent, key)
        else:
            await self._refuse_text(intent.sender, key, **values)

    async def _refuse_text(self, sender: Sender, key: TextKey, **values: object) -> None:
        message = SendMessage(chat_id=sender.chat_id, text=say(sender.language, key, **values))
        await self._connection.deliver(message, chat_id=sender.chat_id)

    async def _at_once(self, entry: Entry, sender: Sender, doing: Coroutine[Any, Any, None]) -> None:
        """Do what takes no turn in the line; an error becomes a sentence.

        The reply is sent first and the update noted as done after it, so a kill between the two lets a short reply come
        twice. The other order would lose it, and Telegram cannot be asked whether it has a message.
        """
        try:
            await doing
        except AiogramError as error:
            log.warning("Telegram does not take a reply: %s", error, extra={"user_id": sender.user_id})
        except Refusal as refusal:
            await self._tell(sender, refused(refusal, language=sender.language))
        except Exception as error:  # noqa: BLE001 - the person gets a sentence, the log the error
            await self._tell(sender, failed(error, language=sender.language))
        await self._journal.finish(entry)

    async def _tell(self, sender: Sender, result: Result) -> None:
        await self._connection.attempt(SendMessage(chat_id=sender.chat_id, text=result.pieces[0].text))
