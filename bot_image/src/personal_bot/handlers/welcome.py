"""`/start`: what the bot can do, with buttons that do it as if the command had been written."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from personal_bot.models import Refusal
from personal_bot.requests.status_message import keyboard
from personal_bot.telegram.updates import Ask, Command
from personal_bot.texts import known, say

if TYPE_CHECKING:
    from aiogram.types import InlineKeyboardMarkup

    from personal_bot.knowledge.library import Library
    from personal_bot.models import Document
    from personal_bot.telegram.updates import Press, Sender

MENU = "menu"  # callback data: menu:<command>, or menu:ask:<the beginning of a document's id>
_OWNERS = (("docs", "chat"), ("settings", "help"))
_GUESTS = (("chat", "settings"), ("help",))
_ASK = "ask"
_ID_LENGTH = 16  # hex digits of a document's id that fit callback data and still tell documents apart
_LONGEST_NAME = 40


class Welcome:
    """What a person sees first."""

    def __init__(self, library: Library, *, owner_id: int, guests_choose: bool) -> None:
        """`guests_choose`: others than the owner may see the names of the documents."""
        self._library = library
        self._owner_id = owner_id
        self._guests_choose = guests_choose

    async def page(self, sender: Sender) -> tuple[str, InlineKeyboardMarkup | None]:
        """Give the text and the buttons; the example asks about the newest document."""
        owner, language = sender.user_id == self._owner_id, sender.language
        names = _OWNERS if owner else _GUESTS
        rows = [[(say(language, known(f"start_{name}")), f"{MENU}:{name}") for name in row] for row in names]
        if documents := await self._documents():
            newest = documents[0]
            identity = newest.id[:_ID_LENGTH] if owner or self._guests_choose else ""
            question = example(_short(newest.name) if identity else "", language)
            rows.append([(f"💡 {question}", f"{MENU}:{_ASK}:{identity}")])
        return say(language, "start" if owner else "start_guest"), keyboard(rows)

    async def meant(self, press: Press) -> Command | Ask:
        """Give the command or the question that a button stands for."""
        _, what, identity = (*press.data.split(":", 2), "")[:3]
        if what != _ASK:
            return Command(sender=press.sender, name=what)
        named = [one.name for one in await self._documents() if identity and one.id.startswith(identity)]
        return Ask(sender=press.sender, text=example(named[0] if named else "", press.sender.language))

    async def _documents(self) -> list[Document]:
        with contextlib.suppress(Refusal):  # the store is away: the rest works
            return await self._library.documents()
        return []


def example(name: str, language: str) -> str:
    """A question about a document, or about all of them."""
    return say(language, "start_example", name=name) if name else say(language, "start_example_all")


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"
