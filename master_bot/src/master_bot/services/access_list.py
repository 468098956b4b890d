"""Who may ask a bot besides its owner: what is written into the resource, and what Telegram itself lets through."""

import json
from collections.abc import Mapping
from typing import Final

from aiogram import Bot

from master_bot.kubernetes.annotations import PEOPLE_ANNOTATION, is_managed
from master_bot.kubernetes.personal_bots import bot_id
from master_bot.models import Raw
from personalbots_api.models import AccessMode, PersonalBot

MODES: Final[tuple[AccessMode, ...]] = ("Owner", "AllowList", "Public")
MOST_PEOPLE: Final = 40
_MOST_MANAGED: Final = 10
"""People that a managed bot can be opened to besides its owner (Bot API, setManagedBotAccessSettings)."""


def access_patch(ids: tuple[int, ...], known: Mapping[str, str]) -> Raw:
    """The patch that lets just these people ask, and the owner. `known`: what they are called, by their ids."""
    access: Raw = (
        {"mode": "AllowList", "allowedUserIds": list(ids)} if ids else {"mode": "Owner", "allowedUserIds": None}
    )
    annotation = json.dumps(dict(known), ensure_ascii=False) if ids else None
    return {"metadata": {"annotations": {PEOPLE_ANNOTATION: annotation}}, "spec": {"access": access}}


async def open_on_telegram(telegram: Bot, bot: PersonalBot) -> None:
    """Have Telegram let the same people to a managed bot as the bot itself does.

    Raises:
        TelegramAPIError: Telegram refuses, or does not answer.
    """
    number, ids = bot_id(bot), bot.spec.access.allowed_user_ids
    if not is_managed(bot) or number is None:
        return

    # With more people than Telegram takes, it lets everybody through and the bot itself decides.
    restricted = bot.spec.access.mode != "Public" and len(ids) <= _MOST_MANAGED
    await telegram.set_managed_bot_access_settings(
        user_id=number, is_access_restricted=restricted, added_user_ids=list(ids) if restricted else None
    )
