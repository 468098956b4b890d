"""What no other handler takes: a message out of place, and a button that no longer leads anywhere."""

from typing import Final

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message

from master_bot.telegram.person import Person
from master_bot.telegram.secret_messages import delete_stray_secret
from master_bot.telegram.sending import acknowledge
from master_bot.texts import fill

_BOTFATHER: Final = ("newbot", "mybots", "token", "revoke", "setname", "deletebot")


async def command_of_botfather(message: Message, command: CommandObject, person: Person) -> None:
    """Answer a command that our texts, or Telegram's, name for another chat."""
    await message.answer(fill(person.texts.for_botfather, command=command.command))


async def unexpected_message(message: Message, person: Person) -> None:
    """Answer a message that nothing asked for; a secret in it must not stay in the chat."""
    if not await delete_stray_secret(message, person.texts):
        await message.answer(person.texts.not_understood)


async def unknown_button(query: CallbackQuery, person: Person) -> None:
    """Answer a button of an older version, or one that somebody made up."""
    await acknowledge(query, person.texts.old_button)


def fallback_router() -> Router:
    """The handlers; they come after all others."""
    router = Router(name="fallback")
    router.message.register(command_of_botfather, Command(*_BOTFATHER))
    router.message.register(unexpected_message)
    router.callback_query.register(unknown_button)
    return router
