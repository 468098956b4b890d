"""What is embedded: a chunk with its document's name and headings, in batches."""

from hypothesis import given
from hypothesis import strategies as st

from personal_bot.knowledge.embeddings import batches, searchable
from personal_bot.models import Place


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
