"""The bot's knowledge as the rest of the bot sees it: take in, list, delete, search, and how it is.

The store may be away when the bot starts and at any time later: the library then says so, keeps trying, and goes on by
itself. The records are kept in memory, since only one process ever writes to a bot's collection.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import weakref
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from personal_bot.knowledge.extraction import ExtractionLimits
from personal_bot.knowledge.index import Index, on_server, on_volume
from personal_bot.knowledge.ingest import Ingest
from personal_bot.knowledge.originals import Originals
from personal_bot.knowledge.publishing import Catalogue
from personal_bot.knowledge.reindexing import Reindexing
from personal_bot.knowledge.retrieval import Budget, neighbours, passages, within
from personal_bot.knowledge.sparse_vectors import WordEncoder
from personal_bot.knowledge.store import Query, Status, StoreError
from personal_bot.knowledge.store_qdrant import connector
from personal_bot.models import Document, Ingested, KnowledgeState, Refusal

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable
    from pathlib import Path

    from personal_bot.knowledge.index import Places
    from personal_bot.llm.client import LLM
    from personal_bot.models import IncomingDocument, IngestEvent, Passage

_log = logging.getLogger(__name__)
_OPENING = 15.0  # seconds that a request waits for a store that is just being opened
_PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0)  # seconds between attempts to open the store; the last one again and again


@dataclass(frozen=True, kw_only=True)
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

    def __init__(self, config: LibraryConfig, llm: LLM, stores: Places) -> None:
        """Do nothing yet; use `open`."""
        self._config = config
        self._llm = llm
        self._index = Index(stores)
        self._reindexing = Reindexing(self._index, llm)
        self._words = WordEncoder()
        self._originals = Originals(config.data_dir / "originals")
        self._catalogue = Catalogue(self._index, self._originals, llm, on_added=self._has_added)
        self._ingest = Ingest(
            llm=llm, words=self._words, work=config.data_dir / "work", limits=config.limits, catalogue=self._catalogue
        )
        self._problem: StoreError | None = None
        self._opened = False
        self._opening: asyncio.Task[None] | None = None
        self._on_deleted: list[Callable[[frozenset[str]], Awaitable[None]]] = []
        self._taking: weakref.WeakValueDictionary[str, asyncio.Lock] = weakref.WeakValueDictionary()

    @classmethod
    async def open(cls, config: LibraryConfig, llm: LLM, *, stores: Places | None = None) -> Library:
        """Start opening the store and return at once; `state` tells when it is open.

        Args:
            config: where it is.
            llm: makes the vectors.
            stores: other places than the configuration names, for tests.
        """
        library = cls(config, llm, stores or _configured_places(config))
        library._open_again()
        return library

    def state(self) -> KnowledgeState:
        """How the store is now."""
        documents = [record.document for record in self._index.complete()]
        if self._opened and self._problem and self._problem.reason == "StoreFull" and self._index.current.has_room():
            self._problem = None
        if self._problem:
            ready, reason, message = False, self._problem.reason, str(self._problem)
        elif not self._opened:
            ready, reason, message = False, "Opening", "the store is being opened"
        else:
            ready, reason, message = True, "Opened", self._model_note()
        return KnowledgeState(
            ready=ready,
            reason=reason,
            message=message,
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
        if self._opening:
            await asyncio.shield(self._opening)

    async def settled(self) -> None:
        """Wait for a while when the store is being opened for the first time; one that is away is not waited for."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_OPENING):
                while self.state().reason == "Opening":  # noqa: ASYNC110 - `wait_open` waits for one that is away
                    await asyncio.sleep(0.05)

    async def documents(self) -> list[Document]:
        """Give all documents, the newest first.

        Raises:
            Refusal: the store is away.
        """
        self._require()
        return sorted((record.document for record in self._index.complete()), key=lambda document: document.added)[::-1]

    async def ingest(self, incoming: IncomingDocument) -> AsyncGenerator[IngestEvent]:
        """Take a document in; the last event is `Ingested`. A document that is known already costs nothing.

        A document of the same name and another content replaces the earlier one. May be left at any time.

        Raises:
            Refusal: it cannot be taken in.
        """
        self._require()
        identity = await self._ingest.identify(incoming)
        former = next((r for r in self._index.complete() if r.document.id == incoming.extends), None)
        lock = self._taking.setdefault(former.document.id if former else identity, asyncio.Lock())
        async with lock:
            with await self._index.taking_in():
                work = self._ingest.extend(incoming, former) if former else self._take_in(incoming, identity)
                try:
                    async with contextlib.aclosing(work) as events:
                        async for event in events:
                            yield event
                except StoreError as error:
                    raise self._refusal(error) from error

    async def _take_in(self, incoming: IncomingDocument, identity: str) -> AsyncGenerator[IngestEvent]:
        if known := next((r.document for r in self._index.complete() if r.document.id == identity), None):
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
        """Where the file lies that a document was made of; None when it was not kept."""
        return self._originals.path(document_id)

    async def rename(self, document_id: str, name: str) -> Document:
        """Give a document another name; its passages are still found by the former one too.

        Raises:
            Refusal: there is no such document, another one has the name, or the store is away.
        """
        self._require()
        records = {record.document.id: record for record in self._index.complete()}
        if document_id not in records:
            raise Refusal("document_unknown")
        if any(record.document.name == name for key, record in records.items() if key != document_id):
            raise Refusal("document_name_taken", name=name)
        renamed = replace(records[document_id].document, name=name)
        try:
            await self._index.put([replace(records[document_id], document=renamed)])
        except StoreError as error:
            raise self._refusal(error) from error
        return renamed

    async def delete(self, *document_ids: str) -> None:
        """Delete documents with everything made of them; hidden in one step, then removed one by one.

        Raises:
            Refusal: there is none of them, or the store is away.
        """
        self._require()
        found = [record for record in self._index.complete() if record.document.id in document_ids]
        if not found:
            raise Refusal("document_unknown")
        leaving = [replace(record, status=Status.DELETING) for record in found]
        try:
            await self._index.put(leaving)
            for (
                tell
            ) in self._on_deleted:  # at once: to remove the chunks may take long, and is made up for after a kill
                await tell(frozenset(record.document.id for record in leaving))
            for record in leaving:
                self._catalogue.forget_original(record.document.id)
                await self._index.remove(record.generation)
        except StoreError as error:
            raise self._refusal(error) from error

    def on_deleted(self, tell: Callable[[frozenset[str]], Awaitable[None]]) -> None:
        """Tell the ids of documents that are deleted; what they were made of, and what was made of them, goes too."""
        self._on_deleted.append(tell)

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
            text: the question; its words are looked for.
            vector: of the question; None, or none that can be compared: words alone decide.
            model: made the vector; empty: that of the index.
            document_ids: search only these; empty: all.
            budget: how much fits the prompt; None: the configured one.

        Raises:
            Refusal: the store is away.
        """
        self._require()
        if not (manifest := self._index.manifest):
            return []
        budget = budget or self._config.budget
        complete = {record.generation: record.document for record in self._index.complete()}
        only = frozenset(g for g, document in complete.items() if document.id in document_ids)
        if document_ids and not only:
            return []
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
            raise self._refusal(error) from error
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
        self._opened = False
        self._originals.sweep(())

    async def close(self) -> None:
        """Stop what runs and let go of the store."""
        await self._stop_tasks()
        await self._index.close()
        self._opened = False

    def _has_added(self) -> None:
        self._problem = None

    def _require(self) -> None:
        if self._problem and not (self._opened and self._problem.reason == "StoreFull"):
            raise Refusal(self._problem.refusal)
        if not self._opened:
            raise Refusal("store_opening")

    def _refusal(self, error: StoreError) -> Refusal:
        _log.warning("the store fails: %s", error, extra={"reason": error.reason})
        self._problem = error
        if error.reason != "StoreFull":  # a full store still answers
            self._open_again()
        return Refusal(error.refusal)

    def _model_note(self) -> str:
        new = self._reindexing.state()
        return f"embedding anew with {new.model}; until then {self.embedding_model()} is in use" if new else ""

    def _open_again(self) -> None:
        if self._opening is None or self._opening.done():
            self._opening = asyncio.create_task(self._keep_opening(), name="open the store")

    async def _keep_opening(self) -> None:
        for attempt in range(10**9):
            running = {g for g, record in self._index.records.items() if record.status is Status.PENDING}
            try:
                await self._reindexing.stop()
                await self._index.open()
            except StoreError as error:
                self._problem = error
                _log.warning("the store does not open: %s", error, extra={"reason": error.reason})
                await asyncio.sleep(_PAUSES[min(attempt, len(_PAUSES) - 1)])
                continue
            records = list(self._index.records.values())
            self._opened, self._problem = True, None
            self._originals.sweep({record.document.id for record in self._index.complete()} | set(self._taking))
            left = [r.generation for r in records if r.status is not Status.COMPLETE and r.generation not in running]
            self._catalogue.clean(left)
            self._reindexing.start()
            return

    async def _stop_tasks(self) -> None:
        if self._opening:
            self._opening.cancel()
            await asyncio.gather(self._opening, return_exceptions=True)
        await self._catalogue.stop()
        await self._reindexing.stop()


def _configured_places(config: LibraryConfig) -> Places:
    if config.qdrant_url:
        return on_server(config.collection, connector(config.qdrant_url, config.qdrant_key))
    return on_volume(config.data_dir / "knowledge" / config.collection)
