"""`/docs`: the documents listed and found by name, each with a card to rename, download or delete it.

Nothing is kept between two presses: a button carries what it is about, and the question for a new name carries the
document, so that the answer to it is understood by the next process too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aiogram.methods import SendMessage
from aiogram.types import ForceReply, InlineKeyboardButton, InlineKeyboardMarkup

from personal_bot.models import Refusal
from personal_bot.requests.results import Attachment, Result, human_size
from personal_bot.telegram.markup import Piece
from personal_bot.text_keys import TextKey
from personal_bot.texts import known, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from personal_bot.knowledge.library import Library
    from personal_bot.models import Document, Reindexed
    from personal_bot.requests.status_message import StatusMessage
    from personal_bot.telegram.client import Connection
    from personal_bot.telegram.updates import Press, Rename, Sender

DOCS = "docs"  # the action of all buttons here
_PER_PAGE = 8
_A_ROW = 4
_ID_LENGTH = 16  # hex digits of a document's id that fit callback data and still tell documents apart
_LONGEST_DATA = 64  # bytes
_LONGEST_SHOWN = 100  # characters of a name
_LONGEST_NAME = 200
_LARGEST_SENT = 50 * 2**20  # bytes that Telegram's own Bot API server takes from a bot
_MARK = re.compile(r"#([0-9a-f]{16})$")

Page = tuple[str, InlineKeyboardMarkup | None]


@dataclass(frozen=True, kw_only=True)
class View:
    """What a button is about: an action, a document's id, and the list that one comes from and goes back to."""

    action: str = "list"
    document: str = ""
    page: int = 0
    query: str = ""

    def data(self) -> str:
        """As callback data; a query that does not fit finds more when it is shorter."""
        data = f"{DOCS}:{self.action}:{self.document[:_ID_LENGTH]}:{self.page}:{self.query}"
        return data.encode()[:_LONGEST_DATA].decode(errors="ignore")

    def button(self, text: str) -> InlineKeyboardButton:
        """A button that leads here."""
        return InlineKeyboardButton(text=text, callback_data=self.data())


def view_of(value: str) -> View:
    """Read what follows the action in callback data; what is not understood is the list."""
    action, document, page, query = (*value.split(":", 3), "", "", "", "")[:4]
    return View(action=action, document=document, page=int(page), query=query) if page.isdecimal() else View()


def marked_document(text: str) -> str | None:
    """Give the id, as far as it is carried, of the document that a question for a new name is about."""
    found = _MARK.search(text)
    return found[1] if found else None


class Documents:
    """Shows the owner's documents and does what is asked with them."""

    def __init__(self, *, connection: Connection, library: Library) -> None:
        self._connection = connection
        self._library = library

    async def show(self, language: str, query: str) -> Page:
        """Give the first page of the documents that have the words of `query` in their names.

        Raises:
            Refusal: the store is away.
        """
        return await self._list(View(query=" ".join(query.split())), language)

    async def press(self, press: Press, value: str) -> Page | None:
        """Do what a button says; gives what its message reads then, None when it stays.

        Raises:
            Refusal: the store is away.
        """
        view, language = view_of(value), press.sender.language
        match view.action:
            case "list":
                return await self._list(view, language)
            case "sureall" | "deleteall":
                return await self._delete_all(view, language)
        found = _meant(await self._documents(), view)
        return await self._one(found, view, press.sender) if found else (say(language, "docs_gone"), None)

    async def _one(self, document: Document, view: View, sender: Sender) -> Page | None:
        language = sender.language
        match view.action:
            case "sure":
                yes = replace(view, action="delete").button(say(language, "docs_yes"))
                no = replace(view, action="card").button(say(language, "docs_no"))
                return say(language, "docs_sure", name=document.name), InlineKeyboardMarkup(inline_keyboard=[[yes, no]])
            case "delete":
                await self._library.delete(document.id)
                return say(language, "docs_deleted", name=document.name), _back(view, language)
            case "rename":
                await self._ask_name(sender, document)
                return None
        return card(document, view, language)

    async def file(self, press: Press, _: StatusMessage) -> Result:
        """The document that a button is about, as it was sent.

        Raises:
            Refusal: the store is away, or the file cannot be given.
        """
        found = _meant(await self._documents(), view_of(press.data.partition(":")[2]))
        if not found:
            raise Refusal("docs_gone")
        path = self._library.original(found.id)
        if path is None:
            raise Refusal("docs_no_original", name=found.name)
        if found.size > _LARGEST_SENT:
            raise Refusal("docs_too_large_to_send", name=found.name)
        file = Attachment(path=str(path), name=found.name, kept=True)
        return Result(pieces=(Piece(text=f"📄 {short(found.name)}"),), outcome="answered", attachments=(file,))

    async def rename(self, rename: Rename) -> str:
        """Give a document the name that was sent; gives what to say.

        Raises:
            Refusal: there is no such document, another one has the name, or the store is away.
        """
        found = [one for one in await self._documents() if one.id.startswith(rename.document)]
        if not found:
            raise Refusal("document_unknown")
        name = named(rename.name, found[0].name)
        if not name:
            raise Refusal("docs_name_bad", longest=_LONGEST_NAME)
        document = await self._library.rename(found[0].id, name)
        return say(rename.sender.language, "docs_renamed", old=found[0].name, new=document.name)

    async def _documents(self) -> list[Document]:
        await self._library.settled()
        return await self._library.documents()

    async def _list(self, view: View, language: str) -> Page:
        documents = matching(await self._documents(), view.query)
        if documents:
            text, buttons = documents_page(documents, view, language)
            return text + reindexed(self._library.state().reindexing, language), buttons
        return say(language, "docs_found_none" if view.query else "docs_empty", query=view.query), None

    async def _delete_all(self, view: View, language: str) -> Page:
        documents = matching(await self._documents(), view.query)
        if not documents:
            return say(language, "docs_gone"), None
        if view.action == "sureall":
            yes = replace(view, action="deleteall").button(say(language, "docs_yes"))
            no = replace(view, action="list").button(say(language, "docs_no"))
            return say(language, "docs_sure_all", count=len(documents)), InlineKeyboardMarkup(
                inline_keyboard=[[yes, no]]
            )
        await self._library.delete(*(document.id for document in documents))
        return say(language, "docs_deleted_all", count=len(documents)), None

    async def _ask_name(self, sender: Sender, document: Document) -> None:
        mark = f"#{document.id[:_ID_LENGTH]}"
        text = say(sender.language, "docs_rename_ask", name=short(document.name), mark=mark)
        message = SendMessage(chat_id=sender.chat_id, text=text, reply_markup=ForceReply(selective=True))
        await self._connection.deliver(message, chat_id=sender.chat_id)


