"""Words of a text as a sparse vector for BM25, with stems of Russian and English.

Qdrant's own encoder makes the vectors for both engines, so a collection moves between them unchanged. It stems in one
language at a time: words in Cyrillic go to the Russian one, all others to the English one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from personal_bot.knowledge.store import SparseVector

if TYPE_CHECKING:
    import qdrant_edge

_CYRILLIC = re.compile(r"[^\W\d_]*[а-яё][^\W\d_]*", re.IGNORECASE)
_JOINED = re.compile(  # the words in camelCase, HTTPServer, utf8 and snake_case
    r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])|_"
)
_AVERAGE_LENGTH = 120.0  # words in a chunk, about
_LONGER_WEIGH_LESS = (
    0.9  # BM25's b, from 0 to 1: chunks have about one size, and one that has more words says more else
)


class WordEncoder:
    """Makes sparse vectors; loads Qdrant's engine at the first one (a few MiB)."""

    def __init__(self) -> None:
        self._encoders: tuple[qdrant_edge.Bm25, qdrant_edge.Bm25] | None = None

    def document(self, text: str) -> SparseVector:
        """Weights by frequency and length."""
        russian, english = self._loaded()
        cyrillic, rest = _by_script(text)
        return _merged(russian.embed_document(cyrillic), english.embed_document(rest))

    def query(self, text: str) -> SparseVector:
        """One for each different word."""
        russian, english = self._loaded()
        cyrillic, rest = _by_script(text)
        return _merged(russian.embed_query(cyrillic), english.embed_query(rest))

    def _loaded(self) -> tuple[qdrant_edge.Bm25, qdrant_edge.Bm25]:
        if self._encoders is None:
            import qdrant_edge  # noqa: PLC0415 - a bot without documents does without it

            config = qdrant_edge.Bm25Config
            self._encoders = (
                qdrant_edge.Bm25(config(language="russian", avg_len=_AVERAGE_LENGTH, b=_LONGER_WEIGH_LESS)),
                qdrant_edge.Bm25(config(language="english", avg_len=_AVERAGE_LENGTH, b=_LONGER_WEIGH_LESS)),
            )
        return self._encoders


def _by_script(text: str) -> tuple[str, str]:
    folded = text.replace("ё", "е").replace("Ё", "Е")
    parts = " ".join(part for word in folded.split() for part in (word, *_parts(word)))
    return " ".join(_CYRILLIC.findall(folded)), _CYRILLIC.sub(" ", parts)


def _parts(word: str) -> list[str]:
    parts = [part for part in _JOINED.split(word) if part]
    return [*parts, "".join(parts)] if len(parts) > 1 else []


def _merged(one: qdrant_edge.SparseVector, other: qdrant_edge.SparseVector) -> SparseVector:
    weights = dict(zip(one.indices, one.values, strict=True))
    for index, value in zip(other.indices, other.values, strict=True):
        weights[index] = weights.get(index, 0.0) + value
    return SparseVector(indices=list(weights), values=list(weights.values()))
