"""The catalogue of the index that answers: documents come in, become visible and go, each in one step."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

from personal_bot.knowledge.index import Index
from personal_bot.knowledge.originals import Originals
from personal_bot.knowledge.stores.store import Hit, Manifest, Record, Status, StoredChunk, StoreError
from personal_bot.llm.client import LLM
from personal_bot.models import RefusedError

logger = logging.getLogger(__name__)


class Catalogue:
    """What is taken into the index, and removed from it."""

    def __init__(self, index: Index, originals: Originals, llm: LLM, *, on_added: Callable[[], None]) -> None:
        """`on_added` is called whenever the store has taken chunks."""
        self._index = index
        self._originals = originals
        self._llm = llm
        self._on_added = on_added
        self.added = 0  # chunks so far
        self._without_vectors: set[str] = set()  # generations that are being taken in
        self._making = asyncio.Lock()
        self._cleaning: set[asyncio.Task[None]] = set()

    def embedding_model(self) -> str:
        """Give the model whose vectors the index holds that answers, or will hold."""
        return self._index.manifest.embedding_model if self._index.manifest else self._llm.config.embedding_model

    def comparable(self, vector: list[float], model: str) -> bool:
        """Whether a vector by this model can be compared with those of the index."""
        manifest = self._index.manifest
        return manifest is not None and (model, len(vector)) == (manifest.embedding_model, manifest.dimension)

    async def begin(self, record: Record, *, dimension: int) -> None:
        """Write the record of a generation that is being taken in; the first one makes the index.

        A `dimension` of 0 says that it has no vectors.

        Raises:
            RefusedError: the vectors have another dimension than those of the index.
            StoreError: the store is away or refuses.
        """
        async with self._making:  # two first documents must not make two indexes
            if not (manifest := self._index.manifest):
                manifest = Manifest(embedding_model=self._llm.config.embedding_model, dimension=dimension)
                await self._index.create(manifest)

        if dimension not in {0, manifest.dimension}:
            raise RefusedError("embedding_changed", had=manifest.dimension, got=dimension)
        await self._index.put([replace(record, status=Status.PENDING)])

    async def add(self, generation: str, chunks: list[StoredChunk]) -> None:
        """Add chunks to a generation.

        Raises:
            StoreError: the store is away or refuses.
        """
        await self._index.current.add_chunks(generation, chunks)

        if not all(chunk.dense for chunk in chunks):
            self._without_vectors.add(generation)
        self.added += len(chunks)
        self._on_added()

    async def publish(self, record: Record) -> None:
        """Make a generation visible and hide the earlier version of the same name, in one step.

        Raises:
            StoreError: the store is away or refuses.
        """
        earlier = [r for r in self._index.list_complete() if r.document.name == record.document.name]
        leaving = [replace(one, status=Status.DELETING) for one in earlier]
        await self._index.put([self._with_vectors_noted(record), *leaving])

        for one in leaving:
            self.forget_original(one.document.id)
            self.abandon(one.generation)

    async def stored(self, generation: str, positions: range) -> list[Hit]:
        """Give chunks that are there already, in order.

        Raises:
            StoreError: the store is away or refuses.
        """
        return await self._index.current.chunks([(generation, position) for position in positions])

    async def extended(self, record: Record, *, former: int) -> None:
        """Write the record of a generation that was changed in place; of `former` chunks those beyond it go.

        Raises:
            StoreError: the store is away or refuses.
        """
        beyond = range(record.document.chunks, former)
        if beyond:
            await self._index.current.remove_chunks(record.generation, beyond)
        await self._index.put([self._with_vectors_noted(record)])

    def abandon(self, generation: str) -> None:
        """Remove a hidden generation in the background; nothing happens when it was never begun."""
        if generation in self._index.records:
            self.clean([generation])

    def forget_original(self, identity: str) -> None:
        """Remove the file that a document was made of, unless the document is there."""
        if all(record.document.id != identity for record in self._index.list_complete()):
            self._originals.remove(identity)

    def clean(self, generations: Sequence[str]) -> None:
        """Remove hidden generations in the background."""
        task = asyncio.create_task(self._clean(generations))
        self._cleaning.add(task)
        task.add_done_callback(self._cleaning.discard)

    async def stop(self) -> None:
        """End what runs in the background; what is hidden stays so."""
        for task in self._cleaning:
            task.cancel()
        await asyncio.gather(*self._cleaning, return_exceptions=True)

    def _with_vectors_noted(self, record: Record) -> Record:
        """Give the record of a generation that is in now, which says whether all of it has vectors."""
        without = record.generation in self._without_vectors
        self._without_vectors.discard(record.generation)
        return replace(record, vectors=False) if without else record

    async def _clean(self, generations: Sequence[str]) -> None:
        for generation in generations:
            try:
                await self._index.remove(generation)
            except StoreError as error:  # it stays hidden: the next opening of the store removes it
                logger.warning("Cannot remove a hidden generation: %s", error)
                return
