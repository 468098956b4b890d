"""The conversation that ends with a bot: its token, the key for the AI service, and watching it come up.

Every step can be taken twice: Telegram delivers a message again when the master bot was killed while it handled it.
"""

import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Final

import aiohttp
from aiogram import Bot, F, Router
from aiogram.client.session.base import BaseSession
from aiogram.filters import Command, CommandObject, CommandStart, StateFilter
from aiogram.filters.callback_data import CallbackData
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import (
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    ManagedBotUpdated,
    Message,
    ReplyKeyboardRemove,
    User,
)

from master_bot.handlers.invitations import refused, valid
from master_bot.kubernetes.bot_cache import BotCache
from master_bot.kubernetes.client import NotFoundError
from master_bot.kubernetes.fsm_storage import Clock
from master_bot.kubernetes.objects import moment
from master_bot.kubernetes.quotas import Quotas
from master_bot.metrics import Metrics
from master_bot.models import LIVE_ANNOTATION, ours
from master_bot.services.credentials import (
    Identity,
    Refusal,
    RefusedError,
    check_key,
    check_token,
    check_unused,
    check_webhook,
    find_token,
    resource_name,
)
from master_bot.services.drafts import Draft, Drafts, TakenError
from master_bot.services.startup_messages import LiveMessages
from master_bot.settings import Settings
from master_bot.telegram.person import Person
from master_bot.telegram.sending import acknowledge, edit, hide
from master_bot.texts import fill, texts_for
from master_bot.views.bots import key_place
from master_bot.views.choices import Choice, ChoiceButton, Wish, screen
from master_bot.views.keyboards import LONGEST_TITLE, markup
from personalbots_common.secrets_mask import looks_secret

log = logging.getLogger(__name__)


_HELD_FOR: Final = 600.0
"""Seconds that a token with a foreign webhook waits in memory for its button; it is written nowhere."""


class MoveButton(CallbackData, prefix="h"):
    """The button that takes a bot away from the service that has its webhook."""


