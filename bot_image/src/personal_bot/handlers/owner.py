"""The bot's owner, as far as the bot writes to them unasked."""

from aiogram.methods import SendMessage

from personal_bot.state.preferences import PreferencesStore
from personal_bot.telegram.client import Connection
from personal_bot.texts import DEFAULT


class Owner:
    """Knows the owner's language and private chat."""

    def __init__(self, connection: Connection, preferences: PreferencesStore, *, user_id: int) -> None:
        self._connection = connection
        self._preferences = preferences
        self.user_id = user_id
        self._heard = DEFAULT

    @property
    def language(self) -> str:
        """The language that the owner has chosen, or that of their Telegram when they last wrote."""
        return self._preferences.of(self.user_id).language or self._heard

    def heard(self, language: str) -> None:
        """Note the language in which the owner wrote."""
        self._heard = language

    async def tell(self, text: str) -> None:
        """Write to the owner, once: it is a courtesy that may fail."""
        await self._connection.attempt(SendMessage(chat_id=self.user_id, text=text))
