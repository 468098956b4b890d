"""How hits become passages."""

from datetime import UTC, datetime

from personal_bot.knowledge.retrieval import Budget, neighbours, passages, within
from personal_bot.knowledge.stores.store import Hit
from personal_bot.models import Document, Place

DOCUMENT = Document(id="d", name="a.pdf", mime_type="", size=1, chunks=9, added=datetime(2026, 1, 1, tzinfo=UTC))


def hit(position: int, score: float = 1.0, text: str = "", page: str = "1", generation: str = "g") -> Hit:
    place = Place(kind="page", value=page)
    return Hit(generation=generation, position=position, text=text or f"text {position}", place=place, score=score)


def test_the_same_text_counts_once() -> None:
    kept = within([hit(0, text="Same  text"), hit(5, text="same text"), hit(7)], Budget())
    assert [h.position for h in kept] == [0, 7]


def test_the_budget_is_kept_and_filled_with_what_still_fits() -> None:
    hits = [hit(0, text="x" * 200), hit(1, text="y" * 400), hit(2, text="z" * 80)]
    assert [h.position for h in within(hits, Budget(tokens=80))] == [0, 2]


def test_the_best_hits_are_widened_to_both_sides_within_the_document() -> None:
    assert neighbours([hit(0), hit(5), hit(6), hit(9)], Budget(widened=2)) == [("g", 1), ("g", 4)]


def test_chunks_side_by_side_become_one_passage_with_the_best_score() -> None:
    [passage] = passages([hit(3, 0.5, page="2"), hit(4, 0.9, page="3")], [hit(2, 0, page="2")], {"g": DOCUMENT})
    assert passage.text == "text 2\ntext 3\ntext 4"
    assert (passage.position, passage.score, passage.locator) == (2, 0.9, "pages 2–3")
    assert passage.place == Place(kind="page", value="2–3")


def test_the_best_passage_comes_first() -> None:
    found = passages([hit(0, 0.1), hit(7, 0.8)], [], {"g": DOCUMENT})
    assert [passage.position for passage in found] == [7, 0]


def test_a_passage_does_not_grow_without_end() -> None:
    found = passages([hit(position) for position in range(9)], [], {"g": DOCUMENT})
    assert sorted(len(passage.text.splitlines()) for passage in found) == [1, 4, 4]


def test_chunks_of_a_document_that_is_gone_are_left_out() -> None:
    assert passages([hit(0, generation="gone")], [], {"g": DOCUMENT}) == []


def test_messages_side_by_side_are_told_by_the_first_ones_place_and_all_their_numbers() -> None:
    first = Place(kind="message", value="Anna – B, 2024-05-01 12:03, #17–19", link="https://t.me/c/1/17")
    last = Place(kind="message", value="Boris, 2024-05-01 18:40, #20")
    run = [
        Hit(generation="g", position=number, text=f"text {number}", place=place, score=1.0)
        for number, place in enumerate((first, last))
    ]
    (passage,) = passages(run, [], {"g": DOCUMENT})
    assert passage.place == Place(kind="message", value="Anna – B, 2024-05-01 12:03, #17–20", link=first.link)
