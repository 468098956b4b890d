"""Buttons, and what they carry back."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from master_bot.kubernetes.personal_bots import handle, is_asleep, username
from master_bot.texts import Texts, fill
from personalbots_api.models import PersonalBot

LONGEST_TITLE: Final = 40
"""Characters of a bot's title: more do not fit into a list."""


class Act(StrEnum):
    """What a button does with a bot; one or two letters, as callback data has 64 bytes and names have up to 58."""

    CARD = "c"
    DEBUG = "d"
    LOGS = "l"
    RESTART = "r"
    STOP = "s"
    RESUME = "w"
    DELETE = "x"
    DELETE_KEEPING = "k"
    DELETE_ALL = "a"
    KEEP_BOT = "n"
    SETTINGS = "e"
    MODELS = "m"
    SIZES = "z"
    ACCESS = "u"
    LANGUAGE = "h"
    SLEEP = "j"
    ADD_PERSON = "i"
    NEW_KEY = "y"
    NEW_TOKEN = "t"  # noqa: S105 - a letter
    ROTATE = "o"
    RENAME = "q"
    MUTE = "f"
    UNMUTE = "g"
    MORE_MEMORY = "b"
    UNDO = "v"
    DEBUG_FILE = "D"
    LOG_FILE = "F"
    LOG_SEARCH = "S"
    LOG_FOLLOW = "W"


class BotButton(CallbackData, prefix="b"):
    """A button that does something with one bot. The right to do so is checked when it is pressed."""

    act: Act
    name: str


class Field(StrEnum):
    """A setting that a button chooses a value for."""

    MODEL = "m"
    SIZE = "z"
    ACCESS = "u"
    LANGUAGE = "h"
    SLEEP = "j"


class OptionButton(CallbackData, prefix="o"):
    """A button that chooses the value number `index` of what is on offer for a setting of one bot."""

    field: Field
    index: int
    name: str


class PersonButton(CallbackData, prefix="p"):
    """A button that takes a person off the access list of the bot that the conversation is about."""

    id: int


class ListButton(CallbackData, prefix="l"):
    """A button that shows a page of the list."""

    page: int


def button(text: str, act: Act, bot: PersonalBot) -> InlineKeyboardButton:
    """A button that does `act` with `bot`."""
    return InlineKeyboardButton(text=text, callback_data=BotButton(act=act, name=bot.metadata.name).pack())


def markup(*rows: Iterable[InlineKeyboardButton]) -> InlineKeyboardMarkup:
    """Rows of buttons; empty rows are left out."""
    return InlineKeyboardMarkup(inline_keyboard=[row for row in map(list, rows) if row])


def open_button(bot: PersonalBot, texts: Texts, link_base: str) -> list[InlineKeyboardButton]:
    """The button that opens the bot; nothing while its user name is unknown."""
    known = username(bot)
    text = fill(texts.button_open, bot=handle(bot))
    return [InlineKeyboardButton(text=text, url=f"{link_base}/{known}")] if known else []


def card(bot: PersonalBot, texts: Texts, link_base: str) -> InlineKeyboardMarkup:
    """Everything that can be done with one bot."""
    stopped = bot.spec.state == "Stopped"
    start = texts.button_wake if is_asleep(bot) else texts.button_restart
    return markup(
        open_button(bot, texts, link_base),
        [button(texts.button_debug, Act.DEBUG, bot), button(texts.button_logs, Act.LOGS, bot)],
        [  # two in a row: of three, a phone shows the beginnings
            *([] if stopped else [button(start, Act.RESTART, bot)]),
            button(texts.button_resume, Act.RESUME, bot) if stopped else button(texts.button_stop, Act.STOP, bot),
        ],
        [button(texts.changes.button_settings, Act.SETTINGS, bot), button(texts.button_delete, Act.DELETE, bot)],
        [
            button(texts.button_again, Act.CARD, bot),
            InlineKeyboardButton(text=texts.button_list, callback_data=ListButton(page=0).pack()),
        ],
    )


def delete_choice(bot: PersonalBot, texts: Texts) -> InlineKeyboardMarkup:
    """How, and whether, to delete."""
    return markup(
        [button(texts.button_keep, Act.DELETE_KEEPING, bot)],
        [button(texts.button_all, Act.DELETE_ALL, bot)],
        [button(texts.button_no, Act.KEEP_BOT, bot)],
    )


def choice(bots: Iterable[PersonalBot], act: Act) -> InlineKeyboardMarkup:
    """One button per bot, for a command that could mean several."""
    return markup(*([button(handle(bot), act, bot)] for bot in bots))


def pages(page: int, last: int) -> list[InlineKeyboardButton]:
    """The way to the neighbouring pages."""
    return [
        InlineKeyboardButton(text=sign, callback_data=ListButton(page=target).pack())
        for sign, target in (("◀️", page - 1), ("▶️", page + 1))
        if 0 <= target <= last
    ]
