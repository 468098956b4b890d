"""A collection: one shard of the engine in a folder, and how it was configured.

Nothing here waits for anything: a server calls it in the collection's own thread.
"""

import contextlib
import json
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Self

from standins.qdrant.engine import Json, engine
from standins.qdrant.errors import QdrantError, bad_json, of_engine
from standins.qdrant.filters import PointId, read_filter, read_id, shown_id
from standins.qdrant.points import read_points, read_vectors, read_with_payload, shown_hit, shown_record
from standins.qdrant.queries import read_order, read_query

CONFIG: Final = "collection.json"
SHARD: Final = "shard"
PAGE: Final = 10  # points that scroll gives when it is not told how many
FACETS: Final = 10

DISTANCES: Final = {name: getattr(engine.Distance, name) for name in ("Cosine", "Euclid", "Dot", "Manhattan")}
DATATYPES: Final = {
    "float32": engine.VectorStorageDatatype.Float32,
    "float16": engine.VectorStorageDatatype.Float16,
    "uint8": engine.VectorStorageDatatype.Uint8,
}
SCHEMAS: Final = {
    name.lower(): getattr(engine.PayloadSchemaType, name)
    for name in ("Keyword", "Integer", "Float", "Geo", "Text", "Bool", "Datetime", "Uuid")
}


class Collection:
    """Points with vectors and payloads."""

    def __init__(self, folder: Path, config: Json, shard: Any) -> None:  # noqa: ANN401 - the engine's
        self.folder = folder
        self.config = config
        self._shard = shard
        self._operations = 0

    @classmethod
    def create(cls, folder: Path, config: Json) -> Self:
        """Make a collection in a folder that does not exist yet.

        Raises:
            QdrantError: the configuration asks for what there is not.
        """
        made = _engine_config(config)
        folder.mkdir(parents=True)
        with _refused():
            shard = engine.EdgeShard.create(str(folder / SHARD), made)

        (folder / CONFIG).write_text(json.dumps(config))
        return cls(folder, config, shard)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Open a collection that was made before."""
        config = json.loads((folder / CONFIG).read_text())
        return cls(folder, config, engine.EdgeShard.load(str(folder / SHARD)))

    def close(self) -> None:
        self._shard.flush()
        self._shard.close()

    def drop(self) -> None:
        self._shard.close()
        shutil.rmtree(self.folder)

    # Points

    def change(self, operation: str, body: Json) -> int:
        """Carry out a change that the REST API names; gives its number.

        Raises:
            QdrantError: it is malformed, or the points do not fit.
        """
        with _refused():
            self._shard.update(_operation(operation, body))

        self._operations += 1
        return self._operations

    def retrieve(self, body: Json) -> list[Json]:
        """Points by their ids; those that do not exist are left out."""
        ids = [read_id(one) for one in body["ids"]]
        payload, vectors = _wanted(body, payload=True)
        with _refused():
            found = self._shard.retrieve(ids, read_with_payload(payload), vectors)

        return [shown_record(record, payload=payload, vectors=vectors) for record in found]

    def scroll(self, body: Json) -> Json:
        """A page of the points in the order of their ids, or of a field."""
        payload, vectors = _wanted(body, payload=True)
        order = body.get("order_by")
        request = engine.ScrollRequest(
            offset=read_id(body["offset"]) if body.get("offset") is not None else None,
            limit=body.get("limit") or PAGE,
            filter=read_filter(body.get("filter")),
            with_payload=read_with_payload(payload),
            with_vector=vectors,
            order_by=read_order(order) if order else None,
        )
        with _refused():
            page, after = self._shard.scroll(request)

        points = [shown_record(record, payload=payload, vectors=vectors) for record in page]
        return {"points": points, "next_page_offset": None if after is None else shown_id(after)}

    def count(self, body: Json) -> Json:
        request = engine.CountRequest(exact=body.get("exact", True), filter=read_filter(body.get("filter")))
        with _refused():
            return {"count": self._shard.count(request)}

    def query(self, bodies: list[Json]) -> list[Json]:
        """The answers to some queries, in their order."""
        with _refused():
            answers = [self._shard.query(read_query(body, self._vector_of)) for body in bodies]

        shown = []
        for body, points in zip(bodies, answers, strict=True):
            payload, vectors = _wanted(body, payload=False)
            shown.append({"points": [shown_hit(point, payload=payload, vectors=vectors) for point in points]})

        return shown

    def facet(self, body: Json) -> Json:
        """How often each value of an indexed field occurs.

        Raises:
            QdrantError: the field has no index.
        """
        request = engine.FacetRequest(
            key=body["key"], limit=body.get("limit") or FACETS, exact=bool(body.get("exact")),
            filter=read_filter(body.get("filter")),
        )  # fmt: skip
        if body["key"] not in self._shard.info().payload_schema:
            raise QdrantError(
                400, f"Bad request: Index required but not found for \"{body['key']}\" of one of the following types:"
                " [keyword, integer, uuid, bool]. Help: Create an index for this key or use a different filter.",
            )  # fmt: skip

        with _refused():
            hits = self._shard.facet(request).hits

        return {"hits": [{"value": hit.value, "count": hit.count} for hit in hits]}

    def _vector_of(self, number: PointId, using: str | None) -> Any:  # noqa: ANN401 - the engine's
        found = self._shard.retrieve([number], False, True)  # noqa: FBT003 - the engine's own order
        if not found:
            return None

        vectors = found[0].vector
        return vectors.get(using or "") if isinstance(vectors, dict) else vectors

    # What it is

    def info(self) -> Json:
        """What GET /collections/<name> tells."""
        state = self._shard.info()
        schema = {
            field: {"data_type": _schema_name(index.data_type), "points": index.points}
            for field, index in state.payload_schema.items()
        }
        return {
            "status": "green",
            "optimizer_status": "ok",
            "indexed_vectors_count": state.indexed_vectors_count,
            "points_count": state.points_count,
            "segments_count": state.segments_count,
            "config": _shown_config(self.config),
            "payload_schema": schema,
        }

    def pack(self, file: Path) -> None:
        """Write a snapshot: the collection's folder as an archive. A real server's snapshots have another form."""
        self._shard.flush()
        with tarfile.open(file, "w:gz", compresslevel=1) as archive:  # its files are mostly zeros
            archive.add(self.folder, arcname=".")


@contextlib.contextmanager
def _refused() -> Iterator[None]:
    """What the engine raises, as the server says it."""
    try:
        yield
    except QdrantError:
        raise
    except Exception as error:
        raise of_engine(error) from error


def _wanted(body: Json, *, payload: bool) -> tuple[Any, Any]:
    """Which payload and vectors a request wants; `payload`: whether it wants them all when it does not say."""
    given = body.get("with_payload")
    return (payload if given is None else given), body.get("with_vector") or False


def _operation(name: str, body: Json) -> Any:  # noqa: ANN401 - the engine's
    """The engine's operation for a change of the REST API; most name points by ids or by a filter."""
    update = engine.UpdateOperation
    match name:
        case "upsert":
            return update.upsert_points(read_points(body), condition=read_filter(body.get("update_filter")))
        case "update_vectors":
            vectors = [engine.PointVectors(read_id(one["id"]), read_vectors(one["vector"])) for one in body["points"]]
            return update.update_vectors(vectors, condition=read_filter(body.get("update_filter")))
        case "create_index":
            return update.create_field_index(body["field_name"], _schema(body.get("field_schema")))
        case "delete_index":
            return update.delete_field_index(body["field_name"])

    by_ids, by_filter, more = {
        "delete": (update.delete_points, update.delete_points_by_filter, ()),
        "delete_vectors": (update.delete_vectors, update.delete_vectors_by_filter, ("vector",)),
        "set_payload": (update.set_payload, update.set_payload_by_filter, ("payload", "key")),
        "overwrite_payload": (update.overwrite_payload, update.overwrite_payload_by_filter, ("payload", "key")),
        "delete_payload": (update.delete_payload, update.delete_payload_by_filter, ("keys",)),
        "clear_payload": (update.clear_payload, update.clear_payload_by_filter, ()),
    }[name]
    arguments = [body.get(argument) for argument in more]
    if body.get("filter") is not None:
        return by_filter(read_filter(body["filter"]), *arguments)
    if isinstance(body.get("points"), list):
        return by_ids([read_id(one) for one in body["points"]], *arguments)

    raise bad_json("data did not match any variant of untagged enum PointsSelector")


