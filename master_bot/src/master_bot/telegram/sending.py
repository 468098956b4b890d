"""How messages go out: in their order, more slowly when Telegram asks for it; edits and deletions may come too late."""

import asyncio
import contextlib
import logging
from typing import Final
from weakref import WeakValueDictionary

from aiogram import Bot
from aiogram.client.session.middlewares.base import BaseRequestMiddleware, NextRequestMiddlewareType
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.methods import DeleteMessage, EditMessageText, GetUpdates, TelegramMethod
from aiogram.methods.base import Response, TelegramType
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message

from master_bot.metrics import Metrics
from master_bot.texts import Texts
from personalbots_common.secrets_mask import looks_secret

_TRIES: Final = 5
_LONGEST_WAIT: Final = 60
log = logging.getLogger(__name__)


class Patience(BaseRequestMiddleware):
    """Waits as long as Telegram asks (429) and tries again; after a broken connection, tries again shortly after.

    What goes to one chat goes in the order in which it was asked for, and waits for what is before it; other chats do
    not. An edit is dropped once a newer one of the same message is asked for. Deletions wait for nothing, for a message
    with a secret is not to stay.
    """

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._queues: WeakValueDictionary[int | str, asyncio.Lock] = WeakValueDictionary()
        self._edits: dict[tuple[object, object], EditMessageText] = {}
        """The newest edit of each message that is not through yet."""

    async def __call__(
        self, make_request: NextRequestMiddlewareType[TelegramType], bot: Bot, method: TelegramMethod[TelegramType]
    ) -> Response[TelegramType]:
        """See `BaseRequestMiddleware`."""
        chat: int | str | None = getattr(method, "chat_id", None)
        if chat is None or isinstance(method, DeleteMessage):
            return await self._send(make_request, bot, method)
        place = (chat, getattr(method, "message_id", None))
        if isinstance(method, EditMessageText):
            self._edits[place] = method
        try:
            async with self._queues.setdefault(chat, asyncio.Lock()):
                return await self._send(make_request, bot, method)
        finally:
            if self._edits.get(place) is method:
                del self._edits[place]

    def _stale(self, method: TelegramMethod[TelegramType]) -> bool:
        return (
            isinstance(method, EditMessageText)
            and self._edits.get((method.chat_id, method.message_id), method) is not method
        )

    async def _send(
        self, make_request: NextRequestMiddlewareType[TelegramType], bot: Bot, method: TelegramMethod[TelegramType]
    ) -> Response[TelegramType]:
        for attempt in range(1, _TRIES + 1):
            if self._stale(method):
                return True  # type: ignore[return-value] # as Telegram may answer an edit
            try:
                return await make_request(bot, method)
            except TelegramRetryAfter as error:
                if attempt == _TRIES or error.retry_after > _LONGEST_WAIT:
                    raise
                self._metrics.telegram_waits.inc()
                await asyncio.sleep(error.retry_after)
            except (TelegramNetworkError, TelegramServerError):
                # The poller has its own pauses.
                if attempt == _TRIES or isinstance(method, GetUpdates):
                    raise
                await asyncio.sleep(attempt)
        raise AssertionError("unreachable")


async def edit(bot: Bot, *, chat_id: int, message_id: int, text: str, keyboard: InlineKeyboardMarkup | None) -> bool:
    """Edit a message; False when it can no longer be edited (deleted, too old, or the person left)."""
    try:
        await bot.edit_message_text(text, chat_id=chat_id, message_id=message_id, reply_markup=keyboard)
    except TelegramBadRequest as error:
        return "message is not modified" in str(error)
    except TelegramForbiddenError:
        return False
    return True


async def delete_secret_message(message: Message) -> bool:
    """Delete a message that held a secret; False when Telegram refuses and the person has to do it."""
    try:
        await message.delete()
    except TelegramBadRequest as error:
        # A message that is delivered again after a restart was deleted the first time.
        return "message to delete not found" in str(error)
    except Exception:
        log.warning("a message with a secret could not be deleted", exc_info=True)
        return False
    return True


async def hide(message: Message, texts: Texts, *, secret: bool) -> None:
    """Delete the message if it holds a secret, and say so when that cannot be done."""
    if secret and not await delete_secret_message(message):
        await message.answer(texts.delete_yourself)


async def hidden(message: Message, texts: Texts) -> bool:
    """Whether the message seems to hold a secret where none was asked for; then it is deleted, and that is said."""
    secret = looks_secret(message.text or message.caption or "")
    await hide(message, texts, secret=secret)
    if secret:
        await message.answer(texts.hidden_to_be_safe)
    return secret


async def acknowledge(query: CallbackQuery, alert: str | None = None) -> None:
    """Stop the pressed button's waiting; too late for it (a press that came while we were away) is no matter."""
    with contextlib.suppress(TelegramBadRequest):
        await query.answer(alert, show_alert=alert is not None)
