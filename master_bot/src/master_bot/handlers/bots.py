"""Every command and button about one bot: which bot is meant, whether the person may touch it, who does it.

A command without a name means the person's only bot, or asks which. A name (a command's argument, a button's data)
proves nothing: the right to touch the bot is decided on the resource as the cluster has it at that moment, and a bot of
somebody else is answered exactly like one that does not exist.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from master_bot.handlers.bot_list import BotListHandlers
from master_bot.handlers.context import Action, Context, touchable
from master_bot.kubernetes.annotations import is_deletion_pending, title
from master_bot.kubernetes.personal_bots import bot_id, handle, is_being_deleted, username
from master_bot.services.clients import Clients
from master_bot.telegram.person import Person
from master_bot.telegram.sending import acknowledge
from master_bot.texts import fill
from master_bot.views.keyboards import Act, BotButton, ListButton, button, choice, markup
from personalbots_api.models import PersonalBot

_COMMANDS: Final = {
    "status": Act.CARD,
    "debug": Act.DEBUG,
    "logs": Act.LOGS,
    "restart": Act.RESTART,
    "stop": Act.STOP,
    "resume": Act.RESUME,
    "settings": Act.SETTINGS,
    "rename": Act.RENAME,
    "rotate": Act.ROTATE,
    "delete": Act.DELETE,
}
_READ_ONLY: Final = frozenset({Act.DEBUG, Act.LOGS})
_LONGEST_CHOICE: Final = 30
"""Buttons under «Which bot?»; an administrator with more bots than that names one."""
_MOST_DIGITS: Final = 4
"""Digits of a number of lines; a longer number is a bot's id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BotsHandlers:
    """Finds the bot and carries out one of `actions`, which holds one for every `Act`."""

    clients: Clients
    bot_list: BotListHandlers
    actions: Mapping[Act, Action]

    async def help(self, message: Message, person: Person) -> None:
        """What the master bot can do."""
        await message.answer(person.texts.help + (person.texts.admin.help if person.admin else ""))

    async def command(self, message: Message, command: CommandObject, person: Person, state: FSMContext) -> None:
        """Any command about one bot."""
        act = _COMMANDS[command.command]
        self.clients.metrics.commands.labels(command.command).inc()

        lines, wanted, search = _arguments(command.args or "")

        found = self._meant(person, wanted)
        if len(found) == 1:
            context = Context(message=message, person=person, state=state, lines=lines, search=search)
            await self._do(act, found[0].metadata.name, context)
        elif wanted:
            await message.answer(person.texts.no_such_bot)
        elif found and act is Act.CARD:
            await self.bot_list.first_page(message, person)
        elif found:
            await message.answer(person.texts.which_bot, reply_markup=choice(found[:_LONGEST_CHOICE], act))
        else:
            await message.answer(person.texts.no_bots)

    async def pressed(self, query: CallbackQuery, callback_data: BotButton, person: Person, state: FSMContext) -> None:
        """Any button about one bot."""
        self.clients.metrics.commands.labels(f"button-{callback_data.act.name.lower()}").inc()
        await acknowledge(query)

        if isinstance(query.message, Message):
            context = Context(message=query.message, person=person, state=state, query=query)
            await self._do(callback_data.act, callback_data.name, context)

    def _meant(self, person: Person, wanted: str) -> Sequence[PersonalBot]:
        """The bots that a command can mean: one's own; for an administrator any by name, or all when they have none."""
        cache = self.clients.cache
        own = cache.of(person.id)

        if wanted:
            pool = cache.all() if person.admin else own
            return [bot for bot in pool if wanted in _called(bot)]

        return own if own or not person.admin else cache.all()

    async def _do(self, act: Act, name: str, context: Context) -> None:
        texts, message = context.person.texts, context.message
        bot = await touchable(self.clients.cluster, name, context.person)

        if bot is None:
            await message.answer(texts.no_such_bot)
        elif is_being_deleted(bot) and act not in {Act.CARD, *_READ_ONLY}:
            await message.answer(fill(texts.being_deleted, bot=handle(bot)))
        elif is_deletion_pending(bot) and not is_being_deleted(bot) and act not in {Act.UNDO, *_READ_ONLY}:
            undo = markup([button(texts.button_undo, Act.UNDO, bot)])
            await message.answer(fill(texts.deletion_pending, bot=handle(bot)), reply_markup=undo)
        else:
            await self.actions[act](bot, context)


def bots_router(handlers: BotsHandlers) -> Router:
    """The handlers of everything about bots that exist."""
    router = Router(name="bots")
    router.message.register(handlers.help, Command("help"))
    router.message.register(handlers.bot_list.first_page, Command("bots"))
    router.message.register(handlers.command, Command(*_COMMANDS))
    router.callback_query.register(handlers.bot_list.turn_page, ListButton.filter())
    router.callback_query.register(handlers.pressed, BotButton.filter())

    return router


def _arguments(text: str) -> tuple[int | None, str, str]:
    """The number of lines, the bot's name, and what stands after "find": all that a command may be given."""
    text, _, search = f" {text} ".partition(" find ")
    lines, wanted = None, ""

    for word in text.split():
        if word.isdecimal() and len(word) <= _MOST_DIGITS:
            lines = int(word)
        else:
            wanted = word

    return lines, wanted.rpartition("/")[2].removeprefix("@").lower(), search.strip()


def _called(bot: PersonalBot) -> set[str]:
    """All that a person may call the bot."""
    return {bot.metadata.name, (username(bot) or "").lower(), title(bot).lower(), str(bot_id(bot) or "")} - {""}
