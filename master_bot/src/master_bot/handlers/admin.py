"""What administrators can do beyond everybody's commands: all bots at a glance, search, quotas, invitations, news."""

from dataclasses import dataclass, field
from typing import Final

from aiogram import F, Router
from aiogram.filters import Command, CommandObject, StateFilter
from aiogram.filters.callback_data import CallbackData
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, InlineKeyboardButton, Message

from master_bot.handlers.health import HealthHandlers
from master_bot.handlers.states import AdminInput
from master_bot.kubernetes.annotations import title
from master_bot.kubernetes.personal_bots import handle, username
from master_bot.kubernetes.quotas import Quotas
from master_bot.services.broadcasts import Broadcast, Broadcasts
from master_bot.services.clients import Clients
from master_bot.services.invitations import VALID, Invitations
from master_bot.telegram.person import Person
from master_bot.telegram.secret_messages import delete_stray_secret
from master_bot.telegram.sending import acknowledge, edit
from master_bot.texts import fill
from master_bot.views.admin import owners, summary
from master_bot.views.bots import line
from master_bot.views.diagnosis import diagnose
from master_bot.views.keyboards import Act, button, markup
from personalbots_api.models import PersonalBot

_MOST_BOTS: Final = 10_000
"""The largest quota of a person."""
_MOST_FOUND: Final = 20
_LONGEST_BROADCAST: Final = 3500
"""Characters; a message holds 4096 with the heading."""


class SendButton(CallbackData, prefix="s"):
    """The button that sends what an administrator wrote."""


