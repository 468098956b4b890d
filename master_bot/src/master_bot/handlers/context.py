"""Who asks for something about a bot, whether they may, and where the answer goes."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiogram.exceptions import TelegramAPIError
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message

from master_bot.kubernetes.client import NotFoundError
from master_bot.kubernetes.cluster import Cluster
from master_bot.models import LANGUAGE_ANNOTATION, doomed, going, handle
from master_bot.services.drafts import Draft, Drafts
from master_bot.telegram.person import Person
from master_bot.telegram.sending import edit
from master_bot.texts import Texts, fill, texts_for
from personalbots_api.models import PersonalBot

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Ask:
    """Who asks for something, and where: a command's message, or the message that the pressed button stands under."""

    message: Message
    person: Person
    state: FSMContext
    query: CallbackQuery | None = None
    lines: int | None = None
    search: str = ""

    async def begin(self, step: State, bot: PersonalBot, drafts: Drafts) -> None:
        """Have what the person types next belong to `step`, about this bot; a bot in the making is dropped."""
        if draft := Draft.recall(await self.state.get_data()):
            await drafts.drop(draft)
        await self.state.set_data({"bot": bot.metadata.name})
        await self.state.set_state(step)


Action = Callable[[PersonalBot, Ask], Awaitable[None]]
"""What a button does with a bot; that the person may touch it is made sure before."""


async def touchable(cluster: Cluster, name: str, person: Person) -> PersonalBot | None:
    """The bot as the cluster has it now, if this person may touch it."""
    try:
        bot = await cluster.bot(name)
    except NotFoundError:
        return None
    return bot if person.may_touch(bot) else None


async def changeable(cluster: Cluster, name: str, ask: Ask) -> PersonalBot | None:
    """The bot, if this person may change it now; else they are told why not."""
    bot = await touchable(cluster, name, ask.person)
    if bot is None:
        await ask.message.answer(ask.person.texts.no_such_bot)
    elif going(bot) or doomed(bot):
        await ask.message.answer(fill(ask.person.texts.being_deleted, bot=handle(bot)))
        return None
    return bot


async def tell_owner(bot: PersonalBot, ask: Ask, sentence: Callable[[Texts], str]) -> None:
    """Tell the bot's owner what somebody else, an administrator, has just done with it."""
    if ask.person.id == bot.spec.owner_id or ask.message.bot is None:
        return
    text = sentence(texts_for(bot.metadata.annotations.get(LANGUAGE_ANNOTATION)))
    try:
        await ask.message.bot.send_message(bot.spec.owner_id, fill(text, bot=handle(bot)))
    except TelegramAPIError as error:
        # Who never wrote to the master bot, or has blocked it, cannot be told.
        log.info("an owner cannot be told", extra={"bot": bot.metadata.name, "error": str(error)})


async def show(ask: Ask, text: str, keyboard: InlineKeyboardMarkup | None) -> None:
    """Put this where the pressed button stands, so that it is not pressed twice; else below, as a new message."""
    message = ask.message
    if ask.query and message.bot:
        place = {"chat_id": message.chat.id, "message_id": message.message_id}
        if await edit(message.bot, **place, text=text, keyboard=keyboard):
            return
    await message.answer(text, reply_markup=keyboard)
