"""Who is writing, and what they may do."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from aiogram.exceptions import TelegramAPIError
from aiogram.types import CallbackQuery, ManagedBotUpdated, Message, TelegramObject, User

from master_bot.kubernetes.annotations import chosen_language
from master_bot.kubernetes.bot_cache import BotCache
from master_bot.settings import Settings
from master_bot.texts import Texts, texts_for
from personalbots_api.models import PersonalBot


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person, as every handler gets it."""

    id: int
    admin: bool
    texts: Texts

    def may_touch(self, bot: PersonalBot) -> bool:
        """Whether this person may see the bot and do something to it."""
        return self.admin or bot.spec.owner_id == self.id


class PersonMiddleware:
    """Gives handlers `person`, and lets only private chats through."""

    def __init__(self, settings: Settings, cache: BotCache) -> None:
        self._settings = settings
        self._cache = cache

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:  # noqa: ANN401 - aiogram's interface
        """See aiogram's middlewares."""
        user = _sender(event)
        if user is None:
            return None

        texts = texts_of(user, self._cache)
        data["person"] = Person(id=user.id, admin=user.id in self._settings.admin_ids, texts=texts)
        if _is_private(event):
            return await handler(event, data)

        # In a group only a command is answered: other messages there are not for the master bot.
        if isinstance(event, Message) and (event.text or "").startswith("/"):
            with suppress(TelegramAPIError):
                await event.answer(texts.private_only)
        return None


def texts_of(user: User, cache: BotCache) -> Texts:
    """The texts for this person, in the language that they chose, else in that of their Telegram."""
    return texts_for(chosen_language(cache.of(user.id)) or user.language_code)


def _sender(event: TelegramObject) -> User | None:
    match event:
        case ManagedBotUpdated():
            return event.user
        case Message() | CallbackQuery():
            return event.from_user
        case _:
            return None


def _is_private(event: TelegramObject) -> bool:
    """Whether it comes from a private chat; a bot that was made with one tap comes from none."""
    match event:
        case ManagedBotUpdated():
            return True
        case Message():
            return event.chat.type == "private"
        case CallbackQuery():
            # A button under a message that is too old to be sent along still has its chat.
            return event.message is not None and event.message.chat.type == "private"
        case _:
            return False
