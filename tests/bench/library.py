"""The embedded store of a bot, without any service around it."""

import random
import tempfile
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bench.figures import Figure, milliseconds
from personal_bot.knowledge.sparse_vectors import WordEncoder
from personal_bot.knowledge.stores.store import Manifest, Query, Record, Status, StoredChunk
from personal_bot.knowledge.stores.store_embedded import EmbeddedStore
from personal_bot.llm.embedding import SHORT
from personal_bot.models import Document, Place

CHUNKS: Final = 20_000
QUERIES: Final = 500
BATCH: Final = 250  # chunks
WIDTH: Final = SHORT  # numbers in a vector, as the bot asks for them
WORDS: Final = [
    f"{first}{last}" for first in ("ka", "mo", "ti", "re", "su", "lo") for last in ("ran", "vel", "dok", "min")
]


async def measure(size: float = 1.0) -> list[Figure]:
    """Fill a store, then query it; `size` scales the counts."""
    count, queries = max(BATCH, round(CHUNKS * size)), max(1, round(QUERIES * size))
    dice = random.Random(1)  # noqa: S311 - the same texts each time
    words = WordEncoder()

    with tempfile.TemporaryDirectory() as name:
        store = EmbeddedStore(Path(name) / "knowledge")
        await store.open()
        await store.create(Manifest(embedding_model="bench", dimension=WIDTH))
        filling = await _fill(store, words, dice, count)
        times = await _query(store, words, dice, queries)
        await store.close()

    return [
        Figure(
            what=f"a query over {count:,} chunks, vectors and words fused",
            value=milliseconds(times),
            how=f"{queries} queries, vectors of {WIDTH} numbers, embedded Qdrant",
        ),
        Figure(
            what="chunks written a second",
            value=f"{count / filling:,.0f}",
            how=f"batches of {BATCH}, vectors and words made before",
        ),
    ]


async def _fill(store: EmbeddedStore, words: WordEncoder, dice: random.Random, count: int) -> float:
    """Write so many chunks as one document; gives the seconds that writing took."""
    generation = str(uuid.uuid4())
    filling = 0.0
    for start in range(0, count, BATCH):
        chunks = [_chunk(position, words, dice) for position in range(start, min(start + BATCH, count))]
        began = time.monotonic()
        await store.add_chunks(generation, chunks)
        filling += time.monotonic() - began

    document = Document(
        id=generation, name="bench.txt", mime_type="text/plain", size=0, chunks=count, added=datetime.now(UTC)
    )
    await store.put_records([Record(generation=generation, status=Status.COMPLETE, document=document)])
    return filling


async def _query(store: EmbeddedStore, words: WordEncoder, dice: random.Random, queries: int) -> list[float]:
    """Search so many times; gives the seconds that each search took."""
    times = []
    for _ in range(queries):
        query = Query(dense=_vector(dice), sparse=words.query(" ".join(dice.choices(WORDS, k=6))), limit=8)
        began = time.monotonic()
        found = await store.search(query)
        times.append(time.monotonic() - began)
        assert len(found) == query.limit
    return times


def _chunk(position: int, words: WordEncoder, dice: random.Random) -> StoredChunk:
    text = " ".join(dice.choices(WORDS, k=120))
    return StoredChunk(position=position, text=text, place=Place(), dense=_vector(dice), sparse=words.document(text))


def _vector(dice: random.Random) -> list[float]:
    return [dice.gauss(0, 1) for _ in range(WIDTH)]
