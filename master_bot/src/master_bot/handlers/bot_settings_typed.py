"""What is changed about a bot by writing: key, token, name, a person who may ask.

The conversation's data names the bot; the right to touch it is decided anew on every message.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp
from aiogram import Bot, F, Router
from aiogram.client.session.base import BaseSession
from aiogram.exceptions import TelegramAPIError
from aiogram.filters import StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import Message

from master_bot.handlers.access_list import MOST_PEOPLE, admitting, named, open_up, people, picker
from master_bot.handlers.context import Action, Ask, changeable
from master_bot.kubernetes.bot_cache import BotCache
from master_bot.kubernetes.cluster import Cluster
from master_bot.kubernetes.fsm_storage import Clock
from master_bot.metrics import Metrics
from master_bot.models import TITLE_ANNOTATION, Raw, bot_id, handle, managed, ours
from master_bot.services.credentials import (
    Refusal,
    RefusedError,
    check_key,
    check_token,
    check_webhook,
    find_token,
)
from master_bot.services.drafts import Drafts
from master_bot.services.startup_messages import LiveMessages
from master_bot.telegram.person import Person
from master_bot.telegram.sending import hidden, hide
from master_bot.texts import fill
from master_bot.views.bots import key_place
from master_bot.views.keyboards import LONGEST_TITLE, Act
from personalbots_api.models import PersonalBot
from personalbots_common.secrets_mask import looks_secret


class Changing(StatesGroup):
    """What is being asked for."""

    key = State()
    token = State()
    title = State()
    person = State()


@dataclass(frozen=True, kw_only=True)
class WritingDesk:
    """What changing a bot by writing works with."""

    cluster: Cluster
    cache: BotCache
    live: LiveMessages
    drafts: Drafts
    session: BaseSession
    http: aiohttp.ClientSession
    metrics: Metrics
    now: Clock

    def actions(self) -> Mapping[Act, Action]:
        """What each button does; the caller has made sure that the person may touch the bot."""
        return {
            Act.ADD_PERSON: self.ask_person,
            Act.NEW_KEY: self._ask_key,
            Act.NEW_TOKEN: self._ask_token,
            Act.ROTATE: self._rotate,
            Act.RENAME: self._ask_title,
        }

    async def ask_person(self, bot: PersonalBot, ask: Ask) -> None:
        """Ask who else may ask the bot."""
        await ask.begin(Changing.person, bot, self.drafts)
        text = fill(ask.person.texts.changes.ask_person, bot=handle(bot))
        await ask.message.answer(text, reply_markup=picker(ask.person.texts))

    async def _ask_title(self, bot: PersonalBot, ask: Ask) -> None:
        await self._begin(Changing.title, bot, ask, ask.person.texts.changes.ask_title)

    async def _ask_key(self, bot: PersonalBot, ask: Ask) -> None:
        await self._begin_secret(Changing.key, bot, ask, ask.person.texts.changes.ask_key)

    async def _ask_token(self, bot: PersonalBot, ask: Ask) -> None:
        await self._begin_secret(Changing.token, bot, ask, ask.person.texts.changes.ask_for_tok)

    async def _begin_secret(self, step: State, bot: PersonalBot, ask: Ask, question: str) -> None:
        """Only a Secret that the master bot made is written to: another may serve more than this bot."""
        if ours(bot):
            await self._begin(step, bot, ask, question)
        else:
            await ask.message.answer(fill(ask.person.texts.changes.made_elsewhere, bot=handle(bot)))

    async def _begin(self, step: State, bot: PersonalBot, ask: Ask, question: str) -> None:
        await ask.begin(step, bot, self.drafts)
        service = bot.spec.llm.base_url
        place = key_place(service, ask.person.texts)
        await ask.message.answer(fill(question, bot=handle(bot), service=service, where=place))

    async def key_given(self, message: Message, person: Person, state: FSMContext) -> None:
        """Try the key, and put it where the bot reads it."""
        text = (message.text or "").strip()
        await hide(message, person.texts, secret=len(text.split()) == 1 or looks_secret(text))
        bot = await self._asked(message, person, state)
        if bot is None:
            return
        llm = bot.spec.llm
        try:
            key = await check_key(
                text, self.http, base_url=llm.base_url, models=[llm.model], embedding_model=llm.embedding_model
            )
        except RefusedError as error:
            await self._refuse(message, person, error)
            return
        self.cache.put(await self.drafts.replace_key(bot, key.text))
        await state.clear()
        await message.answer(fill(person.texts.changes.key_changed, bot=handle(bot)))

    async def token_given(self, message: Message, person: Person, state: FSMContext) -> None:
        """Try the token; it must be of this very bot."""
        text = message.text or ""
        await hide(message, person.texts, secret=looks_secret(text))
        bot = await self._asked(message, person, state)
        if bot is None:
            return
        token = find_token(text)
        if token is None:
            await self._refuse(message, person, RefusedError(Refusal.TOKEN_FORMAT))
            return
        try:
            identity = await check_token(token, self.session)
            if identity.bot_id == bot_id(bot):
                await check_webhook(token, self.session, remove=True)
        except RefusedError as error:
            await self._refuse(message, person, error)
            return
        if identity.bot_id != bot_id(bot):
            other = f"@{identity.username}"
            await message.answer(fill(person.texts.changes.other_bot, other=other, bot=handle(bot)))
            return
        await self._take_token(bot, token, Ask(message=message, person=person, state=state))
        await state.clear()

    async def title_given(self, message: Message, person: Person, state: FSMContext, bot: Bot) -> None:
        """Call the bot so, here and, where Telegram made it through the master bot, there."""
        found = await self._asked(message, person, state)
        if found is None or await hidden(message, person.texts):
            return
        said, name = person.texts.changes, (message.text or "").strip()
        if not 1 <= len(name) <= LONGEST_TITLE or "\n" in name:
            await message.answer(said.bad_title)
            return
        await self._change(found, {"metadata": {"annotations": {TITLE_ANNOTATION: name}}})
        everywhere = managed(found) and await self._rename_on_telegram(bot, found, name)
        await state.clear()
        await message.answer(fill(said.renamed if everywhere else said.renamed_here, bot=handle(found), title=name))

    async def _rename_on_telegram(self, telegram: Bot, bot: PersonalBot, name: str) -> bool:
        try:
            token = await telegram.get_managed_bot_token(user_id=bot_id(bot) or 0)
            await Bot(token, session=self.session).set_my_name(name=name)
        except TelegramAPIError:
            return False
        return True

    async def person_given(self, message: Message, person: Person, state: FSMContext, bot: Bot) -> None:
        """Somebody to be put on the access list."""
        found = await self._asked(message, person, state)
        if found is None or await hidden(message, person.texts):
            return
        said, who = person.texts.changes, named(message)
        if not who:
            await message.answer(said.hidden_person)
            return
        ids = tuple(dict.fromkeys((*found.spec.access.allowed_user_ids, *who)))
        if len(ids) > MOST_PEOPLE:
            await message.answer(fill(said.too_many_people, most=MOST_PEOPLE))
            return
        known = people(found) | {str(number): name for number, name in who.items()}
        await open_up(bot, await self._change(found, admitting(ids, known)))
        text = fill(said.person_added, who=", ".join(who.values()), bot=handle(found))
        await message.answer(text, reply_markup=picker(person.texts))

    async def _rotate(self, bot: PersonalBot, ask: Ask) -> None:
        number = bot_id(bot)
        if managed(bot) and number and ask.message.bot:
            token = await ask.message.bot.replace_managed_bot_token(user_id=number)
            await self._take_token(bot, token, ask)
        else:
            await self._begin_secret(Changing.token, bot, ask, ask.person.texts.changes.cannot_rotate)

    async def _take_token(self, bot: PersonalBot, token: str, ask: Ask) -> None:
        former = await self.cluster.pod(bot)
        changed = await self.drafts.replace_token(bot, token, at=self.now())
        self.cache.put(changed)
        await ask.message.answer(fill(ask.person.texts.changes.rotated, bot=handle(bot)))
        if changed.spec.state == "Running":
            await self.live.begin(changed, chat_id=ask.message.chat.id, texts=ask.person.texts, former_pod=former)

    async def _asked(self, message: Message, person: Person, state: FSMContext) -> PersonalBot | None:
        """The bot that the conversation is about; when it is gone, so is the conversation."""
        name = str((await state.get_data()).get("bot", ""))
        bot = await changeable(self.cluster, name, Ask(message=message, person=person, state=state))
        if bot is None:
            await state.clear()
        return bot

    async def _refuse(self, message: Message, person: Person, error: RefusedError) -> None:
        self.metrics.refusals.labels(error.refusal.value).inc()
        await message.answer(fill(person.texts.refusals[error.refusal], **error.facts))

    async def _change(self, bot: PersonalBot, patch: Raw) -> PersonalBot:
        changed = await self.cluster.patch_bot(bot, patch)
        self.cache.put(changed)
        return changed


def writing_router(desk: WritingDesk) -> Router:
    """The handlers of what is typed; commands come first, so that they work in the middle of it too."""
    router = Router(name="writing")
    typed = F.text, ~F.text.startswith("/")
    router.message.register(desk.key_given, StateFilter(Changing.key), *typed)
    router.message.register(desk.token_given, StateFilter(Changing.token), *typed)
    router.message.register(desk.title_given, StateFilter(Changing.title), *typed)
    router.message.register(desk.person_given, StateFilter(Changing.person), ~F.text.startswith("/"))
    return router