def is_download(press: Press) -> bool:
    """Whether a button is one that gives a document's file."""
    action, _, value = press.data.partition(":")
    return action == DOCS and view_of(value).action == "file"


def _meant(documents: Sequence[Document], view: View) -> Document | None:
    return next((one for one in documents if one.id.startswith(view.document or "-")), None)


def reindexed(state: Reindexed | None, language: str) -> str:
    """How far the documents are embedded anew; nothing when they are not."""
    if state is None:
        return ""
    why = say(language, state.problem, **state.values) if state.problem else ""
    share = 100 * state.done // max(state.total, 1)
    return "\n\n" + say(language, "docs_reindexing_waits" if why else "docs_reindexing", share=share, why=why)


def matching(documents: Sequence[Document], query: str) -> list[Document]:
    """Give the documents that have every word of the query in their names."""
    words = query.casefold().split()
    return [document for document in documents if all(word in document.name.casefold() for word in words)]


def named(wanted: str, former: str) -> str:
    """Give the new name, with the former one's ending when it has none; empty when it is no name."""
    name = wanted.strip()
    ending = former.rpartition(".")[2]
    if ending != former and "." not in name and name:
        name = f"{name}.{ending}"
    return "" if len(name) > _LONGEST_NAME or not name.isprintable() else name


def short(name: str) -> str:
    """A name that fits a line."""
    return name if len(name) <= _LONGEST_SHOWN else name[: _LONGEST_SHOWN - 1] + "…"


def card(document: Document, view: View, language: str) -> Page:
    """A document, with what can be done with it."""
    text = say(
        language,
        "docs_card",
        name=document.name,
        size=human_size(document.size),
        chunks=document.chunks,
        added=f"{document.added:%Y-%m-%d %H:%M} UTC",
    )
    actions = (("rename", "docs_rename"), ("file", "docs_download"), ("sure", "docs_delete"), ("list", "docs_back"))
    buttons = [replace(view, action=action).button(say(language, known(key))) for action, key in actions]
    return text, InlineKeyboardMarkup(inline_keyboard=[buttons[:2], buttons[2:]])


def documents_page(documents: Sequence[Document], view: View, language: str) -> Page:
    """A page of the list, with a button that opens each document and buttons to the other pages."""
    pages = (len(documents) + _PER_PAGE - 1) // _PER_PAGE
    page = min(view.page, pages - 1)
    title: TextKey = "docs_found" if view.query else "docs_title"
    lines = [say(language, title, count=len(documents), query=view.query), ""]
    cards = []
    for number, document in list(enumerate(documents, start=1))[page * _PER_PAGE : (page + 1) * _PER_PAGE]:
        size = human_size(document.size)
        lines.append(
            say(language, "docs_line", number=number, name=short(document.name), size=size, chunks=document.chunks)
        )
        cards.append(replace(view, action="card", document=document.id, page=page).button(str(number)))
    rows = [cards[start : start + _A_ROW] for start in range(0, len(cards), _A_ROW)]
    lines += ["", say(language, "docs_hint")]
    if pages > 1:
        lines.append(say(language, "docs_page", page=page + 1, pages=pages))
        rows.append(
            [
                View(page=other, query=view.query).button(sign)
                for sign, other in (("◀", page - 1), ("▶", page + 1))
                if 0 <= other < pages
            ]
        )
    if len(documents) > 1:
        rows.append([View(action="sureall", query=view.query).button(say(language, "docs_delete_all"))])
    return "\n".join(lines), InlineKeyboardMarkup(inline_keyboard=rows)


def _back(view: View, language: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(inline_keyboard=[[replace(view, action="list").button(say(language, "docs_back"))]])
