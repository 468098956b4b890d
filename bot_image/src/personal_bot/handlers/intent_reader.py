"""What a person means by an update: in the language that they chose, and by who they are."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from aiogram.types import Message, Update

from personal_bot.handlers.edits import Edit, Edits
from personal_bot.handlers.owner import Owner
from personal_bot.handlers.pasted_text import PastedTexts
from personal_bot.state.preferences import PreferencesStore
from personal_bot.telegram.client import Me
from personal_bot.telegram.intents import Intent, LateEdit, Link, PastedText, StopWriting, TextQuestion
from personal_bot.telegram.updates import intent_of


class IntentReader:
    """Reads updates."""

    def __init__(
        self,
        *,
        me: Callable[[], Awaitable[Me]],
        preferences: PreferencesStore,
        pasted_texts: PastedTexts,
        owner: Owner,
    ) -> None:
        """`me` waits until the bot knows who it is; private chats do without."""
        self._me = me
        self._preferences = preferences
        self._pasted_texts = pasted_texts
        self._owner = owner
        self._edits = Edits()

    async def read(self, update: Update) -> Intent | None:
        """What the update asks for; None when it asks nothing of this bot."""
        if update.edited_message:
            return await self._edited(update, update.edited_message)
        if update.message and update.message.chat.type == "private":
            self._edits.heard(update.message)
        return await self._meant(update)

    async def _edited(self, update: Update, message: Message) -> Intent | None:
        """A changed question is asked anew while it is the newest message of a private chat."""
        edit = self._edits.changed(message) if message.chat.type == "private" else Edit.NONE
        if edit is Edit.NONE:
            return None

        intent = await self._meant(update.model_copy(update={"message": message, "edited_message": None}))
        if not isinstance(intent, TextQuestion):
            return None
        return intent if edit is Edit.NEWEST else LateEdit(sender=intent.sender)

    async def _meant(self, update: Update) -> Intent | None:
        private = update.message is None or update.message.chat.type == "private"
        intent = intent_of(update, None if private else await self._me())
        if intent is None or isinstance(intent, StopWriting):
            return intent

        intent = self._in_chosen_language(intent)
        if intent.sender.user_id == self._owner.user_id:
            self._owner.heard(intent.sender.language)
            return self._of_owner(intent, update)
        return _of_guest(intent)

    def _in_chosen_language(self, intent: Intent) -> Intent:
        language = self._preferences.of(intent.sender.user_id).language
        return replace(intent, sender=replace(intent.sender, language=language)) if language else intent

    def _of_owner(self, intent: Intent, update: Update) -> Intent:
        """What looks like a question may be the rest of a text that the owner's app has cut."""
        match intent:
            case TextQuestion(sender=sender, text=text) if sender.private and update.message:
                date = update.message.date
                if self._pasted_texts.continues(intent, date):
                    return PastedText(sender=sender, text=text, author="", date=date)
        return intent


def _of_guest(intent: Intent) -> Intent:
    """Only the owner adds texts and links to the documents; from others they are questions."""
    match intent:
        case PastedText(sender=sender, text=text) | Link(sender=sender, url=text):
            return TextQuestion(sender=sender, text=text)
    return intent
