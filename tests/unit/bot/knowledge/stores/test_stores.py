"""Both stores keep the same promises: the embedded one on a disk, the server's against qdrant-client's own server."""

import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from personal_bot.knowledge.sparse_vectors import WordEncoder
from personal_bot.knowledge.stores.store import Manifest, Query, Record, Status, Store, StoredChunk, StoreError
from personal_bot.knowledge.stores.store_embedded import EmbeddedStore
from personal_bot.knowledge.stores.store_qdrant import ServerStore, connector
from personal_bot.models import Document, Place

MakeStore = Callable[[], Store]

pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes have no effect in the local Qdrant")

MANIFEST = Manifest(embedding_model="m", dimension=3)
WORDS = WordEncoder()
ONE, TWO = str(uuid.UUID(int=1)), str(uuid.UUID(int=2))


def record(generation: str, status: Status = Status.COMPLETE) -> Record:
    document = Document(
        id="ab" * 32,
        name="Договор.pdf",
        mime_type="application/pdf",
        size=12,
        chunks=3,
        added=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    )
    return Record(generation=generation, status=status, document=document)


def chunk(position: int, text: str, dense: Sequence[float] = (1, 0, 0)) -> StoredChunk:
    return StoredChunk(
        position=position,
        text=text,
        place=Place(kind="page", value=str(position + 1)),
        dense=list(dense),
        sparse=WORDS.document(text),
    )


def query(text: str, dense: list[float] | None = None, **restrictions: frozenset[str]) -> Query:
    return Query(dense=dense, sparse=WORDS.query(text), limit=10, **restrictions)


@pytest.fixture
async def store(make_store: MakeStore) -> Store:
    store = make_store()
    assert await store.open() is None
    await store.create(MANIFEST)
    return store


async def test_a_collection_remembers_how_its_vectors_were_made(store: Store, make_store: MakeStore) -> None:
    await store.close()
    assert await make_store().open() == MANIFEST


async def test_a_manifest_is_written_anew_in_one_step(store: Store, make_store: MakeStore) -> None:
    other = Manifest(embedding_model="m", dimension=3, number=4, is_complete=False)
    await store.put_manifest(other)
    await store.close()
    assert await make_store().open() == other


async def test_a_chunk_without_a_vector_is_found_by_its_words_and_keeps_its_place(store: Store) -> None:
    await store.add_chunks(ONE, [chunk(0, "alpha", ()), chunk(1, "beta", (0, 1, 0))])
    hits = await store.search(query("alpha", [0.1, 0.9, 0.0]))
    assert sorted(hit.text for hit in hits) == ["alpha", "beta"]
    [page] = [page async for page in store.contents(ONE)]
    assert {chunk.text: bool(chunk.dense) for chunk in page} == {"alpha": False, "beta": True}


async def test_records_come_back_as_they_were_written(store: Store, make_store: MakeStore) -> None:
    written = [record(ONE), record(TWO, Status.PENDING)]
    await store.put_records(written)
    await store.close()
    again = make_store()
    await again.open()
    assert sorted(await again.records(), key=lambda r: r.generation) == written


async def test_many_records_come_back(store: Store) -> None:
    await store.put_records([record(str(uuid.UUID(int=number))) for number in range(1, 601)])
    assert len(await store.records()) == 600


async def test_words_find_their_other_forms_in_russian_and_english(store: Store) -> None:
    await store.add_chunks(ONE, [chunk(0, "Договоры аренды подписаны"), chunk(1, "He was running home")])
    assert [hit.position for hit in await store.search(query("договором"))] == [0]
    assert [hit.position for hit in await store.search(query("runs"))] == [1]


async def test_meaning_finds_what_words_do_not(store: Store) -> None:
    await store.add_chunks(ONE, [chunk(0, "alpha", (1, 0, 0)), chunk(1, "beta", (0, 1, 0))])
    hits = await store.search(query("gamma", [0.1, 0.9, 0.0]))
    assert [hit.text for hit in hits] == ["beta", "alpha"]
    assert hits[0].place == Place(kind="page", value="2")


async def test_what_both_rankings_like_comes_first(store: Store) -> None:
    chunks = [chunk(0, "alpha", (0, 1, 0)), chunk(1, "beta", (0.9, 0.1, 0)), chunk(2, "alpha alpha", (1, 0, 0))]
    await store.add_chunks(ONE, chunks)
    assert (await store.search(query("alpha", [1, 0, 0])))[0].position == 2


