"""The settings of a bot that are chosen by buttons: model, size, who may ask, language, sleep, news.

Whoever presses a button, their right to the bot is decided then. What is typed is in `writing`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from aiogram import Router
from aiogram.filters import StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, InlineKeyboardButton, Message

from master_bot.handlers.access_list import MODES, MOST_PEOPLE, admitting, open_up, people
from master_bot.handlers.bot_settings_typed import Changing, WritingDesk
from master_bot.handlers.context import Action, Ask, changeable, show
from master_bot.kubernetes.bot_cache import BotCache
from master_bot.kubernetes.cluster import Cluster
from master_bot.models import GROWN_ANNOTATION, LANGUAGE_ANNOTATION, MUTED_ANNOTATION, Raw, handle, managed, title
from master_bot.services.drafts import Drafts
from master_bot.settings import Settings
from master_bot.telegram.person import Person
from master_bot.telegram.sending import acknowledge
from master_bot.texts import LANGUAGES, Texts, fill, texts_for
from master_bot.views.bots import budget_line, span
from master_bot.views.keyboards import Act, Field, OptionButton, PersonButton, button, markup
from master_bot.views.units import larger_size, memory_of, plain
from personalbots_api.models import PersonalBot
from personalbots_api.quantities import parse_duration

SLEEPS: Final = ("", "24h", "72h", "168h")
"""After how long without a message a bot may be told to sleep; empty: never."""


@dataclass(frozen=True, kw_only=True)
class ChangesDesk:
    """What changing a bot works with."""

    cluster: Cluster
    cache: BotCache
    drafts: Drafts
    writing: WritingDesk
    settings: Settings

    def actions(self) -> Mapping[Act, Action]:
        """What each button does; the caller has made sure that the person may touch the bot."""
        return {
            **self.writing.actions(),
            Act.SETTINGS: self.overview,
            Act.MODELS: self._models,
            Act.SIZES: self._sizes,
            Act.ACCESS: self._access,
            Act.LANGUAGE: self._languages,
            Act.SLEEP: self._sleep,
            Act.MUTE: self._mute,
            Act.UNMUTE: self._unmute,
            Act.MORE_MEMORY: self._more_memory,
        }

    async def overview(self, bot: PersonalBot, ask: Ask) -> None:
        """How the bot is set, and buttons for each setting."""
        said, sizes = ask.person.texts.changes, self.settings.sizes or {}
        muted = MUTED_ANNOTATION in bot.metadata.annotations
        keyboard = markup(
            [
                *([button(said.button_model, Act.MODELS, bot)] if len(self.settings.models) > 1 else []),
                *([button(said.button_size, Act.SIZES, bot)] if len(sizes) > 1 else []),
            ],
            [button(said.button_access, Act.ACCESS, bot), button(said.button_sleep, Act.SLEEP, bot)],
            [
                button(said.button_key, Act.NEW_KEY, bot),
                button(said.button_rotate, Act.ROTATE, bot)
                if managed(bot)
                else button(said.button_new_tok, Act.NEW_TOKEN, bot),
            ],
            [
                button(said.button_rename, Act.RENAME, bot),
                button(ask.person.texts.button_language, Act.LANGUAGE, bot),
            ],
            [button(said.button_unmute, Act.UNMUTE, bot) if muted else button(said.button_mute, Act.MUTE, bot)],
            [button(said.button_back, Act.CARD, bot)],
        )
        await show(ask, overview(bot, self.settings, ask.person.texts), keyboard)

    async def chosen(
        self, query: CallbackQuery, callback_data: OptionButton, person: Person, state: FSMContext
    ) -> None:
        """A value of a setting was pressed."""
        await acknowledge(query)
        if not isinstance(query.message, Message) or query.message.bot is None:
            return
        ask = Ask(message=query.message, person=person, query=query, state=state)
        bot = await changeable(self.cluster, callback_data.name, ask)
        if bot is None:
            return
        patch = self._patch(callback_data)
        if patch is None:
            await query.message.answer(person.texts.changes.not_offered)
            return
        if callback_data.field is Field.ACCESS and MODES[callback_data.index] == "AllowList":
            await self._people(bot, ask)
            return
        if callback_data.field is Field.LANGUAGE:
            await self._speak(bot, patch, ask)
            return
        changed = await self._change(bot, patch)
        await open_up(query.message.bot, changed)
        await self.overview(changed, ask)
        await query.message.answer(fill(person.texts.changes.changed, bot=handle(bot)))

    def _patch(self, option: OptionButton) -> Raw | None:
        """What choosing this writes; None when it is not on offer (any more)."""
        offers: Mapping[Field, list[Raw]] = {
            Field.MODEL: [{"spec": {"llm": {"model": model}}} for model in self.settings.models],
            Field.SIZE: [{"spec": {"resources": resources}} for resources in (self.settings.sizes or {}).values()],
            Field.ACCESS: [{"spec": {"access": {"mode": mode, "allowedUserIds": None}}} for mode in MODES],
            Field.SLEEP: [{"spec": {"sleep": {"after": after} if after else None}} for after in SLEEPS],
            Field.LANGUAGE: [{"metadata": {"annotations": {LANGUAGE_ANNOTATION: name}}} for name in LANGUAGES],
        }
        offer = offers[option.field]
        return offer[option.index] if 0 <= option.index < len(offer) else None

    async def _models(self, bot: PersonalBot, ask: Ask) -> None:
        text = fill(ask.person.texts.changes.choose_model, bot=handle(bot), model=bot.spec.llm.model)
        await self._offer(bot, ask, text, Field.MODEL, self.settings.models)

    async def _sizes(self, bot: PersonalBot, ask: Ask) -> None:
        texts = ask.person.texts
        sizes = [
            f"{name} · {plain(memory_of(resources), texts)}" for name, resources in (self.settings.sizes or {}).items()
        ]
        await self._offer(bot, ask, fill(texts.changes.choose_size, bot=handle(bot)), Field.SIZE, sizes)

    async def _access(self, bot: PersonalBot, ask: Ask) -> None:
        said = ask.person.texts.changes
        labels = (said.button_only_me, said.button_people, said.button_everybody)
        await self._offer(bot, ask, fill(said.choose_access, bot=handle(bot)), Field.ACCESS, labels)

    async def _sleep(self, bot: PersonalBot, ask: Ask) -> None:
        texts = ask.person.texts
        labels = [sleep_line(after, texts) for after in SLEEPS]
        await self._offer(bot, ask, fill(texts.changes.choose_sleep, bot=handle(bot)), Field.SLEEP, labels)

    async def _languages(self, bot: PersonalBot, ask: Ask) -> None:
        names = [texts.own_name for texts in LANGUAGES.values()]
        await self._offer(bot, ask, ask.person.texts.changes.choose_language, Field.LANGUAGE, names)

    async def _speak(self, bot: PersonalBot, patch: Raw, ask: Ask) -> None:
        """A language is its owner's, so it is that of all of their bots."""
        changed = await self._change(bot, patch)
        for other in self.cache.of(bot.spec.owner_id):
            if other.metadata.name != bot.metadata.name:
                await self._change(other, patch)
        texts = texts_for(changed.metadata.annotations.get(LANGUAGE_ANNOTATION))
        own = changed.spec.owner_id == ask.person.id
        spoken = replace(ask, person=replace(ask.person, texts=texts)) if own else ask
        await self.overview(changed, spoken)
        await ask.message.answer(spoken.person.texts.changes.language_changed)

    async def _offer(self, bot: PersonalBot, ask: Ask, text: str, field: Field, labels: Sequence[str]) -> None:
        rows = [
            [InlineKeyboardButton(text=label, callback_data=_option(field, index, bot))]
            for index, label in enumerate(labels)
        ]
        await show(ask, text, markup(*rows, [button(ask.person.texts.changes.button_back, Act.SETTINGS, bot)]))

    async def _people(self, bot: PersonalBot, ask: Ask) -> None:
        """Who is on the access list; an empty list begins with adding somebody."""
        ids = bot.spec.access.allowed_user_ids
        if not ids:
            await self.writing.ask_person(bot, ask)
            return
        await ask.begin(Changing.person, bot, self.drafts)
        said, known = ask.person.texts.changes, people(bot)
        rows = [
            [InlineKeyboardButton(text=f"✖️ {known.get(str(i), i)}", callback_data=PersonButton(id=i).pack())]
            for i in ids[:MOST_PEOPLE]
        ]
        add = [button(said.button_add_person, Act.ADD_PERSON, bot), button(said.button_back, Act.SETTINGS, bot)]
        await show(ask, fill(said.people, bot=handle(bot)), markup(*rows, add))

    async def person_off(
        self, query: CallbackQuery, callback_data: PersonButton, person: Person, state: FSMContext
    ) -> None:
        """Somebody is taken off the access list."""
        await acknowledge(query)
        if not isinstance(query.message, Message) or query.message.bot is None:
            return
        ask = Ask(message=query.message, person=person, query=query, state=state)
        bot = await changeable(self.cluster, str((await state.get_data()).get("bot", "")), ask)
        if bot is None:
            return
        ids = tuple(i for i in bot.spec.access.allowed_user_ids if i != callback_data.id)
        known = {number: name for number, name in people(bot).items() if number != str(callback_data.id)}
        changed = await self._change(bot, admitting(ids, known))
        await open_up(query.message.bot, changed)
        await (self._people if ids else self.overview)(changed, ask)

    async def _mute(self, bot: PersonalBot, ask: Ask) -> None:
        await self._change(bot, {"metadata": {"annotations": {MUTED_ANNOTATION: "true"}}})
        await ask.message.answer(fill(ask.person.texts.changes.news_muted, bot=handle(bot)))

    async def _unmute(self, bot: PersonalBot, ask: Ask) -> None:
        await self._change(bot, {"metadata": {"annotations": {MUTED_ANNOTATION: None}}})
        await ask.message.answer(fill(ask.person.texts.changes.news_back, bot=handle(bot)))

    async def _more_memory(self, bot: PersonalBot, ask: Ask) -> None:
        """A step up, once for each message that offers it: pressed twice, it is not taken twice."""
        offer, changed = f"{ask.message.chat.id}/{ask.message.message_id}", bot
        if bot.metadata.annotations.get(GROWN_ANNOTATION) != offer:
            larger = larger_size(bot, self.settings)
            if larger is None:
                await ask.message.answer(fill(ask.person.texts.changes.largest, bot=handle(bot)))
                return
            grown = {"metadata": {"annotations": {GROWN_ANNOTATION: offer}}, "spec": {"resources": larger}}
            changed = await self._change(bot, grown)
        memory = plain(changed.spec.resources.limits.memory, ask.person.texts)
        await ask.message.answer(fill(ask.person.texts.changes.grown, bot=handle(bot), memory=memory))

    async def _change(self, bot: PersonalBot, patch: Raw) -> PersonalBot:
        changed = await self.cluster.patch_bot(bot, patch)
        self.cache.put(changed)
        return changed


