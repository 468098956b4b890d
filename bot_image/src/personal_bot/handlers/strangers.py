"""People whom the bot does not answer: each is told so now and then, and nothing of them is kept or waited for."""

import asyncio
import time
from typing import Any, Final

from aiogram.types import Update
from pydantic import ValidationError

from personal_bot.handlers.messenger import Messenger
from personal_bot.handlers.permissions import may_talk
from personal_bot.settings import Settings
from personal_bot.telegram.buttons import ForgetButton, GroupButton
from personal_bot.telegram.intents import Intent, Press, StopWriting
from personal_bot.telegram.updates import intent_of
from personal_bot.texts import say

_AGAIN_AFTER: Final = 600.0  # seconds until a person is told once more
_REMEMBERED: Final = 1000  # people who were told
_AT_ONCE: Final = 20  # who are being told
_ALLOWED_BUTTONS: Final = (f"{ForgetButton.PREFIX}:", f"{GroupButton.PREFIX}:")


class Strangers:
    """Turns people away."""

    def __init__(self, settings: Settings, messenger: Messenger) -> None:
        self._settings = settings
        self._messenger = messenger
        self._told: dict[int, float] = {}
        self._telling: set[asyncio.Task[None]] = set()

    def sent(self, update: dict[str, Any]) -> bool:
        """Whether an update is a stranger's in private, who asks for nothing that is for everybody."""
        payload = next((one for key, one in update.items() if key != "update_id" and isinstance(one, dict)), {})
        chat = payload.get("chat") or (payload.get("message") or {}).get("chat") or {}
        person = (payload.get("from") or {}).get("id")
        if chat.get("type") != "private" or person is None or may_talk(self._settings, person):
            return False
        return not _is_for_everybody(payload)

    def turn_away(self, update: dict[str, Any]) -> None:
        """Tell a stranger, unless that was done lately or too many are being told."""
        if len(self._telling) < _AT_ONCE:
            task = asyncio.create_task(self._turn_away(update))
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)

    async def tell(self, intent: Intent) -> None:
        """Tell once, which may fail; people who were told lately hear nothing."""
        sender = intent.sender
        if not self.is_time_to_tell(sender.user_id, now=time.monotonic()):
            return
        match intent:
            case Press():
                await self._messenger.answer(intent, "not_for_you")
            case _:
                await self._messenger.try_to_say(sender, say(sender.language, "not_for_you"))

    def is_time_to_tell(self, user_id: int, *, now: float) -> bool:
        """Whether a person was not told for a while, by a clock that gives `now`; from now on they count as told."""
        if now - self._told.get(user_id, -_AGAIN_AFTER) < _AGAIN_AFTER:
            return False
        self._told.pop(user_id, None)
        self._told[user_id] = now
        if len(self._told) > _REMEMBERED:
            del self._told[next(iter(self._told))]
        return True

    async def _turn_away(self, update: dict[str, Any]) -> None:
        try:
            intent = intent_of(Update.model_validate(update), None)
        except ValidationError:
            return
        if intent and not isinstance(intent, StopWriting):
            await self.tell(intent)


def _is_for_everybody(payload: dict[str, Any]) -> bool:
    """Whether it may be what anybody may do; `permissions` decides that."""
    text, data = str(payload.get("text", "")), str(payload.get("data", ""))
    return text.startswith("/forget") or data.startswith(_ALLOWED_BUTTONS)
