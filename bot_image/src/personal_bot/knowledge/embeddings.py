"""Chunks in batches to the embedding service, with what helps to find them put before their text."""

from collections.abc import Iterable, Iterator
from typing import Final

from personal_bot.knowledge.extract.chunks import tokens
from personal_bot.models import Place

_BATCH_TEXTS: Final = 32
_BATCH_TOKENS: Final = 16_000
"""Far below the API's 300,000: a batch is also a step of the progress that is shown."""


def searchable(name: str, place: Place, text: str) -> str:
    """Give the text by which a chunk is found: a document's name and headings say what a chunk may leave out."""
    heading = place.value.partition("!")[0] if place.kind == "sheet" else place.value if place.kind == "heading" else ""
    names = [one.rpartition(".")[0] or one for one in (name, place.file)]
    return "\n".join(part for part in (*names, heading, text) if part)


def batches(texts: Iterable[str]) -> Iterator[list[str]]:
    """Cut a sequence of texts into batches for one request each."""
    batch: list[str] = []
    weight = 0

    for text in texts:
        cost = tokens(text)
        if batch and (len(batch) == _BATCH_TEXTS or weight + cost > _BATCH_TOKENS):
            yield batch
            batch, weight = [], 0

        batch.append(text)
        weight += cost

    if batch:
        yield batch
