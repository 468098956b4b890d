"""Who the bot is, and what it tells Telegram about itself."""

from aiogram.methods import GetMe, SetMyCommands
from aiogram.types import BotCommand, BotCommandScopeAllGroupChats, BotCommandScopeChat

from personal_bot.handlers.commands import NAMES
from personal_bot.handlers.permissions import OWNER_ONLY
from personal_bot.telegram.client import Connection, Me
from personal_bot.telegram.updates import IN_GROUPS
from personal_bot.texts import DEFAULT, LANGUAGES, known, say


async def introduce(connection: Connection, *, owner_id: int) -> Me:
    """Ask Telegram who the bot is, and set its menus of commands; waits while Telegram is away.

    Raises:
        TelegramAPIError: Telegram refuses it, the token for one.
    """
    user = await connection.deliver(GetMe(), chat_id=0)
    await set_menus(connection, owner_id=owner_id)
    return Me(id=user.id, username=user.username or "")


async def set_menus(connection: Connection, *, owner_id: int) -> None:
    """Set the menus of commands in each language; the owner's chat and groups have their own.

    Telegram knows no chat of an owner who has never written, so `/start` calls this again.
    """
    guests = [name for name in NAMES if name not in OWNER_ONLY]
    menus = (guests, None), (IN_GROUPS, BotCommandScopeAllGroupChats()), (NAMES, BotCommandScopeChat(chat_id=owner_id))

    for names, scope in menus:
        for language in LANGUAGES:
            commands = [BotCommand(command=name, description=say(language, known(f"command_{name}"))) for name in names]
            code = None if language == DEFAULT else language
            await connection.attempt(SetMyCommands(commands=commands, scope=scope, language_code=code))
