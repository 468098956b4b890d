"""What administrators see and do beside what everybody can: all bots at a glance, search, quotas, news for all."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from aiogram import Bot, Router
from aiogram.filters import Command, CommandObject
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, InlineKeyboardButton, Message

from master_bot.handlers.health import CheckUp
from master_bot.handlers.invitations import VALID, invitation
from master_bot.kubernetes.bot_cache import BotCache
from master_bot.kubernetes.fsm_storage import Clock
from master_bot.kubernetes.quotas import Quotas
from master_bot.models import handle, title, username
from master_bot.services.broadcasts import Broadcast, Broadcasts, owners
from master_bot.settings import Settings
from master_bot.telegram.person import Person
from master_bot.telegram.sending import acknowledge
from master_bot.texts import Texts, fill
from master_bot.views.bots import line
from master_bot.views.diagnosis import diagnose
from master_bot.views.keyboards import Act, button, markup
from personalbots_api.models import PersonalBot

_TOP: Final = 5
_MOST_BOTS: Final = 10_000
_FOUND: Final = 20
_TEXT: Final = 3500


class SendButton(CallbackData, prefix="s"):
    """The button that sends what an administrator wrote."""


@dataclass(kw_only=True)
class AdminDesk:
    """What administrators work with."""

    telegram: Bot
    cache: BotCache
    settings: Settings
    quotas: Quotas
    broadcasts: Broadcasts
    now: Clock
    _texts: dict[int, str] = field(default_factory=dict)

    async def summary(self, message: Message, person: Person) -> None:
        """How many bots there are, by state; and the largest."""
        await message.answer(summary(self.cache.all(), self.now(), person.texts))

    async def find(self, message: Message, command: CommandObject, person: Person) -> None:
        """Bots by a part of their name or their owner's number."""
        said, wanted = person.texts.admin, (command.args or "").strip().removeprefix("@").lower()
        if not wanted:
            await message.answer(said.find_what)
            return
        found = [bot for bot in self.cache.all() if any(wanted in word for word in _words(bot))]
        if not found:
            await message.answer(said.found_none)
            return
        lines = [line(bot, diagnose(bot, None, (), self.now()), person.texts) for bot in found[:_FOUND]]
        rows = [[button(handle(bot), Act.CARD, bot)] for bot in found[:_FOUND]]
        await message.answer("\n".join([fill(said.found, count=len(found)), *lines]), reply_markup=markup(*rows))

    async def quota(self, message: Message, command: CommandObject, person: Person) -> None:
        """How many bots a person may have: shown, and set for that person."""
        said, words = person.texts.admin, (command.args or "").split()
        if not words:
            lines = [fill(said.quota_of, person=who, most=most) for who, most in self.quotas.exceptions().items()]
            head = fill(said.quota_all, most=self.settings.bots_per_owner or said.quota_any)
            await message.answer("\n".join([head, *lines, said.quota_what]))
            return
        if not words[0].isdecimal() or len(words) > 2 or not (words[1:] in ([], ["-"]) or words[1].isdecimal()):  # noqa: PLR2004
            await message.answer(said.quota_what)
            return
        number = int(words[0])
        if words[1:]:
            await self.quotas.set(number, None if words[1] == "-" else min(int(words[1]), _MOST_BOTS))
        most = self.quotas.of(number)
        text = fill(said.quota_now, person=number, most=most or said.quota_any, count=len(self.cache.of(number)))
        await message.answer(text)

    async def invite(self, message: Message, person: Person) -> None:
        """A link that lets people in."""
        said = person.texts.admin
        if self.settings.invitations != "code":
            await message.answer(said.invite_open if self.settings.invitations == "open" else said.invite_closed)
            return
        me = await self.telegram.me()
        link = f"{self.settings.link_base}/{me.username}?start={invitation(self.telegram.token, self.now())}"
        await message.answer(fill(said.invite, link=link, days=VALID.days))

    async def ask_broadcast(self, message: Message, command: CommandObject, person: Person) -> None:
        """Show what would be sent, and to how many."""
        said, text = person.texts.admin, (command.args or "").strip()[:_TEXT]
        if not text:
            await message.answer(said.broadcast_what)
            return
        self._texts[person.id] = text
        send = InlineKeyboardButton(text=said.button_send, callback_data=SendButton().pack())
        count = len(owners(self.cache.all()))
        await message.answer(fill(said.broadcast_ask, count=count, text=text), reply_markup=markup([send]))

    async def broadcast(self, query: CallbackQuery, person: Person) -> None:
        """Send it, as fast as Telegram allows."""
        await acknowledge(query)
        text = self._texts.get(person.id)
        if not isinstance(query.message, Message):
            return
        if text is None:
            await query.message.answer(person.texts.admin.broadcast_gone)
            return
        await self.broadcasts.begin(
            Broadcast(
                text=text,
                chat_id=query.message.chat.id,
                message_id=query.message.message_id,
                language=person.texts.language,
            )
        )
        del self._texts[person.id]


def summary(bots: Sequence[PersonalBot], now: datetime, texts: Texts) -> str:
    """All bots at a glance; pure."""
    said = texts.admin
    found = Counter((diagnosis.light, diagnosis.reason) for diagnosis in (diagnose(bot, None, (), now) for bot in bots))
    states = [
        fill(said.state_line, light=light, count=count, state=texts.causes[reason].state)
        for (light, reason), count in found.most_common()
    ]
    documents = {bot.metadata.name: bot.status.knowledge.documents if bot.status.knowledge else 0 for bot in bots}
    restarts = {bot.metadata.name: bot.status.restarts for bot in bots}
    parts = [fill(said.summary, count=len(bots), owners=len(owners(bots))) + "".join(f"\n{s}" for s in states)]
    for heading, numbers in ((said.most_documents, documents), (said.most_restarts, restarts)):
        top = [bot for bot in sorted(bots, key=lambda bot: -numbers[bot.metadata.name]) if numbers[bot.metadata.name]]
        lines = [
            fill(said.top_line, bot=handle(bot), count=numbers[bot.metadata.name], owner=bot.spec.owner_id)
            for bot in top[:_TOP]
        ]
        parts += ["\n".join([heading, *lines])] if lines else []
    return "\n\n".join([*parts, said.summary_help])


def admin_router(desk: AdminDesk, check_up: CheckUp) -> Router:
    """The handlers; for everybody else these commands do not exist."""
    router = Router(name="admin")
    router.message.filter(_is_admin)
    router.callback_query.filter(_is_admin)
    router.message.register(desk.summary, Command("admin"))
    router.message.register(desk.find, Command("find"))
    router.message.register(check_up.health, Command("health"))
    router.message.register(desk.quota, Command("quota"))
    router.message.register(desk.invite, Command("invite"))
    router.message.register(desk.ask_broadcast, Command("broadcast"))
    router.callback_query.register(desk.broadcast, SendButton.filter())
    return router


async def _is_admin(_: Message | CallbackQuery, person: Person) -> bool:
    return person.admin


def _words(bot: PersonalBot) -> tuple[str, ...]:
    return bot.metadata.name, (username(bot) or "").lower(), title(bot).lower(), str(bot.spec.owner_id)
