"""Words of a text as a sparse vector for BM25, with stems of Russian and English.

Qdrant's own encoder makes the vectors for both engines, so a collection moves between them unchanged. It stems in one
language at a time: words in Cyrillic go to the Russian one, all others to the English one.
"""

import re
from typing import Final, Protocol

from personal_bot.knowledge.stores.store import SparseVector

_CYRILLIC: Final = re.compile(r"[^\W\d_]*[а-яё][^\W\d_]*", re.IGNORECASE)
_JOINED: Final = re.compile(  # the words in camelCase, HTTPServer, utf8 and snake_case
    r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])|_"
)
_AVERAGE_LENGTH: Final = 120.0  # words in a chunk, about
_LENGTH_WEIGHT: Final = 0.9
"""BM25's b, from 0 to 1: chunks have about one size, and one that has more words says more else."""


class _Weights(Protocol):
    @property
    def indices(self) -> list[int]: ...
    @property
    def values(self) -> list[float]: ...


class _Encoder(Protocol):
    """What is used of `qdrant_edge.Bm25`."""

    def embed_document(self, text: str) -> _Weights: ...
    def embed_query(self, text: str) -> _Weights: ...


class WordEncoder:
    """Makes sparse vectors; loads Qdrant's engine at the first one (a few MiB)."""

    def __init__(self) -> None:
        self._encoders: tuple[_Encoder, _Encoder] | None = None

    def document(self, text: str) -> SparseVector:
        """Give the words of a text, weighed by frequency and length."""
        russian, english = self._loaded()
        cyrillic, rest = _by_script(text)
        return _merged(russian.embed_document(cyrillic), english.embed_document(rest))

    def query(self, text: str) -> SparseVector:
        """Give the words of a question, each different one once."""
        russian, english = self._loaded()
        cyrillic, rest = _by_script(text)
        return _merged(russian.embed_query(cyrillic), english.embed_query(rest))

    def _loaded(self) -> tuple[_Encoder, _Encoder]:
        if self._encoders is None:
            self._encoders = _encoder("russian"), _encoder("english")
        return self._encoders


def _encoder(language: str) -> _Encoder:
    from qdrant_edge import Bm25, Bm25Config  # noqa: PLC0415 - a bot without documents does without it

    return Bm25(Bm25Config(language=language, avg_len=_AVERAGE_LENGTH, b=_LENGTH_WEIGHT))


def _by_script(text: str) -> tuple[str, str]:
    """Split a text into its words in Cyrillic and all others, joined words also in their parts."""
    folded = text.replace("ё", "е").replace("Ё", "Е")
    parts = " ".join(part for word in folded.split() for part in (word, *_parts(word)))
    return " ".join(_CYRILLIC.findall(folded)), _CYRILLIC.sub(" ", parts)


def _parts(word: str) -> list[str]:
    parts = [part for part in _JOINED.split(word) if part]
    return [*parts, "".join(parts)] if len(parts) > 1 else []


def _merged(one: _Weights, other: _Weights) -> SparseVector:
    weights = dict(zip(one.indices, one.values, strict=True))
    for index, value in zip(other.indices, other.values, strict=True):
        weights[index] = weights.get(index, 0.0) + value
    return SparseVector(indices=list(weights), values=list(weights.values()))
