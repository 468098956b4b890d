"""`/scope`: which documents a person's questions are answered from, a list with a mark before each, and buttons.

A button says what the choice becomes, not "the other way round": a press that comes twice, as after a crash, does the
same again.
"""

from collections.abc import Sequence
from typing import Final

from personal_bot.handlers.paging import page_of
from personal_bot.handlers.readers import Readers
from personal_bot.models import Document
from personal_bot.state.preferences import Preferences, PreferencesStore
from personal_bot.telegram.buttons import ID_LENGTH, Page, ScopeButton, keyboard
from personal_bot.telegram.intents import Command, Press
from personal_bot.telegram.markup import shortened
from personal_bot.texts import say

_PER_PAGE: Final = 8  # documents
_LONGEST_NAME: Final = 40  # characters on a button


class DocumentChoice:
    """Shows and changes which documents the bot searches for a person."""

    def __init__(self, readers: Readers, preferences: PreferencesStore) -> None:
        self._readers = readers
        self._preferences = preferences

    async def command(self, command: Command, _: int) -> Page:
        """Show the list.

        Raises:
            RefusedError: the store is away.
        """
        sender = command.sender
        documents = await self._readers.documents(sender)
        return scope_page(documents, self._preferences.of(sender.user_id), page=0, language=sender.language)

    async def press(self, press: Press[ScopeButton], _: int) -> Page:
        """Do what a button says, and show the list as it is then.

        Raises:
            RefusedError: the store is away.
            OSError: the volume is full.
        """
        user_id, language, button = press.sender.user_id, press.sender.language, press.button
        documents = await self._readers.documents(press.sender)

        if button.change == "all":
            self._preferences.change(user_id, documents=())
        elif button.change:
            chosen = changed(documents, self._preferences.of(user_id), button.change)
            self._preferences.change(user_id, documents=chosen)

        return scope_page(documents, self._preferences.of(user_id), page=button.page, language=language)


def changed(documents: Sequence[Document], preferences: Preferences, change: str) -> tuple[tuple[str, str], ...]:
    """The ids and names of the chosen documents after a change: "+" or "-" and the beginning of an id."""
    wanted, identity = change.startswith("+"), change[1:]
    chosen = preferences.chosen(documents)
    return tuple(
        (one.id, one.name) for one in documents if (wanted if one.id.startswith(identity) else one.id in chosen)
    )


def scope_page(documents: Sequence[Document], preferences: Preferences, *, page: int, language: str) -> Page:
    """A page (from 0) of the documents with a mark on the chosen ones."""
    if not documents:
        return Page(say(language, "no_documents"))

    chosen = preferences.chosen(documents)
    shown = page_of(documents, number=page, size=_PER_PAGE)
    number = shown.pages.number
    head = say(language, "scope_some" if chosen else "scope_all", count=len(chosen), total=len(documents))

    rows = []
    for document in shown.items:
        mark, sign = ("☑", "-") if document.id in chosen else ("☐", "+")
        button = ScopeButton(page=number, change=f"{sign}{document.id[:ID_LENGTH]}")
        rows.append([button.labelled(f"{mark} {shortened(document.name, _LONGEST_NAME)}")])

    turns = shown.pages.turns(lambda other: ScopeButton(page=other))
    if chosen:
        everything = ScopeButton(page=number, change="all").labelled(say(language, "scope_everything"))
        turns.insert(len(turns) // 2, everything)
    if turns:
        rows.append(turns)
    return Page(head, keyboard(rows))
