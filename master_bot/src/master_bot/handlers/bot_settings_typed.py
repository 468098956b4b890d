"""The settings of a bot that are typed: key, token, name.

The conversation's data names the bot; the right to touch it is decided anew on every message.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from aiogram import Bot, F, Router
from aiogram.exceptions import TelegramAPIError
from aiogram.filters import StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State
from aiogram.types import Message

from master_bot.handlers.context import Action, Context, bot_of_conversation
from master_bot.handlers.states import SettingsInput
from master_bot.kubernetes.annotations import TITLE_ANNOTATION, is_managed
from master_bot.kubernetes.personal_bots import bot_id, handle, is_made_here
from master_bot.models import CredentialProblem
from master_bot.services.clients import Clients
from master_bot.services.credentials import CredentialError, CredentialsChecker, find_token
from master_bot.services.drafts import Drafts
from master_bot.services.startup_messages import StartupMessages
from master_bot.telegram.person import Person
from master_bot.telegram.secret_messages import delete_if_secret, delete_stray_secret
from master_bot.texts import fill
from master_bot.views.bots import key_facts
from master_bot.views.keyboards import LONGEST_TITLE, Act
from personalbots_api.models import PersonalBot
from personalbots_common.secrets_mask import looks_secret


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedSettingsHandlers:
    """The caller of an action has checked that the person may touch the bot."""

    clients: Clients
    drafts: Drafts
    startup: StartupMessages
    credentials: CredentialsChecker

    def actions(self) -> Mapping[Act, Action]:
        """What each button does."""
        return {
            Act.NEW_KEY: self._ask_key,
            Act.NEW_TOKEN: self._ask_token,
            Act.ROTATE: self._rotate,
            Act.RENAME: self._ask_title,
        }

    async def key_given(self, message: Message, person: Person, state: FSMContext) -> None:
        """Try the key, and put it where the bot reads it."""
        text = (message.text or "").strip()
        await delete_if_secret(message, person.texts, secret=len(text.split()) == 1 or looks_secret(text))

        bot = await self._bot(Context(message=message, person=person, state=state))
        if bot is None:
            return

        llm = bot.spec.llm
        try:
            key = await self.credentials.check_key(
                text, base_url=llm.base_url, models=[llm.model], embedding_model=llm.embedding_model
            )
        except CredentialError as error:
            await self._refuse(message, person, error)
            return

        self.clients.cache.put(await self.drafts.replace_key(bot, key.text))
        await state.clear()
        await message.answer(fill(person.texts.changes.key_changed, bot=handle(bot)))

    async def token_given(self, message: Message, person: Person, state: FSMContext) -> None:
        """Try the token; it must be of this very bot."""
        text = message.text or ""
        await delete_if_secret(message, person.texts, secret=looks_secret(text))
        context = Context(message=message, person=person, state=state)

        bot = await self._bot(context)
        if bot is None:
            return

        token = find_token(text)
        if token is None:
            await self._refuse(message, person, CredentialError(CredentialProblem.TOKEN_FORMAT))
            return

        try:
            identity = await self.credentials.identify(token)
            if identity.bot_id == bot_id(bot):
                await self.credentials.check_webhook(token, remove=True)
        except CredentialError as error:
            await self._refuse(message, person, error)
            return

        if identity.bot_id != bot_id(bot):
            other = f"@{identity.username}"
            await message.answer(fill(person.texts.changes.other_bot, other=other, bot=handle(bot)))
            return

        await self._take_token(bot, token, context)
        await state.clear()

    async def title_given(self, message: Message, person: Person, state: FSMContext, bot: Bot) -> None:
        """Call the bot so, here and, where Telegram made it through the master bot, there."""
        found = await self._bot(Context(message=message, person=person, state=state))
        if found is None or await delete_stray_secret(message, person.texts):
            return

        words, name = person.texts.changes, (message.text or "").strip()
        if not 1 <= len(name) <= LONGEST_TITLE or "\n" in name:
            await message.answer(words.bad_title)
            return

        await self.clients.annotate(found, TITLE_ANNOTATION, name)
        everywhere = is_managed(found) and await self._rename_on_telegram(bot, found, name)
        await state.clear()

        text = words.renamed if everywhere else words.renamed_here
        await message.answer(fill(text, bot=handle(found), title=name))

    async def _ask_title(self, bot: PersonalBot, context: Context) -> None:
        await self._begin(SettingsInput.title, bot, context, context.person.texts.changes.ask_title)

    async def _ask_key(self, bot: PersonalBot, context: Context) -> None:
        await self._begin_secret(SettingsInput.key, bot, context, context.person.texts.changes.ask_key)

    async def _ask_token(self, bot: PersonalBot, context: Context) -> None:
        await self._begin_secret(SettingsInput.token, bot, context, context.person.texts.changes.ask_for_tok)

    async def _rotate(self, bot: PersonalBot, context: Context) -> None:
        number, telegram = bot_id(bot), context.message.bot
        if is_managed(bot) and number and telegram:
            token = await telegram.replace_managed_bot_token(user_id=number)
            await self._take_token(bot, token, context, replaced=True)
        else:
            await self._begin_secret(SettingsInput.token, bot, context, context.person.texts.changes.cannot_rotate)

    async def _begin_secret(self, step: State, bot: PersonalBot, context: Context, question: str) -> None:
        # Only a Secret that the master bot made is written to: another may serve more than this bot.
        if is_made_here(bot):
            await self._begin(step, bot, context, question)
        else:
            await context.message.answer(fill(context.person.texts.changes.made_elsewhere, bot=handle(bot)))

    async def _begin(self, step: State, bot: PersonalBot, context: Context, question: str) -> None:
        await context.begin(step, bot, self.drafts)
        facts = key_facts(bot.spec.llm.base_url, self.clients.settings, context.person.texts)
        await context.message.answer(fill(question, bot=handle(bot), **facts))

    async def _bot(self, context: Context) -> PersonalBot | None:
        return await bot_of_conversation(self.clients.cluster, context)

    async def _rename_on_telegram(self, telegram: Bot, bot: PersonalBot, name: str) -> bool:
        try:
            token = await telegram.get_managed_bot_token(user_id=bot_id(bot) or 0)
            await Bot(token, session=telegram.session).set_my_name(name=name)
        except TelegramAPIError:
            return False

        return True

    async def _take_token(self, bot: PersonalBot, token: str, context: Context, *, replaced: bool = False) -> None:
        # Read before the change: afterwards it may be the new pod already.
        former = await self.clients.cluster.pod(bot)
        changed = await self.drafts.replace_token(bot, token, at=self.clients.now())
        self.clients.cache.put(changed)
        words = context.person.texts.changes
        # A typed token may be the one that the bot has already: only a replaced one surely stops the old one.
        await context.message.answer(fill(words.rotated if replaced else words.tok_taken, bot=handle(bot)))

        if changed.spec.state == "Running":
            await self.startup.begin(
                changed, chat_id=context.message.chat.id, texts=context.person.texts, former_pod=former
            )

    async def _refuse(self, message: Message, person: Person, error: CredentialError) -> None:
        self.clients.metrics.refusals.labels(error.problem.value).inc()
        await message.answer(fill(person.texts.refusals[error.problem], **error.facts))


def typed_settings_router(handlers: TypedSettingsHandlers) -> Router:
    """The handlers of what is typed; commands come first, so that they work in the middle of it too."""
    router = Router(name="typed-settings")
    typed = F.text, ~F.text.startswith("/")
    router.message.register(handlers.key_given, StateFilter(SettingsInput.key), *typed)
    router.message.register(handlers.token_given, StateFilter(SettingsInput.token), *typed)
    router.message.register(handlers.title_given, StateFilter(SettingsInput.title), *typed)

    return router
