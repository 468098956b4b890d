"""Groups that the bot sits in: it asks whether their messages may be kept, keeps them, and stops when it is told to.

Nothing of a group is kept before one of its administrators, or the bot's owner, agrees in the group itself. From then
on its messages lie beside exports of chats. Only the owner can bring the bot into a group; whoever is in one can have
their own messages removed, and nothing is kept of them from then on.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING

from aiogram.exceptions import TelegramAPIError, TelegramMigrateToChat
from aiogram.methods import (
    AnswerCallbackQuery,
    GetChatMember,
    GetMe,
    LeaveChat,
    SendChatAction,
    SendMessage,
)

from personal_bot.handlers.groups.messages import kept_of, person, worth_keeping
from personal_bot.models import Refusal
from personal_bot.requests.status_message import keyboard
from personal_bot.telegram.updates import is_spoken_to
from personal_bot.text_keys import TextKey
from personal_bot.texts import known, language_of, say

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any

    from aiogram.types import ChatMemberUpdated, InlineKeyboardMarkup, Message, Update

    from personal_bot.archives.archives import Archives
    from personal_bot.handlers.chats.archive import Chats
    from personal_bot.state.group_states import GroupState, GroupStates
    from personal_bot.state.shown_passages import ShownPassages
    from personal_bot.telegram.client import Connection
    from personal_bot.telegram.updates import Command, Me, Press, Sender

    Page = tuple[str, InlineKeyboardMarkup | None]

GROUP = "group"  # callback data: group:<what>[:<id>]
_IN = frozenset({"member", "administrator", "creator", "restricted"})
_ADMINS = frozenset({"administrator", "creator"})
_GROUPS = frozenset({"group", "supergroup"})
_LISTED = 20
_EVERY = 10.0  # seconds between looks at what is to be indexed
_AFTER_REFUSAL = 60.0

log = logging.getLogger(__name__)


class Groups:
    """The groups of one bot."""

    def __init__(  # noqa: PLR0913 - it brings these together, which is its purpose
        self,
        *,
        connection: Connection,
        archives: Archives,
        chats: Chats,
        states: GroupStates,
        shown: ShownPassages,
        owner_id: int,
        me: Callable[[], Awaitable[Me]],
    ) -> None:
        """`me` waits until it is known who the bot is."""
        self._connection = connection
        self._archives = archives
        self._chats = chats
        self._states = states
        self._shown = shown
        self._owner_id = owner_id
        self._me = me
        self._in_order = asyncio.Lock()
        self._successors: set[int] = set()
        self._changed = asyncio.Event()
        self._changed.set()  # what the last process left

    def worth_keeping(self, update: dict[str, Any]) -> bool:
        """Whether an update may be written down: nothing of a group that has not agreed, unless it is for the bot."""
        self._foresee(update)
        return worth_keeping(update, bot_id=self._connection.bot_id, keeping=self._keeping)

    def _foresee(self, update: dict[str, Any]) -> None:
        """Keep what a supergroup says right after the group that agreed has become it, before that is worked off."""
        message = update.get("message") or {}
        old, new = message.get("migrate_from_chat_id"), message.get("chat", {}).get("id")
        if "migrate_to_chat_id" in message:
            old, new = new, message["migrate_to_chat_id"]
        if old is not None and self._keeping(old):
            self._successors.add(new)

    async def hear(self, update: Update) -> None:
        """Take note of what happens in groups, in the order of the updates; what is said to the bot is for others.

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

    async def command(self, command: Command) -> Page:
        """Answer `/group`, or `/forget` in a group.

        Raises:
            OSError: the volume is full.
        """
        sender = command.sender
        if command.name == "forget":
            return await self._forget(sender)
        if not sender.private:
            return await self._page(sender.chat_id, sender.language)
        return self._list(sender.language)

    async def press(self, press: Press) -> Page | None:
        """Do what a button says, and answer it; gives the page as it is then, None when nothing changes.

        Raises:
            OSError: the volume is full.
        """
        _, what, number = (*press.data.split(":"), "", "")[:3]
        sender, language = press.sender, press.sender.language
        if what == "again" and number == str(sender.user_id):
            await self._archives.allow_again(person(sender.user_id), sender.chat_id)
            await self._answer(press)
            return say(language, "group_again"), None
        if sender.private and what in {"everything", "own"} and sender.user_id == self._owner_id:
            await self._answer(press)
            if self._states.of(int(number)):
                self._states.change(int(number), everything=what == "everything")
            return self._list(language)
        if what not in {"yes", "no"} or not await self._decides(sender):
            await self._answer(press, say(language, "group_yours" if what == "again" else "group_admins_only"))
            return None
        await self._answer(press)
        self._states.change(sender.chat_id, keeping=what == "yes", agreed=press.name if what == "yes" else "")
        return await self._page(sender.chat_id, language)

    async def forget_person(self, user_id: int) -> None:
        """Remove a person's messages from all groups, and keep none from now on.

        Raises:
            OSError: the volume is full.
        """
        if self._states.all():
            await self._remove(user_id, list(self._states.all()))

    async def answers_from(self, group: int) -> str | None:
        """The document that questions in a group are answered from; None: all documents.

        Raises:
            Refusal: nothing of the group is kept.
        """
        state = self._states.of(group)
        if state and state.everything:
            return None
        chat = await self._archives.of_group(group)
        if not chat or not chat.document:
            raise Refusal("group_nothing_kept")
        return chat.document

    def everything(self, group: int) -> bool:
        """Whether the owner allows a group more than its own messages."""
        state = self._states.of(group)
        return state is not None and state.everything

    async def run(self, turn: Callable[[], contextlib.AbstractAsyncContextManager[None]]) -> None:
        """Keep the index up with the messages, for ever; each round takes its `turn`."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                async with turn():
                    await self._chats.index(self._owner_id)
            except Refusal as refusal:
                log.info("Chats cannot be indexed now", extra={"reason": refusal.key})
                self._changed.set()
                await asyncio.sleep(_AFTER_REFUSAL)
            except Exception:
                log.exception("Chats cannot be indexed")
                await asyncio.sleep(_AFTER_REFUSAL)
            await asyncio.sleep(_EVERY)

    def _keeping(self, group: int) -> bool:
        state = self._states.of(group)
        return state.keeping if state else group in self._successors

    async def _keep(self, message: Message, *, edited: bool) -> None:
        said = message.text or ""
        if said.startswith("/") or is_spoken_to(message, await self._me()):
            return  # what is asked of the bot is no answer to what is asked of it
        kept = kept_of(message, edited=edited)
        if kept and await self._archives.keep(kept):
            self._changed.set()

    # Coming and going.

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
            if change.from_user.id != self._owner_id and not moved_here:
                await self._leave(group, language)
            elif change.chat.type in _GROUPS and not moved_here:
                await self._ask(change, language)
        elif after in _ADMINS and before not in _ADMINS and self._keeping(group):
            await self._tell_owner(say(language, "group_hears_now", title=change.chat.title))

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
        text, buttons = await self._page(group, language)
        await self._connection.deliver(SendMessage(chat_id=group, text=text, reply_markup=buttons), chat_id=group)

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
            await self._tell_owner(text)

    async def _follow_upgrades(self) -> None:
        """Find out whether a group that the bot knows has become the supergroup that it is said to have come into."""
        for group, state in self._states.all().items():
            if state.member:
                with contextlib.suppress(TelegramAPIError):
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
            await self._chats.drop(left_over)
        self._changed.set()

    # What people decide.

    async def _decides(self, sender: Sender) -> bool:
        if sender.user_id == self._owner_id:
            return True
        question = GetChatMember(chat_id=sender.chat_id, user_id=sender.user_id)
        try:
            member = await self._connection.deliver(question, chat_id=sender.chat_id)
        except TelegramAPIError:
            return False
        return member.status in _ADMINS

    async def _page(self, group: int, language: str) -> Page:
        state = self._states.of(group)
        if state is None:
            return say(language, "group_unknown"), None
        me = await self._me()
        key: TextKey = "group_keeping" if state.keeping else "group_ask"
        text = say(language, key, owner=state.owner, bot=me.username, agreed=state.agreed)
        if not await self._hears(group, state, me):
            text += "\n\n" + say(language, "group_privacy", owner=state.owner)
        if state.keeping:
            return text, keyboard([[(say(language, "group_stop"), f"{GROUP}:no")]])
        return text, keyboard([[(say(language, "group_yes"), f"{GROUP}:yes")]])

    async def _hears(self, group: int, state: GroupState, me: Me) -> bool:
        """Whether Telegram gives the bot all that is said in a group."""
        if state.hears_all:
            return True
        with contextlib.suppress(TelegramAPIError):
            question = GetChatMember(chat_id=group, user_id=me.id)
            member = await self._connection.deliver(question, chat_id=group)
            return member.status in _ADMINS
        return False

    def _list(self, language: str) -> Page:
        """All groups, for the owner in private."""
        states = sorted(self._states.all().items(), key=lambda item: (not item[1].member, item[1].title))[:_LISTED]
        lines, rows = [say(language, "groups_how")], []
        for group, state in states:
            now = "keeping" if state.keeping else "waiting" if state.member else "gone"
            lines.append(f"• {state.title} — {say(language, known(f'groups_{now}'))}")
            if state.member:
                what = "own" if state.everything else "everything"
                mark = "☑" if state.everything else "☐"
                rows.append([(f"{mark} {state.title[:40]}", f"{GROUP}:{what}:{group}")])
        if rows:
            lines += ["", say(language, "groups_everything")]
        return "\n".join(lines), keyboard(rows)

    async def _forget(self, sender: Sender) -> Page:
        await self._remove(sender.user_id, [sender.chat_id])
        again = keyboard([[(say(sender.language, "group_again_button"), f"{GROUP}:again:{sender.user_id}")]])
        return say(sender.language, "group_forgotten"), again

    async def _remove(self, user_id: int, groups: list[int]) -> None:
        documents = await self._archives.forget_author(person(user_id), groups)
        await self._shown.forget_documents(frozenset(documents) - {""})
        self._changed.set()
        with contextlib.suppress(Refusal):  # then the round in the background does it later
            await self._chats.index(self._owner_id)

    async def _tell_owner(self, text: str) -> None:
        await self._connection.attempt(SendMessage(chat_id=self._owner_id, text=text))

    async def _answer(self, press: Press, text: str | None = None) -> None:
        await self._connection.attempt(AnswerCallbackQuery(callback_query_id=press.query_id, text=text))