async def test_what_is_like_the_best_comes_before_what_only_the_question_is_a_little_nearer_to(store: Store) -> None:
    vectors = {"alpha": (0.62, 0.785, 0), "beta": (0.58, 0.7, 0.417), "gamma": (0.6, -0.7, 0.387), "delta": (0, 0, 1)}
    await store.add_chunks(ONE, [chunk(n, text, vectors[text]) for n, text in enumerate(vectors)])
    assert [hit.text for hit in await store.search(query("…", [1, 0, 0]))][1:3] == ["gamma", "beta"]
    assert [hit.text for hit in await store.search(query("alpha", [1, 0, 0]))] == ["alpha", "beta", "gamma", "delta"]


async def test_hidden_generations_are_not_found(store: Store) -> None:
    await store.add_chunks(ONE, [chunk(0, "alpha")])
    await store.add_chunks(TWO, [chunk(0, "alpha")])
    hits = await store.search(query("alpha", [1, 0, 0], hidden=frozenset({ONE})))
    assert [hit.generation for hit in hits] == [TWO]


async def test_a_search_can_be_kept_to_some_generations(store: Store) -> None:
    await store.add_chunks(ONE, [chunk(0, "alpha")])
    await store.add_chunks(TWO, [chunk(0, "alpha")])
    hits = await store.search(query("alpha", [1, 0, 0], only=frozenset({ONE})))
    assert [hit.generation for hit in hits] == [ONE]


async def test_a_query_without_words_or_vectors_finds_nothing(store: Store) -> None:
    await store.add_chunks(ONE, [chunk(0, "alpha")])
    assert await store.search(query("…")) == []


async def test_chunks_are_given_by_position_and_missing_ones_left_out(store: Store) -> None:
    await store.add_chunks(ONE, [chunk(position, f"text {position}") for position in range(3)])
    hits = await store.chunks([(ONE, 1), (ONE, 9), (TWO, 0)])
    assert [(hit.position, hit.text, hit.score) for hit in hits] == [(1, "text 1", 0.0)]


async def test_removing_a_generation_removes_its_chunks_and_its_record(store: Store) -> None:
    for generation in (ONE, TWO):
        await store.add_chunks(generation, [chunk(0, "alpha")])
    await store.put_records([record(ONE), record(TWO)])
    await store.remove(ONE)
    assert await store.records() == [record(TWO)]
    assert [hit.generation for hit in await store.search(query("alpha", [1, 0, 0]))] == [TWO]


async def test_a_dropped_collection_can_be_made_anew(store: Store) -> None:
    await store.put_records([record(ONE)])
    await store.drop()
    await store.drop()
    assert await store.open() is None
    await store.create(Manifest(embedding_model="other", dimension=5))
    assert await store.records() == []


async def test_vectors_of_another_length_are_refused(store: Store) -> None:
    with pytest.raises(StoreError):
        await store.add_chunks(ONE, [chunk(0, "alpha", (1, 0))])


async def test_a_full_volume_is_said_before_anything_breaks(tmp_path: Path) -> None:
    store = EmbeddedStore(tmp_path / "c", least_free=1 << 62)
    await store.create(MANIFEST)
    with pytest.raises(StoreError) as full:
        await store.add_chunks(ONE, [chunk(0, "alpha")])
    assert (full.value.reason, full.value.refusal) == ("StoreFull", "store_full")
    await store.remove(ONE)  # deleting is how room is made
    await store.close()


async def test_a_volume_tells_whether_a_second_index_has_room(tmp_path: Path) -> None:
    store = EmbeddedStore(tmp_path / "c", least_free=0)
    await store.create(MANIFEST)
    assert await store.room_for_second(0)
    assert not await store.room_for_second(1 << 62)
    await store.close()


async def test_a_second_process_is_told_that_the_store_is_taken(tmp_path: Path) -> None:
    first, second = EmbeddedStore(tmp_path / "c"), EmbeddedStore(tmp_path / "c")
    await first.create(MANIFEST)
    with pytest.raises(StoreError) as locked:
        await second.open()
    assert locked.value.reason == "StoreLocked"
    await first.close()
    assert await second.open() == MANIFEST
    await second.close()


async def test_a_server_that_is_away_is_said_to_be_unreachable() -> None:
    store = ServerStore("c", connector("http://127.0.0.1:9", lambda: None))
    with pytest.raises(StoreError) as away:
        await store.open()
    assert (away.value.reason, away.value.refusal) == ("StoreUnreachable", "store_unreachable")
    await store.close()
