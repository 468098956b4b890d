"""Points, filters and queries: the same answers as qdrant-client's own implementation."""

import uuid
from collections.abc import Awaitable, Callable
from typing import Any, Final

import pytest
from qdrant_client import AsyncQdrantClient
from qdrant_client import models as m

from support.qdrant_twins import NAME, Twins

FIRST: Final = str(uuid.UUID(int=7))
WORDS: Final = m.SparseVector(indices=[5, 9], values=[1.0, 0.5])

Ask = Callable[[AsyncQdrantClient], Awaitable[object]]
Page = tuple[list[m.Record], m.ExtendedPointId | None]


def points() -> list[m.PointStruct]:
    def sparse(*indices: int) -> m.SparseVector:
        return m.SparseVector(indices=list(indices), values=[1.0 + index / 10 for index in indices])

    return [
        m.PointStruct(
            id=1,
            vector={"dense": [1.0, 0.0, 0.0], "words": sparse(5)},
            payload={"kind": "chunk", "number": 1, "tags": ["a", "b"], "place": {"page": 1}},
        ),
        m.PointStruct(
            id=2, vector={"dense": [0.9, 0.1, 0.0], "words": sparse(5, 9)}, payload={"kind": "chunk", "number": 2}
        ),
        m.PointStruct(id=3, vector={"words": sparse(9)}, payload={"kind": "chunk", "number": 3, "note": None}),
        m.PointStruct(id=4, vector={"dense": [0.0, 1.0, 1.0]}, payload={"kind": "record", "number": 4}),
        m.PointStruct(id=FIRST, vector={}, payload={"kind": "manifest"}),
    ]


@pytest.fixture
async def filled(twins: Twins) -> Twins:
    await twins.make()
    await twins.ask(lambda q: q.upsert(NAME, points(), wait=True))
    return twins


def field(key: str, **condition: Any) -> m.FieldCondition:  # noqa: ANN401 - the client's
    return m.FieldCondition(key=key, **condition)


FILTERS: Final[dict[str, m.Filter]] = {
    "value": m.Filter(must=[field("kind", match=m.MatchValue(value="chunk"))]),
    "one condition alone": m.Filter(must=field("kind", match=m.MatchValue(value="chunk"))),
    "any": m.Filter(must=[field("kind", match=m.MatchAny(any=["record", "manifest"]))]),
    "except": m.Filter(must=[field("kind", match=m.MatchExcept(**{"except": ["chunk"]}))]),
    "not": m.Filter(must_not=[field("kind", match=m.MatchValue(value="chunk"))]),
    "should": m.Filter(should=[field("number", match=m.MatchValue(value=1)), m.HasIdCondition(has_id=[FIRST])]),
    "range": m.Filter(must=[field("number", range=m.Range(gte=2, lt=4))]),
    "ids": m.Filter(must=[m.HasIdCondition(has_id=[2, FIRST, 99])]),
    "in an array": m.Filter(must=[field("tags", match=m.MatchValue(value="b"))]),
    "inside": m.Filter(must=[field("place.page", match=m.MatchValue(value=1))]),
    "empty": m.Filter(must=[m.IsEmptyCondition(is_empty=m.PayloadField(key="tags"))]),
    "null": m.Filter(must=[m.IsNullCondition(is_null=m.PayloadField(key="note"))]),
    "filter in a filter": m.Filter(must=[m.Filter(must_not=[field("number", range=m.Range(gt=1))])]),
    "some of many": m.Filter(
        min_should=m.MinShould(
            conditions=[field("number", range=m.Range(gt=1)), field("kind", match=m.MatchValue(value="chunk"))],
            min_count=2,
        )
    ),
    "with a vector": m.Filter(must=[m.HasVectorCondition(has_vector="dense")]),
}


