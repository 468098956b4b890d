"""What people decide about a group: whether the bot keeps its messages, and theirs; and what it answers from."""

from aiogram.exceptions import TelegramAPIError
from aiogram.methods import GetChatMember

from personal_bot.archives.archives import Archives
from personal_bot.handlers.groups.erasure import GroupErasure
from personal_bot.handlers.groups.messages import person
from personal_bot.handlers.groups.pages import ADMINS, GroupPages
from personal_bot.handlers.messenger import Messenger
from personal_bot.state.group_states import GroupStates
from personal_bot.telegram.buttons import GroupButton, Page, keyboard
from personal_bot.telegram.client import Connection
from personal_bot.telegram.intents import Command, Press, Sender
from personal_bot.texts import say


class GroupDecisions:
    """Answers commands and buttons about groups."""

    def __init__(  # noqa: PLR0913 - Telegram knows who decides, the archives have the messages
        self,
        *,
        connection: Connection,
        messenger: Messenger,
        archives: Archives,
        states: GroupStates,
        pages: GroupPages,
        erasure: GroupErasure,
        owner_id: int,
    ) -> None:
        """`owner_id`: who decides everywhere, and sees all groups."""
        self._connection = connection
        self._messenger = messenger
        self._archives = archives
        self._states = states
        self._pages = pages
        self._erasure = erasure
        self._owner_id = owner_id

    async def command(self, command: Command, _: int) -> Page:
        """Answer `/group`, or `/forget` in a group.

        Raises:
            OSError: the volume is full.
        """
        sender = command.sender
        if command.name == "forget":
            return await self._forget(sender)
        if not sender.private:
            return await self._pages.of_group(sender.chat_id, sender.language)
        return self._pages.of_all(sender.language)

    async def press(self, press: Press[GroupButton], _: int) -> Page | None:
        """Do what a button says, and answer it; returns None when nothing changes.

        Raises:
            OSError: the volume is full.
        """
        sender, language, button = press.sender, press.sender.language, press.button
        match button.choice:
            case "again" if button.id == sender.user_id:
                await self._archives.allow_again(person(sender.user_id), sender.chat_id)
                await self._messenger.answer(press)
                return Page(say(language, "group_again"))
            case "everything" | "own" if sender.private and sender.user_id == self._owner_id:
                await self._messenger.answer(press)
                if button.id is not None and self._states.of(button.id):
                    self._states.change(button.id, everything=button.choice == "everything")
                return self._pages.of_all(language)
            case "yes" | "no" if await self._decides(sender):
                await self._messenger.answer(press)
                yes = button.choice == "yes"
                self._states.change(sender.chat_id, keeping=yes, agreed=press.name if yes else "")
                return await self._pages.of_group(sender.chat_id, language)

        await self._messenger.answer(press, "group_yours" if button.choice == "again" else "group_admins_only")
        return None

    async def _forget(self, sender: Sender) -> Page:
        """Forget a person in the group where they ask for it."""
        await self._erasure.forget_in([sender.chat_id], sender.user_id)
        again = GroupButton(choice="again", id=sender.user_id).labelled(say(sender.language, "group_again_button"))
        return Page(say(sender.language, "group_forgotten"), keyboard([[again]]))

    async def _decides(self, sender: Sender) -> bool:
        """Whether somebody may decide for a group: the bot's owner, or one of its administrators."""
        if sender.user_id == self._owner_id:
            return True
        question = GetChatMember(chat_id=sender.chat_id, user_id=sender.user_id)
        try:
            member = await self._connection.deliver(question, chat_id=sender.chat_id)
        except TelegramAPIError:
            return False
        return member.status in ADMINS
