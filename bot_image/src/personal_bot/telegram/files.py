"""Files between Telegram and the bot's volume."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Final

import aiohttp
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError
from aiogram.methods import GetFile
from aiogram.types import FSInputFile

from personal_bot.models import RefusedError
from personal_bot.telegram.client import Connection

LARGEST_DOWNLOAD: Final = 20 * 2**20
"""Bytes of a file that Telegram's own Bot API server gives to a bot."""

LARGEST_SENT: Final = 50 * 2**20
"""Bytes of a file that Telegram's own Bot API server takes from a bot."""


async def download(connection: Connection, *, file_id: str, chat_id: int, name: str, into: Path) -> None:
    """Download a file that somebody sent.

    Args:
        connection: to Telegram.
        file_id: Telegram's.
        chat_id: the chat that it came in.
        name: of the file, for the sentence that refuses it.
        into: the file to write; its folder is made when needed.

    Raises:
        RefusedError: Telegram does not give it.
        OSError: the volume is full.
    """
    await asyncio.to_thread(into.parent.mkdir, parents=True, exist_ok=True)

    try:
        found = await connection.deliver(GetFile(file_id=file_id), chat_id=chat_id)
        await connection.download(found.file_path or "", into=str(into))
    except TelegramAPIError as error:
        too_large = "file is too big" in error.message
        raise RefusedError("file_too_large" if too_large else "file_not_loaded", name=name) from error
    except (aiohttp.ClientError, TimeoutError) as error:
        raise RefusedError("file_not_loaded", name=name) from error


class UploadedFile(FSInputFile):
    """A file that is open only while it is read from: when Telegram refuses it half-way, nobody is left to close it."""

    async def read(self, bot: Bot) -> AsyncGenerator[bytes, None]:
        """Give the file in parts; see aiogram's `InputFile`."""
        del bot
        offset = 0
        while chunk := await asyncio.to_thread(self._part, offset):
            yield chunk
            offset += len(chunk)

    def _part(self, offset: int) -> bytes:
        with Path(self.path).open("rb") as file:
            file.seek(offset)
            return file.read(self.chunk_size)
