"""The dispatcher: the bot journals every update, reads it, allows or refuses it, and gives it to its handler."""

import asyncio
import logging
from datetime import UTC, datetime
from typing import Any

from aiogram.exceptions import AiogramError
from aiogram.types import Update

from personal_bot.handlers.groups.membership import Groups
from personal_bot.handlers.intent_reader import IntentReader
from personal_bot.handlers.messenger import Messenger
from personal_bot.handlers.permissions import may_talk, refusal_of
from personal_bot.handlers.routes import Outcome, Routes
from personal_bot.handlers.strangers import Strangers
from personal_bot.models import RefusedError
from personal_bot.requests.journal import Entry, Journal
from personal_bot.requests.results import Result, failed, refused
from personal_bot.requests.runner import Job, Runner
from personal_bot.settings import Settings
from personal_bot.telegram.buttons import Page
from personal_bot.telegram.intents import Intent, Press, Sender, StopWriting
from personal_bot.telegram.reading import read_update
from personal_bot.text_keys import TextKey

logger = logging.getLogger(__name__)


class Dispatcher:
    """Takes updates in, each into a task of its own."""

    def __init__(  # noqa: PLR0913 - every update passes through these
        self,
        *,
        settings: Settings,
        journal: Journal,
        groups: Groups,
        reader: IntentReader,
        routes: Routes,
        runner: Runner,
        messenger: Messenger,
    ) -> None:
        self._settings = settings
        self._journal = journal
        self._groups = groups
        self._reader = reader
        self._routes = routes
        self._runner = runner
        self._messenger = messenger
        self._strangers = Strangers(settings, messenger)

        self._tasks: set[asyncio.Task[None]] = set()
        self.last_message: datetime | None = None

    async def keep(self, updates: list[dict[str, Any]]) -> bool:
        """Journal the updates and begin to work on the new ones; returns whether the bot may confirm them."""
        for update in filter(self._strangers.sent, updates):
            self._strangers.turn_away(update)

        known = [one for one in updates if not self._strangers.sent(one) and self._groups.worth_keeping(one)]
        received = await self._journal.receive(known)
        for entry in received.new:
            self._begin(entry)
        return received.safe

    def resume(self) -> None:
        """Take up what the last process left unfinished."""
        unfinished = self._journal.unfinished()
        if unfinished:
            logger.info("Going on with what was not finished", extra={"updates": len(unfinished)})
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

    def _begin(self, entry: Entry) -> None:
        task = asyncio.create_task(self._handle(entry))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _handle(self, entry: Entry) -> None:
        update = read_update(entry.update)
        if not update:
            await self._journal.finish(entry)
            return

        await self._hear(update)
        match intent := await self._reader.read(update):
            case None:
                await self._journal.finish(entry)
            case StopWriting(sender=sender, request_id=request_id):
                if may_talk(self._settings, sender.user_id):
                    self._runner.stop(user_id=sender.user_id, request_id=request_id)
                await self._journal.finish(entry)
            case _:
                if update.edited_message:
                    self._runner.stop_answer(chat_id=intent.sender.chat_id, message_id=intent.sender.message_id)
                await self._dispatch(entry, intent)

    async def _hear(self, update: Update) -> None:
        """Let the groups take note of the update; what fails there concerns nobody who asks something."""
        try:
            await self._groups.hear(update)
        except AiogramError as error:
            logger.warning("A group does not take what the bot says: %s", error)
        except Exception:
            logger.exception("What happened in a group is not taken note of")

    async def _dispatch(self, entry: Entry, intent: Intent) -> None:
        if may_talk(self._settings, intent.sender.user_id):
            self.last_message = datetime.now(UTC)

        match outcome := await self._outcome(intent, entry.id):
            case Job():
                await self._runner.run(entry, outcome)
            case None | Page():
                # The reply goes out first, and the update is finished after it: a kill between the two lets a short
                # reply come twice. The other order would lose it, and nobody can ask Telegram whether it has it.
                await self._journal.finish(entry)
            case _:
                await self._dispatch(entry, outcome)

    async def _outcome(self, intent: Intent, request_id: int) -> Outcome:
        """What the handler leaves to do, after its page is shown; an error becomes a sentence."""
        sender = intent.sender
        try:
            if refused_by := refusal_of(intent, self._settings):
                key, values = refused_by
                await self._refuse(intent, key, values)
                return None

            outcome = await self._routes.handler_of(intent)(intent, request_id)
            if isinstance(outcome, Page):
                await self._show(intent, outcome)
        except AiogramError as error:
            logger.warning("Telegram does not take a reply: %s", error, extra={"user_id": sender.user_id})
            return None
        except RefusedError as refusal:
            await self._apologize(sender, refused(refusal, language=sender.language))
            return None
        except Exception as error:  # noqa: BLE001 - the person gets a sentence, the log the error
            await self._apologize(sender, failed(error, language=sender.language))
            return None
        return outcome

    async def _show(self, intent: Intent, page: Page) -> None:
        match intent:
            case Press():
                await self._messenger.edit(intent, page)
            case _:
                await self._messenger.send(intent.sender, page)

    async def _refuse(self, intent: Intent, key: TextKey, values: dict[str, object]) -> None:
        match intent:
            case _ if key == "not_for_you":
                await self._strangers.tell(intent)
            case Press():
                await self._messenger.answer(intent, key)
            case _:
                await self._messenger.say(intent.sender, key, **values)

    async def _apologize(self, sender: Sender, result: Result) -> None:
        await self._messenger.try_to_say(sender, result.pieces[0].text)
