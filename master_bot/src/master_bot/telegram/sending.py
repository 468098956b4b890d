"""Edits and button answers that may come too late: the message is gone, or Telegram no longer waits."""

import contextlib

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError
from aiogram.types import CallbackQuery, InlineKeyboardMarkup


async def edit(bot: Bot, *, chat_id: int, message_id: int, text: str, keyboard: InlineKeyboardMarkup | None) -> bool:
    """Edit a message; False when it can no longer be edited (deleted, too old, or the person left)."""
    try:
        await bot.edit_message_text(text, chat_id=chat_id, message_id=message_id, reply_markup=keyboard)
    except TelegramBadRequest as error:
        return "message is not modified" in str(error)
    except TelegramForbiddenError:
        return False

    return True


async def acknowledge(query: CallbackQuery, alert: str | None = None) -> None:
    """Stop the wait animation of the pressed button. A press from before a restart is too old for that: no matter."""
    with contextlib.suppress(TelegramBadRequest):
        await query.answer(alert, show_alert=alert is not None)