class DropButton(CallbackData, prefix="x"):
    """The button that does not send it after all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminHandlers:
    """For administrators alone: the router sees to that."""

    clients: Clients
    quotas: Quotas
    invitations: Invitations
    broadcasts: Broadcasts
    drafted: dict[int, str] = field(default_factory=dict)
    """What each administrator wants to send, until they press the button."""

    async def summary(self, message: Message, person: Person) -> None:
        """All bots at a glance."""
        await message.answer(summary(self.clients.cache.all(), self.clients.now(), person.texts))

    async def find(self, message: Message, command: CommandObject, person: Person) -> None:
        """Bots by a part of their name or their owner's number."""
        words, wanted = person.texts.admin, (command.args or "").strip().removeprefix("@").lower()
        if not wanted:
            await message.answer(words.find_what)
            return

        found = [bot for bot in self.clients.cache.all() if any(wanted in name for name in _names(bot))]
        if not found:
            await message.answer(words.found_none)
            return

        now, shown = self.clients.now(), found[:_MOST_FOUND]
        lines = [line(bot, diagnose(bot, None, (), now), person.texts) for bot in shown]
        rows = [[button(handle(bot), Act.CARD, bot)] for bot in shown]
        await message.answer("\n".join([fill(words.found, count=len(found)), *lines]), reply_markup=markup(*rows))

    async def quota(self, message: Message, command: CommandObject, person: Person) -> None:
        """How many bots a person may have: shown, and set for that person."""
        words = person.texts.admin
        match (command.args or "").split():
            case []:
                await message.answer(self._all_quotas(person))
            case [who] if who.isdecimal():
                await message.answer(self._quota_line(int(who), person))
            case [who, most] if who.isdecimal() and (most == "-" or most.isdecimal()):
                await self.quotas.set(int(who), None if most == "-" else min(int(most), _MOST_BOTS))
                await message.answer(self._quota_line(int(who), person))
            case _:
                await message.answer(words.quota_what)

    def _all_quotas(self, person: Person) -> str:
        words = person.texts.admin
        head = fill(words.quota_all, most=self.clients.settings.bots_per_owner or words.quota_any)
        lines = [fill(words.quota_of, person=who, most=most) for who, most in self.quotas.exceptions().items()]
        return "\n".join([head, *lines, words.quota_what])

    def _quota_line(self, number: int, person: Person) -> str:
        words, count = person.texts.admin, len(self.clients.cache.of(number))
        return fill(words.quota_now, person=number, most=self.quotas.of(number) or words.quota_any, count=count)

    async def invite(self, message: Message, person: Person) -> None:
        """A link that lets people in."""
        words, settings = person.texts.admin, self.clients.settings
        if settings.invitations != "code":
            await message.answer(words.invite_open if settings.invitations == "open" else words.invite_closed)
            return

        me = await self.clients.telegram.me()
        link = f"{settings.link_base}/{me.username}?start={self.invitations.code()}"
        await message.answer(fill(words.invite, link=link, days=VALID.days))

    async def ask_broadcast(self, message: Message, command: CommandObject, person: Person, state: FSMContext) -> None:
        """Show what the command would send; of the command alone, ask for the message."""
        if command.args:
            await self._show_broadcast(message, command.args, person)
        else:
            await state.set_state(AdminInput.broadcast)
            await message.answer(person.texts.admin.broadcast_what)

    async def broadcast_given(self, message: Message, person: Person, state: FSMContext) -> None:
        """The message that was asked for."""
        if await delete_stray_secret(message, person.texts):
            return

        # The data may still hold the draft of a bot, which is not this one's to forget.
        await state.set_state(None)
        await self._show_broadcast(message, message.text or "", person)

    async def _show_broadcast(self, message: Message, text: str, person: Person) -> None:
        """Show what would be sent, and to how many."""
        words, text = person.texts.admin, text.strip()[:_LONGEST_BROADCAST]
        self.drafted[person.id] = text
        send = InlineKeyboardButton(text=words.button_send, callback_data=SendButton().pack())
        drop = InlineKeyboardButton(text=words.button_drop, callback_data=DropButton().pack())
        count = len(owners(self.clients.cache.all()))
        await message.answer(fill(words.broadcast_ask, count=count, text=text), reply_markup=markup([send, drop]))

    async def drop_broadcast(self, query: CallbackQuery, person: Person) -> None:
        """Send nothing."""
        await acknowledge(query)
        self.drafted.pop(person.id, None)
        if isinstance(query.message, Message):
            chat, number = query.message.chat.id, query.message.message_id
            text = person.texts.admin.broadcast_dropped
            await edit(self.clients.telegram, chat_id=chat, message_id=number, text=text, keyboard=None)

    async def broadcast(self, query: CallbackQuery, person: Person) -> None:
        """Send it, as fast as Telegram allows."""
        await acknowledge(query)
        message, text = query.message, self.drafted.get(person.id)
        if not isinstance(message, Message):
            return

        if text is None:
            await message.answer(person.texts.admin.broadcast_gone)
            return

        await self.broadcasts.begin(
            Broadcast(
                text=text,
                chat_id=message.chat.id,
                message_id=message.message_id,
                language=person.texts.language,
            )
        )
        # Only now: had the cluster been away, the button would have to be pressed again.
        del self.drafted[person.id]


def admin_router(handlers: AdminHandlers, health: HealthHandlers) -> Router:
    """The handlers; for everybody else these commands do not exist."""
    router = Router(name="admin")
    router.message.filter(_is_admin)
    router.callback_query.filter(_is_admin)
    router.message.register(handlers.summary, Command("admin"))
    router.message.register(handlers.find, Command("find"))
    router.message.register(health.health, Command("health"))
    router.message.register(handlers.quota, Command("quota"))
    router.message.register(handlers.invite, Command("invite"))
    router.message.register(handlers.ask_broadcast, Command("broadcast"))
    asked = StateFilter(AdminInput.broadcast)
    router.message.register(handlers.broadcast_given, asked, F.text, ~F.text.startswith("/"))
    router.callback_query.register(handlers.drop_broadcast, DropButton.filter())
    router.callback_query.register(handlers.broadcast, SendButton.filter())

    return router


async def _is_admin(_: Message | CallbackQuery, person: Person) -> bool:
    return person.admin


def _names(bot: PersonalBot) -> tuple[str, ...]:
    return bot.metadata.name, (username(bot) or "").lower(), title(bot).lower(), str(bot.spec.owner_id)
