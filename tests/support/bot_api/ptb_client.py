# ruff: noqa: ANN401 - what the client returns is as it makes it, and becomes JSON here
"""The Bot API by python-telegram-bot."""

from typing import Any

import telegram as ptb
import telegram.error as ptb_error
import telegram.request as ptb_request

from support.bot_api.client import Json, RefusedError


class PythonTelegramBot:
    _KINDS = (
        (ptb_error.RetryAfter, "Too Many Requests"),
        (ptb_error.InvalidToken, "Unauthorized"),
        (ptb_error.Conflict, "Conflict"),
        (ptb_error.Forbidden, "Forbidden"),
        (ptb_error.BadRequest, "Bad Request"),
    )

    def __init__(self, url: str, token: str) -> None:
        self._patient = patient = ptb_request.HTTPXRequest(read_timeout=60)
        self._bot = ptb.Bot(
            token, base_url=f"{url}/bot", base_file_url=f"{url}/file/bot", request=patient, get_updates_request=patient
        )

    async def _do(self, work: Any) -> Any:
        try:
            return await work
        except ptb_error.TelegramError as error:
            kind = next(name for known, name in self._KINDS if isinstance(error, known))
            words = error.message.removeprefix(f"{kind}: ")
            after = getattr(error, "_retry_after", None)
            raise RefusedError(kind, words, after.total_seconds() if after else None) from None

    async def get_me(self) -> Json:
        return dict((await self._do(self._bot.get_me())).to_dict())

    async def get_updates(self, *, offset: int = 0, timeout: int = 0) -> list[Json]:
        updates = await self._do(self._bot.get_updates(offset=offset, timeout=timeout))
        return [dict(update.to_dict()) for update in updates]

    async def send(self, chat: int, text: str, *, html: bool = False, button: str | None = None) -> Json:
        keys = ptb.InlineKeyboardMarkup([[ptb.InlineKeyboardButton(button, callback_data=button)]]) if button else None
        mode = "HTML" if html else None
        return dict((await self._do(self._bot.send_message(chat, text, parse_mode=mode, reply_markup=keys))).to_dict())

    async def edit(self, chat: int, message: int, text: str) -> Json:
        return dict((await self._do(self._bot.edit_message_text(text, chat, message))).to_dict())

    async def delete(self, chat: int, message: int) -> None:
        await self._do(self._bot.delete_message(chat, message))

    async def send_document(self, chat: int, name: str, data: bytes, caption: str = "") -> Json:
        sent = await self._do(self._bot.send_document(chat, data, filename=name, caption=caption))
        return dict(sent.to_dict())

    async def download(self, file_id: str) -> bytes:
        file = await self._do(self._bot.get_file(file_id))
        return bytes(await self._do(file.download_as_bytearray()))

    async def answer_query(self, query: str, text: str) -> None:
        await self._do(self._bot.answer_callback_query(query, text))

    async def draft(self, chat: int, number: int, text: str) -> None:
        await self._do(self._bot.send_message_draft(chat, number, text))

    async def set_webhook(self, url: str) -> None:
        await self._do(self._bot.set_webhook(url))

    async def delete_webhook(self) -> None:
        await self._do(self._bot.delete_webhook())

    async def set_commands(self, commands: dict[str, str], language: str) -> None:
        await self._do(self._bot.set_my_commands(list(commands.items()), language_code=language))

    async def close(self) -> None:
        await self._patient.shutdown()  # the bot's own shutdown does nothing before an initialize, which calls getMe
