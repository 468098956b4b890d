"""What an owner is told unasked, with buttons for what can be done about it. Pure."""

from datetime import datetime
from typing import Final

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from master_bot.kubernetes.annotations import is_managed
from master_bot.kubernetes.personal_bots import handle, is_made_here
from master_bot.settings import Settings
from master_bot.texts import Texts, fill
from master_bot.views.bots import facts
from master_bot.views.diagnosis import diagnose
from master_bot.views.keyboards import Act, button, markup
from master_bot.views.units import larger_size
from personalbots_api.models import PersonalBot
from personalbots_common.secrets_mask import mask

WELL: Final = "well"
"""The state of a bot that works; no reason has this name."""
UPDATED: Final = "updated"
"""The bot runs another image; no reason has this name."""
_KEY_REASONS: Final = frozenset({"KeyRefused", "QuotaExhausted", "BudgetSpent"})
_TOKEN_REASONS: Final = frozenset({"TokenRefused", "TokenHeldElsewhere"})


def notification(
    bot: PersonalBot, state: str, settings: Settings, now: datetime, texts: Texts
) -> tuple[str, InlineKeyboardMarkup]:
    """What to tell of a cause, an update, or that all is well again."""
    status, mute = button(texts.button_status, Act.CARD, bot), button(texts.changes.button_mute, Act.MUTE, bot)
    if state == WELL:
        return fill(texts.news_over, bot=handle(bot)), markup([status])
    if state == UPDATED:
        return fill(texts.news_updated, bot=handle(bot)), markup([status], [mute])

    known, words = facts(diagnose(bot, None, (), now), texts), texts.causes[state]
    text = f"🔴 {fill(words.cause, **known)}\n{fill(texts.what_to_do, remedy=words.remedy.format_map(known))}"
    details = [button(texts.button_debug, Act.DEBUG, bot), button(texts.button_restart, Act.RESTART, bot)]

    return mask(text), markup(_remedies(bot, state, settings, texts), details, [mute])


def _remedies(bot: PersonalBot, state: str, settings: Settings, texts: Texts) -> list[InlineKeyboardButton]:
    words = texts.changes
    if state == "OutOfMemory" and larger_size(bot, settings):
        return [button(words.button_more_memory, Act.MORE_MEMORY, bot)]
    # Only a Secret that the master bot made can be written to.
    if state in _KEY_REASONS and is_made_here(bot):
        return [button(words.button_key, Act.NEW_KEY, bot)]
    if state in _TOKEN_REASONS and is_made_here(bot):
        return [token_button(bot, texts)]

    return []


def token_button(bot: PersonalBot, texts: Texts) -> InlineKeyboardButton:
    """The button that gives the bot another token: by itself where Telegram made the bot through the master bot."""
    if is_managed(bot):
        return button(texts.changes.button_rotate, Act.ROTATE, bot)
    return button(texts.changes.button_new_tok, Act.NEW_TOKEN, bot)
