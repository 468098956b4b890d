"""How records, chunks and the manifest lie in a collection: the same for both engines, so that one can be copied."""

import dataclasses
import uuid
from datetime import datetime
from typing import Any, Final

from personal_bot.knowledge.stores.store import Hit, Manifest, Record, SparseVector, Status, StoredChunk, StoreError
from personal_bot.models import Document, Loss, Place

DENSE: Final = "dense"
SPARSE: Final = "words"
FORMAT: Final = 1

KIND: Final = "kind"
GENERATION: Final = "generation"
RECORD: Final = "record"
CHUNK: Final = "chunk"
MANIFEST: Final = "manifest"
INDEXED: Final = (KIND, GENERATION)

_PLACE: Final = tuple(field.name for field in dataclasses.fields(Place))
_LOSS: Final = tuple(field.name for field in dataclasses.fields(Loss))
MANIFEST_ID: Final = str(uuid.UUID(int=0))


def chunk_id(generation: str, position: int) -> str:
    """Give the point id of a chunk, which follows from the chunk: writing it twice writes it once."""
    return str(uuid.uuid5(uuid.UUID(generation), str(position)))


def manifest_payload(manifest: Manifest) -> dict[str, Any]:
    return {
        KIND: MANIFEST,
        "format": FORMAT,
        "embedding_model": manifest.embedding_model,
        "dimension": manifest.dimension,
        "number": manifest.number,
        "complete": manifest.is_complete,
    }


def manifest_of(payload: dict[str, Any]) -> Manifest:
    """Read a manifest.

    Raises:
        StoreError: a newer version of the bot wrote it.
    """
    if payload["format"] > FORMAT:
        raise StoreError("StoreRefused", f"the collection has format {payload['format']}, known here is {FORMAT}")
    return Manifest(
        embedding_model=payload["embedding_model"],
        dimension=payload["dimension"],
        number=payload.get("number", 0),
        is_complete=payload.get("complete", True),
    )


def record_payload(record: Record) -> dict[str, Any]:
    document = record.document
    return {
        KIND: RECORD,
        GENERATION: record.generation,
        "status": record.status.value,
        "document": document.id,
        "name": document.name,
        "mime_type": document.mime_type,
        "size": document.size,
        "chunks": document.chunks,
        "added": document.added.isoformat(),
        "vectors": record.vectors,
        "losses": [list(dataclasses.astuple(loss)) for loss in document.losses],
    }


def record_of(payload: dict[str, Any]) -> Record:
    document = Document(
        id=payload["document"],
        name=payload["name"],
        mime_type=payload["mime_type"],
        size=payload["size"],
        chunks=payload["chunks"],
        added=datetime.fromisoformat(payload["added"]),
        losses=tuple(loss_of(parts) for parts in payload.get("losses", ())),
    )
    return Record(
        generation=payload[GENERATION],
        status=Status(payload["status"]),
        document=document,
        vectors=payload.get("vectors", True),
    )


def chunk_payload(generation: str, chunk: StoredChunk) -> dict[str, Any]:
    return {
        KIND: CHUNK,
        GENERATION: generation,
        "position": chunk.position,
        "text": chunk.text,
        "place": list(dataclasses.astuple(chunk.place)),
    }


def place_of(parts: list[str]) -> Place:
    """Give a place from its parts in the order of its fields; what was written before there were more has two."""
    return Place(**dict(zip(_PLACE, parts, strict=False)))


def loss_of(parts: list[Any]) -> Loss:
    """Give a loss from its parts in the order of its fields."""
    return Loss(**dict(zip(_LOSS, parts, strict=False)))


def hit_of(payload: dict[str, Any], score: float = 0.0) -> Hit:
    return Hit(
        generation=payload[GENERATION],
        position=payload["position"],
        text=payload["text"],
        place=place_of(payload["place"]),
        score=score,
    )


def stored_chunk(payload: dict[str, Any], vectors: Any) -> StoredChunk:  # noqa: ANN401 - by name, of either engine
    words = vectors[SPARSE]  # an engine leaves vectors out that a chunk does not have
    return StoredChunk(
        position=payload["position"],
        text=payload["text"],
        place=place_of(payload["place"]),
        dense=list(vectors.get(DENSE, ())),
        sparse=SparseVector(indices=list(words.indices), values=list(words.values)),
    )
