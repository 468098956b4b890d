"""The way to a bot, second part: the key for the AI service, the choices, and the bot itself.

Every step can be taken twice: Telegram delivers a message again when the master bot was killed while it handled it.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from aiogram import Bot
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message

from master_bot.handlers.states import Onboarding
from master_bot.kubernetes.annotations import STARTUP_MESSAGE_ANNOTATION
from master_bot.kubernetes.client import NotFoundError
from master_bot.kubernetes.objects import moment
from master_bot.models import CredentialProblem
from master_bot.services.clients import Clients
from master_bot.services.credentials import CredentialError, CredentialsChecker, find_token
from master_bot.services.drafts import Draft, Drafts, TakenError
from master_bot.services.startup_messages import StartupMessages
from master_bot.telegram.person import Person
from master_bot.telegram.secret_messages import delete_if_secret
from master_bot.telegram.sending import acknowledge, edit
from master_bot.texts import fill, texts_for
from master_bot.views.bots import key_facts
from master_bot.views.choices import Choice, ChoiceButton, Choices, screen
from master_bot.views.keyboards import LONGEST_TITLE
from personalbots_api.models import PersonalBot
from personalbots_common.secrets_mask import looks_secret

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionHandlers:
    """From the token to the bot."""

    clients: Clients
    drafts: Drafts
    startup: StartupMessages
    credentials: CredentialsChecker

    async def after_token(self, bot: Bot, person: Person, state: FSMContext, draft: Draft) -> None:
        """Ask for the key, unless the administrator gives one to all."""
        settings = self.clients.settings
        if settings.shared_key_secret:
            text, keyboard = await self._last_step(
                state, draft, self._default(person, settings.models, shared=True), person
            )
            await bot.send_message(person.id, text, reply_markup=keyboard)
        else:
            await self._ask_key(bot, person, state, draft)

    async def key_given(self, message: Message, person: Person, state: FSMContext) -> None:
        """Check the key, keep it beside the token, and go on to the choices."""
        text = (message.text or "").strip()
        draft = Draft.recall(await state.get_data())
        await delete_if_secret(message, person.texts, secret=len(text.split()) == 1 or looks_secret(text))

        if draft is None:
            await self._begin_again(message, person, state)
            return

        if find_token(text):
            await message.answer(fill(person.texts.only_key_is_missing, bot=f"@{draft.username}"))
            return

        settings = self.clients.settings
        try:
            key = await self.credentials.check_key(
                text,
                base_url=settings.llm_base_url,
                models=settings.models,
                embedding_model=settings.llm_embedding_model,
            )
            await self.drafts.keep_key(draft, key.text)
        except CredentialError as error:
            await self._refuse(message, person, error)
            return
        except NotFoundError:
            await self._begin_again(message, person, state)
            return

        self.clients.metrics.onboarding.labels("key").inc()
        choices = self._default(person, key.models, shared=False)
        text, keyboard = await self._last_step(state, draft, choices, person)
        await message.answer(text, reply_markup=keyboard)

    async def title_given(self, message: Message, person: Person, state: FSMContext) -> None:
        """What is typed at the last step is the bot's name; a secret out of place is none."""
        given = (message.text or "").strip()
        data = await state.get_data()
        draft, choices = Draft.recall(data), Choices.recall(data)
        secret = looks_secret(given)
        await delete_if_secret(message, person.texts, secret=secret)

        if draft is None or choices is None:
            await self._begin_again(message, person, state)
        elif not secret and (len(given) > LONGEST_TITLE or "\n" in given):
            await message.answer(person.texts.changes.bad_title)
        else:
            # A key that Telegram delivers again after a restart leads to the step that it had led to.
            titled = choices if secret else replace(choices, title=given)
            text, keyboard = await self._last_step(state, draft, titled, person)
            await message.answer(text, reply_markup=keyboard)

    async def button_pressed(
        self, query: CallbackQuery, callback_data: ChoiceButton, person: Person, state: FSMContext, bot: Bot
    ) -> None:
        """A button under the last step."""
        await acknowledge(query)
        message, data = query.message, await state.get_data()
        if not isinstance(message, Message):
            return

        draft, choices = Draft.recall(data), Choices.recall(data)
        if draft is None or choices is None:
            await self._begin_again(message, person, state)
            return

        match callback_data.choice:
            case Choice.CREATE:
                await self._create(message, person, state, draft, choices)
            case Choice.OWN_KEY:
                await self._ask_key(bot, person, state, draft)
            case choice:
                changed = choices.changed(choice, self.clients.settings)
                text, keyboard = await self._last_step(state, draft, changed, person)
                await edit(bot, chat_id=message.chat.id, message_id=message.message_id, text=text, keyboard=keyboard)

    async def _ask_key(self, bot: Bot, person: Person, state: FSMContext, draft: Draft) -> None:
        await state.set_state(Onboarding.key)
        settings, texts = self.clients.settings, person.texts
        facts = key_facts(settings.llm_base_url, settings, texts)
        text = fill(texts.second_step, bot=f"@{draft.username}", **facts)
        await bot.send_message(person.id, text)

    def _default(self, person: Person, models: Sequence[str], *, shared: bool) -> Choices:
        return Choices.default(self.clients.settings, language=person.texts.language, models=models, shared=shared)

    async def _last_step(
        self, state: FSMContext, draft: Draft, choices: Choices, person: Person
    ) -> tuple[str, InlineKeyboardMarkup]:
        await state.update_data(choices=choices.remember())
        await state.set_state(Onboarding.choices)
        return screen(choices, self.clients.settings, bot=f"@{draft.username}", texts=person.texts)

    async def _create(
        self, message: Message, person: Person, state: FSMContext, draft: Draft, choices: Choices
    ) -> None:
        try:
            made = await self.drafts.make(draft, choices, owner_id=person.id)
        except NotFoundError:
            await self._begin_again(message, person, state)
            return
        except TakenError:
            await state.clear()
            error = CredentialError(CredentialProblem.TOKEN_USED, bot=f"@{draft.username}")
            await self._refuse(message, person, error)
            return

        clients = self.clients
        clients.cache.put(made)
        # Only now may the buttons go: had the cluster been away, one would have to be pressed again.
        chosen, _ = screen(choices, clients.settings, bot=f"@{draft.username}", texts=person.texts)
        await edit(clients.telegram, chat_id=message.chat.id, message_id=message.message_id, text=chosen, keyboard=None)
        clients.metrics.onboarding.labels("created").inc()
        logger.info("a bot was made", extra={"bot": made.metadata.name, "owner": person.id})

        await self._show_start(made, message, state, choices)
        await state.clear()

    async def _show_start(self, made: PersonalBot, message: Message, state: FSMContext, choices: Choices) -> None:
        # A second press finds a bot whose start is shown already.
        if STARTUP_MESSAGE_ANNOTATION not in made.metadata.annotations:
            begun = moment((await state.get_data()).get("begun"))
            await self.startup.begin(made, chat_id=message.chat.id, texts=texts_for(choices.language), begun=begun)

    async def _begin_again(self, message: Message, person: Person, state: FSMContext) -> None:
        await state.clear()
        await message.answer(person.texts.begin_again)

    async def _refuse(self, message: Message, person: Person, error: CredentialError) -> None:
        self.clients.metrics.refusals.labels(error.problem.value).inc()
        await message.answer(fill(person.texts.refusals[error.problem], **error.facts))
