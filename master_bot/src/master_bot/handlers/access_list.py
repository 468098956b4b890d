"""Who may ask a bot besides its owner: people are named, added and taken off the list."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from aiogram import Bot, F, Router
from aiogram.filters import StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.types import (
    CallbackQuery,
    InlineKeyboardButton,
    KeyboardButton,
    KeyboardButtonRequestUsers,
    Message,
    MessageOriginUser,
    ReplyKeyboardMarkup,
)

from master_bot.handlers.context import Action, Context, bot_of_conversation, changeable, show
from master_bot.handlers.states import SettingsInput
from master_bot.kubernetes.annotations import people
from master_bot.kubernetes.personal_bots import handle
from master_bot.services.access_list import MOST_PEOPLE, access_patch, open_on_telegram
from master_bot.services.clients import Clients
from master_bot.services.drafts import Drafts
from master_bot.telegram.person import Person
from master_bot.telegram.secret_messages import delete_stray_secret
from master_bot.telegram.sending import acknowledge
from master_bot.texts import Texts, fill
from master_bot.views.bot_settings import overview
from master_bot.views.keyboards import Act, PersonButton, button, markup
from personalbots_api.models import PersonalBot

_LONGEST_NAME: Final = 32
_ID_DIGITS: Final = range(5, 16)
"""How many digits a Telegram user id has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessListHandlers:
    """The caller of an action has checked that the person may touch the bot."""

    clients: Clients
    drafts: Drafts

    def actions(self) -> Mapping[Act, Action]:
        """What each button does."""
        return {Act.ADD_PERSON: self._ask_person}

    async def show_people(self, bot: PersonalBot, context: Context) -> None:
        """Who is on the access list; an empty list begins with adding somebody."""
        ids = bot.spec.access.allowed_user_ids
        if not ids:
            await self._ask_person(bot, context)
            return

        await context.begin(SettingsInput.person, bot, self.drafts)
        words, known = context.person.texts.changes, people(bot)
        rows = [
            [InlineKeyboardButton(text=f"✖️ {known.get(str(i), i)}", callback_data=PersonButton(id=i).pack())]
            for i in ids[:MOST_PEOPLE]
        ]
        add = [button(words.button_add_person, Act.ADD_PERSON, bot), button(words.button_back, Act.SETTINGS, bot)]
        await show(context, fill(words.people, bot=handle(bot)), markup(*rows, add))

    async def _ask_person(self, bot: PersonalBot, context: Context) -> None:
        await context.begin(SettingsInput.person, bot, self.drafts)
        text = fill(context.person.texts.changes.ask_person, bot=handle(bot))
        await context.message.answer(text, reply_markup=_picker(context.person.texts))

    async def person_given(self, message: Message, person: Person, state: FSMContext, bot: Bot) -> None:
        """Put somebody on the access list."""
        found = await bot_of_conversation(self.clients.cluster, Context(message=message, person=person, state=state))
        if found is None or await delete_stray_secret(message, person.texts):
            return

        words, who = person.texts.changes, _named_people(message)
        if not who:
            await message.answer(words.hidden_person)
            return

        ids = tuple(dict.fromkeys((*found.spec.access.allowed_user_ids, *who)))
        if len(ids) > MOST_PEOPLE:
            await message.answer(fill(words.too_many_people, most=MOST_PEOPLE))
            return

        known = people(found) | {str(number): name for number, name in who.items()}
        await open_on_telegram(bot, await self.clients.patch_bot(found, access_patch(ids, known)))

        text = fill(words.person_added, who=", ".join(who.values()), bot=handle(found))
        await message.answer(text, reply_markup=_picker(person.texts))

    async def person_removed(
        self, query: CallbackQuery, callback_data: PersonButton, person: Person, state: FSMContext
    ) -> None:
        """Take somebody off the access list."""
        await acknowledge(query)
        if not isinstance(query.message, Message) or query.message.bot is None:
            return

        context = Context(message=query.message, person=person, query=query, state=state)
        bot = await changeable(self.clients.cluster, str((await state.get_data()).get("bot", "")), context)
        if bot is None:
            return

        ids = tuple(i for i in bot.spec.access.allowed_user_ids if i != callback_data.id)
        known = {number: name for number, name in people(bot).items() if number != str(callback_data.id)}
        changed = await self.clients.patch_bot(bot, access_patch(ids, known))
        await open_on_telegram(query.message.bot, changed)

        if ids:
            await self.show_people(changed, context)
        else:
            await show(context, *overview(changed, self.clients.settings, person.texts))


def access_list_router(handlers: AccessListHandlers) -> Router:
    """The handlers of what is typed and pressed; commands come first, so that they work in the middle of it too."""
    router = Router(name="access-list")
    router.message.register(handlers.person_given, StateFilter(SettingsInput.person), ~F.text.startswith("/"))
    router.callback_query.register(handlers.person_removed, PersonButton.filter(), StateFilter(SettingsInput.person))
    return router


def _picker(texts: Texts) -> ReplyKeyboardMarkup:
    """A key that opens Telegram's own list of people; Telegram tells their ids and names."""
    asked = KeyboardButtonRequestUsers(request_id=1, user_is_bot=False, max_quantity=10, request_name=True)
    key = KeyboardButton(text=texts.changes.key_choose_people, request_users=asked)
    return ReplyKeyboardMarkup(keyboard=[[key]], resize_keyboard=True, one_time_keyboard=True)


def _named_people(message: Message) -> Mapping[int, str]:
    """The people that a message names (chosen, a contact's, a forwarded one's, an id's): ids, what to call them."""
    if message.users_shared:
        return {
            user.user_id: (user.first_name or f"@{user.username or user.user_id}")[:_LONGEST_NAME]
            for user in message.users_shared.users
        }

    if message.contact and message.contact.user_id:
        return {message.contact.user_id: message.contact.first_name[:_LONGEST_NAME]}

    if isinstance(message.forward_origin, MessageOriginUser) and not message.forward_origin.sender_user.is_bot:
        user = message.forward_origin.sender_user
        return {user.id: user.full_name[:_LONGEST_NAME]}

    text = (message.text or "").strip()
    return {int(text): text} if text.isdecimal() and len(text) in _ID_DIGITS else {}