@pytest.mark.parametrize("name", FILTERS)
async def test_filters_choose_the_same_points(filled: Twins, name: str) -> None:
    page, _ = await filled.ask(lambda q: q.scroll(NAME, FILTERS[name], limit=10, with_payload=True))
    count = await filled.ask(lambda q: q.count(NAME, FILTERS[name], exact=True))
    assert count.count == len(page)
    assert 0 < len(page) < 5


@pytest.mark.parametrize("wanted", [True, False, ["number"], m.PayloadSelectorExclude(exclude=["number"])])
async def test_payloads_are_read_back_as_far_as_they_were_asked_for(
    filled: Twins,
    wanted: Any,  # noqa: ANN401 - the client's
) -> None:
    await filled.ask(lambda q: q.retrieve(NAME, [4, 1, FIRST, 99], with_payload=wanted))


async def test_vectors_are_read_back_as_far_as_they_were_asked_for(filled: Twins) -> None:
    records = await filled.ask(lambda q: q.retrieve(NAME, [1, FIRST], with_vectors=True))
    assert records[1].vector == {}
    await filled.ask(lambda q: q.retrieve(NAME, [1, 3], with_vectors=["dense"], with_payload=False))


async def test_scrolling_comes_to_an_end(filled: Twins) -> None:
    def page_from(offset: m.ExtendedPointId | None) -> Callable[[AsyncQdrantClient], Awaitable[Page]]:
        return lambda q: q.scroll(NAME, limit=2, offset=offset)

    seen: list[Any] = []
    offset: Any = None
    for _ in range(3):
        page, offset = await filled.ask(page_from(offset))
        seen += [record.id for record in page]

    assert (len(seen), len(set(seen)), offset) == (5, 5, None)


