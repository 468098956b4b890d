"""`/forget`: the bot forgets what it keeps of a person, and for the owner the documents too."""

from collections.abc import Awaitable, Callable, Sequence

from personal_bot.knowledge.library import Library
from personal_bot.requests.journal import Journal
from personal_bot.state.personal_data import PersonalData
from personal_bot.telegram.buttons import ForgetButton, Page, keyboard
from personal_bot.telegram.intents import Command, Press
from personal_bot.texts import say


class Erasure:
    """Forgets people."""

    def __init__(
        self,
        *,
        stores: Sequence[PersonalData],
        forget_in_groups: Callable[[int], Awaitable[None]],
        journal: Journal,
        library: Library,
        owner_id: int,
    ) -> None:
        """Set it up.

        Args:
            stores: everything that keeps something of people.
            forget_in_groups: removes a person's messages in groups.
            journal: has updates that are finished; these go at once.
            library: has the documents.
            owner_id: who may forget the documents.
        """
        self._stores = stores
        self._forget_in_groups = forget_in_groups
        self._journal = journal
        self._library = library
        self._owner_id = owner_id

    async def command(self, command: Command, _: int) -> Page:
        """Ask whether the person means it."""
        language, owner = command.sender.language, command.sender.user_id == self._owner_id
        rows = [[ForgetButton(choice="me").labelled(say(language, "forget_me"))]]
        if owner:
            rows.append([ForgetButton(choice="all").labelled(say(language, "forget_documents"))])
        rows.append([ForgetButton(choice="no").labelled(say(language, "docs_no"))])
        return Page(say(language, "forget_sure_owner" if owner else "forget_sure"), keyboard(rows))

    async def press(self, press: Press[ForgetButton], _: int) -> Page:
        """Forget the person, and everything that a button says.

        Raises:
            RefusedError: the store is away.
            OSError: the volume is full.
        """
        user_id, language, choice = press.sender.user_id, press.sender.language, press.button.choice
        owner = user_id == self._owner_id
        if choice not in {"me", "all"}:
            return Page(say(language, "forget_kept"))

        if choice == "all" and owner and (documents := await self._library.documents()):
            await self._library.delete(*(document.id for document in documents))
        for store in self._stores:
            store.forget_person(user_id)
        if not owner:  # the owner's own words are part of the owner's archives
            await self._forget_in_groups(user_id)

        # What the person wrote stands in the journal until it is written anew.
        await self._journal.shorten()
        return Page(say(language, "forgotten"))
