"""A request's own message in the chat: it shows how the request stands, and ends as its answer.

In a private chat it is a draft, with Telegram's own stop button, until the answer is there. In groups, for a second
request of the same chat, and where Telegram knows no drafts, it is a message with a button, which the bot edits.

A draft has no id, and a message has none before it is sent. So the bot sends each message with a sentence that stays
true, journals its id, and only then writes the status or the answer into it. Whenever the process is killed, the answer
comes once, and no message stays behind that looks as if work went on.

The bot shows only the newest state: it forgets an edit that it could not send in time. The journal has the ids of the
messages, so the next process goes on in the same messages.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from aiogram.exceptions import TelegramBadRequest
from aiogram.methods import (
    EditMessageMedia,
    EditMessageText,
    SendDocument,
    SendMessage,
    SendMessageDraft,
    SendPhoto,
)
from aiogram.types import (
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    ReplyParameters,
)

from personal_bot.requests.progress import RECEIVED, Progress, shown
from personal_bot.requests.results import Attachment
from personal_bot.telegram.buttons import Rows, StopButton, keyboard
from personal_bot.telegram.client import Connection, is_unmodified, rest_of
from personal_bot.telegram.files import UploadedFile
from personal_bot.telegram.intents import Sender
from personal_bot.telegram.markup import NO_PREVIEW, Piece, cut, entities_of, units
from personal_bot.telegram.simpler import is_too_long
from personal_bot.text_keys import TextKey
from personal_bot.texts import say

_UPLOAD_TIMEOUT: Final = 600  # seconds that a file may take on its way to Telegram
_SHORT: Final = 500  # UTF-16 units of a text that Telegram never finds too long
_PAUSE_TIMEOUT: Final = 1  # seconds: the process is about to end
_TIMER_SLOWS_AFTER: Final = 30.0  # seconds after which the timer moves every fifth second only
_SLOW_TIMER: Final = 5.0  # seconds
_AFTER_YOU: Final = 0.05  # seconds by which a message that was just shown lets another one of its chat go first

logger = logging.getLogger(__name__)


class StatusMessage:
    """The status message of one request."""

    def __init__(
        self,
        connection: Connection,
        *,
        sender: Sender,
        request_id: int,
        messages: Sequence[int],
        on_sent: Callable[[list[int]], Awaitable[None]],
    ) -> None:
        """Set it up.

        Args:
            connection: to Telegram.
            sender: who asked, where and in which message.
            request_id: what the stop button stops.
            messages: ids of messages that an earlier process sent for this request.
            on_sent: gets the ids of all messages whenever there is a new one.
        """
        self._connection = connection
        self._chat_id = sender.chat_id
        self._thread_id = sender.thread_id
        self._reply_to = sender.message_id
        self._language = sender.language
        self._request_id = request_id
        self._messages = list(messages)
        self._on_sent = on_sent

        self._is_draft = False
        self._progress = RECEIVED
        self._shown: Piece | None = None
        self._started = time.monotonic()
        self._button = keyboard([[StopButton(request_id=request_id).labelled(say(sender.language, "stop_button"))]])

        self._changed = asyncio.Event()
        self._live: asyncio.Task[None] | None = None
        self._in_flight: asyncio.Task[bool] | None = None

    @property
    def request_id(self) -> int:
        """The request's id: that of its update."""
        return self._request_id

    @property
    def elapsed(self) -> float:
        """Seconds since this process took the request up."""
        return time.monotonic() - self._started

    @property
    def body(self) -> str:
        """The answer so far, Markdown."""
        return self._progress.body

    async def open(self) -> None:
        """Show the first status in the chat, and keep it up to date from now on."""
        if not self._messages:
            first = shown(self._progress, seconds=0, language=self._language)
            private = self._chat_id > 0 and self._request_id > 0  # groups have negative ids

            self._is_draft = private and await self._connection.draft(self._drafted(first))
            if self._is_draft:
                self._shown = first
            else:
                self._messages.append(await self._send_sentence("answer_comes"))
                await self._on_sent(self._messages)

        self._live = asyncio.create_task(self._keep_current())

    def show(self, progress: Progress) -> None:
        """Show this from now on."""
        self._progress = progress
        self._changed.set()

    async def pause(self, progress: Progress) -> None:
        """Show this as the last state of this process, without a button; the next process goes on."""
        await self._halt()

        piece = Piece(text=say(self._language, progress.key, **dict(progress.values)))
        with contextlib.suppress(Exception):  # a courtesy on the way out
            if self._is_draft:
                await self._connection.call(self._drafted(piece), timeout=_PAUSE_TIMEOUT)
            elif self._messages:
                edit = self._edited(self._messages[0], piece, None)
                await self._connection.call(edit, timeout=_PAUSE_TIMEOUT)

    async def close(
        self,
        parts: Sequence[Piece],
        buttons: Rows = (),
        attachments: Sequence[Attachment] = (),
    ) -> None:
        """End as the answer: the first part in this message, each further one in a message of its own.

        `buttons` stand under the last part. The messages of the first parts become the attachments, by an edit too, so
        that none comes twice.

        Raises:
            TelegramAPIError: Telegram refuses it for good.
        """
        await self._halt()

        for number, part in enumerate(parts):
            if number == len(self._messages):
                self._messages.append(await self._send_sentence("answer_below"))
                await self._on_sent(self._messages)

            last = number == len(parts) - 1
            below = keyboard(buttons) if last else None
            if number >= len(attachments) or not await self._attach(number, part, below, attachments[number]):
                await self._write(number, part, below)

    async def _halt(self) -> None:
        """Stop the updates, so that none overtakes what comes next."""
        if self._live:
            self._live.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._live
            self._live = None

        if self._in_flight and not self._in_flight.done():
            # Telegram may carry this edit out after the next one, so the next one waits for it.
            await asyncio.wait([self._in_flight])

        self._connection.end_draft(self._chat_id, self._request_id)

    async def _keep_current(self) -> None:
        rest = rest_of(self._chat_id)
        behind = False  # the chat showed another message instead: this one is due, whether it changes or not

        while True:
            slow = self.elapsed > _TIMER_SLOWS_AFTER
            if not behind:
                with contextlib.suppress(TimeoutError):
                    # Not wait_for: before Python 3.12 it drops a cancellation that comes together with the change.
                    async with asyncio.timeout(_SLOW_TIMER if slow else rest):
                        await self._changed.wait()

            wait = max(0.0, self._connection.rest_left(self._chat_id))
            await asyncio.sleep(wait if behind else wait + _AFTER_YOU)
            self._changed.clear()

            piece = shown(self._progress, seconds=self.elapsed, language=self._language)
            if piece == self._shown:
                behind = False
                continue

            # Shielded: when this task is cancelled, `_halt` still knows of the edit that is on its way.
            self._in_flight = asyncio.create_task(self._show(piece))
            behind = not await asyncio.shield(self._in_flight)
            if not behind:
                self._shown = piece

    async def _show(self, piece: Piece) -> bool:
        if self._is_draft:
            return await self._connection.show(self._drafted(piece), chat_id=self._chat_id)
        edit = self._edited(self._messages[0], piece, self._button)
        return await self._connection.show(edit, chat_id=self._chat_id)

    def _drafted(self, piece: Piece) -> SendMessageDraft:
        return SendMessageDraft(
            chat_id=self._chat_id,
            message_thread_id=self._thread_id,
            draft_id=self._request_id,
            text=piece.text,
            entities=entities_of(piece),
            can_stop=True,
            keep_on_stop=True,
        )

    async def _send_sentence(self, key: TextKey) -> int:
        """Send a message for the status, or for a part of the answer, which is written once its id is journalled.

        When the process dies before that, the message stays behind, and its sentence is true: the answer stands below
        it, and never comes twice.
        """
        message = await self._connection.deliver(
            SendMessage(
                chat_id=self._chat_id,
                message_thread_id=self._thread_id,
                text=say(self._language, key),
                reply_parameters=ReplyParameters(message_id=self._reply_to, allow_sending_without_reply=True),
                link_preview_options=NO_PREVIEW,
            ),
            chat_id=self._chat_id,
        )
        return message.message_id

    async def _write(self, number: int, piece: Piece, buttons: InlineKeyboardMarkup | None) -> None:
        """Make the message of this number read so for good."""
        try:
            edit = self._edited(self._messages[number], piece, buttons)
            await self._connection.deliver(edit, chat_id=self._chat_id)
        except TelegramBadRequest as error:
            if is_unmodified(error):
                return
            logger.warning("An edit is refused: %s", error.message)
            if is_too_long(error.message) and units(piece.text) > _SHORT:
                await self._write_shorter(number, piece, buttons)
                return

            # The person has deleted the message meanwhile.
            self._messages[number] = await self._send_sentence("answer_below")
            await self._on_sent(self._messages)
            edit = self._edited(self._messages[number], piece, buttons)
            await self._connection.deliver(edit, chat_id=self._chat_id)

    async def _write_shorter(self, number: int, piece: Piece, buttons: InlineKeyboardMarkup | None) -> None:
        """Make the message of this number the first half of what Telegram finds too long; the rest follows, plain."""
        first, *others = cut(Piece(text=piece.text), limit=max(_SHORT, units(piece.text) // 2))
        await self._write(number, first, None if others else buttons)

        for at, other in enumerate(others, start=1):
            message = SendMessage(
                chat_id=self._chat_id,
                message_thread_id=self._thread_id,
                text=other.text,
                reply_markup=buttons if at == len(others) else None,
            )
            await self._connection.deliver(message, chat_id=self._chat_id)

    async def _attach(
        self, number: int, caption: Piece, buttons: InlineKeyboardMarkup | None, attachment: Attachment
    ) -> bool:
        """Make the message of this number a file for good; returns whether the file was still there."""
        file = UploadedFile(attachment.path, filename=attachment.name)
        kind = InputMediaPhoto if attachment.photo else InputMediaDocument
        media = kind(media=file, caption=caption.text, caption_entities=entities_of(caption))
        edit = EditMessageMedia(
            chat_id=self._chat_id, message_id=self._messages[number], media=media, reply_markup=buttons
        )

        try:
            await self._connection.deliver(edit, chat_id=self._chat_id, timeout=_UPLOAD_TIMEOUT)
        except FileNotFoundError:
            logger.warning("The file of an answer is gone")
            return False
        except TelegramBadRequest as error:
            if is_unmodified(error):
                return True
            # The person has deleted it meanwhile, or the Bot API server is older than August 2024 and cannot do this.
            logger.warning("A message does not become a file: %s", error.message)
            self._messages[number] = await self._send_file(file, caption, buttons, photo=attachment.photo)
            await self._on_sent(self._messages)
        return True

    async def _send_file(
        self, file: UploadedFile, caption: Piece, buttons: InlineKeyboardMarkup | None, *, photo: bool
    ) -> int:
        values: dict[str, Any] = {
            "chat_id": self._chat_id,
            "message_thread_id": self._thread_id,
            "caption": caption.text,
            "caption_entities": entities_of(caption),
            "reply_markup": buttons,
            "reply_parameters": ReplyParameters(message_id=self._reply_to, allow_sending_without_reply=True),
        }
        method = SendPhoto(photo=file, **values) if photo else SendDocument(document=file, **values)
        return (await self._connection.deliver(method, chat_id=self._chat_id, timeout=_UPLOAD_TIMEOUT)).message_id

    def _edited(self, message_id: int, piece: Piece, button: InlineKeyboardMarkup | None) -> EditMessageText:
        return EditMessageText(
            chat_id=self._chat_id,
            message_id=message_id,
            text=piece.text,
            entities=entities_of(piece),
            reply_markup=button,
            link_preview_options=NO_PREVIEW,
        )
