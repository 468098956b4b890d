"""How a bot is set, in words, with a button for each setting. Pure."""

from aiogram.types import InlineKeyboardMarkup

from master_bot.kubernetes.annotations import MUTED_ANNOTATION, people, title
from master_bot.kubernetes.personal_bots import handle
from master_bot.settings import Settings
from master_bot.texts import Texts, fill
from master_bot.views.bots import budget_line, owner_texts, span
from master_bot.views.keyboards import Act, button, markup
from master_bot.views.notifications import token_button
from master_bot.views.units import memory_of, plain
from personalbots_api.models import PersonalBot
from personalbots_api.quantities import parse_duration


def overview(bot: PersonalBot, settings: Settings, texts: Texts) -> tuple[str, InlineKeyboardMarkup]:
    """All settings with their values, and the buttons that change them."""
    return _text(bot, settings, texts), _keyboard(bot, settings, texts)


def sleep_line(after: str, texts: Texts) -> str:
    """After how long without a message a bot sleeps, in words; empty: never."""
    if not after:
        return texts.changes.no_sleep
    return fill(texts.changes.sleeps_after, span=span(parse_duration(after), texts))


def _text(bot: PersonalBot, settings: Settings, texts: Texts) -> str:
    words = texts.changes
    return fill(
        words.overview,
        bot=handle(bot),
        title=title(bot) or words.no_title,
        model=_chosen(bot.spec.llm.model, len(settings.models), texts),
        size=_chosen(_size(bot, settings, texts), len(settings.sizes or {}), texts),
        news=words.news_off if MUTED_ANNOTATION in bot.metadata.annotations else words.news_on,
        sleep=sleep_line(bot.spec.sleep.after if bot.spec.sleep else "", texts),
        language=owner_texts(bot).own_name,
        budget=f"\n{budget_line(bot, texts)}" if bot.spec.llm.budget else "",
        access="\0",
    ).replace("\0", _access(bot, texts))  # its names are escaped already


def _chosen(value: str, offered: int, texts: Texts) -> str:
    """A value; where nothing else is offered there is no button for it, which is said."""
    return value if offered > 1 else texts.changes.only_choice.format(value=value)


def _access(bot: PersonalBot, texts: Texts) -> str:
    words, access = texts.changes, bot.spec.access
    if access.mode == "AllowList":
        known = people(bot)
        names = ", ".join(known.get(str(i), str(i)) for i in access.allowed_user_ids)
        return fill(words.you_and, people=names)

    return words.everybody if access.mode == "Public" else words.only_you


def _size(bot: PersonalBot, settings: Settings, texts: Texts) -> str:
    memory = bot.spec.resources.limits.memory
    names = [name for name, resources in (settings.sizes or {}).items() if memory_of(resources) == memory]
    size = texts.changes.own_size.format(memory=plain(memory, texts))
    return f"{names[0]} · {size}" if names else size


def _keyboard(bot: PersonalBot, settings: Settings, texts: Texts) -> InlineKeyboardMarkup:
    words, muted = texts.changes, MUTED_ANNOTATION in bot.metadata.annotations
    return markup(
        [
            *([button(words.button_model, Act.MODELS, bot)] if len(settings.models) > 1 else []),
            *([button(words.button_size, Act.SIZES, bot)] if len(settings.sizes or {}) > 1 else []),
        ],
        [button(words.button_access, Act.ACCESS, bot), button(words.button_sleep, Act.SLEEP, bot)],
        [button(words.button_key, Act.NEW_KEY, bot), token_button(bot, texts)],
        [button(words.button_rename, Act.RENAME, bot), button(texts.button_language, Act.LANGUAGE, bot)],
        [button(words.button_unmute, Act.UNMUTE, bot) if muted else button(words.button_mute, Act.MUTE, bot)],
        [button(words.button_back, Act.CARD, bot)],
    )
