"""What is wrong with a bot: everything that Kubernetes says of it, and its log."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from typing import Final

from aiogram import F, Router
from aiogram.filters import StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import BufferedInputFile, InlineKeyboardMarkup, Message

from master_bot.handlers.context import Action, Ask, touchable
from master_bot.kubernetes.cluster import Cluster
from master_bot.kubernetes.fsm_storage import Clock
from master_bot.models import handle
from master_bot.services.drafts import Drafts
from master_bot.services.log_following import Follower
from master_bot.telegram.person import Person
from master_bot.telegram.sending import hide
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


class Looking(StatesGroup):
    """What is being asked for."""

    word = State()


@dataclass(frozen=True, kw_only=True)
class DebugDesk:
    """Reads and shows; changes nothing. The caller has made sure that the person may see the bot."""

    cluster: Cluster
    drafts: Drafts
    follower: Follower
    now: Clock

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

    async def debug(self, bot: PersonalBot, ask: Ask) -> None:
        """The cause and what to do, then all details."""
        texts = ask.person.texts
        text = await self._all_of(bot, texts, lines=_DEBUG_LINES)
        keyboard = markup(
            [button(texts.button_again, Act.DEBUG, bot), button(texts.button_logs, Act.LOGS, bot)],
            [button(texts.logs.button_file, Act.DEBUG_FILE, bot)],
            [button(texts.button_restart, Act.RESTART, bot), button(texts.button_status, Act.CARD, bot)],
        )
        await ask.message.answer(text, reply_markup=keyboard)

    async def logs(self, bot: PersonalBot, ask: Ask) -> None:
        """The last lines of its log, or those with a word in them."""
        texts = ask.person.texts
        if ask.search:
            await self._search(bot, ask.message, texts, ask.search)
            return
        wanted = min(max(ask.lines or _LINES, 1), _MOST_LINES)
        text = logs(bot, await self.cluster.log(bot, lines=wanted), texts)
        await ask.message.answer(text, reply_markup=_under_logs(bot, texts))

    async def _log_file(self, bot: PersonalBot, ask: Ask) -> None:
        texts = ask.person.texts
        found = [
            await self.cluster.log(bot, lines=_FILE_LINES, previous=True),
            await self.cluster.log(bot, lines=_FILE_LINES),
        ]
        text = "\n".join(filter(None, found))
        if not text.strip():
            await ask.message.answer(fill(texts.no_log, bot=handle(bot)))
            return
        caption = fill(texts.logs.file, bot=handle(bot), count=len(text.splitlines()))
        await ask.message.answer_document(_file(bot, "log", mask(text)), caption=caption)

    async def _debug_file(self, bot: PersonalBot, ask: Ask) -> None:
        text = await self._all_of(bot, ask.person.texts, lines=_FILE_LINES, limit=1024 * 1024)
        plain = unescape(re.sub(r"<[^>]*>", "", text))
        caption = fill(ask.person.texts.logs.debug_file, bot=handle(bot))
        await ask.message.answer_document(_file(bot, "debug", plain), caption=caption)

    async def _all_of(self, bot: PersonalBot, texts: Texts, *, lines: int, limit: int | None = None) -> str:
        return debug(
            bot=bot,
            pod=await self.cluster.pod(bot),
            events=await self.cluster.events(bot),
            log=await self.cluster.log(bot, lines=lines),
            previous_log=await self.cluster.log(bot, lines=lines, previous=True),
            now=self.now(),
            texts=texts,
            limit=limit,
            usage=await self.cluster.usage(bot),
        )

    async def _follow(self, bot: PersonalBot, ask: Ask) -> None:
        texts = ask.person.texts
        await self.follower.begin(bot, ask.message.chat.id, _under_logs(bot, texts), texts)

    async def _ask_word(self, bot: PersonalBot, ask: Ask) -> None:
        await ask.begin(Looking.word, bot, self.drafts)
        await ask.message.answer(fill(ask.person.texts.logs.ask_word, bot=handle(bot)))

    async def word_given(self, message: Message, person: Person, state: FSMContext) -> None:
        """The word to look for; should it be a secret, it does not stay in the chat either."""
        await hide(message, person.texts, secret=mask(message.text or "") != (message.text or ""))
        bot = await touchable(self.cluster, str((await state.get_data()).get("bot", "")), person)
        await state.clear()
        if bot is None:
            await message.answer(person.texts.no_such_bot)
        else:
            await self._search(bot, message, person.texts, (message.text or "").strip())

    async def _search(self, bot: PersonalBot, message: Message, texts: Texts, word: str) -> None:
        log = await self.cluster.log(bot, lines=_FILE_LINES)
        found = [line for line in mask(log or "").splitlines() if word.lower() in line.lower()]
        if log is None or not found:
            text = texts.no_log if log is None else texts.logs.not_found
            await message.answer(fill(text, bot=handle(bot), word=mask(word)), reply_markup=_under_logs(bot, texts))
            return
        title = fill(texts.logs.found, bot=handle(bot), word=mask(word))
        await message.answer(logs(bot, "\n".join(found), texts, title=title), reply_markup=_under_logs(bot, texts))


def debug_router(desk: DebugDesk) -> Router:
    """The handler of what is typed for a search."""
    router = Router(name="debug")
    router.message.register(desk.word_given, StateFilter(Looking.word), F.text, ~F.text.startswith("/"))
    return router


def _under_logs(bot: PersonalBot, texts: Texts) -> InlineKeyboardMarkup:
    return markup(
        [button(texts.button_again, Act.LOGS, bot), button(texts.logs.button_follow, Act.LOG_FOLLOW, bot)],
        [button(texts.logs.button_search, Act.LOG_SEARCH, bot), button(texts.logs.button_file, Act.LOG_FILE, bot)],
        [button(texts.button_debug, Act.DEBUG, bot), button(texts.button_status, Act.CARD, bot)],
    )


def _file(bot: PersonalBot, kind: str, text: str) -> BufferedInputFile:
    return BufferedInputFile(text.encode(), f"{bot.metadata.name}-{kind}.txt")
