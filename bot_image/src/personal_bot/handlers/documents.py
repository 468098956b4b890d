"""`/docs`: the documents listed and found by name, each with a card to rename, download or delete it.

The bot keeps nothing between two presses: a button carries what it is about, and the question for a new name carries
the document, so the next process understands the answer too.
"""

import functools
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from personal_bot.handlers.messenger import Messenger
from personal_bot.handlers.paging import page_of
from personal_bot.handlers.readers import Readers
from personal_bot.knowledge.library import Library
from personal_bot.models import Document, RefusedError, Reindexed
from personal_bot.requests.costs import Kind
from personal_bot.requests.results import Attachment, Result, human_size, losses
from personal_bot.requests.runner import Job
from personal_bot.requests.status_message import StatusMessage
from personal_bot.telegram.buttons import DocumentsButton, Page, in_rows, keyboard
from personal_bot.telegram.files import LARGEST_SENT
from personal_bot.telegram.intents import Command, Press, Rename, Sender
from personal_bot.telegram.markup import Piece, shortened
from personal_bot.telegram.updates import mark_of
from personal_bot.text_keys import TextKey
from personal_bot.texts import known, say

_PER_PAGE: Final = 8  # documents
_PER_ROW: Final = 4  # buttons
_LONGEST_SHOWN: Final = 100  # characters of a name in a list
_LONGEST_NAME: Final = 200  # characters


class Documents:
    """Shows the owner's documents and does what the owner wants with them."""

    def __init__(self, *, messenger: Messenger, library: Library, readers: Readers) -> None:
        self._messenger = messenger
        self._library = library
        self._readers = readers

    async def command(self, command: Command, _: int) -> Page:
        """The first page of the documents that have the words behind the command in their names.

        Raises:
            RefusedError: the store is away.
        """
        query = " ".join(command.arguments.split())
        return await self._list(DocumentsButton(query=query), command.sender.language)

    async def press(self, press: Press[DocumentsButton], _: int) -> Page | Job | None:
        """Do what a button says.

        Raises:
            RefusedError: the store is away.
        """
        button, sender = press.button, press.sender
        match button.action:
            case "file":
                return Job(sender=sender, kind=Kind.QUESTION, work=functools.partial(self._file, button))
            case "list":
                return await self._list(button, sender.language)
            case "sureall" | "deleteall":
                return await self._delete_all(button, sender.language)

        found = _meant(await self._documents(), button)
        return await self._one(found, button, sender) if found else Page(say(sender.language, "docs_gone"))

    async def rename(self, rename: Rename, _: int) -> Page:
        """Give a document the name that the owner sent.

        Raises:
            RefusedError: there is no such document, another one has the name, or the store is away.
        """
        found = [one for one in await self._documents() if one.id.startswith(rename.document)]
        if not found:
            raise RefusedError("document_unknown")
        name = named(rename.name, found[0].name)
        if not name:
            raise RefusedError("docs_name_bad", longest=_LONGEST_NAME)

        document = await self._library.rename(found[0].id, name)
        self._readers.renamed(found[0], document)
        return Page(say(rename.sender.language, "docs_renamed", old=found[0].name, new=document.name))

    async def _one(self, document: Document, button: DocumentsButton, sender: Sender) -> Page | None:
        language = sender.language
        match button.action:
            case "sure":
                yes = replace(button, action="delete").labelled(say(language, "docs_yes"))
                no = replace(button, action="card").labelled(say(language, "docs_no"))
                return Page(say(language, "docs_sure", name=document.name), keyboard([[yes, no]]))
            case "delete":
                await self._library.delete(document.id)
                back = replace(button, action="list").labelled(say(language, "docs_back"))
                return Page(say(language, "docs_deleted", name=document.name), keyboard([[back]]))
            case "rename":
                await self._ask_name(sender, document)
                return None
            case "open" | "hide":
                await self._readers.change(document, to_open=button.action == "open")
        return card(document, button, language, is_open=self._readers.is_open(document))

    async def _file(self, button: DocumentsButton, _: StatusMessage) -> Result:
        """The document that a button is about, as somebody sent it."""
        found = _meant(await self._documents(), button)
        if not found:
            raise RefusedError("docs_gone")
        path = self._library.original(found.id)
        if path is None:
            raise RefusedError("docs_no_original", name=found.name)
        if found.size > LARGEST_SENT:
            raise RefusedError("docs_too_large_to_send", name=found.name)

        file = Attachment(path=str(path), name=found.name, kept=True)
        caption = Piece(text=f"📄 {shortened(found.name, _LONGEST_SHOWN)}")
        return Result(pieces=(caption,), outcome="answered", attachments=(file,))

    async def _documents(self) -> list[Document]:
        await self._library.settled()
        return await self._library.documents()

    async def _list(self, button: DocumentsButton, language: str) -> Page:
        documents = matching(await self._documents(), button.query)
        if not documents:
            return Page(say(language, "docs_found_none" if button.query else "docs_empty", query=button.query))

        page = documents_page(documents, button, language)
        return page._replace(text=page.text + reindexed(self._library.state().reindexing, language))

    async def _delete_all(self, button: DocumentsButton, language: str) -> Page:
        documents = matching(await self._documents(), button.query)
        if not documents:
            return Page(say(language, "docs_gone"))

        if button.action == "sureall":
            yes = replace(button, action="deleteall").labelled(say(language, "docs_yes"))
            no = replace(button, action="list").labelled(say(language, "docs_no"))
            return Page(say(language, "docs_sure_all", count=len(documents)), keyboard([[yes, no]]))

        await self._library.delete(*(document.id for document in documents))
        return Page(say(language, "docs_deleted_all", count=len(documents)))

    async def _ask_name(self, sender: Sender, document: Document) -> None:
        name = shortened(document.name, _LONGEST_SHOWN)
        await self._messenger.ask(sender, say(sender.language, "docs_rename_ask", name=name, mark=mark_of(document.id)))


