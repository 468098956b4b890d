"""A request's own message in the chat: it shows how the request stands, and ends as its answer.

In a private chat it is a draft, with Telegram's own button to stop it, until the answer is there; elsewhere, for a
second request of the same chat, and where Telegram knows no drafts, it is a message with a button, which is edited.
A draft has no id, and no message has one before it is sent, so each is sent with a sentence that stays true, its id is
journalled, and only then the status or the answer is written into it: whenever the process is killed, the answer comes
once, and nothing else stays behind that looks as if it went on.

Only the newest state is ever shown: an edit that could not be sent in time is forgotten, not queued. The ids of the
messages are journalled when they are known, so a process that comes after this one goes on in the same messages.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
    FSInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    LinkPreviewOptions,
    MessageEntity,
    ReplyParameters,
)

from personal_bot.requests.progress import RECEIVED, Progress, shown
from personal_bot.telegram.client import is_unmodified, rest_of
from personal_bot.telegram.markup import Piece
from personal_bot.text_keys import TextKey
from personal_bot.texts import say

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

    from aiogram import Bot

    from personal_bot.requests.results import Attachment
    from personal_bot.telegram.client import Connection

STOP = "stop"  # callback data: stop:<update id>
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_UPLOAD = 600  # seconds that a file may take on its way to Telegram
_TIMER_SLOWS_AFTER = 30.0  # seconds; a timer that has run this long moves every fifth second only
_SLOW_TIMER = 5.0
_AFTER_YOU = 0.05  # seconds by which a message that was just shown lets another one of its chat go first

log = logging.getLogger(__name__)


class StatusMessage:
    """The status message of one request."""

    def __init__(  # noqa: PLR0913 - one message has this much to know
        self,
        connection: Connection,
        *,
        chat_id: int,
        reply_to: int,
        request_id: int,
        language: str,
        messages: Sequence[int],
        on_sent: Callable[[list[int]], Awaitable[None]],
    ) -> None:
        """Set it up.

        Args:
            connection: to Telegram.
            chat_id: where it stands.
            reply_to: the person's message.
            request_id: names the request on the stop button.
            language: of the person.
            messages: ids of messages that an earlier process sent for this request.
            on_sent: is told the ids of all messages whenever there is a new one.
        """
        self._connection = connection
        self._chat_id = chat_id
        self._reply_to = reply_to
        self._language = language
        self._request_id = request_id
        self._is_draft = False
        self._messages = list(messages)
        self._on_sent = on_sent
        self._progress = RECEIVED
        self._shown: Piece | None = None
        self._started = time.monotonic()
        self._button = InlineKeyboardMarkup(
            inline_keyboard=[
                [InlineKeyboardButton(text=say(language, "stop_button"), callback_data=f"{STOP}:{request_id}")]
            ]
        )
        self._changed = asyncio.Event()
        self._live: asyncio.Task[None] | None = None
        self._in_flight: asyncio.Task[bool] | None = None

    @property
    def request_id(self) -> int:
        """Names the request."""
        return self._request_id

    @property
    def elapsed(self) -> float:
        """Seconds since the request was taken up."""
        return time.monotonic() - self._started

    @property
    def body(self) -> str:
        """What there is of the answer, Markdown."""
        return self._progress.body

    async def open(self) -> None:
        """Show the first sign in the chat and keep it moving from now on."""
        if not self._messages:
            first = shown(self._progress, seconds=0, language=self._language)
            private = self._chat_id > 0 and self._request_id > 0
            self._is_draft = private and await self._connection.draft(self._drafted(first))
            if self._is_draft:
                self._shown = first
            else:
                self._messages.append(await self._place("answer_comes"))
                await self._on_sent(self._messages)
        self._live = asyncio.create_task(self._keep_moving())

    def show(self, progress: Progress) -> None:
        """Show this from now on."""
        self._progress = progress
        self._changed.set()

    async def pause(self, progress: Progress) -> None:
        """Show this last thing, without a button; another process goes on."""
        await self._halt()
        piece = Piece(text=say(self._language, progress.key, **dict(progress.values)))
        with contextlib.suppress(Exception):  # a courtesy on the way out
            if self._is_draft:
                await self._connection.call(self._drafted(piece), timeout=1)
            elif self._messages:
                await self._connection.call(self._edited(self._messages[0], piece, None), timeout=1)

    async def close(
        self,
        parts: Sequence[Piece],
        buttons: Sequence[Sequence[tuple[str, str]]] = (),
        attachments: Sequence[Attachment] = (),
    ) -> None:
        """End as the answer: the first part in this message, each further one in a message of its own.

        `buttons` (text and callback data) stand under the last part. The messages of the first parts become the
        attachments, by an edit too: none comes twice.

        Raises:
            TelegramAPIError: Telegram refuses it for good.
        """
        await self._halt()
        for number, part in enumerate(parts):
            if number == len(self._messages):
                self._messages.append(await self._place("answer_below"))
                await self._on_sent(self._messages)
            last = number == len(parts) - 1
            below = keyboard(buttons) if last else None
            if number >= len(attachments) or not await self._attach(number, part, below, attachments[number]):
                await self._write(number, part, below)

    async def _halt(self) -> None:
        if self._live:
            self._live.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._live
            self._live = None
        if self._in_flight and not self._in_flight.done():
            # Telegram may carry it out after what comes next, so what comes next waits for it.
            await asyncio.wait([self._in_flight])
        self._connection.end_draft(self._chat_id, self._request_id)

    async def _keep_moving(self) -> None:
        rest = rest_of(self._chat_id)
        behind = False  # another message of this chat was shown instead: this one is due, whether it changes or not
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
            draft_id=self._request_id,
            text=piece.text,
            entities=entities_of(piece),
            can_stop=True,
            keep_on_stop=True,
        )

    async def _place(self, key: TextKey) -> int:
        """Send a message that the status, or a part of the answer, is written into once its id is journalled.

        When the process dies before that, it stays behind and is true: the answer stands below it, and never comes
        twice.
        """
        message = await self._connection.deliver(
            SendMessage(
                chat_id=self._chat_id,
                text=say(self._language, key),
                reply_parameters=ReplyParameters(message_id=self._reply_to, allow_sending_without_reply=True),
                link_preview_options=NO_PREVIEW,
            ),
            chat_id=self._chat_id,
        )
        return message.message_id

    async def _write(self, number: int, piece: Piece, buttons: InlineKeyboardMarkup | None) -> None:
        """Make the message of this number read so for good."""
        plain = Piece(text=piece.text)
        if await self._taken(number, piece, buttons) or (piece != plain and await self._taken(number, plain, buttons)):
            return
        self._messages[number] = await self._place("answer_below")  # the person deleted the other one meanwhile
        await self._on_sent(self._messages)
        edit = self._edited(self._messages[number], plain, buttons)
        await self._connection.deliver(edit, chat_id=self._chat_id)

    async def _taken(self, number: int, piece: Piece, buttons: InlineKeyboardMarkup | None) -> bool:
        """Edit the message of this number; returns whether it reads so."""
        try:
            edit = self._edited(self._messages[number], piece, buttons)
            await self._connection.deliver(edit, chat_id=self._chat_id)
        except TelegramBadRequest as error:
            if not is_unmodified(error):
                log.warning("An edit is refused: %s", error.message)
                return False
        return True

    async def _attach(
        self, number: int, caption: Piece, buttons: InlineKeyboardMarkup | None, attachment: Attachment
    ) -> bool:
        """Make the message of this number a file for good; gives False when the file is not there any more."""
        file = _Upload(attachment.path, filename=attachment.name)
        kind = InputMediaPhoto if attachment.photo else InputMediaDocument
        media = kind(media=file, caption=caption.text, caption_entities=entities_of(caption))
        edit = EditMessageMedia(
            chat_id=self._chat_id, message_id=self._messages[number], media=media, reply_markup=buttons
        )
        try:
            await self._connection.deliver(edit, chat_id=self._chat_id, timeout=_UPLOAD)
        except FileNotFoundError:
            log.warning("The file of an answer is gone")
            return False
        except TelegramBadRequest as error:
            if is_unmodified(error):
                return True
            # The person deleted it meanwhile, or a Bot API server that is older than August 2024 cannot do this.
            log.warning("A message does not become a file: %s", error.message)
            self._messages[number] = await self._send_file(file, caption, buttons, photo=attachment.photo)
            await self._on_sent(self._messages)
        return True

    async def _send_file(
        self, file: FSInputFile, caption: Piece, buttons: InlineKeyboardMarkup | None, *, photo: bool
    ) -> int:
        told: dict[str, Any] = {
            "chat_id": self._chat_id,
            "caption": caption.text,
            "caption_entities": entities_of(caption),
            "reply_markup": buttons,
            "reply_parameters": ReplyParameters(message_id=self._reply_to, allow_sending_without_reply=True),
        }
        method = SendPhoto(photo=file, **told) if photo else SendDocument(document=file, **told)
        return (await self._connection.deliver(method, chat_id=self._chat_id, timeout=_UPLOAD)).message_id

    def _edited(self, message_id: int, piece: Piece, button: InlineKeyboardMarkup | None) -> EditMessageText:
        return EditMessageText(
            chat_id=self._chat_id,
            message_id=message_id,
            text=piece.text,
            entities=entities_of(piece),
            reply_markup=button,
            link_preview_options=NO_PREVIEW,
        )


class _Upload(FSInputFile):
    """A file that is open only while it is read from: who refuses it in the middle leaves nobody to close it."""

    async def read(self, bot: Bot) -> AsyncGenerator[bytes, None]:
        del bot
        offset = 0
        while chunk := await asyncio.to_thread(self._part, offset):
            yield chunk
            offset += len(chunk)

    def _part(self, offset: int) -> bytes:
        with Path(self.path).open("rb") as file:
            file.seek(offset)
            return file.read(self.chunk_size)


def keyboard(rows: Sequence[Sequence[tuple[str, str]]]) -> InlineKeyboardMarkup | None:
    """Buttons as Telegram takes them, from texts and callback data."""
    made = [[InlineKeyboardButton(text=text, callback_data=data) for text, data in row] for row in rows]
    return InlineKeyboardMarkup(inline_keyboard=made) if made else None


def entities_of(piece: Piece) -> list[MessageEntity] | None:
    """A piece's entities as Telegram takes them."""
    values: list[dict[str, Any]] = list(piece.entities)
    return [MessageEntity(**entity) for entity in values] or None
