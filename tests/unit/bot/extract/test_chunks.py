"""Cutting texts into chunks."""

from hypothesis import given
from hypothesis import strategies as st

from personal_bot.knowledge.extract.chunks import chunked, tokens
from personal_bot.knowledge.extract.segments import Segment

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