class Onboarding(StatesGroup):
    """What the person is asked for."""

    token = State()
    key = State()
    wishes = State()


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What the conversation works with."""

    drafts: Drafts
    cache: BotCache
    live: LiveMessages
    session: BaseSession
    http: aiohttp.ClientSession
    settings: Settings
    quotas: Quotas
    metrics: Metrics
    now: Clock
    held: dict[int, tuple[str, float]] = field(default_factory=dict)
    """Tokens that wait for their button, by person, and since when."""

    async def start(
        self, message: Message, person: Person, state: FSMContext, bot: Bot, command: CommandObject
    ) -> None:
        """Begin, or begin again: by a managed bot where the master bot's account can have them, or by a token."""
        await self._drop(state)
        invited = valid(bot.token, command.args or "", self.now()) or bool((await state.get_data()).get("invited"))
        if why_not := refused(person, self.cache, self.settings, invited=invited, most=self.quotas.of(person.id)):
            outdated = self.settings.invitations == "code" and command.args and not self.cache.of(person.id)
            await state.clear()
            await message.answer(person.texts.admin.bad_invitation if outdated else why_not)
            return
        await state.set_data({"begun": message.date.isoformat(), **({"invited": True} if invited else {})})
        await state.set_state(Onboarding.token)
        self.metrics.onboarding.labels("started").inc()
        me, steps = await bot.me(), 2 if self.settings.shared_key_secret else 3
        if me.can_manage_bots and message.from_user:
            link = f"{self.settings.link_base}/newbot/{me.username}/{suggested_username(message.from_user)}"
            one_tap = InlineKeyboardButton(text=person.texts.button_new_bot, url=link)
            text = fill(person.texts.first_step_one_tap, steps=steps)
            await message.answer(text, reply_markup=markup([one_tap]))
        else:
            await message.answer(fill(person.texts.first_step, steps=steps))

    async def cancel(self, message: Message, person: Person, state: FSMContext) -> None:
        """Drop what was begun."""
        begun = await state.get_state()
        await self._drop(state)
        await state.clear()
        text = person.texts.cancelled if begun else person.texts.nothing_to_cancel
        await message.answer(text, reply_markup=ReplyKeyboardRemove())

    async def token_given(self, message: Message, person: Person, state: FSMContext, bot: Bot) -> None:
        """Check the token, and take the bot."""
        text = message.text or ""
        token = find_token(text)
        await hide(message, person.texts, secret=looks_secret(text))
        if token is None:
            await self._refuse(message, person, RefusedError(Refusal.TOKEN_FORMAT))
            return
        await self._try_token(token, message, person, state, bot)

    async def move(self, query: CallbackQuery, person: Person, state: FSMContext, bot: Bot) -> None:
        """Take the bot away from the other service. The token is in memory only, so a restart asks for it again."""
        await acknowledge(query)
        if not isinstance(query.message, Message):
            return
        token, since = self.held.pop(person.id, ("", 0.0))
        if token and monotonic() - since < _HELD_FOR:
            await self._try_token(token, query.message, person, state, bot)
        else:
            await query.message.answer(person.texts.send_it_again)

    async def _try_token(self, token: str, message: Message, person: Person, state: FSMContext, bot: Bot) -> None:
        try:
            identity = await self._check_token(token, message, person, state, master_id=bot.id)
        except RefusedError as error:
            webhook = error.refusal is Refusal.TOKEN_HAS_WEBHOOK
            if webhook:
                now = monotonic()
                for other in [one for one, (_, since) in self.held.items() if now - since > _HELD_FOR]:
                    del self.held[other]
                self.held[person.id] = (token, now)
            move = InlineKeyboardButton(text=person.texts.button_move, callback_data=MoveButton().pack())
            await self._refuse(message, person, error, markup([move]) if webhook else None)
            return
        await self._take(bot, person, state, Draft.begin(identity, managed=False), token)

    async def managed_bot(self, managed: ManagedBotUpdated, person: Person, state: FSMContext, bot: Bot) -> None:
        """Take the bot that a person made with one tap; or the new token of one that is here already."""
        made = managed.bot_user
        identity = Identity(bot_id=made.id, username=made.username or str(made.id))
        known = self.cache.get(resource_name(made.id))
        token = await bot.get_managed_bot_token(user_id=made.id)
        if known and known.spec.owner_id == person.id and ours(known):
            self.cache.put(await self.drafts.replace_token(known, token, at=self.now()))
            return
        try:
            check_unused(identity, self.cache.all(), asking=person.id, master_id=bot.id)
        except RefusedError as error:
            await bot.send_message(person.id, fill(person.texts.refusals[error.refusal], **error.facts))
            return
        invited = bool((await state.get_data()).get("invited"))
        if why_not := refused(person, self.cache, self.settings, invited=invited, most=self.quotas.of(person.id)):
            await bot.send_message(person.id, why_not)
            return
        await bot.set_managed_bot_access_settings(user_id=made.id, is_access_restricted=True)
        await self._take(bot, person, state, Draft.begin(identity, managed=True), token)

    async def _take(self, bot: Bot, person: Person, state: FSMContext, draft: Draft, token: str) -> None:
        """Keep the token in a Secret, and ask for the key, unless the administrator gives one to all."""
        await self._drop(state)
        # Who takes the link to a bot of one tap again has not said /start before.
        begun = (await state.get_data()).get("begun") or self.now().isoformat()
        await state.set_data({"draft": draft.remember(), "begun": begun})
        await self.drafts.keep_token(draft, token, owner_id=person.id)
        self.metrics.onboarding.labels("token").inc()
        if self.settings.shared_key_secret:
            wish = self._wish(person, self.settings.models, shared=True)
            text, keyboard = await self._last_step(state, draft, wish, person)
            await bot.send_message(person.id, text, reply_markup=keyboard)
        else:
            await self._ask_key(bot, person, state, draft)

    async def _ask_key(self, bot: Bot, person: Person, state: FSMContext, draft: Draft) -> None:
        await state.set_state(Onboarding.key)
        service, texts = self.settings.llm_base_url, person.texts
        place = key_place(service, texts)
        text = fill(texts.second_step, bot=f"@{draft.username}", service=service, where=place)
        await bot.send_message(person.id, text)

    def _wish(self, person: Person, models: Sequence[str], *, shared: bool) -> Wish:
        return Wish.default(self.settings, language=person.texts.language, models=models, shared=shared)

    async def _last_step(
        self, state: FSMContext, draft: Draft, wish: Wish, person: Person
    ) -> tuple[str, InlineKeyboardMarkup]:
        await state.update_data(wish=wish.remember())
        await state.set_state(Onboarding.wishes)
        return screen(wish, self.settings, bot=f"@{draft.username}", texts=person.texts)

    async def key_given(self, message: Message, person: Person, state: FSMContext) -> None:
        """Check the key, make the bot, and watch it come up."""
        text = (message.text or "").strip()
        draft = Draft.recall(await state.get_data())
        token = find_token(text)
        await hide(message, person.texts, secret=len(text.split()) == 1 or looks_secret(text))
        if draft is None:
            await self._begin_again(message, person, state)
            return
        if token:
            await message.answer(fill(person.texts.only_key_is_missing, bot=f"@{draft.username}"))
            return
        try:
            key = await check_key(
                text,
                self.http,
                base_url=self.settings.llm_base_url,
                models=self.settings.models,
                embedding_model=self.settings.llm_embedding_model,
            )
        except RefusedError as error:
            await self._refuse(message, person, error)
            return
        try:
            await self.drafts.keep_key(draft, key.text)
        except NotFoundError:
            await self._begin_again(message, person, state)
            return
        self.metrics.onboarding.labels("key").inc()
        text, keyboard = await self._last_step(state, draft, self._wish(person, key.models, shared=False), person)
        await message.answer(text, reply_markup=keyboard)

    async def title_given(self, message: Message, person: Person, state: FSMContext) -> None:
        """What is typed at the last step is what the bot shall be called; a secret out of place is none."""
        given = (message.text or "").strip()
        data = await state.get_data()
        draft, wish = Draft.recall(data), Wish.recall(data)
        secret = looks_secret(given)
        await hide(message, person.texts, secret=secret)
        if draft is None or wish is None:
            await self._begin_again(message, person, state)
        elif not secret and (len(given) > LONGEST_TITLE or "\n" in given):
            await message.answer(person.texts.changes.bad_title)
        else:
            # A key that Telegram delivers again after a restart leads to the step that it had led to.
            wished = wish if secret else replace(wish, title=given)
            text, keyboard = await self._last_step(state, draft, wished, person)
            await message.answer(text, reply_markup=keyboard)

    async def chosen(
        self, query: CallbackQuery, callback_data: ChoiceButton, person: Person, state: FSMContext, bot: Bot
    ) -> None:
        """A button under the last step."""
        await acknowledge(query)
        data = await state.get_data()
        draft, wish = Draft.recall(data), Wish.recall(data)
        if not isinstance(query.message, Message):
            return
        if draft is None or wish is None:
            await self._begin_again(query.message, person, state)
            return
        place = {"chat_id": query.message.chat.id, "message_id": query.message.message_id}
        match callback_data.choice:
            case Choice.CREATE:
                await self._make(bot, query.message, person, state, draft, wish)
            case Choice.OWN_KEY:
                await self._ask_key(bot, person, state, draft)
            case choice:
                turned = wish.turned(choice, self.settings)
                text, keyboard = await self._last_step(state, draft, turned, person)
                await edit(bot, **place, text=text, keyboard=keyboard)

    async def _begin_again(self, message: Message, person: Person, state: FSMContext) -> None:
        await state.clear()
        await message.answer(person.texts.begin_again)

    async def _make(  # noqa: PLR0913, PLR0917 - whose bot, where it is told, and how it shall be
        self, bot: Bot, message: Message, person: Person, state: FSMContext, draft: Draft, wish: Wish
    ) -> None:
        try:
            made = await self.drafts.make(draft, wish, owner_id=person.id)
        except NotFoundError:
            await self._begin_again(message, person, state)
            return
        except TakenError:
            await state.clear()
            await self._refuse(message, person, RefusedError(Refusal.TOKEN_USED, bot=f"@{draft.username}"))
            return
        self.cache.put(made)
        # Only now may the button go: had the cluster been away, it would have to be pressed again.
        chosen, _ = screen(wish, self.settings, bot=f"@{draft.username}", texts=person.texts)
        await edit(bot, chat_id=message.chat.id, message_id=message.message_id, text=chosen, keyboard=None)
        self.metrics.onboarding.labels("created").inc()
        log.info("a bot was made", extra={"bot": made.metadata.name, "owner": person.id})
        if LIVE_ANNOTATION not in made.metadata.annotations:
            begun = moment((await state.get_data()).get("begun"))
            await self.live.begin(made, chat_id=message.chat.id, texts=texts_for(wish.language), begun=begun)
        await state.clear()

    async def _check_token(
        self, token: str, message: Message, person: Person, state: FSMContext, *, master_id: int
    ) -> Identity:
        identity = await check_token(token, self.session)
        check_unused(identity, self.cache.all(), asking=person.id, master_id=master_id)
        # A token that comes a second time, sent or by its button, means: yes, take it away from the other service.
        # The same message again is only Telegram's: the master bot was killed while it handled it.
        data = await state.get_data()
        agreed = data.get("webhook_of") == identity.bot_id and data.get("webhook_in") != message.message_id
        try:
            await check_webhook(token, self.session, remove=agreed)
        except RefusedError:
            await state.update_data(webhook_of=identity.bot_id, webhook_in=message.message_id)
            raise
        return identity

    async def _refuse(
        self, message: Message, person: Person, error: RefusedError, keyboard: InlineKeyboardMarkup | None = None
    ) -> None:
        self.metrics.refusals.labels(error.refusal.value).inc()
        await message.answer(fill(person.texts.refusals[error.refusal], **error.facts), reply_markup=keyboard)

    async def _drop(self, state: FSMContext) -> None:
        self.held.pop(state.key.user_id, None)
        if draft := Draft.recall(await state.get_data()):
            await self.drafts.drop(draft)
            await state.update_data(draft=None)

    async def announced(self, _: Message) -> None:
        """Telegram also says in the chat that the bot was made; the update has said it already."""

    async def no_text(self, message: Message, person: Person) -> None:
        """A picture or a sticker where a token or a key is wanted."""
        await hide(message, person.texts, secret=looks_secret(message.caption or ""))
        await message.answer(person.texts.send_text)


