"""Questions that people change after they sent them: which of them the bot answers anew."""

import enum
from typing import Final

from aiogram.types import Message

_CHATS: Final = 500  # private chats whose last messages are remembered
_MESSAGES: Final = 20  # of each chat


class Edit(enum.Enum):
    """What a change of a message comes to."""

    NONE = "nothing that people see has changed: Telegram tells of other changes too"
    NEWEST = "the newest message of the chat reads otherwise now"
    LATE = "an earlier message reads otherwise now"


class Edits:
    """The last messages of private chats, in memory: after a restart a message that changes counts as the newest."""

    def __init__(self) -> None:
        self._read: dict[int, dict[int, int]] = {}  # by chat: the number of each message, and a hash of its text

    def heard(self, message: Message) -> None:
        """Remember a new message."""
        known = self._read.pop(message.chat.id, {})
        known[message.message_id] = hash(message.text)
        if len(known) > _MESSAGES:
            del known[min(known)]

        self._read[message.chat.id] = known  # at the end: the chats at the beginning are the quiet ones
        if len(self._read) > _CHATS:
            del self._read[next(iter(self._read))]

    def changed(self, message: Message) -> Edit:
        """What a change of a message comes to; it is remembered."""
        known = self._read.get(message.chat.id, {})
        if known.get(message.message_id) == hash(message.text):
            return Edit.NONE

        newest = message.message_id >= max(known, default=0)
        self.heard(message)
        return Edit.NEWEST if newest else Edit.LATE
