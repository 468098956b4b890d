"""The way to a bot, first part: who may begin, and which Telegram bot it is, by a token or by one tap.

Every step can be taken twice: Telegram delivers a message again when the master bot was killed while it handled it.
"""

import secrets
from dataclasses import dataclass, field
from time import monotonic
from typing import Final

from aiogram import Bot, F, Router
from aiogram.filters import Command, CommandObject, CommandStart, StateFilter
from aiogram.filters.callback_data import CallbackData
from aiogram.fsm.context import FSMContext
from aiogram.types import (
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    ManagedBotUpdated,
    Message,
    ReplyKeyboardRemove,
    User,
)

from master_bot.handlers.onboarding_completion import CompletionHandlers
from master_bot.handlers.states import Onboarding
from master_bot.kubernetes.personal_bots import is_made_here
from master_bot.models import CredentialProblem
from master_bot.services.clients import Clients
from master_bot.services.credentials import (
    CredentialError,
    CredentialsChecker,
    Identity,
    check_unused,
    find_token,
    resource_name,
)
from master_bot.services.drafts import Draft, Drafts
from master_bot.services.invitations import Invitations
from master_bot.telegram.person import Person
from master_bot.telegram.secret_messages import delete_if_secret
from master_bot.telegram.sending import acknowledge
from master_bot.texts import fill
from master_bot.views.choices import ChoiceButton
from master_bot.views.keyboards import markup
from personalbots_common.secrets_mask import looks_secret

_HELD_FOR: Final = 600.0
"""Seconds that a token with a foreign webhook waits in memory for its button; it is written nowhere."""


