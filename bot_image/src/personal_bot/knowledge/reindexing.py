"""Another embedding model: the next index is filled from the texts of the one that answers, in the background.

What there is to do follows from the records of both, never from what was done before: so after a kill at any moment it
goes on where it was, and takes up what is added, renamed, extended or deleted meanwhile. Chunks that are there already
are not embedded again.
"""

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from typing import Final

from personal_bot.knowledge.embeddings import batches, searchable
from personal_bot.knowledge.index import Index
from personal_bot.knowledge.stores.store import Manifest, Record, Status, Store, StoredChunk, StoreError
from personal_bot.llm.client import LLM
from personal_bot.llm.events import Embedded
from personal_bot.models import RefusedError, Reindexed

logger = logging.getLogger(__name__)

_PAUSES: Final = (1.0, 5.0, 15.0, 60.0)
"""Seconds between attempts; the last one again and again."""
_ANY_TEXT: Final = "text"
_BYTES_OF_A_NUMBER: Final = 2


class Reindexing:
    """Fills the next index, when one is needed, until it can take over."""

    def __init__(self, index: Index, llm: LLM) -> None:
        self._index = index
        self._llm = llm
        self._model = ""
        self._task: asyncio.Task[None] | None = None
        self._filled: dict[str, Record] = {}
        self._begun = 0  # chunks of the document that is under way
        self._problem: RefusedError | None = None

    def start(self) -> None:
        """Do what is needed with the index that has been opened: go on, begin, or remove one that nobody needs."""
        self._model = self._llm.config.embedding_model
        if self._index.manifest and self._index.manifest.embedding_model != self._model:
            self._task = asyncio.create_task(self._run(), name="embed anew")
        elif self._index.following or self._without_vectors():  # the former model is configured again
            self._task = asyncio.create_task(self._restore(), name="restore the index")

    async def stop(self) -> None:
        """Stop, wherever it is."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    def state(self) -> Reindexed | None:
        """Give how far it is; None when there is nothing to do."""
        if not self._task or self._task.done() or self._index.manifest is None:
            return None
        if self._index.manifest.embedding_model == self._model:
            return None

        done = sum(record.document.chunks for record in self._filled.values() if record.status is Status.COMPLETE)
        total = sum(record.document.chunks for record in self._index.list_complete())
        return Reindexed(
            model=self._model,
            done=min(done + self._begun, total),
            total=total,
            problem=self._problem.key if self._problem else None,
            values=self._problem.values if self._problem else {},
        )

    def _without_vectors(self) -> list[Record]:
        return [record for record in self._index.list_complete() if not record.vectors]

    async def _restore(self) -> None:
        """Remove the index that nobody needs, and embed what was taken in while the model was not offered."""
        with contextlib.suppress(StoreError, RefusedError):  # the next opening of the index tries it again
            if self._index.following:
                await self._index.give_up_following()

            for record in self._without_vectors():
                async for page in self._index.current.contents(record.generation):
                    missing = [chunk for chunk in page if not chunk.dense]
                    await self._embed(record, missing, self._index.current)
                await self._index.has_vectors(record.generation)

    async def _run(self) -> None:
        """Go on until the next index answers, whatever fails on the way."""
        logger.info("Embedding all documents anew with %s", self._model)
        failures = 0
        while True:
            try:
                if failures:
                    await self._index.other.open()
                await self._fill()
            except (StoreError, RefusedError) as error:
                failures = failures + 1 if self._problem else 1  # since the last progress
                self._problem = error if isinstance(error, RefusedError) else RefusedError(error.refusal)
                logger.warning("Embedding anew has to wait: %s", error)
                await asyncio.sleep(_PAUSES[min(failures, len(_PAUSES)) - 1])
            else:
                logger.info("All documents are embedded with %s", self._model)
                return

    async def _fill(self) -> None:
        """Bring everything over until nothing is missing and the next index has taken over."""
        index = self._index
        if index.following and index.following.embedding_model != self._model:
            await index.give_up_following()
        if not index.following:
            await self._begin(index.manifest)

        self._filled = {record.generation: record for record in await index.other.records()}
        while True:
            await self._catch_up()
            if await index.take_over(self._filled):
                return
            await index.quiet.wait()

    async def _begin(self, former: Manifest | None) -> None:
        """Make the next index, unless it would take the room that new documents need."""
        [vector] = await self._embedded([_ANY_TEXT])  # gives the dimension, and proves that there is such a model

        if former:
            chunks = sum(record.document.chunks for record in self._index.list_complete())
            more = max(0, len(vector) - former.dimension) * chunks * _BYTES_OF_A_NUMBER
            if not await self._index.current.room_for_second(more):
                raise StoreError("StoreFull", "the volume has no room for a second index")

        number = former.number + 1 if former else 0
        manifest = Manifest(embedding_model=self._model, dimension=len(vector), number=number, is_complete=False)
        await self._index.follow(manifest)

    async def _catch_up(self) -> None:
        """Remove what is gone meanwhile, and bring over what is new or changed."""
        wanted = self._index.wanted()
        for gone in self._filled.keys() - wanted.keys():
            await self._index.other.remove(gone)
            del self._filled[gone]

        for record in wanted.values():
            if self._filled.get(record.generation) != record:
                await self._carry_over(record)

    async def _carry_over(self, record: Record) -> None:
        """Bring a document over, or what is new of it."""
        generation, target = record.generation, self._index.other
        former = self._filled.get(generation)
        if former and (beyond := range(record.document.chunks, former.document.chunks)):
            await target.remove_chunks(generation, beyond)

        self._begun = 0
        await self._put(replace(record, status=Status.PENDING))
        async for page in self._index.current.contents(generation):
            there = await target.chunks([(generation, chunk.position) for chunk in page])
            same = {(hit.position, hit.text, hit.place) for hit in there}
            missing = [chunk for chunk in page if (chunk.position, chunk.text, chunk.place) not in same]
            self._begun += len(page) - len(missing)
            await self._embed(record, missing, target)

        self._begun = 0
        await self._put(record)

    async def _embed(self, record: Record, chunks: Sequence[StoredChunk], target: Store) -> None:
        rest = iter(chunks)
        for texts in batches(searchable(record.document.name, chunk.place, chunk.text) for chunk in chunks):
            vectors = await self._embedded(texts)
            batch = [
                replace(chunk, dense=vector) for chunk, vector in zip(islice(rest, len(texts)), vectors, strict=True)
            ]
            await target.add_chunks(record.generation, batch)

            self._begun += len(batch)
            self._problem = None

    async def _put(self, record: Record) -> None:
        await self._index.other.put_records([record])
        self._filled[record.generation] = record

    async def _embedded(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = []
        async for event in self._llm.embed(texts, model=self._model):
            if isinstance(event, Embedded):
                vectors = event.vectors
        return vectors
