"""Groups that the bot sits in: it asks whether it may keep their messages, keeps them, and stops when people want that.

The bot keeps nothing of a group before one of its administrators, or the bot's owner, agrees in the group itself. From
then on the messages are in the archives, like exports of chats. Only the owner can bring the bot into a group. Everyone
in one can have their own messages removed, and the bot keeps nothing of theirs from then on.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

from aiogram.exceptions import TelegramAPIError, TelegramMigrateToChat
from aiogram.methods import (
    AnswerCallbackQuery,
    GetChatMember,
    GetMe,
    LeaveChat,
    SendChatAction,
    SendMessage,
)
from aiogram.types import ChatMemberUpdated, Message, Update

from personal_bot.archives.archives import Archives
from personal_bot.handlers.chats.archive import Chats
from personal_bot.handlers.groups.messages import kept_of, person, worth_keeping
from personal_bot.models import Refusal
from personal_bot.state.group_states import GroupState, GroupStates
from personal_bot.state.shown_passages import ShownPassages
from personal_bot.telegram.buttons import GroupButton, Page, keyboard
from personal_bot.telegram.client import Connection, Me
from personal_bot.telegram.intents import Command, Press, Sender
from personal_bot.telegram.updates import is_spoken_to
from personal_bot.texts import language_of, say

_IN: Final = frozenset({"member", "administrator", "creator", "restricted"})
_ADMINS: Final = frozenset({"administrator", "creator"})
_GROUPS: Final = frozenset({"group", "supergroup"})
_LISTED: Final = 20  # groups
_LONGEST_TITLE: Final = 40  # characters on a button
_EVERY: Final = 10.0  # seconds between two rounds of indexing
_AFTER_REFUSAL: Final = 60.0  # seconds

logger = logging.getLogger(__name__)


class Groups:
    """The groups of one bot."""

    def __init__(  # noqa: PLR0913 - Telegram, the archives and the people of a group meet here
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
        """`me` waits until the bot knows who it is."""
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

    async def command(self, command: Command, _: int) -> Page:
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

    async def press(self, press: Press[GroupButton], _: int) -> Page | None:
        """Do what a button says, and answer it; returns None when nothing changes.

        Raises:
            OSError: the volume is full.
        """
        sender, language, button = press.sender, press.sender.language, press.button
        match button.choice:
            case "again" if button.id == sender.user_id:
                await self._archives.allow_again(person(sender.user_id), sender.chat_id)
                await self._answer(press)
                return Page(say(language, "group_again"))
            case "everything" | "own" if sender.private and sender.user_id == self._owner_id:
                await self._answer(press)
                if button.id is not None and self._states.of(button.id):
                    self._states.change(button.id, everything=button.choice == "everything")
                return self._list(language)
            case "yes" | "no" if await self._decides(sender):
                await self._answer(press)
                yes = button.choice == "yes"
                self._states.change(sender.chat_id, keeping=yes, agreed=press.name if yes else "")
                return await self._page(sender.chat_id, language)

        await self._answer(press, say(language, "group_yours" if button.choice == "again" else "group_admins_only"))
        return None

    async def forget_person(self, user_id: int) -> None:
        """Remove a person's messages in all groups, and keep none from now on.

        Raises:
            OSError: the volume is full.
        """
        if self._states.all():
            await self._remove(user_id, list(self._states.all()))

    async def answers_from(self, group: int) -> str | None:
        """The document from which the bot answers questions in a group; None: all documents.

        Raises:
            Refusal: the bot keeps nothing of the group.
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
        """Index new messages, for ever; each round waits for its `turn` in the queue."""
        while True:
            await self._changed.wait()
            self._changed.clear()

            try:
                async with turn():
                    await self._chats.index(self._owner_id)
            except Refusal as refusal:
                logger.info("Chats cannot be indexed now", extra={"reason": refusal.key})
                self._changed.set()
                await asyncio.sleep(_AFTER_REFUSAL)
            except Exception:
                logger.exception("Chats cannot be indexed")
                await asyncio.sleep(_AFTER_REFUSAL)

            await asyncio.sleep(_EVERY)

    def _keeping(self, group: int) -> bool:
        state = self._states.of(group)
        return state.keeping if state else group in self._successors

    async def _keep(self, message: Message, *, edited: bool) -> None:
        # A question to the bot must not become a source for its own answer.
        if (message.text or "").startswith("/") or is_spoken_to(message, await self._me()):
            return

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

        page = await self._page(group, language)
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
            await self._tell_owner(text)

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
            return Page(say(language, "group_unknown"))

        me = await self._me()
        key = "group_keeping" if state.keeping else "group_ask"
        text = say(language, key, owner=state.owner, bot=me.username, agreed=state.agreed)
        if not await self._hears(group, state, me):
            text += "\n\n" + say(language, "group_privacy", owner=state.owner)

        key, choice = ("group_stop", "no") if state.keeping else ("group_yes", "yes")
        return Page(text, keyboard([[GroupButton(choice=choice).labelled(say(language, key))]]))

    async def _hears(self, group: int, state: GroupState, me: Me) -> bool:
        """Whether Telegram gives the bot all messages of a group."""
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
            lines.append(f"• {state.title} — {say(language, f'groups_{now}')}")
            if state.member:
                choice, mark = ("own", "☑") if state.everything else ("everything", "☐")
                button = GroupButton(choice=choice, id=group)
                rows.append([button.labelled(f"{mark} {state.title[:_LONGEST_TITLE]}")])

        if rows:
            lines += ["", say(language, "groups_everything")]
        return Page("\n".join(lines), keyboard(rows))

    async def _forget(self, sender: Sender) -> Page:
        await self._remove(sender.user_id, [sender.chat_id])
        again = GroupButton(choice="again", id=sender.user_id).labelled(say(sender.language, "group_again_button"))
        return Page(say(sender.language, "group_forgotten"), keyboard([[again]]))

    async def _remove(self, user_id: int, groups: list[int]) -> None:
        documents = await self._archives.forget_author(person(user_id), groups)
        await self._shown.forget_documents(frozenset(documents) - {""})
        self._changed.set()

        with contextlib.suppress(Refusal):  # then the next round does it
            await self._chats.index(self._owner_id)

    async def _tell_owner(self, text: str) -> None:
        await self._connection.attempt(SendMessage(chat_id=self._owner_id, text=text))

    async def _answer(self, press: Press[GroupButton], text: str | None = None) -> None:
        await self._connection.attempt(AnswerCallbackQuery(callback_query_id=press.query_id, text=text))
