"""Points, vectors and payloads: JSON of the REST API to objects of the engine, and back."""

from typing import Any

from standins.qdrant.engine import Json, engine
from standins.qdrant.errors import bad_json
from standins.qdrant.filters import read_id, shown_id


def read_points(body: Json) -> list[Any]:
    """The points of an upsert, given one by one or as columns.

    Raises:
        QdrantError: they are neither, or malformed.
    """
    if isinstance(body.get("points"), list):
        return [_point(one) for one in body["points"]]

    if isinstance(body.get("batch"), dict):
        return _columns(body["batch"])

    raise bad_json("data did not match any variant of untagged enum PointInsertOperations")


def _point(given: Json) -> Any:  # noqa: ANN401 - the engine's
    if "id" not in given or "vector" not in given:
        raise bad_json(f"missing field `{'id' if 'id' not in given else 'vector'}`")

    return engine.Point(read_id(given["id"]), read_vectors(given["vector"]), given.get("payload") or {})


def _columns(batch: Json) -> list[Any]:
    ids, vectors = batch["ids"], batch["vectors"]
    payloads = batch.get("payloads") or [None] * len(ids)
    if isinstance(vectors, dict):
        vectors = [{name: column[row] for name, column in vectors.items()} for row in range(len(ids))]

    return [
        engine.Point(read_id(one), read_vectors(vector), payload or {})
        for one, vector, payload in zip(ids, vectors, payloads, strict=True)
    ]


def read_vectors(given: Any) -> Any:  # noqa: ANN401 - JSON, the engine's
    """The vectors of a point: one without a name, or several by name."""
    if isinstance(given, dict) and not is_sparse(given):
        return {name: read_vector(vector) for name, vector in given.items()}

    return read_vector(given)


def read_vector(given: Any) -> Any:  # noqa: ANN401 - JSON, the engine's
    """One vector: dense, of several rows, or sparse.

    Raises:
        QdrantError: it is none of these.
    """
    if is_sparse(given):
        return engine.SparseVector(given["indices"], [float(value) for value in given["values"]])
    if isinstance(given, list) and given and isinstance(given[0], list):
        return [[float(value) for value in row] for row in given]
    if isinstance(given, list):
        return [float(value) for value in given]

    raise bad_json("data did not match any variant of untagged enum Vector")


def is_sparse(given: Any) -> bool:  # noqa: ANN401 - JSON
    return isinstance(given, dict) and given.keys() == {"indices", "values"}


def shown_vectors(given: Any) -> Any:  # noqa: ANN401 - the engine's, JSON
    if isinstance(given, dict):
        return {name: shown_vectors(vector) for name, vector in given.items()}
    if isinstance(given, engine.SparseVector):
        return {"indices": list(given.indices), "values": list(given.values)}

    return given


def read_with_payload(given: Any) -> Any:  # noqa: ANN401 - JSON, the engine's
    """Which parts of a payload are wanted: all, none, some keys, or all but some."""
    match given:
        case {"include": list(keys)}:
            return engine.PayloadSelector.Include(keys)
        case {"exclude": list(keys)}:
            return engine.PayloadSelector.Exclude(keys)

    return given


def shown_record(record: Any, *, payload: Any, vectors: Any) -> Json:  # noqa: ANN401 - the engine's, and what was asked
    """A point as retrieve and scroll give it; parts that were not asked for are missing."""
    shown: Json = {"id": shown_id(record.id)}
    if payload not in {None, False} if not isinstance(payload, list | dict) else True:
        shown["payload"] = record.payload or {}
    if vectors not in {None, False} if not isinstance(vectors, list) else True:
        shown["vector"] = shown_vectors(record.vector if record.vector is not None else {})
    if record.order_value is not None:
        shown["order_value"] = record.order_value

    return shown


def shown_hit(point: Any, *, payload: Any, vectors: Any) -> Json:  # noqa: ANN401 - the engine's, and what was asked
    """A point as queries give it."""
    return {"version": point.version, "score": point.score} | shown_record(point, payload=payload, vectors=vectors)
