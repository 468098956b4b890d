"""What no other handler takes: a message out of place, and a button that no longer leads anywhere."""

from aiogram import Router
from aiogram.types import CallbackQuery, Message

from master_bot.telegram.person import Person
from master_bot.telegram.secret_messages import delete_stray_secret
from master_bot.telegram.sending import acknowledge


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
    router.message.register(unexpected_message)
    router.callback_query.register(unknown_button)
    return router
