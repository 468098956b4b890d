"""Who asks for something about a bot, whether they may, and where the answer goes."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiogram.exceptions import TelegramAPIError
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message

from master_bot.kubernetes.annotations import is_deletion_pending
from master_bot.kubernetes.client import NotFoundError
from master_bot.kubernetes.cluster import Cluster
from master_bot.kubernetes.personal_bots import handle, is_being_deleted
from master_bot.services.drafts import Draft, Drafts
from master_bot.telegram.person import Person
from master_bot.telegram.sending import edit
from master_bot.texts import Texts, fill
from master_bot.views.bots import owner_texts
from personalbots_api.models import PersonalBot

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Who asks for something, and where: a command's message, or the message that the pressed button stands under."""

    message: Message
    person: Person
    state: FSMContext
    query: CallbackQuery | None = None
    lines: int | None = None
    """How many lines of a log a command asks for."""
    search: str = ""
    """What a command looks for in a log."""

    async def begin(self, step: State, bot: PersonalBot, drafts: Drafts) -> None:
        """Take what the person types next as the answer to `step`, about this bot; drop a bot in the making.

        Raises:
            ClusterError: nothing has begun.
        """
        if draft := Draft.recall(await self.state.get_data()):
            await drafts.drop(draft)

        await self.state.set_data({"bot": bot.metadata.name})
        await self.state.set_state(step)


Action = Callable[[PersonalBot, Context], Awaitable[None]]
"""What a button does with a bot. The caller has checked that the person may touch the bot."""


async def touchable(cluster: Cluster, name: str, person: Person) -> PersonalBot | None:
    """The bot as the cluster has it now, if this person may touch it.

    Raises:
        ClusterError: it cannot be read.
    """
    try:
        bot = await cluster.bot(name)
    except NotFoundError:
        return None

    return bot if person.may_touch(bot) else None


async def changeable(cluster: Cluster, name: str, context: Context) -> PersonalBot | None:
    """The bot, if this person may change it now; else they are told why not.

    Raises:
        ClusterError: it cannot be read.
    """
    bot = await touchable(cluster, name, context.person)
    if bot is None:
        await context.message.answer(context.person.texts.no_such_bot)
    elif is_being_deleted(bot) or is_deletion_pending(bot):
        await context.message.answer(fill(context.person.texts.being_deleted, bot=handle(bot)))
        return None

    return bot


async def bot_of_conversation(cluster: Cluster, context: Context) -> PersonalBot | None:
    """The bot that the conversation is about, if the person may change it now; else the conversation ends.

    Raises:
        ClusterError: it cannot be read.
    """
    name = str((await context.state.get_data()).get("bot", ""))
    bot = await changeable(cluster, name, context)
    if bot is None:
        await context.state.clear()

    return bot


async def notify_owner(bot: PersonalBot, context: Context, sentence: Callable[[Texts], str]) -> None:
    """Tell the bot's owner what somebody else, an administrator, has just done with it."""
    if context.person.id == bot.spec.owner_id or context.message.bot is None:
        return

    text = fill(sentence(owner_texts(bot)), bot=handle(bot))
    try:
        await context.message.bot.send_message(bot.spec.owner_id, text)
    except TelegramAPIError as error:
        # The owner never wrote to the master bot, or has blocked it.
        logger.info("an owner cannot be told", extra={"bot": bot.metadata.name, "error": str(error)})


async def show(context: Context, text: str, keyboard: InlineKeyboardMarkup | None) -> None:
    """Replace the message with the pressed button, so that nobody presses it twice; else answer below."""
    message = context.message
    if (
        context.query
        and message.bot
        and await edit(
            message.bot, chat_id=message.chat.id, message_id=message.message_id, text=text, keyboard=keyboard
        )
    ):
        return

    await message.answer(text, reply_markup=keyboard)
