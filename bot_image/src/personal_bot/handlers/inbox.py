"""Files that appear in the inbox folder on the volume: exports of chats become chats, and the owner hears of each."""

from pathlib import Path

from personal_bot.handlers.chats.archive import Chats
from personal_bot.handlers.owner import Owner
from personal_bot.models import Ingested, RefusedError
from personal_bot.requests.results import taken_from_inbox
from personal_bot.telegram.intents import Sender, Upload
from personal_bot.texts import say


class InboxHandlers:
    """What the inbox folder asks of the rest of the bot."""

    def __init__(self, chats: Chats, owner: Owner) -> None:
        self._chats = chats
        self._owner = owner

    async def report(self, name: str, outcome: Ingested | RefusedError) -> None:
        """Tell the owner what became of a file; a courtesy that may fail."""
        await self._owner.tell(taken_from_inbox(name, outcome, self._owner.language))

    async def take_chat(self, path: Path, name: str) -> bool:
        """Take in an export of chats, and tell the owner; returns whether the file is one.

        Raises:
            RefusedError: the bot cannot read it, or not take it in yet.
        """
        owner, language = self._owner.user_id, self._owner.language
        sender = Sender(user_id=owner, chat_id=owner, message_id=0, language=language, private=True)
        file = Upload(sender=sender, file_id="", name=name, mime_type="", size=None)

        result = await self._chats.take_in(file, path)
        if result is None:
            return False
        if result.outcome == "refused":
            raise RefusedError("chats_not_indexed")

        await self._owner.tell(say(language, "inbox_chat", name=name, told=result.pieces[0].text))
        return True
