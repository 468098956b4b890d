"""What is wrong with a bot: everything that Kubernetes says of it, and its log."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from typing import Final

from aiogram import F, Router
from aiogram.filters import StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.types import BufferedInputFile, InlineKeyboardMarkup, Message

from master_bot.handlers.context import Action, Context, touchable
from master_bot.handlers.states import LogSearch
from master_bot.kubernetes.personal_bots import handle
from master_bot.services.clients import Clients
from master_bot.services.drafts import Drafts
from master_bot.services.log_following import LogFollower
from master_bot.telegram.person import Person
from master_bot.telegram.secret_messages import delete_if_secret
from master_bot.texts import Texts, fill
from master_bot.views.bots import logs
from master_bot.views.debug import debug
from master_bot.views.keyboards import Act, button, markup
from personalbots_api.models import PersonalBot
from personalbots_common.secrets_mask import mask

_LINES: Final = 30
_MOST_LINES: Final = 500
_DEBUG_LINES: Final = 15
_FILE_LINES: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class DebugHandlers:
    """Reads and shows; changes nothing. The caller has checked that the person may see the bot."""

    clients: Clients
    drafts: Drafts
    follower: LogFollower

    def actions(self) -> Mapping[Act, Action]:
        """What each button does."""
        return {
            Act.DEBUG: self.debug,
            Act.DEBUG_FILE: self._debug_file,
            Act.LOGS: self.logs,
            Act.LOG_FILE: self._log_file,
            Act.LOG_SEARCH: self._ask_word,
            Act.LOG_FOLLOW: self._follow,
        }

    async def debug(self, bot: PersonalBot, context: Context) -> None:
        """The cause and what to do, then all details."""
        texts = context.person.texts
        text = await self._details(bot, texts, lines=_DEBUG_LINES)
        keyboard = markup(
            [button(texts.button_again, Act.DEBUG, bot), button(texts.button_logs, Act.LOGS, bot)],
            [button(texts.logs.button_file, Act.DEBUG_FILE, bot)],
            [button(texts.button_restart, Act.RESTART, bot), button(texts.button_status, Act.CARD, bot)],
        )
        await context.message.answer(text, reply_markup=keyboard)

    async def logs(self, bot: PersonalBot, context: Context) -> None:
        """The last lines of its log, or those with a word in them."""
        texts = context.person.texts
        if context.search:
            await self._search(bot, context.message, texts, context.search)
            return

        wanted = min(max(context.lines or _LINES, 1), _MOST_LINES)
        text = logs(bot, await self.clients.cluster.log(bot, lines=wanted), texts)
        await context.message.answer(text, reply_markup=_under_logs(bot, texts))

    async def _log_file(self, bot: PersonalBot, context: Context) -> None:
        texts = context.person.texts
        found = [
            await self.clients.cluster.log(bot, lines=_FILE_LINES, previous=True),
            await self.clients.cluster.log(bot, lines=_FILE_LINES),
        ]

        text = "\n".join(filter(None, found))
        if not text.strip():
            await context.message.answer(fill(texts.no_log, bot=handle(bot)))
            return

        caption = fill(texts.logs.file, bot=handle(bot), count=len(text.splitlines()))
        await context.message.answer_document(_file(bot, "log", mask(text)), caption=caption)

    async def _debug_file(self, bot: PersonalBot, context: Context) -> None:
        text = await self._details(bot, context.person.texts, lines=_FILE_LINES, limit=1024 * 1024)
        plain = unescape(re.sub(r"<[^>]*>", "", text))
        caption = fill(context.person.texts.logs.debug_file, bot=handle(bot))
        await context.message.answer_document(_file(bot, "debug", plain), caption=caption)

    async def _details(self, bot: PersonalBot, texts: Texts, *, lines: int, limit: int | None = None) -> str:
        return debug(
            bot=bot,
            pod=await self.clients.cluster.pod(bot),
            events=await self.clients.cluster.events(bot),
            log=await self.clients.cluster.log(bot, lines=lines),
            previous_log=await self.clients.cluster.log(bot, lines=lines, previous=True),
            now=self.clients.now(),
            texts=texts,
            limit=limit,
            usage=await self.clients.cluster.usage(bot),
        )

    async def _follow(self, bot: PersonalBot, context: Context) -> None:
        texts = context.person.texts
        await self.follower.begin(bot, context.message.chat.id, _under_logs(bot, texts), texts)

    async def _ask_word(self, bot: PersonalBot, context: Context) -> None:
        await context.begin(LogSearch.word, bot, self.drafts)
        await context.message.answer(fill(context.person.texts.logs.ask_word, bot=handle(bot)))

    async def word_given(self, message: Message, person: Person, state: FSMContext) -> None:
        """The word to look for; a secret does not stay in the chat here either."""
        await delete_if_secret(message, person.texts, secret=mask(message.text or "") != (message.text or ""))
        bot = await touchable(self.clients.cluster, str((await state.get_data()).get("bot", "")), person)
        await state.clear()

        if bot is None:
            await message.answer(person.texts.no_such_bot)
        else:
            await self._search(bot, message, person.texts, (message.text or "").strip())

    async def _search(self, bot: PersonalBot, message: Message, texts: Texts, word: str) -> None:
        log = await self.clients.cluster.log(bot, lines=_FILE_LINES)
        found = [line for line in mask(log or "").splitlines() if word.lower() in line.lower()]
        if log is None or not found:
            text = texts.no_log if log is None else texts.logs.not_found
            await message.answer(fill(text, bot=handle(bot), word=mask(word)), reply_markup=_under_logs(bot, texts))
            return

        title = fill(texts.logs.found, bot=handle(bot), word=mask(word))
        await message.answer(logs(bot, "\n".join(found), texts, title=title), reply_markup=_under_logs(bot, texts))


def debug_router(handlers: DebugHandlers) -> Router:
    """The handler of what is typed for a search."""
    router = Router(name="debug")
    router.message.register(handlers.word_given, StateFilter(LogSearch.word), F.text, ~F.text.startswith("/"))
    return router


def _under_logs(bot: PersonalBot, texts: Texts) -> InlineKeyboardMarkup:
    return markup(
        [button(texts.button_again, Act.LOGS, bot), button(texts.logs.button_follow, Act.LOG_FOLLOW, bot)],
        [button(texts.logs.button_search, Act.LOG_SEARCH, bot), button(texts.logs.button_file, Act.LOG_FILE, bot)],
        [button(texts.button_debug, Act.DEBUG, bot), button(texts.button_status, Act.CARD, bot)],
    )


def _file(bot: PersonalBot, kind: str, text: str) -> BufferedInputFile:
    return BufferedInputFile(text.encode(), f"{bot.metadata.name}-{kind}.txt")