def _meant(documents: Sequence[Document], button: DocumentsButton) -> Document | None:
    return next((one for one in documents if one.id.startswith(button.document or "-")), None)


def reindexed(state: Reindexed | None, language: str) -> str:
    """How far the library has embedded the documents anew; empty when it does not."""
    if state is None:
        return ""
    why = say(language, state.problem, **state.values) if state.problem else ""
    share = 100 * state.done // max(state.total, 1)
    return "\n\n" + say(language, "docs_reindexing_waits" if why else "docs_reindexing", share=share, why=why)


def matching(documents: Sequence[Document], query: str) -> list[Document]:
    """The documents that have every word of the query in their names."""
    words = query.casefold().split()
    return [document for document in documents if all(word in document.name.casefold() for word in words)]


def named(wanted: str, former: str) -> str:
    """The new name, with the former one's ending when it has none; empty when it is no name."""
    name = wanted.strip()
    ending = former.rpartition(".")[2]
    if ending != former and "." not in name and name:
        name = f"{name}.{ending}"
    return "" if len(name) > _LONGEST_NAME or not name.isprintable() else name


def card(document: Document, button: DocumentsButton, language: str, *, is_open: bool) -> Page:
    """A document, with buttons for what the owner can do with it."""
    text = say(
        language,
        "docs_card",
        name=document.name,
        size=human_size(document.size),
        chunks=document.chunks,
        added=f"{document.added:%Y-%m-%d %H:%M} UTC",
    )
    readers: TextKey = "docs_is_open" if is_open else "docs_is_private"
    text = "\n".join((text, say(language, readers), *losses(document, language)))

    actions = (("rename", "docs_rename"), ("file", "docs_download"), ("sure", "docs_delete"), ("list", "docs_back"))
    change = ("hide", "docs_hide") if is_open else ("open", "docs_open")
    buttons = [replace(button, action=action).labelled(say(language, known(key))) for action, key in (*actions, change)]
    return Page(text, keyboard(in_rows(buttons, 2)))


def documents_page(documents: Sequence[Document], button: DocumentsButton, language: str) -> Page:
    """A page of the list, with a button that opens each document and buttons to the other pages."""
    page = page_of(documents, number=button.page, size=_PER_PAGE)
    title: TextKey = "docs_found" if button.query else "docs_title"
    lines = [say(language, title, count=len(documents), query=button.query), ""]

    cards = []
    for number, document in enumerate(page.items, start=page.first):
        name, size = shortened(document.name, _LONGEST_SHOWN), human_size(document.size)
        lines.append(say(language, "docs_line", number=number, name=name, size=size, chunks=document.chunks))
        to = replace(button, action="card", document=document.id, page=page.pages.number)
        cards.append(to.labelled(str(number)))
    rows = [*in_rows(cards, _PER_ROW)]
    lines += ["", say(language, "docs_hint")]

    if page.pages.count > 1:
        lines.append(say(language, "docs_page", page=page.pages.number + 1, pages=page.pages.count))
        turns = page.pages.turns(lambda other: DocumentsButton(page=other, query=button.query))
        rows.append(tuple(turns))
    if len(documents) > 1:
        every = DocumentsButton(action="sureall", query=button.query)
        rows.append((every.labelled(say(language, "docs_delete_all")),))

    return Page("\n".join(lines), keyboard(rows))
