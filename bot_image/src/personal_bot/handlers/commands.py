"""The commands and the buttons: what they answer and do at once, without the line."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from aiogram.methods import AnswerCallbackQuery, DeleteMessage, EditMessageText, SendMessage
from aiogram.types import ReplyParameters

from personal_bot.archives.chat_query import COMMANDS
from personal_bot.handlers import personal_settings
from personal_bot.handlers.chats.search import FIND
from personal_bot.handlers.documents import DOCS, is_download
from personal_bot.handlers.groups.membership import GROUP
from personal_bot.handlers.scope import SCOPE
from personal_bot.requests.results import SOURCE, passage_shown
from personal_bot.requests.status_message import NO_PREVIEW, STOP, entities_of, keyboard
from personal_bot.text_keys import TextKey
from personal_bot.texts import say

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiogram.types import InlineKeyboardMarkup

    from personal_bot.handlers.chats.search import Searches
    from personal_bot.handlers.documents import Documents
    from personal_bot.handlers.groups.membership import Groups
    from personal_bot.handlers.personal_settings import Controls
    from personal_bot.handlers.scope import Scope
    from personal_bot.handlers.welcome import Welcome
    from personal_bot.requests.results import Result
    from personal_bot.requests.runner import Runner
    from personal_bot.requests.status_message import StatusMessage
    from personal_bot.state.dialogues import Dialogues
    from personal_bot.state.shown_passages import ShownPassages
    from personal_bot.telegram.client import Connection
    from personal_bot.telegram.updates import Command, Press, Rename, Sender

NAMES = ("start", "help", "docs", "scope", *COMMANDS, "group", "new", "stop", *personal_settings.NAMES, "export")
OWNER_ONLY = frozenset({"docs", "group"})  # in private
_CLOSE = "close"


class Commands:
    """Answers commands and buttons."""

    def __init__(  # noqa: PLR0913 - it brings these together, which is its purpose
        self,
        *,
        connection: Connection,
        dialogues: Dialogues,
        runner: Runner,
        scope: Scope,
        shown: ShownPassages,
        own: Controls,
        documents: Documents,
        groups: Groups,
        searches: Searches,
        welcome: Welcome,
        owner_id: int,
        guests_choose: bool,
        set_menus: Callable[[], Awaitable[None]],
    ) -> None:
        """`owner_id`: who may see and delete the documents; `guests_choose`: others may see them to choose from."""
        self._connection = connection
        self._dialogues = dialogues
        self._runner = runner
        self._scope = scope
        self._shown = shown
        self._own = own
        self._documents = documents
        self._groups = groups
        self._searches = searches
        self._welcome = welcome
        self._owner_id = owner_id
        self._guests_choose = guests_choose
        self._set_menus = set_menus

    async def command(self, command: Command) -> None:
        """Answer a command."""
        sender = command.sender
        owner = sender.user_id == self._owner_id
        if not sender.private and command.name in {"start", "help", "group", "forget"}:
            await self._send(sender, *await self._groups.command(command))
        elif not owner and (command.name in OWNER_ONLY or (command.name == "scope" and not self._guests_choose)):
            await self._say(sender, "owner_only")
        elif page := await self._page(command):
            await self._send(sender, *page)
        else:
            await self._done(command, owner=owner)

    async def _page(self, command: Command) -> tuple[str, InlineKeyboardMarkup | None] | None:
        """What a command shows that is answered by a text with buttons; None for other ones."""
        sender = command.sender
        match command.name:
            case "docs":
                return await self._documents.show(sender.language, command.arguments)
            case "scope":
                return await self._scope.show(sender.user_id, sender.language)
            case "group":
                return await self._groups.command(command)
            case name if name in personal_settings.NAMES:
                return await self._own.command(command)
        return None

    async def _done(self, command: Command, *, owner: bool) -> None:
        sender = command.sender
        match command.name:
            case "start":
                await self._send(sender, *await self._welcome.page(sender))
                if owner:
                    await self._set_menus()
            case "help":
                await self._say(sender, "help")
                await self._say(sender, "help_chats")
            case "new":
                self._dialogues.forget(chat_id=sender.chat_id, user_id=sender.user_id)
                await self._say(sender, "new")
            case "stop":
                stopped = self._runner.stop(user_id=sender.user_id, chat_id=sender.chat_id)
                await self._say(sender, "stopping" if stopped else "nothing_to_stop")
            case "ask":
                await self._say(sender, "ask_how")
            case _:
                await self._say(sender, "unknown_command")

    async def press(self, press: Press) -> None:
        """Do what a button says; the query is answered first, so that the button stops blinking."""
        action, _, value = press.data.partition(":")
        language = press.sender.language
        alone = {STOP: self._stop, SOURCE: self._source, FIND: self._found}
        if action in alone:
            await alone[action](press, value)
        elif action == SCOPE and (self._guests_choose or press.sender.user_id == self._owner_id):
            await self._answer(press)
            await self._edit(press, *await self._scope.press(press.sender.user_id, language, value))
        elif action in personal_settings.PRESSES:
            await self._answer(press)
            await self._edit(press, *await self._own.press(press))
        elif action == GROUP:
            if shown := await self._groups.press(press):
                await self._edit(press, *shown)
        elif action == _CLOSE:
            await self._answer(press)
            message = DeleteMessage(chat_id=press.sender.chat_id, message_id=press.sender.message_id)
            await self._connection.attempt(message)
        elif press.sender.user_id != self._owner_id:
            await self._answer(press, say(language, "owner_only"))
        else:
            await self._answer(press)
            if page := await self._documents.press(press, value if action == DOCS else ""):
                await self._edit(press, *page)

    def download(self, press: Press) -> Callable[[StatusMessage], Awaitable[Result]] | None:
        """The work of a button that gives a document's file, which takes a turn; None for other buttons."""
        allowed = press.sender.user_id == self._owner_id
        return functools.partial(self._documents.file, press) if allowed and is_download(press) else None

    async def rename(self, rename: Rename) -> None:
        """Give a document the name that was sent."""
        await self._send(rename.sender, await self._documents.rename(rename), None)

    async def refuse(self, press: Press, key: TextKey) -> None:
        """Say over a button that it is not for this person."""
        await self._answer(press, say(press.sender.language, key))

    async def _stop(self, press: Press, value: str) -> None:
        stopped = value.isdecimal() and self._runner.stop(user_id=press.sender.user_id, request_id=int(value))
        language = press.sender.language
        await self._answer(press, say(language, "stopping" if stopped else "nothing_to_stop"))
        if not stopped and press.sender.private:
            # Left behind by a process that died before it could note this message.
            await self._edit(press, say(language, "stopped"), None)

    async def _source(self, press: Press, value: str) -> None:
        """Show the passage behind a number."""
        sender = press.sender
        request_id, _, number = value.partition(":")
        passage = (
            self._shown.passage(int(request_id), int(number), chat_id=sender.chat_id)
            if request_id.isdecimal() and number.isdecimal()
            else None
        )
        if not passage:
            await self._answer(press, say(sender.language, "source_gone"))
            return
        await self._answer(press)
        piece = passage_shown(passage, number=int(number), language=sender.language)
        message = SendMessage(
            chat_id=sender.chat_id,
            text=piece.text,
            entities=entities_of(piece),
            reply_markup=keyboard([[(say(sender.language, "source_close"), _CLOSE)]]),
            reply_parameters=ReplyParameters(message_id=sender.message_id, allow_sending_without_reply=True),
        )
        await self._connection.deliver(message, chat_id=sender.chat_id)

    async def _found(self, press: Press, value: str) -> None:
        """Show another page of what was found."""
        sender = press.sender
        shown = await self._searches.press(value, sender)
        if not shown:
            await self._answer(press, say(sender.language, "search_gone"))
            return
        await self._answer(press)
        piece, buttons = shown
        method = EditMessageText(
            chat_id=sender.chat_id,
            message_id=sender.message_id,
            text=piece.text,
            entities=entities_of(piece),
            reply_markup=keyboard(buttons),
            link_preview_options=NO_PREVIEW,
        )
        await self._connection.deliver(method, chat_id=sender.chat_id)

    async def _say(self, sender: Sender, key: TextKey) -> None:
        await self._send(sender, say(sender.language, key), None)

    async def _send(self, sender: Sender, text: str, keyboard: InlineKeyboardMarkup | None) -> None:
        method = SendMessage(chat_id=sender.chat_id, text=text, reply_markup=keyboard)
        await self._connection.deliver(method, chat_id=sender.chat_id)

    async def _edit(self, press: Press, text: str, keyboard: InlineKeyboardMarkup | None) -> None:
        sender = press.sender
        method = EditMessageText(chat_id=sender.chat_id, message_id=sender.message_id, text=text, reply_markup=keyboard)
        await self._connection.deliver(method, chat_id=sender.chat_id)

    async def _answer(self, press: Press, text: str | None = None) -> None:
        await self._connection.attempt(AnswerCallbackQuery(callback_query_id=press.query_id, text=text))