def _schema(given: Any) -> Any:  # noqa: ANN401 - JSON, the engine's
    name = given.get("type") if isinstance(given, dict) else given
    if name not in SCHEMAS:
        raise bad_json("data did not match any variant of untagged enum PayloadFieldSchema")

    return SCHEMAS[name]


def _schema_name(given: Any) -> str:  # noqa: ANN401 - the engine's
    return next(name for name, known in SCHEMAS.items() if known == given)


def _engine_config(config: Json) -> Any:  # noqa: ANN401 - the engine's
    given = config.get("vectors") or {}
    dense = _vector_params(given) if "size" in given else {name: _vector_params(one) for name, one in given.items()}
    sparse = {name: _sparse_params(one or {}) for name, one in (config.get("sparse_vectors") or {}).items()}
    # Without a write-ahead log, which takes 32 MiB and a second: a server that is killed loses what it had not flushed.
    return engine.EdgeConfig(
        vectors=dense or None, sparse_vectors=sparse or None, max_search_threads=1, wal_enabled=False
    )


def _vector_params(given: Json) -> Any:  # noqa: ANN401 - the engine's
    if given.get("distance") not in DISTANCES:
        raise bad_json(
            f"unknown variant `{given.get('distance')}`, expected one of `Cosine`, `Euclid`, `Dot`, `Manhattan`"
        )
    if not isinstance(given.get("size"), int) or given["size"] < 1:
        raise QdrantError(422, "Validation error in JSON body: [vectors.size: value 0 invalid, must be 1 or larger]")

    several = given.get("multivector_config")
    return engine.EdgeVectorParams(
        size=given["size"],
        distance=DISTANCES[given["distance"]],
        datatype=DATATYPES[given.get("datatype") or "float32"],
        multivector_config=engine.MultiVectorConfig(engine.MultiVectorComparator.MaxSim) if several else None,
    )


def _sparse_params(given: Json) -> Any:  # noqa: ANN401 - the engine's
    modifier = engine.Modifier.Idf if given.get("modifier") == "idf" else None
    return engine.EdgeSparseVectorParams(modifier=modifier)


def _shown_config(config: Json) -> Json:
    """The configuration with what a server fills in."""
    return {
        "params": {
            "vectors": config.get("vectors") or {},
            **({"sparse_vectors": config["sparse_vectors"]} if config.get("sparse_vectors") else {}),
            "shard_number": 1,
            "replication_factor": 1,
            "write_consistency_factor": 1,
            "on_disk_payload": True,
        },
        "hnsw_config": {"m": 16, "ef_construct": 100, "full_scan_threshold": 10_000, "max_indexing_threads": 0},
        "optimizer_config": {"default_segment_number": 0, "flush_interval_sec": 5},
        "wal_config": {"wal_capacity_mb": 32, "wal_segments_ahead": 0},
        **({"metadata": config["metadata"]} if config.get("metadata") else {}),
    }
