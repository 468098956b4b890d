"""Who reads what: the owner everything; others documents, and those chats that the owner opened to them.

A group has a rule of its own (`groups`): where the owner lets it ask about everything, that is everything but what the
owner made private. It holds for the owner too while they ask there, since everybody reads the answer.
"""

from collections.abc import Sequence
from typing import Final

from personal_bot.archives.queries import Chat
from personal_bot.handlers.chats.rendering import document_name
from personal_bot.knowledge.library import Library
from personal_bot.models import Document, Passage
from personal_bot.state.sharing import SharingStore
from personal_bot.telegram.intents import Sender

CHAT_TYPE: Final = "application/x-telegram-chat"
"""The type of documents that are chats."""


class Readers:
    """Says what people may read, and changes it."""

    def __init__(self, sharing: SharingStore, library: Library, *, owner_id: int) -> None:
        self._sharing = sharing
        self._library = library
        self._owner_id = owner_id

    def unlimited(self, sender: Sender) -> bool:
        """Whether this person reads everything here."""
        return sender.private and sender.user_id == self._owner_id

    async def settled(self) -> None:
        """Wait for a while when the store is being opened for the first time."""
        await self._library.settled()

    async def documents(self, sender: Sender) -> list[Document]:
        """The documents that a person may read, the newest first.

        Raises:
            RefusedError: the store is away.
        """
        documents = await self._library.documents()
        return [one for one in documents if self._may_read(sender, one.id, one.name, chat=one.mime_type == CHAT_TYPE)]

    def chats(self, chats: Sequence[Chat], sender: Sender) -> list[Chat]:
        """Those of the chats that a person may read."""
        return [one for one in chats if self._may_read(sender, one.document, document_name(one), chat=True)]

    def may_see(self, passage: Passage, sender: Sender) -> bool:
        """Whether a person may still see a passage of an answer that was given earlier."""
        chat = passage.place.kind == "message"
        return self._may_read(sender, passage.document_id, passage.document_name, chat=chat)

    def is_open(self, document: Document) -> bool:
        """Whether others may read a document."""
        chat = document.mime_type == CHAT_TYPE
        return self._sharing.now().may_read(document.id, document.name, chat=chat)

    async def change(self, document: Document, *, to_open: bool) -> None:
        """Open a document to others, or make it private.

        Raises:
            RefusedError: the store is away.
            OSError: the volume is full.
        """
        shared = self._sharing.now()
        private, names = set(shared.private), set(shared.private_names)
        if not shared.known:
            everything = await self._library.documents()
            private, names = {one.id for one in everything}, {one.name for one in everything}

        if to_open:
            chats = shared.chats | ({document.id} if document.mime_type == CHAT_TYPE else set())
            self._sharing.keep(chats=chats, private=private - {document.id}, private_names=names - {document.name})
        else:
            self._sharing.keep(
                chats=shared.chats - {document.id},
                private=private | {document.id},
                private_names=names | {document.name},
            )

    def renamed(self, former: Document, document: Document) -> None:
        """Let what is private stay private under its new name.

        Raises:
            OSError: the volume is full.
        """
        shared = self._sharing.now()
        if shared.known and shared.hides(former.id, former.name):
            names = shared.private_names - {former.name} | {document.name}
            self._sharing.keep(chats=shared.chats, private=shared.private | {document.id}, private_names=names)

    def _may_read(self, sender: Sender, identity: str, name: str, *, chat: bool) -> bool:
        if self.unlimited(sender):
            return True
        shared = self._sharing.now()
        return shared.may_read(identity, name, chat=chat) if sender.private else not shared.hides(identity, name)
