"""Cutting texts into chunks."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from personal_bot.knowledge.embeddings import batches, searchable
from personal_bot.knowledge.extract.chunks import chunked, tokens
from personal_bot.knowledge.extract.segments import Segment
from personal_bot.models import Place

TEXTS = st.lists(st.text(alphabet="ab яж\n.,", max_size=300), max_size=6)


@given(TEXTS)
def test_no_letter_is_lost_and_no_chunk_is_too_large(texts: list[str]) -> None:
    segments = [Segment(text, "page", str(number)) for number, text in enumerate(texts, start=1)]
    chunks = list(chunked(segments, size=20, smallest=5))
    assert all(tokens(chunk.text) <= 20 for chunk in chunks)
    assert "".join("".join(chunk.text for chunk in chunks).split()) == "".join("".join(texts).split())


def test_a_chunk_ends_where_the_text_pauses() -> None:
    text = "One sentence about bread. Another one about salt. A third one about time."
    assert [chunk.text for chunk in chunked([Segment(text)], size=14)] == [
        "One sentence about bread. Another one about salt.",
        "A third one about time.",
    ]


def test_long_segments_keep_their_own_places() -> None:
    chunks = chunked([Segment("long " * 90, "page", "1"), Segment("short", "page", "2")])
    assert [(chunk.kind, chunk.value) for chunk in chunks] == [("page", "1"), ("page", "2")]


def test_a_chunk_is_found_by_its_documents_name_and_headings_too() -> None:
    place = Place(kind="heading", value="Prices › Bread")
    assert searchable("shop.2024.md", place, "Two euro.") == "shop.2024\nPrices › Bread\nTwo euro."
    assert searchable("notes", Place(kind="page", value="3"), "Two euro.") == "notes\nTwo euro."


@given(st.lists(st.text(max_size=40), max_size=100))
def test_batches_hold_every_text_once_and_in_order(texts: list[str]) -> None:
    made = list(batches(texts))
    assert [text for batch in made for text in batch] == texts
    assert all(0 < len(batch) <= 32 for batch in made)


def test_a_batch_stays_far_below_the_services_limit() -> None:
    assert [len(batch) for batch in batches(["x" * 40_000] * 3)] == [1, 1, 1]
