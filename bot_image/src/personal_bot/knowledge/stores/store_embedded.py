"""The store inside the bot: Qdrant's engine on the bot's volume (`qdrant-edge-py`).

The engine's calls block, so all of them run on one thread of the store's own. `optimize()` is never called: it holds
Python's interpreter lock for seconds, and without it 20,000 chunks are searched in milliseconds. Vectors stay in the
page cache (`Memory.Cold`): opened, the store costs 12 MiB whatever its size. The write-ahead log makes every update
durable by itself; `flush` only shortens what the next opening has to read again.
"""

import asyncio
import errno
import functools
import importlib
import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, TypeVar

from personal_bot.knowledge.stores import fusion, points
from personal_bot.knowledge.stores.store import Hit, Manifest, Query, Record, StoredChunk, StoreError
from personal_bot.knowledge.stores.volume_space import LEAST_FREE, VolumeSpace

_Result = TypeVar("_Result")
_PAGE: Final = 256  # points that are read at a time


class EmbeddedStore:
    """A collection in a folder; one process at a time may have it open."""

    def __init__(self, folder: Path, *, least_free: int = LEAST_FREE) -> None:
        """Take the folder, and how many bytes of its volume chunks leave free."""
        self._folder = folder
        self._space = VolumeSpace(folder, least_free=least_free)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._shard: Any = None  # a qdrant_edge.EdgeShard, when it is open

    async def open(self) -> Manifest | None:
        return await self._run(self._open)

    async def create(self, manifest: Manifest) -> None:
        await self._run(lambda: self._create(manifest))

    async def put_manifest(self, manifest: Manifest) -> None:
        await self._run(lambda: self._upsert([(points.MANIFEST_ID, {}, points.manifest_payload(manifest))]))

    async def records(self) -> list[Record]:
        return await self._run(self._records)

    async def put_records(self, records: Sequence[Record]) -> None:
        await self._run(lambda: self._put_records(records))

    async def add_chunks(self, generation: str, chunks: Sequence[StoredChunk]) -> None:
        await self._run(lambda: self._add_chunks(generation, chunks))

    async def search(self, query: Query) -> list[Hit]:
        return await self._run(lambda: self._search(query))

    async def chunks(self, wanted: Sequence[tuple[str, int]]) -> list[Hit]:
        return await self._run(lambda: self._chunks(wanted))

    async def remove_chunks(self, generation: str, positions: Sequence[int]) -> None:
        ids = [points.chunk_id(generation, position) for position in positions]
        await self._run(lambda: self._opened().update(_engine().UpdateOperation.delete_points(ids)))

    async def contents(self, generation: str) -> AsyncIterator[list[StoredChunk]]:
        offset: Any = None
        while True:
            page, offset = await self._run(functools.partial(self._contents, generation, offset))
            yield page

            if offset is None:
                return

    async def remove(self, generation: str) -> None:
        await self._run(lambda: self._remove(generation))

    async def drop(self) -> None:
        await self._run(self._drop)

    def has_room(self) -> bool:
        return self._space.has_room()

    async def room_for_second(self, more: int) -> bool:
        return await self._run(lambda: self._space.room_for_second(more))

    async def close(self) -> None:
        await self._run(self._close)
        self._thread.shutdown(wait=False)

    async def _run(self, action: Callable[[], _Result]) -> _Result:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, action)
        except StoreError:
            raise
        except Exception as error:  # the engine raises plain `Exception`
            raise _explained(error) from error

    def _open(self) -> Manifest | None:
        if self._shard is None:
            if not (self._folder / "edge_config.json").exists():
                return None
            with self._space.reserve_used():
                self._space.require_room_to_open()
                self._shard = _engine().EdgeShard.load(str(self._folder))

        found = self._shard.retrieve([points.MANIFEST_ID], with_payload=True, with_vector=False)
        if found:
            return points.manifest_of(found[0].payload or {})
        if self._shard.info().points_count:
            raise StoreError("StoreRefused", "the folder holds a collection that this bot did not make")

        self._drop()  # a crash came between making the collection and its first write
        return None

    def _create(self, manifest: Manifest) -> None:
        engine = _engine()
        self._folder.mkdir(parents=True, exist_ok=True)
        dense = engine.EdgeVectorParams(
            size=manifest.dimension,
            distance=engine.Distance.Cosine,
            datatype=engine.VectorStorageDatatype.Float16,
            memory=engine.Memory.Cold,
        )
        config = engine.EdgeConfig(
            vectors={points.DENSE: dense},
            sparse_vectors={points.SPARSE: engine.EdgeSparseVectorParams(modifier=engine.Modifier.Idf)},
            payload_memory=engine.Memory.Cold,
            max_search_threads=1,
        )
        self._shard = engine.EdgeShard.create(str(self._folder), config)

        for name in points.INDEXED:
            self._shard.update(engine.UpdateOperation.create_field_index(name, engine.PayloadSchemaType.Keyword))

        self._upsert([(points.MANIFEST_ID, {}, points.manifest_payload(manifest))])

    def _opened(self) -> Any:  # noqa: ANN401 - as above
        if self._shard is None:
            raise StoreError("StoreUnreachable", "the store is not open")
        return self._shard

    def _upsert(self, rows: Sequence[tuple[str, dict[str, Any], dict[str, Any]]]) -> None:
        engine = _engine()
        batch = [engine.Point(identity, vectors, payload) for identity, vectors, payload in rows]
        self._opened().update(engine.UpdateOperation.upsert_points(batch))

    def _put_records(self, records: Sequence[Record]) -> None:
        self._upsert([(r.generation, {}, points.record_payload(r)) for r in records])
        self._space.fill_holes()

    def _add_chunks(self, generation: str, chunks: Sequence[StoredChunk]) -> None:
        if not self.has_room():
            raise StoreError("StoreFull", "the bot's volume is full")

        sparse = _engine().SparseVector
        self._upsert(
            [
                (
                    points.chunk_id(generation, chunk.position),
                    ({points.DENSE: chunk.dense} if chunk.dense else {})
                    | {points.SPARSE: sparse(chunk.sparse.indices, chunk.sparse.values)},
                    points.chunk_payload(generation, chunk),
                )
                for chunk in chunks
            ]
        )

    def _records(self) -> list[Record]:
        engine, shard = _engine(), self._opened()
        is_record = engine.Filter(must=[engine.FieldCondition(points.KIND, match=engine.MatchValue(points.RECORD))])
        records: list[Record] = []
        offset = None

        while True:
            page, offset = shard.scroll(
                engine.ScrollRequest(offset=offset, limit=_PAGE, filter=is_record, with_payload=True)
            )
            records += [points.record_of(row.payload or {}) for row in page]

            if offset is None:
                return records

    def _search(self, query: Query) -> list[Hit]:
        sparse = _engine().SparseVector(query.sparse.indices, query.sparse.values)
        filtered = _generation_filter(query)
        words = self._ranking(sparse, points.SPARSE, filtered) if query.sparse.indices else []
        meaning = self._ranking(query.dense, points.DENSE, filtered) if query.dense else []
        scores = fusion.fused(meaning, words)

        if query.dense and meaning and words:
            candidates = _among([identity for identity, _ in scores])
            scores = fusion.fused(self._ranking(self._moved(query.dense, scores), points.DENSE, candidates), words)

        scores = scores[: query.limit]
        payloads = self._payloads([identity for identity, _ in scores])
        return [points.hit_of(payloads[identity], score) for identity, score in scores]

    def _ranking(self, vector: Any, name: str, filtered: Any) -> list[tuple[str, float]]:  # noqa: ANN401 - dense or sparse
        nearest = _engine().Query.Nearest(vector, using=name)
        request = _engine().QueryRequest(limit=fusion.CANDIDATES, query=nearest, filter=filtered)
        return [(str(point.id), point.score) for point in self._opened().query(request)]

    def _moved(self, question: list[float], scores: Sequence[tuple[str, float]]) -> list[float]:
        leaders = dict(scores[: fusion.LEADERS])
        rows: Any = self._opened().retrieve(list(leaders), with_payload=False, with_vector=True)
        vectors = [(leaders[str(row.id)], row.vector[points.DENSE]) for row in rows if points.DENSE in row.vector]
        return fusion.moved(question, vectors)

    def _chunks(self, wanted: Sequence[tuple[str, int]]) -> list[Hit]:
        ids = [points.chunk_id(generation, position) for generation, position in wanted]
        payloads = self._payloads(ids)
        return [points.hit_of(payloads[identity]) for identity in ids if identity in payloads]

    def _payloads(self, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        rows = self._opened().retrieve(list(ids), with_payload=True, with_vector=False)
        return {str(row.id): row.payload or {} for row in rows}

    def _contents(self, generation: str, offset: Any) -> tuple[list[StoredChunk], Any]:  # noqa: ANN401 - the engine's
        request = _engine().ScrollRequest(
            offset=offset, limit=_PAGE, filter=_chunks_of(generation), with_payload=True, with_vector=True
        )
        page, after = self._opened().scroll(request)
        return [points.stored_chunk(row.payload or {}, row.vector) for row in page], after

    def _remove(self, generation: str) -> None:
        with self._space.reserve_used():
            self._remove_points(generation)

    def _remove_points(self, generation: str) -> None:
        engine, shard = _engine(), self._opened()
        shard.update(engine.UpdateOperation.delete_points_by_filter(_chunks_of(generation)))
        shard.update(engine.UpdateOperation.delete_points([generation]))
        shard.flush()

    def _drop(self) -> None:
        self._close()
        self._space.give_back()

        if self._folder.exists():
            shutil.rmtree(self._folder)

    def _close(self) -> None:
        if self._shard is not None:
            shard, self._shard = self._shard, None
            shard.flush()
            shard.close()


def _engine() -> Any:  # noqa: ANN401 - the module, whose stubs promise enums where there are classes
    return importlib.import_module("qdrant_edge")


def _generation_filter(query: Query) -> Any:  # noqa: ANN401 - as above
    engine = _engine()
    conditions = {}

    if query.hidden:
        conditions["must_not"] = [_in(query.hidden)]

    if query.only:
        conditions["must"] = [_in(query.only)]

    return engine.Filter(**conditions) if conditions else None


def _chunks_of(generation: str) -> Any:  # noqa: ANN401 - as above
    engine = _engine()
    return engine.Filter(
        must=[
            engine.FieldCondition(points.GENERATION, match=engine.MatchValue(generation)),
            engine.FieldCondition(points.KIND, match=engine.MatchValue(points.CHUNK)),
        ]
    )


def _among(ids: Sequence[str]) -> Any:  # noqa: ANN401 - as above
    engine = _engine()
    return engine.Filter(must=[engine.HasIdCondition(set(ids))])


def _in(generations: frozenset[str]) -> Any:  # noqa: ANN401 - as above
    engine = _engine()
    return engine.FieldCondition(points.GENERATION, match=engine.MatchAny(sorted(generations)))


def _explained(error: Exception) -> StoreError:
    text = str(error)
    if "WouldBlock" in text:
        return StoreError("StoreLocked", "another process has the store open")
    if getattr(error, "errno", None) in {errno.ENOSPC, errno.EDQUOT} or "No space left" in text:
        return StoreError("StoreFull", "the bot's volume is full")

    return StoreError("StoreRefused", f"the store fails: {text[:200]}")
