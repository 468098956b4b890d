"""What a vector store does for the bot, whichever engine is behind it.

Two kinds of points live in a collection. **Records** (no vectors) say which documents there are; **chunks** carry the
text and its vectors. Every chunk belongs to a *generation*: one taking-in of one document. A generation is searched
only while its record says `COMPLETE`, and one write of records moves from one generation to the next; so a crash at any
moment leaves either the old document or the new one, never half of either.
"""

import enum
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, Self

from personal_bot.models import Document, Place
from personal_bot.text_keys import TextKey

_SENTENCES: Final[Mapping[str, TextKey]] = {
    "StoreUnreachable": "store_unreachable",
    "StoreRefused": "store_failed",
    "StoreFull": "store_full",
    "StoreLocked": "store_locked",
}


class StoreError(Exception):
    """The store cannot do what was asked; `reason` is one of the KnowledgeReady condition.

    Attributes:
        reason: ``StoreUnreachable``, ``StoreRefused``, ``StoreFull`` or ``StoreLocked``.
        refusal: the key of the sentence for people.
    """

    def __init__(self, reason: str, message: str, *, refusal: TextKey | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.refusal = refusal or _SENTENCES[reason]


class Status(enum.Enum):
    """Where a generation stands."""

    PENDING = "pending"  # being taken in: hidden
    COMPLETE = "complete"  # searched
    DELETING = "deleting"  # replaced or deleted, its chunks are being removed: hidden


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One generation of one document."""

    generation: str  # UUID
    status: Status
    document: Document
    vectors: bool = True  # False: some chunks have none, since the model was not offered


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """How the vectors of an index were made; vectors of another model cannot be compared with them.

    Attributes:
        embedding_model: made them.
        dimension: numbers in each.
        number: an index that follows another one has the next number.
        is_complete: all documents of the one before are in it.
    """

    embedding_model: str
    dimension: int
    number: int = 0
    is_complete: bool = True

    def fits(self, other: Self) -> bool:
        """Whether the vectors of both can be compared."""
        return (self.embedding_model, self.dimension) == (other.embedding_model, other.dimension)


@dataclass(frozen=True, slots=True, kw_only=True)
class SparseVector:
    """Weights of words: `indices` name the words, `values` weigh them."""

    indices: list[int]
    values: list[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredChunk:
    """A chunk on its way into the store; without `dense` it is found by its words alone."""

    position: int
    text: str
    place: Place
    dense: list[float]
    sparse: SparseVector


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A chunk that came out of the store; `score` is the fused one, 0 for a neighbour of a hit."""

    generation: str
    position: int
    text: str
    place: Place
    score: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What to look for. Without `dense` (vectors of another model) words alone decide."""

    dense: list[float] | None
    sparse: SparseVector
    limit: int
    hidden: frozenset[str] = frozenset()  # generations that are not searched
    only: frozenset[str] = frozenset()  # generations that alone are searched; empty: all


class Store(Protocol):
    """A collection of one bot. Every method may raise `StoreError`; none blocks the event loop."""

    async def open(self) -> Manifest | None:
        """Open the collection; None when there is none yet."""

    async def create(self, manifest: Manifest) -> None:
        """Make the collection, which does not exist."""

    async def put_manifest(self, manifest: Manifest) -> None:
        """Write the manifest of a collection that exists, in one step."""

    async def records(self) -> list[Record]:
        """Give all records, of every status."""

    async def put_records(self, records: Sequence[Record]) -> None:
        """Write records in one step: all of them or none."""

    async def add_chunks(self, generation: str, chunks: Sequence[StoredChunk]) -> None:
        """Add chunks to a generation."""

    async def search(self, query: Query) -> list[Hit]:
        """Give the best chunks, best first: dense and word ranks fused."""

    async def chunks(self, wanted: Sequence[tuple[str, int]]) -> list[Hit]:
        """Give chunks by generation and position; those that do not exist are left out."""

    async def remove_chunks(self, generation: str, positions: Sequence[int]) -> None:
        """Remove some of a generation's chunks."""

    def contents(self, generation: str) -> AsyncIterator[list[StoredChunk]]:
        """Give all chunks of a generation with their vectors, in batches, in no order."""

    async def remove(self, generation: str) -> None:
        """Remove a generation's chunks, then its record."""

    async def drop(self) -> None:
        """Remove the collection and everything in it; nothing happens when there is none."""

    def has_room(self) -> bool:
        """Whether there is room for more, as far as that can be known without trying."""

    async def room_for_second(self, more: int) -> bool:
        """Whether an index that is larger by `more` bytes has room beside this one, as far as that can be known."""

    async def close(self) -> None:
        """Let go of the store."""
