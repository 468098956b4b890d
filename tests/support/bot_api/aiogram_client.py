# ruff: noqa: ANN401 - what the client returns is as it makes it, and becomes JSON here
"""The Bot API by aiogram."""

from typing import Any

import aiogram
import aiogram.exceptions
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import BufferedInputFile, InlineKeyboardButton, InlineKeyboardMarkup

from support.bot_api.client import Json, RefusedError


class Aiogram:
    _KINDS = (
        (aiogram.exceptions.TelegramRetryAfter, "Too Many Requests"),
        (aiogram.exceptions.TelegramUnauthorizedError, "Unauthorized"),
        (aiogram.exceptions.TelegramConflictError, "Conflict"),
        (aiogram.exceptions.TelegramForbiddenError, "Forbidden"),
        (aiogram.exceptions.TelegramNotFound, "Not Found"),
        (aiogram.exceptions.TelegramBadRequest, "Bad Request"),
    )

    def __init__(self, url: str, token: str) -> None:
        self._bot = aiogram.Bot(token, session=AiohttpSession(api=TelegramAPIServer.from_base(url)))

    async def _do(self, work: Any) -> Any:
        try:
            return await work
        except aiogram.exceptions.TelegramAPIError as error:
            kind = next(name for known, name in self._KINDS if isinstance(error, known))
            words = str(error.message).partition(f"{kind}: ")[2]
            raise RefusedError(kind, words, getattr(error, "retry_after", None)) from None

    @staticmethod
    def _json(made: Any) -> Json:
        return dict(made.model_dump(mode="json", by_alias=True, exclude_none=True))

    async def get_me(self) -> Json:
        return self._json(await self._do(self._bot.get_me()))

    async def get_updates(self, *, offset: int = 0, timeout: int = 0) -> list[Json]:
        updates = await self._do(self._bot.get_updates(offset=offset, timeout=timeout, request_timeout=timeout + 10))
        return [self._json(update) for update in updates]

    async def send(self, chat: int, text: str, *, html: bool = False, button: str | None = None) -> Json:
        rows = [[InlineKeyboardButton(text=button, callback_data=button)]] if button else []
        keyboard = InlineKeyboardMarkup(inline_keyboard=rows) if button else None
        mode = "HTML" if html else None
        sent = await self._do(self._bot.send_message(chat, text, parse_mode=mode, reply_markup=keyboard))
        return self._json(sent)

    async def edit(self, chat: int, message: int, text: str) -> Json:
        return self._json(await self._do(self._bot.edit_message_text(text, chat_id=chat, message_id=message)))

    async def delete(self, chat: int, message: int) -> None:
        await self._do(self._bot.delete_message(chat, message))

    async def send_document(self, chat: int, name: str, data: bytes, caption: str = "") -> Json:
        return self._json(await self._do(self._bot.send_document(chat, BufferedInputFile(data, name), caption=caption)))

    async def download(self, file_id: str) -> bytes:
        received = await self._do(self._bot.download(file_id))
        return bytes(received.read())

    async def answer_query(self, query: str, text: str) -> None:
        await self._do(self._bot.answer_callback_query(query, text))

    async def draft(self, chat: int, number: int, text: str) -> None:
        await self._do(self._bot.send_message_draft(chat, number, text=text))

    async def set_webhook(self, url: str) -> None:
        await self._do(self._bot.set_webhook(url))

    async def delete_webhook(self) -> None:
        await self._do(self._bot.delete_webhook())

    async def set_commands(self, commands: dict[str, str], language: str) -> None:
        given = [aiogram.types.BotCommand(command=name, description=words) for name, words in commands.items()]
        await self._do(self._bot.set_my_commands(given, language_code=language))

    async def close(self) -> None:
        await self._bot.session.close()