class MoveButton(CallbackData, prefix="h"):
    """The button that takes a bot away from the service that has its webhook."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnboardingHandlers:
    """Up to the token; `completion` goes on from there."""

    clients: Clients
    drafts: Drafts
    credentials: CredentialsChecker
    invitations: Invitations
    completion: CompletionHandlers
    held: dict[int, tuple[str, float]] = field(default_factory=dict)
    """Tokens that wait for their button, by person, and since when."""

    async def start(
        self, message: Message, person: Person, state: FSMContext, bot: Bot, command: CommandObject
    ) -> None:
        """Begin, or begin again: by a managed bot where the master bot's account can have them, or by a token."""
        await self._drop(state)
        settings = self.clients.settings

        invited = self.invitations.is_valid(command.args or "") or bool((await state.get_data()).get("invited"))
        if objection := self.invitations.objection(person, invited=invited):
            outdated = settings.invitations == "code" and command.args and not self.clients.cache.of(person.id)
            await state.clear()
            await message.answer(person.texts.admin.bad_invitation if outdated else objection)
            return

        await state.set_data({"begun": message.date.isoformat(), **({"invited": True} if invited else {})})
        await state.set_state(Onboarding.token)
        self.clients.metrics.onboarding.labels("started").inc()

        me, steps = await bot.me(), 2 if settings.shared_key_secret else 3
        hint = person.texts.admin.start_hint if person.admin else ""
        if me.can_manage_bots and message.from_user:
            link = f"{settings.link_base}/newbot/{me.username}/{suggested_username(message.from_user)}"
            one_tap = InlineKeyboardButton(text=person.texts.button_new_bot, url=link)
            text = fill(person.texts.first_step_one_tap, steps=steps) + hint
            await message.answer(text, reply_markup=markup([one_tap]))
        else:
            await message.answer(fill(person.texts.first_step, steps=steps) + hint)

    async def cancel(self, message: Message, person: Person, state: FSMContext) -> None:
        """Drop what was begun."""
        begun, draft = await state.get_state(), Draft.recall(await state.get_data())
        await self._drop(state)
        await state.clear()

        texts = person.texts
        text = texts.cancelled_draft if draft else texts.cancelled if begun else texts.nothing_to_cancel
        await message.answer(text, reply_markup=ReplyKeyboardRemove())

    async def token_given(self, message: Message, person: Person, state: FSMContext, bot: Bot) -> None:
        """Check the token, and take the bot."""
        text = message.text or ""
        token = find_token(text)
        await delete_if_secret(message, person.texts, secret=looks_secret(text))

        if token is None:
            await self._refuse(message, person, CredentialError(CredentialProblem.TOKEN_FORMAT))
        else:
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

    async def managed_bot(self, managed: ManagedBotUpdated, person: Person, state: FSMContext, bot: Bot) -> None:
        """Take the bot that a person made with one tap; or the new token of one that is here already."""
        made, cache = managed.bot_user, self.clients.cache
        identity = Identity(bot_id=made.id, username=made.username or str(made.id))
        known = cache.get(resource_name(made.id))
        token = await bot.get_managed_bot_token(user_id=made.id)

        if known and known.spec.owner_id == person.id and is_made_here(known):
            cache.put(await self.drafts.replace_token(known, token, at=self.clients.now()))
            return

        try:
            check_unused(identity, cache.all(), asking=person.id, master_id=bot.id)
        except CredentialError as error:
            await bot.send_message(person.id, fill(person.texts.refusals[error.problem], **error.facts))
            return

        invited = bool((await state.get_data()).get("invited"))
        if objection := self.invitations.objection(person, invited=invited):
            await bot.send_message(person.id, objection)
            return

        await bot.set_managed_bot_access_settings(user_id=made.id, is_access_restricted=True)
        await self._take(bot, person, state, Draft.begin(identity, managed=True), token)

    async def announced(self, _: Message) -> None:
        """Telegram also says in the chat that the bot was made; the update has said it already."""

    async def no_text(self, message: Message, person: Person) -> None:
        """A picture or a sticker where text is wanted."""
        await delete_if_secret(message, person.texts, secret=looks_secret(message.caption or ""))
        await message.answer(person.texts.send_text)

    async def _try_token(self, token: str, message: Message, person: Person, state: FSMContext, bot: Bot) -> None:
        try:
            identity = await self._check_token(token, message, person, state, master_id=bot.id)
        except CredentialError as error:
            keyboard = None
            if error.problem is CredentialProblem.TOKEN_HAS_WEBHOOK:
                self._hold(token, person)
                move = InlineKeyboardButton(text=person.texts.button_move, callback_data=MoveButton().pack())
                keyboard = markup([move])

            await self._refuse(message, person, error, keyboard)
            return

        await self._take(bot, person, state, Draft.begin(identity, managed=False), token)

    async def _check_token(
        self, token: str, message: Message, person: Person, state: FSMContext, *, master_id: int
    ) -> Identity:
        identity = await self.credentials.identify(token)
        check_unused(identity, self.clients.cache.all(), asking=person.id, master_id=master_id)

        # A token that comes a second time, sent or by its button, means: yes, take it away from the other service.
        # The same message again is only Telegram's: the master bot was killed while it handled it.
        data = await state.get_data()
        agreed = data.get("webhook_of") == identity.bot_id and data.get("webhook_in") != message.message_id

        try:
            await self.credentials.check_webhook(token, remove=agreed)
        except CredentialError:
            await state.update_data(webhook_of=identity.bot_id, webhook_in=message.message_id)
            raise

        return identity

    def _hold(self, token: str, person: Person) -> None:
        """Keep the token in memory until its button is pressed; tokens that waited for too long are dropped."""
        now = monotonic()
        for other in [one for one, (_, since) in self.held.items() if now - since > _HELD_FOR]:
            del self.held[other]
        self.held[person.id] = (token, now)

    async def _take(self, bot: Bot, person: Person, state: FSMContext, draft: Draft, token: str) -> None:
        """Keep the token in a Secret, and go on to the key."""
        await self._drop(state)
        # Whoever opens the one-tap link a second time has not said /start before.
        begun = (await state.get_data()).get("begun") or self.clients.now().isoformat()

        # The draft is noted first: a crash leaves no Secret that nobody knows of.
        await state.set_data({"draft": draft.remember(), "begun": begun})
        await self.drafts.keep_token(draft, token, owner_id=person.id)
        self.clients.metrics.onboarding.labels("token").inc()
        await self.completion.after_token(bot, person, state, draft)

    async def _refuse(
        self, message: Message, person: Person, error: CredentialError, keyboard: InlineKeyboardMarkup | None = None
    ) -> None:
        self.clients.metrics.refusals.labels(error.problem.value).inc()
        await message.answer(fill(person.texts.refusals[error.problem], **error.facts), reply_markup=keyboard)

    async def _drop(self, state: FSMContext) -> None:
        self.held.pop(state.key.user_id, None)
        if draft := Draft.recall(await state.get_data()):
            await self.drafts.drop(draft)
            await state.update_data(draft=None)


def onboarding_router(handlers: OnboardingHandlers) -> Router:
    """The handlers of the conversation; commands of other routers come first, so that they work in its middle too."""
    router, completion, typed = Router(name="onboarding"), handlers.completion, (F.text, ~F.text.startswith("/"))
    router.message.register(handlers.start, CommandStart())
    router.message.register(handlers.cancel, Command("cancel"))
    router.message.register(handlers.token_given, StateFilter(Onboarding.token), *typed)
    router.message.register(completion.key_given, StateFilter(Onboarding.key), *typed)
    router.message.register(completion.title_given, StateFilter(Onboarding.choices), *typed)
    router.callback_query.register(handlers.move, MoveButton.filter(), StateFilter(Onboarding.token))
    router.callback_query.register(completion.button_pressed, ChoiceButton.filter(), StateFilter(Onboarding.choices))
    router.message.register(handlers.announced, F.managed_bot_created)
    router.managed_bot.register(handlers.managed_bot)
    router.message.register(handlers.no_text, StateFilter(Onboarding), ~F.text)

    return router


def suggested_username(user: User) -> str:
    """A user name for the person's bot that is hardly taken (5 to 32 of A-Z, a-z, 0-9 and _, ending in "bot")."""
    return f"{(user.username or 'my')[:18]}_{secrets.token_hex(3)}_bot"
