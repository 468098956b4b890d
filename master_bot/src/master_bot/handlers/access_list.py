"""Who may ask a bot beside its owner: what is written into the resource, and what Telegram itself lets through."""

import json
from collections.abc import Mapping
from typing import Final

from aiogram import Bot
from aiogram.types import (
    KeyboardButton,
    KeyboardButtonRequestUsers,
    Message,
    MessageOriginUser,
    ReplyKeyboardMarkup,
)

from master_bot.models import PEOPLE_ANNOTATION, Raw, bot_id, managed
from master_bot.texts import Texts
from personalbots_api.models import AccessMode, PersonalBot

MODES: Final[tuple[AccessMode, ...]] = ("Owner", "AllowList", "Public")
MOST_PEOPLE: Final = 40
_LONGEST_NAME: Final = 32
_MOST_MANAGED: Final = 10
"""People that a managed bot can be opened to beside its owner (Bot API, setManagedBotAccessSettings)."""


def people(bot: PersonalBot) -> dict[str, str]:
    """What the people on the access list are called, by their Telegram user ids."""
    try:
        found = json.loads(bot.metadata.annotations.get(PEOPLE_ANNOTATION, "{}"))
    except ValueError:
        return {}
    return {str(i): str(name) for i, name in found.items()} if isinstance(found, dict) else {}


def admitting(ids: tuple[int, ...], known: Mapping[str, str]) -> Raw:
    """The patch that lets just these people ask, and the owner."""
    access: Raw = (
        {"mode": "AllowList", "allowedUserIds": list(ids)} if ids else {"mode": "Owner", "allowedUserIds": None}
    )
    annotation = json.dumps(dict(known), ensure_ascii=False) if ids else None
    return {"metadata": {"annotations": {PEOPLE_ANNOTATION: annotation}}, "spec": {"access": access}}


async def open_up(telegram: Bot, bot: PersonalBot) -> None:
    """Have Telegram let the same people to a managed bot as the bot itself does."""
    number, ids = bot_id(bot), bot.spec.access.allowed_user_ids
    if not managed(bot) or number is None:
        return
    restricted = bot.spec.access.mode != "Public" and len(ids) <= _MOST_MANAGED
    await telegram.set_managed_bot_access_settings(
        user_id=number, is_access_restricted=restricted, added_user_ids=list(ids) if restricted else None
    )


def picker(texts: Texts) -> ReplyKeyboardMarkup:
    """A key that opens Telegram's own list of people: who is chosen there is told with name and number."""
    asked = KeyboardButtonRequestUsers(request_id=1, user_is_bot=False, max_quantity=10, request_name=True)
    key = KeyboardButton(text=texts.changes.key_choose_people, request_users=asked)
    return ReplyKeyboardMarkup(keyboard=[[key]], resize_keyboard=True, one_time_keyboard=True)


def named(message: Message) -> Mapping[int, str]:
    """The people that a message names (chosen, a contact's, a forwarded one's, a number's): ids, what to call them."""
    if message.users_shared:
        return {
            user.user_id: (user.first_name or f"@{user.username or user.user_id}")[:_LONGEST_NAME]
            for user in message.users_shared.users
        }
    if message.contact and message.contact.user_id:
        return {message.contact.user_id: message.contact.first_name[:_LONGEST_NAME]}
    if isinstance(message.forward_origin, MessageOriginUser) and not message.forward_origin.sender_user.is_bot:
        user = message.forward_origin.sender_user
        return {user.id: user.full_name[:_LONGEST_NAME]}
    text = (message.text or "").strip()
    return {int(text): text} if text.isdecimal() and 5 <= len(text) <= 15 else {}  # noqa: PLR2004 - Telegram's ids
