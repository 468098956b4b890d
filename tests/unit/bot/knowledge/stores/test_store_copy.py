"""A collection is copied from one store to the other and back, and nothing is lost on the way."""

import asyncio
import sys
import uuid
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from qdrant_client import AsyncQdrantClient

from personal_bot.knowledge.sparse_vectors import WordEncoder
from personal_bot.knowledge.stores.store import Manifest, Query, Record, Status, Store, StoredChunk, StoreError
from personal_bot.knowledge.stores.store_copy import copy
from personal_bot.knowledge.stores.store_embedded import EmbeddedStore
from personal_bot.knowledge.stores.store_qdrant import ServerStore
from personal_bot.models import Document, Place

pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes have no effect in the local Qdrant")

MANIFEST = Manifest(embedding_model="m", dimension=3)
WORDS = WordEncoder()
CHUNKS = 300  # more than a page of the stores


def record(number: int, status: Status = Status.COMPLETE) -> Record:
    document = Document(
        id=f"{number:064x}",
        name=f"{number}.txt",
        mime_type="text/plain",
        size=number,
        chunks=CHUNKS,
        added=datetime(2026, 1, 2, tzinfo=UTC),
    )
    return Record(generation=str(uuid.UUID(int=number)), status=status, document=document)


async def fill(store: Store) -> None:
    """Put two whole documents in, and one that is being taken in."""
    await store.open()
    await store.create(MANIFEST)
    for number in (1, 2, 3):
        chunks = [
            StoredChunk(
                position=position,
                text=f"Договор {number} часть {position}",
                place=Place(kind="page", value=str(position)),
                dense=[0.6, 0.8, float(position)],
                sparse=WORDS.document(f"Договор {number} часть {position}"),
            )
            for position in range(CHUNKS)
        ]
        await store.add_chunks(record(number).generation, chunks)
    await store.put_records([record(1), record(2), record(3, Status.PENDING)])


@pytest.fixture
async def server() -> AsyncIterator[ServerStore]:
    peer = AsyncQdrantClient(":memory:")

    class Server(ServerStore):
        async def close(self) -> None:
            self._client = None  # the collection lives in the client here

    yield Server("collection", lambda: peer)
    await peer.close()


async def everything(store: Store) -> tuple[list[Record], list[tuple[str, int, str]], list[tuple[str, int]]]:
    """Give the records, all chunks, and what a question finds."""
    records = sorted(await store.records(), key=lambda one: one.generation)
    chunks = [
        (one.generation, chunk.position, chunk.text)
        for one in records
        async for page in store.contents(one.generation)
        for chunk in page
    ]
    found = await store.search(Query(dense=[0.6, 0.8, 7.0], sparse=WORDS.query("договоры 7"), limit=2))
    return records, sorted(chunks), sorted((hit.generation, hit.position) for hit in found)


async def test_a_collection_goes_to_a_server_and_back_and_is_the_same(tmp_path: Path, server: ServerStore) -> None:
    here, back = EmbeddedStore(tmp_path / "here"), EmbeddedStore(tmp_path / "back")
    await fill(here)
    told = [(document.name, number, total) async for document, number, total in copy(here, server)]
    assert told == [("1.txt", 1, 2), ("2.txt", 2, 2)]
    async for _ in copy(server, back):
        pass
    assert await back.open() == MANIFEST
    there = await everything(server)
    assert there == await everything(back)
    assert [one.generation for one in there[0]] == [record(1).generation, record(2).generation]
    assert len(there[1]) == 2 * CHUNKS
    assert await here.records()  # what was copied from stays
    await here.close()
    await back.close()


async def test_a_copy_that_broke_off_goes_on_and_shows_no_half_document(tmp_path: Path, server: ServerStore) -> None:
    here = EmbeddedStore(tmp_path / "here")
    await fill(here)
    adds, calls = server.add_chunks, 0

    async def breaks(generation: str, chunks: Sequence[StoredChunk]) -> None:
        nonlocal calls
        calls += 1
        if calls == 4:  # in the middle of the second document
            raise StoreError("StoreUnreachable", "away")
        await adds(generation, chunks)

    server.add_chunks = breaks  # type: ignore[method-assign]
    with pytest.raises(StoreError, match="away"):
        [step async for step in copy(here, server)]
    assert await server.records() == [record(1)]
    calls = 10
    assert len([step async for step in copy(here, server)]) == 2
    assert calls == 12  # the first document was not copied again
    records, chunks, _ = await everything(server)
    assert records == [record(1), record(2)]
    assert len(chunks) == 2 * CHUNKS
    await here.close()


async def test_vectors_of_another_model_are_not_mixed_in(tmp_path: Path, server: ServerStore) -> None:
    here = EmbeddedStore(tmp_path / "here")
    await fill(here)
    await server.open()
    await server.create(Manifest(embedding_model="other", dimension=3))
    with pytest.raises(StoreError, match="vectors of other"):
        [step async for step in copy(here, server)]
    await here.close()


async def test_nothing_to_copy_is_said(tmp_path: Path, server: ServerStore) -> None:
    with pytest.raises(StoreError, match="no collection"):
        [step async for step in copy(EmbeddedStore(tmp_path / "none"), server)]


async def test_the_program_says_that_the_server_is_away_and_what_to_do(tmp_path: Path) -> None:
    here = EmbeddedStore(tmp_path / "knowledge" / "c")
    await fill(here)
    await here.close()
    arguments = ["--copy-knowledge", "to-server", "--collection", "c", "--qdrant-url", "http://127.0.0.1:9"]
    (tmp_path / "end").touch()
    arguments += ["--data-dir", str(tmp_path), "--termination-log", str(tmp_path / "end")]
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "personal_bot", *arguments, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await program.communicate()
    assert program.returncode == 70
    assert "does not answer" in said.decode()
    assert "the same command again goes on" in (tmp_path / "end").read_text()
