"""The query API: what is asked for, with prefetches and fusion, as an object of the engine.

https://qdrant.tech/documentation/concepts/hybrid-queries/
"""

from collections.abc import Callable
from typing import Any, Final

from standins.qdrant.engine import Json, engine
from standins.qdrant.errors import bad_json, not_found
from standins.qdrant.filters import PointId, read_filter, read_id
from standins.qdrant.points import is_sparse, read_vector, read_with_payload

LIMIT: Final = 10
RRF_K: Final = 2

VectorOf = Callable[[PointId, str | None], Any]
"""Gives the vector of a point by the vector's name; None if there is no such point."""


def read_query(given: Json, vector_of: VectorOf) -> Any:  # noqa: ANN401 - the engine's
    """A request of points/query.

    Raises:
        QdrantError: it asks for what is not known here, or for a point that does not exist.
    """
    scoring, used = _scoring(given.get("query"), given.get("using"), vector_of)
    return engine.QueryRequest(
        limit=given.get("limit") or LIMIT,
        offset=given.get("offset"),
        query=scoring,
        prefetches=_prefetches(given.get("prefetch"), vector_of),
        with_vector=given.get("with_vector") or False,
        with_payload=read_with_payload(given.get("with_payload") or False),
        filter=_without(read_filter(given.get("filter")), used),
        score_threshold=given.get("score_threshold"),
        params=_params(given.get("params")),
    )


def _prefetches(given: Any, vector_of: VectorOf) -> list[Any]:  # noqa: ANN401 - JSON: one or a list of them
    return [_prefetch(one, vector_of) for one in ([given] if isinstance(given, dict) else given or [])]


def _prefetch(given: Json, vector_of: VectorOf) -> Any:  # noqa: ANN401 - the engine's
    scoring, used = _scoring(given.get("query"), given.get("using"), vector_of)
    return engine.Prefetch(
        limit=given.get("limit") or LIMIT,
        query=scoring,
        prefetches=_prefetches(given.get("prefetch"), vector_of),
        params=_params(given.get("params")),
        filter=_without(read_filter(given.get("filter")), used),
        score_threshold=given.get("score_threshold"),
    )


def _scoring(given: Any, using: str | None, vector_of: VectorOf) -> tuple[Any, list[PointId]]:  # noqa: ANN401 - JSON
    """How points are scored, and the points that are named in it: they are no answer to their own question."""
    used: list[PointId] = []

    def vector(one: Any) -> Any:  # noqa: ANN401 - JSON: a vector or the id of a point
        """The vector that is meant.

        Raises:
            QdrantError: there is no such point.
        """
        if isinstance(one, list) or is_sparse(one):
            return read_vector(one)

        number = read_id(one)
        found = vector_of(number, using)
        if found is None:
            raise not_found(f"No point with id {number} found")

        used.append(number)
        return found

    return _read_scoring(given, using, vector), used


def _read_scoring(given: Any, using: str | None, vector: Callable[[Any], Any]) -> Any:  # noqa: ANN401, PLR0911 - JSON, one a kind
    match given:
        case None:
            return None
        case {"fusion": "rrf"}:
            return engine.Fusion.Rrf(k=RRF_K)
        case {"fusion": "dbsf"}:
            return engine.Fusion.Dbsf()
        case {"rrf": dict(options)}:
            return engine.Fusion.Rrf(k=options.get("k") or RRF_K, weights=options.get("weights"))
        case {"order_by": order}:
            return read_order(order)
        case {"sample": "random"}:
            return engine.Sample.Random
        case {"recommend": dict(recommend)}:
            return _recommend(recommend, using, vector)
        case {"nearest": one, **rest} if not rest.get("mmr"):
            return engine.Query.Nearest(vector(one), using=using)
        case dict() if not is_sparse(given):
            raise bad_json(f"this stand-in does not know the query {min(given, default='')!r}")

    return engine.Query.Nearest(vector(given), using=using)


def _recommend(given: Json, using: str | None, vector: Callable[[Any], Any]) -> Any:  # noqa: ANN401 - the engine's
    positives = [vector(one) for one in given.get("positive") or []]
    negatives = [vector(one) for one in given.get("negative") or []]
    match given.get("strategy"):
        case "best_score":
            return engine.Query.RecommendBestScore(engine.RecommendQuery(positives, negatives), using=using)
        case "sum_scores":
            return engine.Query.RecommendSumScores(engine.RecommendQuery(positives, negatives), using=using)

    return engine.Query.Nearest(_average(positives, negatives), using=using)


def _average(positives: list[list[float]], negatives: list[list[float]]) -> list[float]:
    """The mean of the positive ones, moved away from the mean of the negative ones by as much again."""
    towards = [sum(column) / len(positives) for column in zip(*positives, strict=True)]
    if not negatives:
        return towards

    away = [sum(column) / len(negatives) for column in zip(*negatives, strict=True)]
    return [2 * one - other for one, other in zip(towards, away, strict=True)]


def read_order(given: Any) -> Any:  # noqa: ANN401 - JSON, the engine's
    """Order by a payload field: its name, or with a direction and a start."""
    if isinstance(given, str):
        return engine.OrderBy(given)

    direction = {"asc": engine.Direction.Asc, "desc": engine.Direction.Desc, None: None}[given.get("direction")]
    return engine.OrderBy(given["key"], direction=direction, start_from=given.get("start_from"))


def _params(given: Json | None) -> Any:  # noqa: ANN401 - the engine's
    if not given:
        return None

    return engine.SearchParams(
        hnsw_ef=given.get("hnsw_ef"), exact=bool(given.get("exact")), indexed_only=bool(given.get("indexed_only"))
    )


def _without(given: Any, ids: list[PointId]) -> Any:  # noqa: ANN401 - a filter of the engine's
    if not ids:
        return given

    others = engine.Filter(must_not=[engine.HasIdCondition(set(ids))])
    return engine.Filter(must=[given, others]) if given is not None else others
