"""From hits to passages: neighbours joined, duplicates dropped, within a budget. Pure; the store is asked elsewhere."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from personal_bot.knowledge.extract.chunks import NUMBERED, span, tokens
from personal_bot.knowledge.stores.store import Hit
from personal_bot.models import Document, Passage, Place
from personal_bot.texts.places import where

_LONGEST_RUN: Final = 4  # chunks in a passage: a source that is too long proves nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How much of the documents goes into one prompt.

    Attributes:
        hits: chunks asked of the store.
        tokens: of all passages together, estimated.
        widened: how many of the best hits are widened by the chunk before and the one after.
    """

    hits: int = 12
    tokens: int = 4000
    widened: int = 3


def within(hits: Sequence[Hit], budget: Budget) -> list[Hit]:
    """Give the best hits, different in text, that fit the budget."""
    kept: list[Hit] = []
    seen: set[str] = set()
    left = budget.tokens

    for hit in hits:
        fingerprint = " ".join(hit.text.split()).casefold()
        cost = tokens(hit.text)
        if fingerprint in seen or cost > left:
            continue

        seen.add(fingerprint)
        kept.append(hit)
        left -= cost

    return kept


def neighbours(hits: Sequence[Hit], budget: Budget) -> list[tuple[str, int]]:
    """Say which chunks beside the best hits to ask for: generation and position."""
    there = {(hit.generation, hit.position) for hit in hits}
    beside = [
        (hit.generation, hit.position + step)
        for hit in hits[: budget.widened]
        for step in (-1, 1)
        if hit.position + step >= 0
    ]
    return [key for key in dict.fromkeys(beside) if key not in there]


def passages(hits: Sequence[Hit], beside: Iterable[Hit], documents: Mapping[str, Document]) -> list[Passage]:
    """Join chunks that stand side by side; the best passage comes first.

    Args:
        hits: what was found.
        beside: neighbours of hits; one that stands beside nothing is not given.
        documents: by generation; chunks of others are left out.
    """
    chunks = sorted((*hits, *beside), key=lambda hit: (hit.generation, hit.position))
    runs: list[list[Hit]] = []

    for hit in (chunk for chunk in chunks if chunk.generation in documents):
        if runs and len(runs[-1]) < _LONGEST_RUN and _follows(runs[-1][-1], hit):
            runs[-1].append(hit)
        else:
            runs.append([hit])

    joined = [_passage(run, documents[run[0].generation]) for run in runs]
    return sorted((passage for passage in joined if passage.score > 0), key=lambda passage: -passage.score)


def _follows(before: Hit, hit: Hit) -> bool:
    together = before.generation == hit.generation and before.place.file == hit.place.file
    return together and hit.position == before.position + 1


def _passage(run: Sequence[Hit], document: Document) -> Passage:
    place = _place(run)
    return Passage(
        document_id=document.id,
        document_name=f"{document.name}/{place.file}" if place.file else document.name,
        locator=where(place, "en"),
        position=run[0].position,
        text="\n".join(hit.text for hit in run),
        score=max(hit.score for hit in run),
        place=place,
    )


def _place(run: Sequence[Hit]) -> Place:
    """Say where the passage stands: the pages (slides, lines, rows) it spans, or the heading over its best chunk."""
    first, last = run[0].place, run[-1].place
    if first.kind == last.kind == "message":  # "Anna, 2024-05-01 12:03, #17–19": the numbers end it
        who, _, numbers = first.value.rpartition("#")
        return replace(first, value=f"{who}#{span(numbers, last.value.rpartition('#')[2])}")
    if first.kind not in NUMBERED or first.kind != last.kind:
        return max(run, key=lambda hit: hit.score).place

    return replace(first, value=span(first.value, last.value))
