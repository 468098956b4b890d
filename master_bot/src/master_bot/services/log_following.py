"""Showing a bot's log as it grows, for a minute, in one message. Nothing of it outlives the process."""

import asyncio
import logging
from datetime import timedelta
from typing import Final

from aiogram.exceptions import TelegramAPIError
from aiogram.types import InlineKeyboardMarkup

from master_bot.kubernetes.client import ClusterError
from master_bot.services.clients import Clients
from master_bot.telegram.sending import edit
from master_bot.texts import Texts
from master_bot.views.bots import logs
from personalbots_api.models import PersonalBot

DURATION: Final = timedelta(minutes=1)
_EVERY: Final = 2.0
"""Seconds between two readings; Telegram takes about one message a second in a chat."""
_LINES: Final = 25
logger = logging.getLogger(__name__)


class LogFollower:
    """Follows one log a chat; a second one there ends the first."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._tasks: dict[int, asyncio.Task[None]] = {}

    async def begin(self, bot: PersonalBot, chat_id: int, keyboard: InlineKeyboardMarkup, texts: Texts) -> None:
        """Send the message, and keep it up to date for a minute; `keyboard` is under it afterwards.

        Raises:
            ClusterError: the log cannot be read.
            TelegramAPIError: the message cannot be sent.
        """
        text = await self._text(bot, texts, texts.logs.following)
        sent = await self._clients.telegram.send_message(chat_id, text)

        if chat_id in self._tasks:
            self._tasks[chat_id].cancel()

        task = asyncio.create_task(self._follow(bot, chat_id, sent.message_id, keyboard, texts), name="follow")
        self._tasks[chat_id] = task
        # The entry may be a newer task's by the time that this one ends.
        task.add_done_callback(lambda ended: self._tasks.pop(chat_id) if self._tasks.get(chat_id) is ended else None)

    async def close(self) -> None:
        """Stop following."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _follow(
        self, bot: PersonalBot, chat_id: int, message_id: int, keyboard: InlineKeyboardMarkup, texts: Texts
    ) -> None:
        telegram, now = self._clients.telegram, self._clients.now
        end, shown, there = now() + DURATION, "", True

        while there and now() < end:
            await asyncio.sleep(_EVERY)
            over = now() >= end

            try:
                text = await self._text(bot, texts, texts.logs.followed if over else texts.logs.following)
                if text != shown:
                    under = keyboard if over else None
                    there = await edit(telegram, chat_id=chat_id, message_id=message_id, text=text, keyboard=under)
                shown = text
            except (ClusterError, TelegramAPIError) as error:
                logger.info("a log cannot be followed now", extra={"bot": bot.metadata.name, "error": str(error)})

    async def _text(self, bot: PersonalBot, texts: Texts, footer: str) -> str:
        log = await self._clients.cluster.log(bot, lines=_LINES)
        return f"{logs(bot, log, texts, footer=footer)}\n<i>{footer}</i>"
