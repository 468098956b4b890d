"""The choice of documents that a person's questions are answered from: a list with a mark before each, and buttons.

A button says what shall be, not "the other way round": a press that comes twice, as after a crash, does the same again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from personal_bot.texts import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from personal_bot.knowledge.library import Library
    from personal_bot.models import Document
    from personal_bot.state.preferences import Preferences, PreferencesStore

SCOPE = "scope"  # callback data: scope:<page>:<what>, where what is "+" or "-" with a document's id, "all" or nothing
_PER_PAGE = 8
_ID_LENGTH = 16  # hex digits of a document's id that fit callback data and still tell documents apart
_LONGEST_NAME = 40

Page = tuple[str, InlineKeyboardMarkup | None]


class Scope:
    """Shows and changes what is searched."""

    def __init__(self, library: Library, preferences: PreferencesStore) -> None:
        self._library = library
        self._preferences = preferences

    async def show(self, user_id: int, language: str, *, page: int = 0) -> Page:
        """Give the list.

        Raises:
            Refusal: the store is away.
        """
        documents = await self._library.documents()
        return scope_page(documents, self._preferences.of(user_id), page=page, language=language)

    async def press(self, user_id: int, language: str, value: str) -> Page:
        """Do what a button says, and give the list as it is then.

        Raises:
            Refusal: the store is away.
            OSError: the volume is full.
        """
        page, _, what = value.partition(":")
        documents = await self._library.documents()
        before = self._preferences.of(user_id)
        if what == "all":
            self._preferences.change(user_id, documents=())
        elif what:
            wanted, identity = what.startswith("+"), what[1:]
            chosen = before.chosen(documents)
            kept = tuple(
                (one.id, one.name) for one in documents if (wanted if one.id.startswith(identity) else one.id in chosen)
            )
            self._preferences.change(user_id, documents=kept)
        number = int(page) if page.isdecimal() else 0
        return scope_page(documents, self._preferences.of(user_id), page=number, language=language)


def scope_page(documents: Sequence[Document], preferences: Preferences, *, page: int, language: str) -> Page:
    """A page (from 0) of the documents with a mark on the chosen ones."""
    if not documents:
        return say(language, "no_documents"), None
    chosen = preferences.chosen(documents)
    pages = (len(documents) + _PER_PAGE - 1) // _PER_PAGE
    page = min(max(page, 0), pages - 1)
    head = say(language, "scope_some" if chosen else "scope_all", count=len(chosen), total=len(documents))
    rows = [
        [
            InlineKeyboardButton(
                text=("☑ " if document.id in chosen else "☐ ") + _short(document.name),
                callback_data=f"{SCOPE}:{page}:{'-' if document.id in chosen else '+'}{document.id[:_ID_LENGTH]}",
            )
        ]
        for document in documents[page * _PER_PAGE : (page + 1) * _PER_PAGE]
    ]
    turns = [
        InlineKeyboardButton(text=sign, callback_data=f"{SCOPE}:{other}:")
        for sign, other in (("◀", page - 1), ("▶", page + 1))
        if 0 <= other < pages
    ]
    if chosen:
        everything = InlineKeyboardButton(text=say(language, "scope_everything"), callback_data=f"{SCOPE}:{page}:all")
        turns.insert(len(turns) // 2, everything)
    return head, InlineKeyboardMarkup(inline_keyboard=[*rows, turns] if turns else rows)


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"
