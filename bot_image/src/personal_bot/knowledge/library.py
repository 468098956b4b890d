"""The bot's knowledge as the rest of the bot sees it: take in, list, rename, delete, search.

The records are kept in memory, since only one process ever writes to a bot's collection.
"""

import asyncio
import contextlib
import weakref
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from personal_bot.knowledge.availability import Availability
from personal_bot.knowledge.extraction import ExtractionLimits
from personal_bot.knowledge.index import Index, Places, on_server, on_volume
from personal_bot.knowledge.ingest import Ingest
from personal_bot.knowledge.originals import Originals
from personal_bot.knowledge.publishing import Catalogue
from personal_bot.knowledge.reindexing import Reindexing
from personal_bot.knowledge.retrieval import Budget, neighbours, passages, within
from personal_bot.knowledge.sparse_vectors import WordEncoder
from personal_bot.knowledge.stores.store import Query, Record, Status, StoreError
from personal_bot.llm.client import LLM
from personal_bot.models import Document, IncomingDocument, Ingested, IngestEvent, KnowledgeState, Passage, RefusedError

OnDeleted = Callable[[frozenset[str]], Awaitable[None]]
"""Is called with the ids of documents that are being deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryConfig:
    """Where the knowledge is kept.

    Attributes:
        data_dir: the bot's volume; the embedded store lies in ``knowledge/<collection>`` under it.
        collection: the collection's name.
        qdrant_url: a Qdrant server; None keeps the knowledge embedded.
        qdrant_key: gives the server's API key as it is on the disk now.
        limits: of one document.
        budget: of one question.
    """

    data_dir: Path
    collection: str
    qdrant_url: str | None = None
    qdrant_key: Callable[[], str | None] = lambda: None
    limits: ExtractionLimits = field(default_factory=ExtractionLimits)
    budget: Budget = field(default_factory=Budget)


class Library:
    """The documents of one bot."""

    def __init__(self, config: LibraryConfig, llm: LLM, make_places: Callable[[], Places]) -> None:
        """Do nothing yet; use `open`."""
        self._config = config
        self._llm = llm
        self._index = Index(make_places)
        self._words = WordEncoder()
        self._originals = Originals(config.data_dir / "originals")

        self._reindexing = Reindexing(self._index, llm)
        self._availability = Availability(self._index, self._reindexing, on_open=self._clean_up)
        self._catalogue = Catalogue(self._index, self._originals, llm, on_added=self._availability.works)
        self._ingest = Ingest(
            llm=llm, words=self._words, work=config.data_dir / "work", limits=config.limits, catalogue=self._catalogue
        )

        self._on_deleted: list[OnDeleted] = []
        self._taking: weakref.WeakValueDictionary[str, asyncio.Lock] = weakref.WeakValueDictionary()

    @classmethod
    async def open(cls, config: LibraryConfig, llm: LLM, *, stores: Places | None = None) -> Self:
        """Start opening the store and return at once; `state` says when it is open.

        Args:
            config: where it is.
            llm: makes the vectors.
            stores: other places than the configuration names, for tests.
        """
        library = cls(config, llm, lambda: stores or _configured_places(config))
        library._availability.open_again()
        return library

    def state(self) -> KnowledgeState:
        """Give the state of the store now."""
        reason, message = self._availability.state()
        ready = reason == "Opened"
        documents = [record.document for record in self._index.list_complete()]

        return KnowledgeState(
            ready=ready,
            reason=reason,
            message=self._model_note() if ready else message,
            documents=len(documents),
            chunks=sum(document.chunks for document in documents),
            bytes=sum(document.size for document in documents),
            reindexing=self._reindexing.state(),
        )

    @property
    def added(self) -> int:
        """How many chunks were taken in since the start."""
        return self._catalogue.added

    async def wait_open(self) -> None:
        """Wait until the store is open, however long that takes."""
        await self._availability.wait_open()

    async def settled(self) -> None:
        """Wait for a while when the store is being opened for the first time; one that is away is not waited for."""
        await self._availability.settled()

    async def documents(self) -> list[Document]:
        """Give all documents, the newest first.

        Raises:
            RefusedError: the store is away.
        """
        self._availability.require()
        oldest_first = sorted((r.document for r in self._index.list_complete()), key=lambda document: document.added)
        return oldest_first[::-1]

    async def ingest(self, incoming: IncomingDocument) -> AsyncGenerator[IngestEvent]:
        """Take a document in; the last event is `Ingested`. A document that is known already costs nothing.

        A document of the same name and another content replaces the earlier one. May be left at any time.

        Raises:
            RefusedError: it cannot be taken in.
        """
        self._availability.require()
        identity = await self._ingest.identify(incoming)
        former = next((r for r in self._index.list_complete() if r.document.id == incoming.extends), None)

        # The same document twice at a time: the second waits, and finds it known.
        lock = self._taking.setdefault(former.document.id if former else identity, asyncio.Lock())
        async with lock:
            with await self._index.taking_in():
                work = self._ingest.extend(incoming, former) if former else self._take_in(incoming, identity)
                try:
                    async with contextlib.aclosing(work) as events:
                        async for event in events:
                            yield event
                except StoreError as error:
                    raise self._availability.refusal(error) from error

    async def _take_in(self, incoming: IncomingDocument, identity: str) -> AsyncGenerator[IngestEvent]:
        if known := next((r.document for r in self._index.list_complete() if r.document.id == identity), None):
            yield Ingested(document=known, already_known=True)
            return

        try:
            if not incoming.extracted:
                await asyncio.to_thread(self._originals.keep, incoming.path, identity)
            async with contextlib.aclosing(self._ingest.run(incoming, identity)) as events:
                async for event in events:
                    yield event
        finally:
            self._catalogue.forget_original(identity)

    def original(self, document_id: str) -> Path | None:
        """Give the file that a document was made of; None when it was not kept."""
        return self._originals.path(document_id)

    async def rename(self, document_id: str, name: str) -> Document:
        """Give a document another name; its passages are still found by the former one too.

        Raises:
            RefusedError: there is no such document, another one has the name, or the store is away.
        """
        self._availability.require()
        records = {record.document.id: record for record in self._index.list_complete()}
        if document_id not in records:
            raise RefusedError("document_unknown")
        if any(record.document.name == name for key, record in records.items() if key != document_id):
            raise RefusedError("document_name_taken", name=name)

        renamed = replace(records[document_id].document, name=name)
        try:
            await self._index.put([replace(records[document_id], document=renamed)])
        except StoreError as error:
            raise self._availability.refusal(error) from error
        return renamed

    async def delete(self, *document_ids: str) -> None:
        """Delete documents with everything made of them; hidden in one step, then removed one by one.

        Raises:
            RefusedError: there is none of them, or the store is away.
        """
        self._availability.require()
        found = [record for record in self._index.list_complete() if record.document.id in document_ids]
        if not found:
            raise RefusedError("document_unknown")

        try:
            await self._remove([replace(record, status=Status.DELETING) for record in found])
        except StoreError as error:
            raise self._availability.refusal(error) from error

    async def _remove(self, leaving: list[Record]) -> None:
        await self._index.put(leaving)

        # Before the chunks, whose removal may take long: a kill then leaves only hidden chunks, and the next opening
        # of the store removes those.
        for delete_what_was_made in self._on_deleted:
            await delete_what_was_made(frozenset(record.document.id for record in leaving))

        for record in leaving:
            self._catalogue.forget_original(record.document.id)
            await self._index.remove(record.generation)

    def on_deleted(self, call: OnDeleted) -> None:
        """Call this when documents are deleted, so that what was made of them elsewhere goes too."""
        self._on_deleted.append(call)

    async def search(
        self,
        text: str,
        vector: list[float] | None,
        *,
        model: str = "",
        document_ids: frozenset[str] = frozenset(),
        budget: Budget | None = None,
    ) -> list[Passage]:
        """Give the passages that fit a question, best first.

        Args:
            text: the question; its words are searched for.
            vector: of the question; None, or one that cannot be compared: words alone decide.
            model: made the vector; empty: that of the index.
            document_ids: search only these; empty: all.
            budget: how much fits the prompt; None: the configured one.

        Raises:
            RefusedError: the store is away.
        """
        self._availability.require()
        if not (manifest := self._index.manifest):
            return []

        complete = {record.generation: record.document for record in self._index.list_complete()}
        only = frozenset(g for g, document in complete.items() if document.id in document_ids)
        if document_ids and not only:
            return []

        budget = budget or self._config.budget
        query = Query(
            dense=vector if vector and self.comparable(vector, model or manifest.embedding_model) else None,
            sparse=self._words.query(text),
            limit=budget.hits,
            hidden=frozenset(self._index.records.keys() - complete.keys()),
            only=only,
        )
        try:
            with self._index.use() as store:
                hits = within(await store.search(query), budget)
                beside = await store.chunks(neighbours(hits, budget))
        except StoreError as error:
            raise self._availability.refusal(error) from error
        return passages(hits, beside, complete)

    def embedding_model(self) -> str:
        """Give the model whose vectors the index holds that answers, or will hold."""
        return self._catalogue.embedding_model()

    def comparable(self, vector: list[float], model: str) -> bool:
        """Whether a vector by this model can be compared with those of the index."""
        return self._catalogue.comparable(vector, model)

    async def drop(self) -> None:
        """Remove the collection and all that is in it.

        Raises:
            StoreError: the store is away or refuses.
        """
        await self._stop_tasks()
        await self._index.drop()
        self._availability.closed()
        self._originals.sweep(())

    async def close(self) -> None:
        """Stop what runs and let go of the store."""
        await self._stop_tasks()
        await self._index.close()
        self._availability.closed()

    def _model_note(self) -> str:
        new = self._reindexing.state()
        return f"embedding anew with {new.model}; until then {self.embedding_model()} is in use" if new else ""

    def _clean_up(self, running: frozenset[str]) -> None:
        """Remove what a kill left half done, but nothing of what is being taken in now."""
        known = {record.document.id for record in self._index.list_complete()}
        self._originals.sweep(known | set(self._taking))

        left = [g for g, record in self._index.records.items() if record.status is not Status.COMPLETE]
        self._catalogue.clean([generation for generation in left if generation not in running])

    async def _stop_tasks(self) -> None:
        await self._availability.stop()
        await self._catalogue.stop()
        await self._reindexing.stop()


def _configured_places(config: LibraryConfig) -> Places:
    if config.qdrant_url:
        return on_server(config.collection, config.qdrant_url, config.qdrant_key)
    return on_volume(config.data_dir / "knowledge" / config.collection)