def onboarding_router(desk: Desk) -> Router:
    """The handlers of the conversation; commands of other routers come first, so that they work in its middle too."""
    router = Router(name="onboarding")
    router.message.register(desk.start, CommandStart())
    router.message.register(desk.cancel, Command("cancel"))
    router.message.register(desk.token_given, StateFilter(Onboarding.token), F.text, ~F.text.startswith("/"))
    router.message.register(desk.key_given, StateFilter(Onboarding.key), F.text, ~F.text.startswith("/"))
    router.message.register(desk.title_given, StateFilter(Onboarding.wishes), F.text, ~F.text.startswith("/"))
    router.callback_query.register(desk.move, MoveButton.filter(), StateFilter(Onboarding.token))
    router.callback_query.register(desk.chosen, ChoiceButton.filter(), StateFilter(Onboarding.wishes))
    router.message.register(desk.announced, F.managed_bot_created)
    router.managed_bot.register(desk.managed_bot)
    router.message.register(desk.no_text, StateFilter(Onboarding), ~F.text)
    return router


def suggested_username(user: User) -> str:
    """A user name for the person's bot that is hardly taken (5 to 32 of A-Z, a-z, 0-9 and _, ending in "bot")."""
    return f"{(user.username or 'my')[:18]}_{secrets.token_hex(3)}_bot"
