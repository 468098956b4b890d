"""Groups that the bot sits in: it asks whether it may keep their messages, keeps them, and stops when people want that.

The bot keeps nothing of a group before one of its administrators, or the bot's owner, agrees in the group itself. From
then on the messages are in the archives, like exports of chats. Only the owner can bring the bot into a group. Everyone
in one can have their own messages removed, and the bot keeps nothing of theirs from then on.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any, Final

from aiogram.exceptions import TelegramAPIError, TelegramMigrateToChat
from aiogram.methods import GetMe, LeaveChat, SendChatAction, SendMessage
from aiogram.types import ChatMemberUpdated, Message, Update

from personal_bot.archives.archives import Archives
from personal_bot.handlers.groups.indexing import GroupIndexing
from personal_bot.handlers.groups.messages import kept_of, worth_keeping
from personal_bot.handlers.groups.pages import ADMINS, GroupPages
from personal_bot.handlers.owner import Owner
from personal_bot.models import RefusedError
from personal_bot.state.group_states import GroupStates
from personal_bot.telegram.client import Connection, Me
from personal_bot.telegram.updates import is_spoken_to
from personal_bot.texts import language_of, say

_IN: Final = frozenset({"member", "administrator", "creator", "restricted"})
_GROUPS: Final = frozenset({"group", "supergroup"})


class Groups:
    """The groups of one bot."""

    def __init__(  # noqa: PLR0913 - Telegram, the archives and the owner meet here
        self,
        *,
        connection: Connection,
        archives: Archives,
        states: GroupStates,
        pages: GroupPages,
        indexing: GroupIndexing,
        owner: Owner,
        me: Callable[[], Awaitable[Me]],
    ) -> None:
        """`me` waits until the bot knows who it is."""
        self._connection = connection
        self._archives = archives
        self._states = states
        self._pages = pages
        self._indexing = indexing
        self._owner = owner
        self._me = me

        self._in_order = asyncio.Lock()
        self._successors: set[int] = set()  # supergroups whose messages came before the bot heard of the move

    def worth_keeping(self, update: dict[str, Any]) -> bool:
        """Whether the bot may journal an update: nothing of a group that has not agreed, unless it is for the bot."""
        self._foresee(update)
        return worth_keeping(update, bot_id=self._connection.bot_id, keeping=self._keeping)

    def _foresee(self, update: dict[str, Any]) -> None:
        """Know early that a group which agreed is a supergroup now: its first messages come before `hear` sees that."""
        message = update.get("message") or {}
        old, new = message.get("migrate_from_chat_id"), message.get("chat", {}).get("id")
        if "migrate_to_chat_id" in message:
            old, new = new, message["migrate_to_chat_id"]
        if old is not None and self._keeping(old):
            self._successors.add(new)

    async def hear(self, update: Update) -> None:
        """Take note of what happens in groups, in the order of the updates; handlers see to what people ask the bot.

        Raises:
            OSError: the volume is full.
        """
        async with self._in_order:
            await self._hear(update)

    async def _hear(self, update: Update) -> None:
        if update.my_chat_member:
            await self._membership(update.my_chat_member)

        message = update.message or update.edited_message
        if message is None or message.chat.type not in _GROUPS:
            return

        if message.migrate_to_chat_id:
            await self._migrate(message.chat.id, message.migrate_to_chat_id)
        elif message.migrate_from_chat_id:
            await self._migrate(message.migrate_from_chat_id, message.chat.id)
        elif self._keeping(message.chat.id):
            await self._keep(message, edited=update.edited_message is not None)

    async def answers_from(self, group: int) -> str | None:
        """The document from which the bot answers questions in a group; None: all documents.

        Raises:
            RefusedError: the bot keeps nothing of the group.
        """
        state = self._states.of(group)
        if state and state.everything:
            return None

        chat = await self._archives.of_group(group)
        if not chat or not chat.document:
            raise RefusedError("group_nothing_kept")
        return chat.document

    def everything(self, group: int) -> bool:
        """Whether the owner allows a group more than its own messages."""
        state = self._states.of(group)
        return state is not None and state.everything

    def _keeping(self, group: int) -> bool:
        state = self._states.of(group)
        return state.keeping if state else group in self._successors

    async def _keep(self, message: Message, *, edited: bool) -> None:
        # A question to the bot must not become a source for its own answer.
        if (message.text or "").startswith("/") or is_spoken_to(message, await self._me()):
            return

        kept = kept_of(message, edited=edited)
        if kept and await self._archives.keep(kept):
            self._indexing.changed()

    async def _membership(self, change: ChatMemberUpdated) -> None:
        group, before, after = change.chat.id, change.old_chat_member.status, change.new_chat_member.status
        if change.chat.type == "private":
            return

        language = language_of(change.from_user.language_code)
        if after not in _IN:
            await self._gone(group, by_itself=change.from_user.id == self._connection.bot_id, language=language)
        elif before not in _IN:
            if self._states.of(group) is None:
                await self._follow_upgrades()

            moved_here = (state := self._states.of(group)) is not None and state.member
            if change.from_user.id != self._owner.user_id and not moved_here:
                await self._leave(group, language)
            elif change.chat.type in _GROUPS and not moved_here:
                await self._ask(change, language)
        elif after in ADMINS and before not in ADMINS and self._keeping(group):
            await self._owner.tell(say(language, "group_hears_now", title=change.chat.title))

    async def _ask(self, change: ChatMemberUpdated, language: str) -> None:
        me = await self._connection.deliver(GetMe(), chat_id=0)
        group = change.chat.id
        self._states.change(
            group,
            title=change.chat.title or "",
            owner=change.from_user.full_name,
            member=True,
            keeping=False,
            agreed="",
            hears_all=bool(me.can_read_all_group_messages),
        )

        page = await self._pages.of_group(group, language)
        question = SendMessage(chat_id=group, text=page.text, reply_markup=page.keyboard)
        await self._connection.deliver(question, chat_id=group)

    async def _leave(self, group: int, language: str) -> None:
        await self._connection.attempt(SendMessage(chat_id=group, text=say(language, "group_not_mine")))
        await self._connection.attempt(LeaveChat(chat_id=group))

    async def _gone(self, group: int, *, by_itself: bool, language: str) -> None:
        state = self._states.of(group)
        if state is None or not state.member:
            return

        self._states.change(group, member=False, keeping=False)
        chat = await self._archives.of_group(group)
        if chat and not by_itself:
            text = say(language, "group_gone", title=state.title, messages=chat.messages)
            await self._owner.tell(text)

    async def _follow_upgrades(self) -> None:
        """Find out whether a group that the bot knows has become the supergroup that the bot just came into."""
        for group, state in self._states.all().items():
            if state.member:
                with contextlib.suppress(TelegramAPIError):
                    # Telegram tells of a move only when somebody calls with the old id; this call shows nothing.
                    try:
                        await self._connection.call(SendChatAction(chat_id=group, action="typing"))
                    except TelegramMigrateToChat as moved:
                        await self._migrate(group, moved.migrate_to_chat_id)

    async def _migrate(self, old: int, new: int) -> None:
        if self._states.of(old) is None:
            return

        left_over = await self._archives.migrate(old=old, new=new)
        self._states.move(old, new)
        self._successors.discard(new)
        if left_over:
            await self._indexing.drop(left_over)
        self._indexing.changed()
