"""Messages that hold a token or a key must not stay in the chat."""

import logging

from aiogram.exceptions import TelegramBadRequest
from aiogram.types import Message

from master_bot.texts import Texts
from personalbots_common.secrets_mask import looks_secret

logger = logging.getLogger(__name__)


async def delete_if_secret(message: Message, texts: Texts, *, secret: bool) -> None:
    """Delete the message if it holds a secret. When Telegram refuses, ask the person to do it."""
    if secret and not await _delete(message):
        await message.answer(texts.delete_yourself)


async def delete_stray_secret(message: Message, texts: Texts) -> bool:
    """Delete a message that seems to hold a secret where none was asked for, and say so; whether it did."""
    secret = looks_secret(message.text or message.caption or "")
    await delete_if_secret(message, texts, secret=secret)

    if secret:
        await message.answer(texts.hidden_to_be_safe)

    return secret


async def _delete(message: Message) -> bool:
    try:
        await message.delete()
    except TelegramBadRequest as error:
        # Telegram delivers a message again after a restart: it was deleted the first time.
        return "message to delete not found" in str(error)
    except Exception:
        logger.warning("a message with a secret could not be deleted", exc_info=True)
        return False

    return True