QUERIES: Final[dict[str, Ask]] = {
    "dense": lambda q: q.query_points(NAME, [1.0, 0.2, 0.0], using="dense", limit=3),
    "sparse": lambda q: q.query_points(NAME, WORDS, using="words", limit=3),
    "filtered": lambda q: q.query_points(NAME, [1.0, 0.2, 0.0], using="dense", query_filter=FILTERS["any"]),
    "with payload": lambda q: q.query_points(NAME, [1.0, 0.2, 0.0], using="dense", with_payload=["number"], limit=2),
    "with vectors": lambda q: q.query_points(NAME, [1.0, 0.2, 0.0], using="dense", with_vectors=True, limit=1),
    "threshold": lambda q: q.query_points(NAME, [1.0, 0.2, 0.0], using="dense", score_threshold=0.9),
    "offset": lambda q: q.query_points(NAME, [1.0, 0.2, 0.0], using="dense", offset=1, limit=1),
    "like a point": lambda q: q.query_points(NAME, 1, using="dense"),
    "order": lambda q: q.query_points(NAME, m.OrderByQuery(order_by=m.OrderBy(key="number", direction="desc"))),
    "fusion": lambda q: q.query_points(
        NAME, m.FusionQuery(fusion=m.Fusion.RRF), limit=2, with_payload=True,  # the third and fourth are even
        prefetch=[
            m.Prefetch(query=[1.0, 0.2, 0.0], using="dense", limit=5),
            m.Prefetch(query=WORDS, using="words", limit=5, filter=FILTERS["value"]),
        ],
    ),
    "rescored": lambda q: q.query_points(
        NAME, [0.0, 1.0, 0.0], using="dense", prefetch=m.Prefetch(query=WORDS, using="words", limit=2), limit=2
    ),
    "recommend": lambda q: q.query_points(
        NAME, m.RecommendQuery(recommend=m.RecommendInput(positive=[1], negative=[4])), using="dense"
    ),
    "best score": lambda q: q.query_points(
        NAME, m.RecommendQuery(recommend=m.RecommendInput(positive=[1], strategy="best_score")), using="dense"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", QUERIES)
async def test_queries_rank_the_same(filled: Twins, name: str) -> None:
    await filled.ask(QUERIES[name])


async def test_queries_in_one_call_are_answered_in_their_order(filled: Twins) -> None:
    requests = [
        m.QueryRequest(query=WORDS, using="words", limit=5, filter=FILTERS["value"]),
        m.QueryRequest(query=[0.0, 1.0, 1.0], using="dense", limit=1, with_payload=True),
    ]
    answers = await filled.ask(lambda q: q.query_batch_points(NAME, requests))
    assert [point.id for point in answers[1].points] == [4]


CHANGES: Final[dict[str, Ask]] = {
    "upsert again": lambda q: q.upsert(
        NAME, [m.PointStruct(id=1, vector={"dense": [0.0, 0.0, 1.0]}, payload={"kind": "new"})], wait=True
    ),
    "upsert as columns": lambda q: q.upsert(
        NAME,
        m.Batch(ids=[8, 9], vectors={"dense": [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]}, payloads=[{"number": 8}, {}]),
        wait=True,
    ),
    "delete by ids": lambda q: q.delete(NAME, m.PointIdsList(points=[1, FIRST, 99]), wait=True),
    "delete by filter": lambda q: q.delete(NAME, m.FilterSelector(filter=FILTERS["value"]), wait=True),
    "set payload": lambda q: q.set_payload(NAME, {"number": 7, "new": [1]}, points=[1, 4], wait=True),
    "set payload by filter": lambda q: q.set_payload(NAME, {"number": 7}, points=FILTERS["value"], wait=True),
    "set payload inside": lambda q: q.set_payload(NAME, {"line": 3}, points=[1], key="place", wait=True),
    "overwrite payload": lambda q: q.overwrite_payload(NAME, {"kind": "bare"}, points=[1, 2], wait=True),
    "delete payload": lambda q: q.delete_payload(NAME, ["number", "kind"], points=[1, 2], wait=True),
    "clear payload": lambda q: q.clear_payload(NAME, points_selector=FILTERS["value"], wait=True),
    "update vectors": lambda q: q.update_vectors(
        NAME, [m.PointVectors(id=3, vector={"dense": [0.0, 0.0, 1.0]})], wait=True
    ),
    "delete vectors": lambda q: q.delete_vectors(NAME, ["dense"], points=[1, 2], wait=True),
    "many at once": lambda q: q.batch_update_points(
        NAME,
        [
            m.UpsertOperation(upsert=m.PointsList(points=[m.PointStruct(id=8, vector={}, payload={"number": 8})])),
            m.DeleteOperation(delete=m.PointIdsList(points=[1])),
            m.SetPayloadOperation(set_payload=m.SetPayload(payload={"seen": True}, filter=FILTERS["any"])),
        ],
        wait=True,
    ),
}


@pytest.mark.parametrize("name", CHANGES)
async def test_changes_leave_the_same_points(filled: Twins, name: str) -> None:
    await filled.ask(CHANGES[name])
    await filled.ask(lambda q: q.scroll(NAME, limit=20, with_payload=True, with_vectors=True))


async def test_a_change_that_is_not_waited_for_is_acknowledged(filled: Twins) -> None:
    result = await filled.server.delete(NAME, m.PointIdsList(points=[1]), wait=False)
    assert result.status is m.UpdateStatus.ACKNOWLEDGED


async def test_vectors_of_half_precision_are_kept_as_such(twins: Twins) -> None:
    await twins.make(datatype=m.Datatype.FLOAT16)
    await twins.server.upsert(NAME, points(), wait=True)
    [record] = await twins.server.retrieve(NAME, [2], with_vectors=["dense"])
    assert isinstance(record.vector, dict)
    assert record.vector["dense"] == pytest.approx([0.9939, 0.1104, 0.0], abs=1e-3)


async def test_values_of_an_indexed_field_are_counted(filled: Twins) -> None:
    facet = await filled.ask(lambda q: q.facet(NAME, "kind"))
    assert {hit.value: hit.count for hit in facet.hits} == {"chunk": 3, "record": 1, "manifest": 1}