def overview(bot: PersonalBot, settings: Settings, texts: Texts) -> str:
    """How a bot is set."""
    said, access = texts.changes, bot.spec.access
    if access.mode == "AllowList":
        known = people(bot)
        who = fill(said.you_and, people=", ".join(known.get(str(i), str(i)) for i in access.allowed_user_ids))
    else:
        who = said.everybody if access.mode == "Public" else said.only_you
    return fill(
        said.overview,
        bot=handle(bot),
        title=title(bot) or said.no_title,
        model=bot.spec.llm.model,
        size=_size(bot, settings, texts),
        news=said.news_off if MUTED_ANNOTATION in bot.metadata.annotations else said.news_on,
        sleep=sleep_line(bot.spec.sleep.after if bot.spec.sleep else "", texts),
        language=texts_for(bot.metadata.annotations.get(LANGUAGE_ANNOTATION)).own_name,
        budget=f"\n{budget_line(bot, texts)}" if bot.spec.llm.budget else "",
        access="\0",
    ).replace("\0", who)


def sleep_line(after: str, texts: Texts) -> str:
    """After how long without a message a bot sleeps, in words; empty: never."""
    return (
        fill(texts.changes.sleeps_after, span=span(parse_duration(after), texts)) if after else texts.changes.no_sleep
    )


def changes_router(desk: ChangesDesk) -> Router:
    """The handlers of the settings' buttons."""
    router = Router(name="changes")
    router.callback_query.register(desk.chosen, OptionButton.filter())
    router.callback_query.register(desk.person_off, PersonButton.filter(), StateFilter(Changing.person))
    return router


def _option(field: Field, index: int, bot: PersonalBot) -> str:
    return OptionButton(field=field, index=index, name=bot.metadata.name).pack()


def _size(bot: PersonalBot, settings: Settings, texts: Texts) -> str:
    memory = bot.spec.resources.limits.memory
    names = [name for name, resources in (settings.sizes or {}).items() if memory_of(resources) == memory]
    said = texts.changes.own_size.format(memory=plain(memory, texts))
    return f"{names[0]} · {said}" if names else said
