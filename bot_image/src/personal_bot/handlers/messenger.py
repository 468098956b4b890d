"""Short messages to people: pages with buttons, sentences, and answers to presses of buttons."""

from aiogram.methods import AnswerCallbackQuery, DeleteMessage, EditMessageText, SendMessage
from aiogram.types import ForceReply, ReplyParameters

from personal_bot.telegram.buttons import Button, Page, Rows, keyboard
from personal_bot.telegram.client import Connection
from personal_bot.telegram.intents import Press, Sender
from personal_bot.telegram.markup import NO_PREVIEW, Piece, entities_of
from personal_bot.text_keys import TextKey
from personal_bot.texts import say


class Messenger:
    """Sends and edits messages that take no turn in the queue.

    Methods raise aiogram's `TelegramAPIError` when Telegram refuses a message for good, unless they say otherwise.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def send(self, sender: Sender, page: Page) -> None:
        """Send a page."""
        message = SendMessage(
            chat_id=sender.chat_id, message_thread_id=sender.thread_id, text=page.text, reply_markup=page.keyboard
        )
        await self._connection.deliver(message, chat_id=sender.chat_id)

    async def say(self, sender: Sender, key: TextKey, **values: object) -> None:
        """Send a sentence."""
        await self.send(sender, Page(say(sender.language, key, **values)))

    async def try_to_say(self, sender: Sender, text: str) -> None:
        """Send a text, once; nobody hears of it when that fails."""
        await self._connection.attempt(
            SendMessage(chat_id=sender.chat_id, message_thread_id=sender.thread_id, text=text)
        )

    async def ask(self, sender: Sender, text: str) -> None:
        """Send a question that the person's app opens a reply to."""
        message = SendMessage(
            chat_id=sender.chat_id,
            message_thread_id=sender.thread_id,
            text=text,
            reply_markup=ForceReply(selective=True),
        )
        await self._connection.deliver(message, chat_id=sender.chat_id)

    async def reply(self, sender: Sender, piece: Piece, rows: Rows, *, to: int) -> None:
        """Send a text with buttons as a reply to a message, as long as that is there."""
        message = SendMessage(
            chat_id=sender.chat_id,
            message_thread_id=sender.thread_id,
            text=piece.text,
            entities=entities_of(piece),
            reply_markup=keyboard(rows),
            reply_parameters=ReplyParameters(message_id=to, allow_sending_without_reply=True),
        )
        await self._connection.deliver(message, chat_id=sender.chat_id)

    async def edit(self, press: Press[Button], page: Page) -> None:
        """Show a page in the message with the button."""
        sender = press.sender
        edit = EditMessageText(
            chat_id=sender.chat_id, message_id=sender.message_id, text=page.text, reply_markup=page.keyboard
        )
        await self._connection.deliver(edit, chat_id=sender.chat_id)

    async def edit_piece(self, press: Press[Button], piece: Piece, rows: Rows) -> None:
        """Show a text with entities in the message with the button."""
        sender = press.sender
        edit = EditMessageText(
            chat_id=sender.chat_id,
            message_id=sender.message_id,
            text=piece.text,
            entities=entities_of(piece),
            reply_markup=keyboard(rows),
            link_preview_options=NO_PREVIEW,
        )
        await self._connection.deliver(edit, chat_id=sender.chat_id)

    async def answer(self, press: Press[Button], key: TextKey | None = None) -> None:
        """Answer a press, with a sentence above the chat or without one; never raises."""
        text = say(press.sender.language, key) if key else None
        await self._connection.attempt(AnswerCallbackQuery(callback_query_id=press.query_id, text=text))

    async def remove(self, press: Press[Button]) -> None:
        """Delete the message with the button; never raises."""
        message = DeleteMessage(chat_id=press.sender.chat_id, message_id=press.sender.message_id)
        await self._connection.attempt(message)
