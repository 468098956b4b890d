"""The store on a Qdrant server or cluster (`qdrant-client`), a collection per bot.

The client costs 50 MiB and a second of import: import this module only where there is a server.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from http import HTTPStatus
from typing import Any, Final, TypeVar

from qdrant_client import AsyncQdrantClient, models

from personal_bot.knowledge.stores import fusion, points
from personal_bot.knowledge.stores.store import Hit, Manifest, Query, Record, StoredChunk, StoreError

_Result = TypeVar("_Result")
_Ranking = list[tuple[str, float]]
"""Ids of points with their scores, best first."""

_PAGE: Final = 256  # points a request
_TIMEOUT: Final = 30  # seconds a request


class ServerStore:
    """A collection on a server; `connect` makes a client with the key as it is on the disk now."""

    def __init__(self, collection: str, connect: Callable[[], AsyncQdrantClient]) -> None:
        self._collection = collection
        self._connect = connect
        self._client: AsyncQdrantClient | None = None

    async def open(self) -> Manifest | None:
        if self._client is not None:
            await self.close()
        self._client = await asyncio.to_thread(self._connect)
        if not await self._call(self._client.collection_exists(self._collection)):
            return None
        found = await self._call(
            self._client.retrieve(self._collection, ids=[points.MANIFEST_ID], with_payload=True),
        )
        if found:
            return points.manifest_of(found[0].payload or {})

        if (await self._call(self._client.count(self._collection))).count:
            message = f"the collection {self._collection} exists and was not made by this bot"
            raise StoreError("StoreRefused", message)
        return None  # a crash came between making the collection and its first write

    async def create(self, manifest: Manifest) -> None:
        client = self._opened()
        await self._call(client.delete_collection(self._collection))
        await self._call(
            client.create_collection(
                self._collection,
                vectors_config={
                    points.DENSE: models.VectorParams(
                        size=manifest.dimension, distance=models.Distance.COSINE, datatype=models.Datatype.FLOAT16
                    )
                },
                sparse_vectors_config={points.SPARSE: models.SparseVectorParams(modifier=models.Modifier.IDF)},
            )
        )

        for name in points.INDEXED:
            await self._call(
                client.create_payload_index(self._collection, name, field_schema=models.PayloadSchemaType.KEYWORD)
            )
        await self.put_manifest(manifest)

    async def put_manifest(self, manifest: Manifest) -> None:
        await self._upsert([(points.MANIFEST_ID, {}, points.manifest_payload(manifest))])

    async def records(self) -> list[Record]:
        is_record = models.Filter(must=[_equals(points.KIND, points.RECORD)])
        records: list[Record] = []
        offset = None
        while True:
            page, offset = await self._call(
                self._opened().scroll(
                    self._collection, scroll_filter=is_record, limit=_PAGE, offset=offset, with_payload=True
                )
            )
            records += [points.record_of(row.payload or {}) for row in page]
            if offset is None:
                return records

    async def put_records(self, records: Sequence[Record]) -> None:
        await self._upsert([(record.generation, {}, points.record_payload(record)) for record in records])

    async def add_chunks(self, generation: str, chunks: Sequence[StoredChunk]) -> None:
        await self._upsert(
            [
                (
                    points.chunk_id(generation, chunk.position),
                    ({points.DENSE: chunk.dense} if chunk.dense else {})
                    | {points.SPARSE: models.SparseVector(indices=chunk.sparse.indices, values=chunk.sparse.values)},
                    points.chunk_payload(generation, chunk),
                )
                for chunk in chunks
            ]
        )

    async def search(self, query: Query) -> list[Hit]:
        sparse = models.SparseVector(indices=query.sparse.indices, values=query.sparse.values)
        asked = {points.DENSE: query.dense or None, points.SPARSE: sparse if query.sparse.indices else None}
        rankings = await self._rankings(
            {name: vector for name, vector in asked.items() if vector}, _generation_filter(query)
        )
        meaning, words = rankings.get(points.DENSE, []), rankings.get(points.SPARSE, [])
        scores = fusion.fused(meaning, words)

        if query.dense and meaning and words:
            moved = await self._moved(query.dense, scores)
            candidates = models.Filter(must=[models.HasIdCondition(has_id=[identity for identity, _ in scores])])
            rankings = await self._rankings({points.DENSE: moved}, candidates)
            scores = fusion.fused(rankings[points.DENSE], words)

        scores = scores[: query.limit]
        payloads = await self._payloads([identity for identity, _ in scores])
        return [points.hit_of(payloads[identity], score) for identity, score in scores if identity in payloads]

    async def _rankings(self, asked: dict[str, Any], filtered: models.Filter | None) -> dict[str, _Ranking]:
        """Rank by each of some vectors, all in one request."""
        if not asked:
            return {}

        requests = [
            models.QueryRequest(query=vector, using=name, limit=fusion.CANDIDATES, filter=filtered)
            for name, vector in asked.items()
        ]
        answers = await self._call(self._opened().query_batch_points(self._collection, requests=requests))
        return {
            name: [(str(point.id), point.score) for point in answer.points]
            for name, answer in zip(asked, answers, strict=True)
        }

    async def _moved(self, question: list[float], scores: _Ranking) -> list[float]:
        leaders = dict(scores[: fusion.LEADERS])
        rows: Any = await self._call(
            self._opened().retrieve(
                self._collection, ids=list(leaders), with_payload=False, with_vectors=[points.DENSE]
            )
        )
        vectors = [(leaders[str(row.id)], row.vector[points.DENSE]) for row in rows if points.DENSE in row.vector]
        return fusion.moved(question, vectors)

    async def chunks(self, wanted: Sequence[tuple[str, int]]) -> list[Hit]:
        ids = [points.chunk_id(generation, position) for generation, position in wanted]
        payloads = await self._payloads(ids)
        return [points.hit_of(payloads[identity]) for identity in ids if identity in payloads]

    async def _payloads(self, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        rows = await self._call(self._opened().retrieve(self._collection, ids=list(ids), with_payload=True))
        return {str(row.id): row.payload or {} for row in rows}

    async def remove_chunks(self, generation: str, positions: Sequence[int]) -> None:
        await self._delete(
            models.PointIdsList(points=[points.chunk_id(generation, position) for position in positions])
        )

    async def contents(self, generation: str) -> AsyncIterator[list[StoredChunk]]:
        offset = None
        while True:
            page, offset = await self._call(
                self._opened().scroll(
                    self._collection,
                    scroll_filter=_chunks_of(generation),
                    limit=_PAGE,
                    offset=offset,
                    with_payload=True,
                    with_vectors=True,
                )
            )
            yield [points.stored_chunk(row.payload or {}, row.vector) for row in page]
            if offset is None:
                return

    async def remove(self, generation: str) -> None:
        # The record last: as long as it is there, the next opening knows what is left to remove.
        await self._delete(models.FilterSelector(filter=_chunks_of(generation)))
        await self._delete(models.PointIdsList(points=[generation]))

    async def drop(self) -> None:
        if self._client is None:
            self._client = await asyncio.to_thread(self._connect)
        await self._call(self._client.delete_collection(self._collection))

    def has_room(self) -> bool:
        return False  # only the next write tells

    async def room_for_second(self, more: int) -> bool:  # noqa: ARG002 - how much room there is, the server knows
        return True

    async def close(self) -> None:
        if self._client is not None:
            client, self._client = self._client, None
            await client.close()

    def _opened(self) -> AsyncQdrantClient:
        if self._client is None:
            raise StoreError("StoreUnreachable", "the store is not open")
        return self._client

    async def _upsert(self, rows: Sequence[tuple[str, dict[str, Any], dict[str, Any]]]) -> None:
        batch = [
            models.PointStruct(id=identity, vector=vectors, payload=payload) for identity, vectors, payload in rows
        ]
        await self._call(self._opened().upsert(self._collection, points=batch, wait=True))

    async def _delete(self, selector: models.PointsSelector) -> None:
        await self._call(self._opened().delete(self._collection, points_selector=selector, wait=True))

    async def _call(self, request: Awaitable[_Result]) -> _Result:
        try:
            return await request
        except Exception as error:
            raise _explained(error) from error


def connector(url: str, key: Callable[[], str | None]) -> Callable[[], AsyncQdrantClient]:
    """Make what connects a `ServerStore` to a server; `key` gives the API key as it is on the disk now."""
    return lambda: AsyncQdrantClient(url=url, api_key=key(), timeout=_TIMEOUT, check_compatibility=False)


def _generation_filter(query: Query) -> models.Filter | None:
    hidden = [_any_of(query.hidden)] if query.hidden else None
    only = [_any_of(query.only)] if query.only else None
    return models.Filter(must=only, must_not=hidden) if only or hidden else None


def _chunks_of(generation: str) -> models.Filter:
    return models.Filter(must=[_equals(points.GENERATION, generation), _equals(points.KIND, points.CHUNK)])


def _equals(name: str, value: str) -> models.FieldCondition:
    return models.FieldCondition(key=name, match=models.MatchValue(value=value))


def _any_of(generations: frozenset[str]) -> models.FieldCondition:
    return models.FieldCondition(key=points.GENERATION, match=models.MatchAny(any=sorted(generations)))


def _explained(error: Exception) -> StoreError:
    status = getattr(error, "status_code", None)
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return StoreError(
            "StoreRefused", f"the Qdrant server refuses the API key (HTTP {status})", refusal="store_refused"
        )
    if status == HTTPStatus.INSUFFICIENT_STORAGE or "No space left" in str(error):
        return StoreError("StoreFull", "the Qdrant server is full")
    if status is not None and status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return StoreError("StoreRefused", f"the Qdrant server refuses (HTTP {status})")

    what = f"HTTP {status}" if status else type(error).__name__
    return StoreError("StoreUnreachable", f"the Qdrant server does not answer ({what})")
