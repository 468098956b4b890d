"""The settings of a bot that are chosen by buttons: model, size, who may ask, language, sleep, notifications.

The right to the bot is decided anew at every press. What is typed is in `bot_settings_typed` and `access_list`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from aiogram import Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, InlineKeyboardButton, Message

from master_bot.handlers.access_list import AccessListHandlers
from master_bot.handlers.context import Action, Context, changeable, show
from master_bot.kubernetes.annotations import GROWN_ANNOTATION, LANGUAGE_ANNOTATION, MUTED_ANNOTATION
from master_bot.kubernetes.personal_bots import handle
from master_bot.models import Raw
from master_bot.services.access_list import MODES, open_on_telegram
from master_bot.services.clients import Clients
from master_bot.telegram.person import Person
from master_bot.telegram.sending import acknowledge
from master_bot.texts import LANGUAGES, fill
from master_bot.views.bot_settings import overview, sleep_line
from master_bot.views.bots import owner_texts
from master_bot.views.keyboards import Act, Field, OptionButton, button, markup
from master_bot.views.units import larger_size, memory_of, plain
from personalbots_api.models import PersonalBot

SLEEPS: Final = ("", "24h", "72h", "168h")
"""After how long without a message a bot may be told to sleep; empty: never."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsHandlers:
    """The caller of an action has checked that the person may touch the bot."""

    clients: Clients
    access_list: AccessListHandlers

    def actions(self) -> Mapping[Act, Action]:
        """What each button does."""
        return {
            Act.SETTINGS: self._overview,
            Act.MODELS: self._models,
            Act.SIZES: self._sizes,
            Act.ACCESS: self._access,
            Act.LANGUAGE: self._languages,
            Act.SLEEP: self._sleep,
            Act.MUTE: self._mute,
            Act.UNMUTE: self._unmute,
            Act.MORE_MEMORY: self._more_memory,
        }

    async def option_chosen(
        self, query: CallbackQuery, callback_data: OptionButton, person: Person, state: FSMContext
    ) -> None:
        """A value of a setting was pressed."""
        await acknowledge(query)
        if not isinstance(query.message, Message) or query.message.bot is None:
            return

        context = Context(message=query.message, person=person, query=query, state=state)
        bot = await changeable(self.clients.cluster, callback_data.name, context)
        if bot is None:
            return

        patch = self._patch(callback_data)
        if patch is None:
            await query.message.answer(person.texts.changes.not_offered)
        elif callback_data.field is Field.ACCESS and MODES[callback_data.index] == "AllowList":
            await self.access_list.show_people(bot, context)
        elif callback_data.field is Field.LANGUAGE:
            await self._set_language(bot, patch, context)
        else:
            changed = await self.clients.patch_bot(bot, patch)
            await open_on_telegram(query.message.bot, changed)
            await self._overview(changed, context)
            await query.message.answer(fill(person.texts.changes.changed, bot=handle(bot)))

    def _patch(self, option: OptionButton) -> Raw | None:
        """What choosing this writes; None when it is not on offer (any more)."""
        settings = self.clients.settings
        offers: Mapping[Field, list[Raw]] = {
            Field.MODEL: [{"spec": {"llm": {"model": model}}} for model in settings.models],
            Field.SIZE: [{"spec": {"resources": resources}} for resources in (settings.sizes or {}).values()],
            Field.ACCESS: [{"spec": {"access": {"mode": mode, "allowedUserIds": None}}} for mode in MODES],
            Field.SLEEP: [{"spec": {"sleep": {"after": after} if after else None}} for after in SLEEPS],
            Field.LANGUAGE: [{"metadata": {"annotations": {LANGUAGE_ANNOTATION: name}}} for name in LANGUAGES],
        }
        offer = offers[option.field]

        return offer[option.index] if 0 <= option.index < len(offer) else None

    async def _overview(self, bot: PersonalBot, context: Context) -> None:
        await show(context, *overview(bot, self.clients.settings, context.person.texts))

    async def _models(self, bot: PersonalBot, context: Context) -> None:
        text = fill(context.person.texts.changes.choose_model, bot=handle(bot), model=bot.spec.llm.model)
        await _offer(bot, context, text, Field.MODEL, self.clients.settings.models, bot.spec.llm.model)

    async def _sizes(self, bot: PersonalBot, context: Context) -> None:
        texts, sizes = context.person.texts, self.clients.settings.sizes or {}
        labels = [f"{name} · {plain(memory_of(resources), texts)}" for name, resources in sizes.items()]
        memory = bot.spec.resources.limits.memory
        current = next(
            (label for label, size in zip(labels, sizes.values(), strict=True) if memory_of(size) == memory), ""
        )
        await _offer(bot, context, fill(texts.changes.choose_size, bot=handle(bot)), Field.SIZE, labels, current)

    async def _access(self, bot: PersonalBot, context: Context) -> None:
        words = context.person.texts.changes
        labels = (words.button_only_me, words.button_people, words.button_everybody)
        await _offer(
            bot,
            context,
            fill(words.choose_access, bot=handle(bot)),
            Field.ACCESS,
            labels,
            labels[MODES.index(bot.spec.access.mode)],
        )

    async def _sleep(self, bot: PersonalBot, context: Context) -> None:
        texts = context.person.texts
        labels = [sleep_line(after, texts) for after in SLEEPS]
        current = sleep_line(bot.spec.sleep.after if bot.spec.sleep else "", texts)
        await _offer(bot, context, fill(texts.changes.choose_sleep, bot=handle(bot)), Field.SLEEP, labels, current)

    async def _languages(self, bot: PersonalBot, context: Context) -> None:
        names = [texts.own_name for texts in LANGUAGES.values()]
        question, current = context.person.texts.changes.choose_language, owner_texts(bot).own_name
        await _offer(bot, context, question, Field.LANGUAGE, names, current)

    async def _set_language(self, bot: PersonalBot, patch: Raw, context: Context) -> None:
        """A language is its owner's, so it is that of all of their bots."""
        changed = await self.clients.patch_bot(bot, patch)
        for other in self.clients.cache.of(bot.spec.owner_id):
            if other.metadata.name != bot.metadata.name:
                await self.clients.patch_bot(other, patch)

        # An administrator who does this for somebody keeps their own language.
        if changed.spec.owner_id == context.person.id:
            context = replace(context, person=replace(context.person, texts=owner_texts(changed)))

        await self._overview(changed, context)
        await context.message.answer(context.person.texts.changes.language_changed)

    async def _mute(self, bot: PersonalBot, context: Context) -> None:
        await self.clients.annotate(bot, MUTED_ANNOTATION, "true")
        await context.message.answer(fill(context.person.texts.changes.news_muted, bot=handle(bot)))

    async def _unmute(self, bot: PersonalBot, context: Context) -> None:
        await self.clients.annotate(bot, MUTED_ANNOTATION, None)
        await context.message.answer(fill(context.person.texts.changes.news_back, bot=handle(bot)))

    async def _more_memory(self, bot: PersonalBot, context: Context) -> None:
        """One size larger, once for each message that offers it: a second press does not enlarge it again."""
        words, message, changed = context.person.texts.changes, context.message, bot
        offer = f"{message.chat.id}/{message.message_id}"

        if bot.metadata.annotations.get(GROWN_ANNOTATION) != offer:
            larger = larger_size(bot, self.clients.settings)
            if larger is None:
                await message.answer(fill(words.largest, bot=handle(bot)))
                return

            patch = {"metadata": {"annotations": {GROWN_ANNOTATION: offer}}, "spec": {"resources": larger}}
            changed = await self.clients.patch_bot(bot, patch)

        memory = plain(changed.spec.resources.limits.memory, context.person.texts)
        await message.answer(fill(words.grown, bot=handle(bot), memory=memory))


def settings_router(handlers: SettingsHandlers) -> Router:
    """The handler of the values' buttons."""
    router = Router(name="settings")
    router.callback_query.register(handlers.option_chosen, OptionButton.filter())
    return router


async def _offer(  # noqa: PLR0913, PLR0917 - what is offered, and what of it is chosen
    bot: PersonalBot, context: Context, text: str, field: Field, labels: Sequence[str], current: str
) -> None:
    rows = [
        [
            InlineKeyboardButton(
                text=f"✓ {label}" if label == current else label, callback_data=_option(field, index, bot)
            )
        ]
        for index, label in enumerate(labels)
    ]
    await show(context, text, markup(*rows, [button(context.person.texts.changes.button_back, Act.SETTINGS, bot)]))


def _option(field: Field, index: int, bot: PersonalBot) -> str:
    return OptionButton(field=field, index=index, name=bot.metadata.name).pack()
