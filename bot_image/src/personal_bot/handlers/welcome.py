"""`/start`: what the bot can do, with buttons that do it as if the person had written the command."""

import contextlib
from collections.abc import Awaitable, Callable
from typing import Final

from personal_bot.handlers.messenger import Messenger
from personal_bot.handlers.readers import Readers
from personal_bot.models import Document, RefusedError
from personal_bot.telegram.buttons import ID_LENGTH, MenuButton, Page, keyboard
from personal_bot.telegram.intents import Command, Press, Sender, TextQuestion
from personal_bot.telegram.markup import shortened
from personal_bot.texts import known, say

_OWNERS: Final = (("docs", "chat"), ("settings", "help"))
_GUESTS: Final = (("chat", "settings"), ("help",))
_ASK: Final = "ask"
_LONGEST_NAME: Final = 40  # characters on a button


class Welcome:
    """What a person sees first."""

    def __init__(
        self,
        *,
        messenger: Messenger,
        readers: Readers,
        owner_id: int,
        guests_choose: bool,
        set_menus: Callable[[], Awaitable[None]],
    ) -> None:
        """Set it up.

        Args:
            messenger: to people.
            readers: know whose documents to name.
            owner_id: who sees the owner's page.
            guests_choose: whether others see the names of the documents.
            set_menus: sets the menus of commands in Telegram.
        """
        self._messenger = messenger
        self._readers = readers
        self._owner_id = owner_id
        self._guests_choose = guests_choose
        self._set_menus = set_menus

    async def command(self, command: Command, _: int) -> None:
        """Show the page; then Telegram knows the owner's chat, and the bot can set its menu there."""
        await self._messenger.send(command.sender, await self._page(command.sender))
        if command.sender.user_id == self._owner_id:
            await self._set_menus()

    async def press(self, press: Press[MenuButton], _: int) -> Command | TextQuestion:
        """The command or the question that a button stands for."""
        sender, identity = press.sender, press.button.document
        if press.button.command != _ASK:
            return Command(sender=sender, name=press.button.command)

        names = [one.name for one in await self._documents(sender) if identity and one.id.startswith(identity)]
        return TextQuestion(sender=sender, text=example(names[0] if names else "", sender.language))

    async def _page(self, sender: Sender) -> Page:
        """The text and the buttons; the example asks about the newest document."""
        owner, language = sender.user_id == self._owner_id, sender.language
        names = _OWNERS if owner else _GUESTS
        rows = [
            [MenuButton(command=name).labelled(say(language, known(f"start_{name}"))) for name in row] for row in names
        ]

        if documents := await self._documents(sender):
            newest = documents[0]
            identity = newest.id[:ID_LENGTH] if owner or self._guests_choose else ""
            question = example(shortened(newest.name, _LONGEST_NAME) if identity else "", language)
            rows.append([MenuButton(command=_ASK, document=identity).labelled(f"💡 {question}")])

        return Page(say(language, "start" if owner else "start_guest"), keyboard(rows))

    async def _documents(self, sender: Sender) -> list[Document]:
        with contextlib.suppress(RefusedError):  # the store is away: the rest of the page works
            return await self._readers.documents(sender)
        return []


def example(name: str, language: str) -> str:
    """A question about a document, or about all of them."""
    return say(language, "start_example", name=name) if name else say(language, "start_example_all")
