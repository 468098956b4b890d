"""The embedded store of a bot, without any service around it."""

from __future__ import annotations

import random
import tempfile
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path

from bench.figures import Figure, milliseconds
from personal_bot.knowledge.sparse_vectors import WordEncoder
from personal_bot.knowledge.store import Manifest, Query, Record, Status, StoredChunk
from personal_bot.knowledge.store_embedded import EmbeddedStore
from personal_bot.llm.client import SHORT
from personal_bot.models import Document, Place

CHUNKS = 20_000
QUERIES = 500
WIDTH = SHORT  # numbers in a vector, as the bot asks for them
WORDS = [f"{first}{last}" for first in ("ka", "mo", "ti", "re", "su", "lo") for last in ("ran", "vel", "dok", "min")]


async def measure() -> list[Figure]:
    """Fill a store, then ask it."""
    dice = random.Random(1)  # noqa: S311 - the same texts each time
    words = WordEncoder()
    with tempfile.TemporaryDirectory() as name:
        store = EmbeddedStore(Path(name) / "knowledge")
        await store.open()
        await store.create(Manifest(embedding_model="bench", dimension=WIDTH))
        generation = str(uuid.uuid4())
        texts = [" ".join(dice.choices(WORDS, k=120)) for _ in range(CHUNKS)]
        filling = 0.0
        for start in range(0, CHUNKS, 250):
            chunks = [
                StoredChunk(
                    position=p, text=texts[p], place=Place(), dense=_vector(dice), sparse=words.document(texts[p])
                )
                for p in range(start, start + 250)
            ]
            began = time.monotonic()
            await store.add_chunks(generation, chunks)
            filling += time.monotonic() - began
        await store.put_records([Record(generation=generation, status=Status.COMPLETE, document=_document(generation))])
        times = []
        for _ in range(QUERIES):
            query = Query(dense=_vector(dice), sparse=words.query(" ".join(dice.choices(WORDS, k=6))), limit=8)
            began = time.monotonic()
            found = await store.search(query)
            times.append(time.monotonic() - began)
            assert len(found) == query.limit
        await store.close()
    return [
        Figure(
            what=f"a query over {CHUNKS:,} chunks, vectors and words fused",
            value=milliseconds(times),
            how=f"{QUERIES} queries, vectors of {WIDTH} numbers, embedded Qdrant",
        ),
        Figure(
            what="chunks written a second",
            value=f"{CHUNKS / filling:,.0f}",
            how="batches of 250, vectors and words made before",
        ),
    ]


def _vector(dice: random.Random) -> list[float]:
    return [dice.gauss(0, 1) for _ in range(WIDTH)]


def _document(identity: str) -> Document:
    return Document(
        id=identity, name="bench.txt", mime_type="text/plain", size=0, chunks=CHUNKS, added=datetime.now(UTC)
    )
