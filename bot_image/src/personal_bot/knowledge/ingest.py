"""Takes one document in: extract, embed, store, and make it visible in one step at the end."""

import asyncio
import contextlib
import hashlib
import json
import shutil
import sys
import uuid
from collections.abc import AsyncGenerator, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Final

from personal_bot.knowledge.embeddings import batches, searchable
from personal_bot.knowledge.extraction import Extracted, ExtractionLimits, extract
from personal_bot.knowledge.publishing import Catalogue
from personal_bot.knowledge.sparse_vectors import WordEncoder
from personal_bot.knowledge.stores.points import place_of
from personal_bot.knowledge.stores.store import Record, Status, StoredChunk
from personal_bot.llm.client import LLM, FormerModelGoneError
from personal_bot.llm.events import Embedded
from personal_bot.models import (
    Document,
    IncomingDocument,
    Ingested,
    IngestEvent,
    IngestProgress,
    Loss,
    Place,
    RefusedError,
    Waiting,
)

_COMPARED: Final = 256  # chunks that are compared at a time

_Row = tuple[int, str, Place]
"""A chunk in a file: its position, text and place."""


class Ingest:
    """Takes documents in; extraction of one at a time (memory), embedding of several side by side."""

    def __init__(
        self, *, llm: LLM, words: WordEncoder, work: Path, limits: ExtractionLimits, catalogue: Catalogue
    ) -> None:
        """Remove what a killed process left in the folder `work`."""
        self._llm = llm
        self._catalogue = catalogue
        self._words = words
        self._work = work
        self._limits = limits
        self._extracting = asyncio.Lock()
        for left in work.glob("*.jsonl*"):
            left.unlink(missing_ok=True)

    async def identify(self, incoming: IncomingDocument) -> str:
        """Give the hex SHA-256 of a file's content.

        Raises:
            RefusedError: it is empty or too large.
        """
        largest = sys.maxsize if incoming.extracted else self._limits.size
        return await asyncio.to_thread(_identity, incoming.path, largest)

    async def run(self, incoming: IncomingDocument, identity: str) -> AsyncGenerator[IngestEvent]:
        """Take a document in; the last event is `Ingested`. Left early, it leaves nothing behind.

        Raises:
            RefusedError: it cannot be taken in.
            StoreError: the store fails.
        """
        generation = str(uuid.uuid4())
        self._work.mkdir(parents=True, exist_ok=True)
        chunks_file = self._work / f"{generation}.jsonl"
        finished = False

        try:
            extracted, size = Extracted(chunks=0), incoming.path.stat().st_size
            async with self._extracting, contextlib.aclosing(self._extract(incoming, chunks_file, size)) as news:
                async for event in news:
                    if isinstance(event, Extracted):
                        extracted = event
                    else:
                        yield event

            document = Document(
                id=identity,
                name=incoming.name,
                mime_type=incoming.mime_type,
                size=size,
                chunks=extracted.chunks,
                added=datetime.now(UTC),
                losses=extracted.losses,
            )
            record = Record(generation=generation, status=Status.COMPLETE, document=document)
            async with contextlib.aclosing(self._store(record, chunks_file)) as steps:
                async for step in steps:
                    if isinstance(step, Loss):
                        record = replace(record, document=replace(document, losses=(*document.losses, step)))
                    else:
                        yield step

            await self._catalogue.publish(record)
            finished = True
            yield Ingested(document=record.document, skipped=extracted.skipped)
        finally:
            for left in self._work.glob(f"{chunks_file.name}*"):  # an extraction that was killed leaves more than one
                left.unlink(missing_ok=True)
            if not finished:
                self._catalogue.abandon(generation)

    async def extend(self, incoming: IncomingDocument, record: Record) -> AsyncGenerator[IngestEvent]:
        """Bring a document of chunks up to its newer form in place; the last event is `Ingested`.

        Only chunks that are new or changed are embedded. Left early, some of them are in, and the next time goes on.

        Raises:
            RefusedError: it cannot be taken in.
            StoreError: the store fails.
        """
        former = record.document.chunks
        changed, total = await _changed(incoming.path, record, self._catalogue)
        size = incoming.path.stat().st_size
        document = replace(record.document, name=incoming.name, size=size, chunks=total, added=datetime.now(UTC))
        record = replace(record, document=document)

        if changed:
            async with contextlib.aclosing(self._store(record, incoming.path, only=changed)) as steps:
                async for step in steps:
                    if not isinstance(step, Loss):
                        yield step

        await self._catalogue.extended(record, former=former)
        yield Ingested(document=document)

    def _extract(self, incoming: IncomingDocument, into: Path, size: int) -> AsyncGenerator[IngestProgress | Extracted]:
        if incoming.extracted:
            return _moved(incoming.path, into)
        return extract(incoming.path, name=incoming.name, into=into, limits=self._limits.for_size(size))

    async def _store(
        self, record: Record, chunks_file: Path, *, only: frozenset[int] | None = None
    ) -> AsyncGenerator[IngestProgress | Waiting | Loss]:
        """Embed and store the chunks at `only` these positions of a generation that is there; None: a new one.

        What the LLM service could not embed comes as a loss at the end: only its words find it.
        """
        name, total, done = record.document.name, record.document.chunks if only is None else len(only), 0
        rows, without = _rows(chunks_file, only), 0
        model = self._catalogue.embedding_model()

        # The file is read twice, side by side: no list of all chunks ever lies in memory.
        for texts in batches(searchable(name, place, text) for _, text, place in _rows(chunks_file, only)):
            vectors: list[list[float]] = []
            async for event in self._vectors(texts, model):
                if isinstance(event, Embedded):
                    vectors = event.vectors
                    without += len(event.without)
                else:
                    yield event

            if not done and only is None:
                await self._catalogue.begin(record, dimension=len(vectors[0]))
            batch = self._batch(islice(rows, len(texts)), texts, vectors)
            await self._catalogue.add(record.generation, batch)

            done += len(batch)
            yield IngestProgress(unit="chunks", done=done, total=total)
        if without:
            yield Loss(kind="lost_vectors", count=without)

    async def _vectors(self, texts: list[str], model: str) -> AsyncGenerator[Waiting | Embedded]:
        """Embed texts; without a model whose vectors fit the index they get none, and their words alone find them."""
        try:
            async for event in self._llm.embed(texts, model=model):
                if isinstance(event, Embedded) and not self._fit(event.vectors[0], model):
                    yield Embedded(vectors=[[] for _ in texts])
                else:
                    yield event
        except FormerModelGoneError:
            yield Embedded(vectors=[[] for _ in texts])

    def _fit(self, vector: list[float], model: str) -> bool:
        """Whether a vector fits the index: a service may offer another model by the name of a former one."""
        return model == self._llm.config.embedding_model or self._catalogue.comparable(vector, model)

    def _batch(self, rows: Iterable[_Row], texts: list[str], vectors: list[list[float]]) -> list[StoredChunk]:
        return [
            StoredChunk(position=position, text=text, place=place, dense=dense, sparse=self._words.document(found_by))
            for (position, text, place), found_by, dense in zip(rows, texts, vectors, strict=True)
        ]


