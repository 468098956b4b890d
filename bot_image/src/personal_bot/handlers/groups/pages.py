"""What groups and the owner read about groups: whether the bot keeps a group's messages, and what it answers from."""

import contextlib
from collections.abc import Awaitable, Callable
from typing import Final

from aiogram.exceptions import TelegramAPIError
from aiogram.methods import GetChatMember

from personal_bot.state.group_states import GroupState, GroupStates
from personal_bot.telegram.buttons import GroupButton, Page, keyboard
from personal_bot.telegram.client import Connection, Me
from personal_bot.text_keys import TextKey
from personal_bot.texts import known, say

ADMINS: Final = frozenset({"administrator", "creator"})
"""Telegram's statuses of people and bots who have a say in a group."""

_LISTED: Final = 20  # groups
_LONGEST_TITLE: Final = 40  # characters on a button


class GroupPages:
    """Makes the pages about groups."""

    def __init__(self, *, connection: Connection, states: GroupStates, me: Callable[[], Awaitable[Me]]) -> None:
        """`me` waits until the bot knows who it is."""
        self._connection = connection
        self._states = states
        self._me = me

    async def of_group(self, group: int, language: str) -> Page:
        """Whether the bot keeps the messages of a group, with a button to decide otherwise."""
        state = self._states.of(group)
        if state is None:
            return Page(say(language, "group_unknown"))

        me = await self._me()
        key: TextKey = "group_keeping" if state.keeping else "group_ask"
        text = say(language, key, owner=state.owner, bot=me.username, agreed=state.agreed)
        if not await self._hears(group, state, me):
            text += "\n\n" + say(language, "group_privacy", owner=state.owner)

        key, choice = ("group_stop", "no") if state.keeping else ("group_yes", "yes")
        return Page(text, keyboard([[GroupButton(choice=choice).labelled(say(language, key))]]))

    def of_all(self, language: str) -> Page:
        """All groups, for the owner in private."""
        states = sorted(self._states.all().items(), key=lambda item: (not item[1].member, item[1].title))[:_LISTED]
        lines, rows = [say(language, "groups_how")], []

        for group, state in states:
            now = "keeping" if state.keeping else "waiting" if state.member else "gone"
            lines.append(f"• {state.title} — {say(language, known(f'groups_{now}'))}")
            if state.member:
                choice, mark = ("own", "☑") if state.everything else ("everything", "☐")
                button = GroupButton(choice=choice, id=group)
                rows.append([button.labelled(f"{mark} {state.title[:_LONGEST_TITLE]}")])

        if rows:
            lines += ["", say(language, "groups_everything")]
        return Page("\n".join(lines), keyboard(rows))

    async def _hears(self, group: int, state: GroupState, me: Me) -> bool:
        """Whether Telegram gives the bot all messages of a group."""
        if state.hears_all:
            return True

        with contextlib.suppress(TelegramAPIError):
            question = GetChatMember(chat_id=group, user_id=me.id)
            member = await self._connection.deliver(question, chat_id=group)
            return member.status in ADMINS
        return False
