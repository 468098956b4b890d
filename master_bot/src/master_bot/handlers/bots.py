"""Living with bots: the list, a card per bot, and what can be done to one, by command or by button.

A command without a name means the person's only bot, or asks which. Whatever names a bot (a command's argument, a
button's data) is only a wish: the right to touch it is decided on the resource as the cluster has it at that moment,
and a bot of somebody else is answered exactly like one that does not exist.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Final

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message

from master_bot.handlers.bot_settings import ChangesDesk
from master_bot.handlers.context import Action, Ask, show, tell_owner, touchable
from master_bot.handlers.debug import DebugDesk
from master_bot.handlers.deletion import Deletions
from master_bot.kubernetes.bot_cache import BotCache
from master_bot.kubernetes.cluster import Cluster
from master_bot.kubernetes.fsm_storage import Clock
from master_bot.kubernetes.quotas import Quotas
from master_bot.metrics import Metrics
from master_bot.models import MUTED_ANNOTATION, Raw, bot_id, doomed, going, handle, title, username
from master_bot.services.startup_messages import LiveMessages
from master_bot.settings import Settings
from master_bot.telegram.person import Person
from master_bot.telegram.sending import acknowledge
from master_bot.texts import fill
from master_bot.views.bots import PAGE, bot_list, status
from master_bot.views.diagnosis import diagnose
from master_bot.views.keyboards import Act, BotButton, ListButton, button, card, choice, delete_choice, markup, pages
from personalbots_api import names
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
_LONGEST_CHOICE: Final = 30
"""Buttons under «Which bot?»; an administrator with more bots than that names one."""


@dataclass(frozen=True, kw_only=True)
class BotsDesk:
    """What living with bots works with."""

    cluster: Cluster
    cache: BotCache
    live: LiveMessages
    debug: DebugDesk
    changes: ChangesDesk
    deletions: Deletions
    settings: Settings
    quotas: Quotas
    metrics: Metrics
    now: Clock

    async def help(self, message: Message, person: Person) -> None:
        """What the master bot can do."""
        await message.answer(person.texts.help)

    async def list(self, message: Message, person: Person) -> None:
        """The first page of the person's bots."""
        text, keyboard = self._page(person, 0)
        await message.answer(text, reply_markup=keyboard)

    async def turn_page(
        self, query: CallbackQuery, callback_data: ListButton, person: Person, state: FSMContext
    ) -> None:
        """Another page of the list, in the same message."""
        await acknowledge(query)
        if isinstance(query.message, Message):
            text, keyboard = self._page(person, callback_data.page)
            await show(Ask(message=query.message, person=person, state=state, query=query), text, keyboard)

    async def command(self, message: Message, command: CommandObject, person: Person, state: FSMContext) -> None:
        """Any command about one bot."""
        act = _COMMANDS[command.command]
        self.metrics.commands.labels(command.command).inc()
        lines, wanted, search = _arguments(command.args or "")
        own = self._own(person)
        if wanted:
            pool = self.cache.all() if person.admin else own
            found = [bot for bot in pool if wanted in _called(bot)]
        else:
            found = list(own)
        if len(found) == 1:
            await self._do(
                act,
                found[0].metadata.name,
                Ask(message=message, person=person, state=state, lines=lines, search=search),
            )
        elif wanted:
            await message.answer(person.texts.no_such_bot)
        elif found and act is Act.CARD:
            await self.list(message, person)
        elif found:
            await message.answer(person.texts.which_bot, reply_markup=choice(found[:_LONGEST_CHOICE], act))
        else:
            await message.answer(person.texts.no_bots)

    async def pressed(self, query: CallbackQuery, callback_data: BotButton, person: Person, state: FSMContext) -> None:
        """Any button about one bot."""
        self.metrics.commands.labels(f"button-{callback_data.act.name.lower()}").inc()
        await acknowledge(query)
        if isinstance(query.message, Message):
            await self._do(
                callback_data.act,
                callback_data.name,
                Ask(message=query.message, person=person, state=state, query=query),
            )

    async def _do(self, act: Act, name: str, ask: Ask) -> None:
        bot = await touchable(self.cluster, name, ask.person)
        if bot is None:
            await ask.message.answer(ask.person.texts.no_such_bot)
        elif going(bot) and act not in (Act.CARD, Act.DEBUG, Act.LOGS):
            await ask.message.answer(fill(ask.person.texts.being_deleted, bot=handle(bot)))
        elif doomed(bot) and not going(bot) and act not in (Act.DEBUG, Act.LOGS, Act.UNDO):
            undo = markup([button(ask.person.texts.button_undo, Act.UNDO, bot)])
            await ask.message.answer(fill(ask.person.texts.doomed, bot=handle(bot)), reply_markup=undo)
        else:
            actions: Mapping[Act, Action] = {
                **self.changes.actions(),
                **self.debug.actions(),
                Act.CARD: self._card,
                Act.RESTART: self._restart,
                Act.STOP: self._stop,
                Act.RESUME: self._resume,
                Act.DELETE: self._ask_delete,
                Act.DELETE_KEEPING: self._delete_keeping,
                Act.DELETE_ALL: self._delete_all,
                Act.KEEP_BOT: self._keep,
                Act.UNDO: self.deletions.undo,
            }
            await actions[act](bot, ask)

    def _own(self, person: Person) -> Sequence[PersonalBot]:
        """The bots that a command without a name can mean: one's own, or all when an administrator has none."""
        own = self.cache.of(person.id)
        return own if own or not person.admin else self.cache.all()

    def _page(self, person: Person, page: int) -> tuple[str, InlineKeyboardMarkup | None]:
        bots = self.cache.all() if person.admin else self.cache.of(person.id)
        if not bots:
            return person.texts.no_bots, None
        last = (len(bots) - 1) // PAGE
        page = min(max(page, 0), last)
        text = bot_list(
            bots,
            admin=person.admin,
            page=page,
            now=self.now(),
            texts=person.texts,
            most=self.quotas.of(person.id),
        )
        shown = bots[page * PAGE : (page + 1) * PAGE]
        return text, markup(*([button(handle(bot), Act.CARD, bot)] for bot in shown), pages(page, last))

    async def _card(self, bot: PersonalBot, ask: Ask) -> None:
        pod, events = await self.cluster.pod(bot), await self.cluster.events(bot)
        now = self.now()
        text = status(bot, diagnose(bot, pod, events, now), now, ask.person.texts)
        await show(ask, text, card(bot, ask.person.texts, self.settings.link_base))

    async def _restart(self, bot: PersonalBot, ask: Ask) -> None:
        if bot.spec.state == "Stopped":
            await ask.message.answer(fill(ask.person.texts.restart_of_stopped, bot=handle(bot)))
            return
        former = await self.cluster.pod(bot)
        at = self.now().astimezone(UTC).isoformat(timespec="seconds")
        restarting = await self._change(bot, {"metadata": {"annotations": {names.RESTARTED_AT_ANNOTATION: at}}})
        await self.live.begin(restarting, chat_id=ask.message.chat.id, texts=ask.person.texts, former_pod=former)

    async def _stop(self, bot: PersonalBot, ask: Ask) -> None:
        texts, stopped = ask.person.texts, bot.spec.state == "Stopped"
        if not stopped:
            await self._change(bot, {"spec": {"state": "Stopped"}})
            if MUTED_ANNOTATION not in bot.metadata.annotations:
                await tell_owner(bot, ask, lambda texts: texts.admin.stopped_your_bot)
        keyboard = markup([button(texts.button_resume, Act.RESUME, bot)])
        text = texts.stopped_already if stopped else texts.stopping
        await ask.message.answer(fill(text, bot=handle(bot)), reply_markup=keyboard)

    async def _resume(self, bot: PersonalBot, ask: Ask) -> None:
        if bot.spec.state != "Stopped":
            await ask.message.answer(fill(ask.person.texts.runs_already, bot=handle(bot)))
            return
        former = await self.cluster.pod(bot)
        running = await self._change(bot, {"spec": {"state": "Running"}})
        await self.live.begin(running, chat_id=ask.message.chat.id, texts=ask.person.texts, former_pod=former)

    async def _ask_delete(self, bot: PersonalBot, ask: Ask) -> None:
        texts, knowledge = ask.person.texts, bot.status.knowledge
        documents = fill(texts.delete_documents, count=knowledge.documents) if knowledge else ""
        text = fill(texts.delete_question, bot=handle(bot), documents=documents)
        await ask.message.answer(text, reply_markup=delete_choice(bot, texts))

    async def _delete_keeping(self, bot: PersonalBot, ask: Ask) -> None:
        await self.deletions.begin(bot, "Retain", ask)

    async def _delete_all(self, bot: PersonalBot, ask: Ask) -> None:
        await self.deletions.begin(bot, "Delete", ask)

    async def _keep(self, bot: PersonalBot, ask: Ask) -> None:
        await show(ask, fill(ask.person.texts.not_deleted, bot=handle(bot)), None)

    async def _change(self, bot: PersonalBot, patch: Raw) -> PersonalBot:
        changed = await self.cluster.patch_bot(bot, patch)
        self.cache.put(changed)
        return changed


def bots_router(desk: BotsDesk) -> Router:
    """The handlers of everything about bots that exist."""
    router = Router(name="bots")
    router.message.register(desk.help, Command("help"))
    router.message.register(desk.list, Command("bots"))
    router.message.register(desk.command, Command(*_COMMANDS))
    router.callback_query.register(desk.turn_page, ListButton.filter())
    router.callback_query.register(desk.pressed, BotButton.filter())
    return router


def _arguments(text: str) -> tuple[int | None, str, str]:
    """The number of lines, the bot's name, and what stands after "find": all that a command may be given."""
    text, _, search = f" {text} ".partition(" find ")
    lines, wanted = None, ""
    for word in text.split():
        # A short number counts lines; a long one is a bot's id.
        if word.isdecimal() and len(word) <= 4:  # noqa: PLR2004 - as the line above says
            lines = int(word)
        else:
            wanted = word
    return lines, wanted.rpartition("/")[2].removeprefix("@").lower(), search.strip()


def _called(bot: PersonalBot) -> set[str]:
    """All that a person may call the bot."""
    return {bot.metadata.name, (username(bot) or "").lower(), title(bot).lower(), str(bot_id(bot) or "")} - {""}