def _rows(chunks_file: Path, only: frozenset[int] | None = None) -> Iterator[_Row]:
    with chunks_file.open(encoding="utf-8") as file:
        for position, line in enumerate(file):
            if only is None or position in only:
                text, *place = json.loads(line)
                yield position, text, place_of(place)


async def _changed(chunks_file: Path, record: Record, catalogue: Catalogue) -> tuple[frozenset[int], int]:
    """Give the positions of chunks that are not stored as they are now, and how many chunks there are."""
    changed, total = set[int](), 0
    rows = _rows(chunks_file)

    while page := list(islice(rows, _COMPARED)):
        known = range(total, min(total + len(page), record.document.chunks))
        stored = {hit.position: (hit.text, hit.place) for hit in await catalogue.stored(record.generation, known)}
        changed |= {position for position, text, place in page if stored.get(position) != (text, place)}
        total += len(page)

    return frozenset(changed), total


async def _moved(chunks: Path, into: Path) -> AsyncGenerator[IngestProgress | Extracted]:
    await asyncio.to_thread(shutil.move, chunks, into)
    yield Extracted(chunks=await asyncio.to_thread(_lines, into))


def _lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(1 for _ in file)


def _identity(path: Path, largest: int) -> str:
    size = path.stat().st_size
    if not size:
        raise RefusedError("document_empty")
    if size > largest:
        raise RefusedError("document_too_large", size=size, limit=largest)

    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
