"""The list of bots, page by page."""

from dataclasses import dataclass

from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message

from master_bot.handlers.context import Context, show
from master_bot.kubernetes.personal_bots import handle
from master_bot.kubernetes.quotas import Quotas
from master_bot.services.clients import Clients
from master_bot.telegram.person import Person
from master_bot.telegram.sending import acknowledge
from master_bot.views.bots import PAGE, bot_list
from master_bot.views.keyboards import Act, ListButton, button, markup, pages


@dataclass(frozen=True, slots=True, kw_only=True)
class BotListHandlers:
    """People see their own bots, administrators all."""

    clients: Clients
    quotas: Quotas

    async def first_page(self, message: Message, person: Person) -> None:
        """The first page, as a new message."""
        text, keyboard = self._page(person, 0)
        await message.answer(text, reply_markup=keyboard)

    async def turn_page(
        self, query: CallbackQuery, callback_data: ListButton, person: Person, state: FSMContext
    ) -> None:
        """Another page, in the same message."""
        await acknowledge(query)
        if isinstance(query.message, Message):
            text, keyboard = self._page(person, callback_data.page)
            await show(Context(message=query.message, person=person, state=state, query=query), text, keyboard)

    def _page(self, person: Person, page: int) -> tuple[str, InlineKeyboardMarkup | None]:
        cache = self.clients.cache
        bots = cache.all() if person.admin else cache.of(person.id)
        if not bots:
            return person.texts.no_bots, None

        # The list may have become shorter since the button was sent.
        last = (len(bots) - 1) // PAGE
        page = min(max(page, 0), last)

        text = bot_list(
            bots,
            admin=person.admin,
            page=page,
            now=self.clients.now(),
            texts=person.texts,
            most=self.quotas.of(person.id),
        )
        shown = bots[page * PAGE : (page + 1) * PAGE]

        return text, markup(*([button(handle(bot), Act.CARD, bot)] for bot in shown), pages(page, last))
