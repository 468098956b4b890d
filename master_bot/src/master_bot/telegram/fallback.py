"""What nobody else handles: a message that no step asked for, and a button that leads nowhere any more."""

from aiogram import Router
from aiogram.types import CallbackQuery, Message

from master_bot.telegram.person import Person
from master_bot.telegram.sending import acknowledge, hidden


async def anything_else(message: Message, person: Person) -> None:
    """What no other handler wants; a secret among it must not stay in the chat."""
    if not await hidden(message, person.texts):
        await message.answer(person.texts.not_understood)


async def forged(query: CallbackQuery, person: Person) -> None:
    """A button from another age, or one that was made up."""
    await acknowledge(query, person.texts.old_button)


def last_router() -> Router:
    """The handlers; they come after all others."""
    router = Router(name="last")
    router.message.register(anything_else)
    router.callback_query.register(forged)
    return router
