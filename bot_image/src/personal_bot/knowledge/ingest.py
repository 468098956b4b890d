"""Takes one document in: extract, embed, store, and make it visible in one step at the end."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import shutil
import sys
import uuid
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING

from personal_bot.knowledge.embeddings import batches, searchable
from personal_bot.knowledge.extraction import Extracted, extract
from personal_bot.knowledge.points import place_of
from personal_bot.knowledge.store import Record, Status, StoredChunk
from personal_bot.llm.client import Embedded, FormerModelGoneError
from personal_bot.models import Document, Ingested, IngestProgress, Refusal

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator
    from pathlib import Path

    from personal_bot.knowledge.extraction import ExtractionLimits
    from personal_bot.knowledge.publishing import Catalogue
    from personal_bot.knowledge.sparse_vectors import WordEncoder
    from personal_bot.llm.client import LLM
    from personal_bot.models import IncomingDocument, IngestEvent, Place, Waiting

_COMPARED = 256  # chunks that are compared at a time


class Ingest:
    """Takes documents in; extraction of one at a time (memory), embedding of several side by side."""

    def __init__(
        self, *, llm: LLM, words: WordEncoder, work: Path, limits: ExtractionLimits, catalogue: Catalogue
    ) -> None:
        self._llm = llm
        self._catalogue = catalogue
        self._words = words
        self._work = work
        self._limits = limits
        self._extracting = asyncio.Lock()
        for left in work.glob("*.jsonl*"):  # by a process that was killed
            left.unlink(missing_ok=True)

    async def identify(self, incoming: IncomingDocument) -> str:
        """Give the hex SHA-256 of a file's content.

        Raises:
            Refusal: it is empty or too large.
        """
        largest = sys.maxsize if incoming.extracted else self._limits.size
        return await asyncio.to_thread(_identity, incoming.path, largest)

    async def run(self, incoming: IncomingDocument, identity: str) -> AsyncGenerator[IngestEvent]:
        """Take a document in; the last event is `Ingested`. Left early, it leaves nothing behind.

        Raises:
            Refusal: it cannot be taken in.
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
                    yield step
            await self._catalogue.complete(record)
            finished = True
            yield Ingested(document=document, skipped=extracted.skipped)
        finally:
            for left in self._work.glob(f"{chunks_file.name}*"):  # an extraction that was killed leaves more than one
                left.unlink(missing_ok=True)
            if not finished:
                self._catalogue.abandon(generation)

    async def extend(self, incoming: IncomingDocument, record: Record) -> AsyncGenerator[IngestEvent]:
        """Bring a document of chunks up to its newer form in place; the last event is `Ingested`.

        Only chunks that are new or changed are embedded. Left early, some of them are in, and the next time goes on.

        Raises:
            Refusal: it cannot be taken in.
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
                    yield step
        await self._catalogue.extended(record, former=former)
        yield Ingested(document=document)

    def _extract(self, incoming: IncomingDocument, into: Path, size: int) -> AsyncGenerator[IngestProgress | Extracted]:
        if incoming.extracted:
            return _moved(incoming.path, into)
        return extract(incoming.path, name=incoming.name, into=into, limits=self._limits.for_size(size))

    async def _store(
        self, record: Record, chunks_file: Path, *, only: frozenset[int] | None = None
    ) -> AsyncGenerator[IngestProgress | Waiting]:
        """Embed and store the chunks at `only` these positions of a generation that is there; None: a new one."""
        name, total, done = record.document.name, record.document.chunks if only is None else len(only), 0
        rows = _read(chunks_file, only)
        model = self._catalogue.embedding_model()
        former = model != self._llm.config.embedding_model
        for texts in batches(searchable(name, place, text) for _, text, place in _read(chunks_file, only)):
            vectors: list[list[float]] = []
            try:
                async for event in self._llm.embed(texts, model=model):
                    if isinstance(event, Embedded):
                        vectors = event.vectors
                    else:
                        yield event
            except FormerModelGoneError:
                vectors = []
            if not vectors or (former and not self._catalogue.comparable(vectors[0], model)):
                vectors = [[] for _ in texts]  # words find it until the next index is there
            if not done and only is None:
                await self._catalogue.begin(record, dimension=len(vectors[0]))
            batch = [
                StoredChunk(
                    position=position, text=text, place=place, dense=dense, sparse=self._words.document(found_by)
                )
                for (position, text, place), found_by, dense in zip(
                    islice(rows, len(texts)), texts, vectors, strict=True
                )
            ]
            await self._catalogue.add(record.generation, batch)
            done += len(batch)
            yield IngestProgress(unit="chunks", done=done, total=total)


def _read(chunks_file: Path, only: frozenset[int] | None = None) -> Iterator[tuple[int, str, Place]]:
    with chunks_file.open(encoding="utf-8") as file:
        for position, line in enumerate(file):
            if only is None or position in only:
                text, *place = json.loads(line)
                yield position, text, place_of(place)


async def _changed(chunks_file: Path, record: Record, catalogue: Catalogue) -> tuple[frozenset[int], int]:
    """The positions of chunks that are not stored as they are now, and how many chunks there are."""
    changed, total = set[int](), 0
    rows = _read(chunks_file)
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
        raise Refusal("document_empty")
    if size > largest:
        raise Refusal("document_too_large", size=size, limit=largest)
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
