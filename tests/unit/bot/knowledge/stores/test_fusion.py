"""Two rankings become one."""

from hypothesis import given
from hypothesis import strategies as st

from personal_bot.knowledge.stores.fusion import fused, moved

SCORES = st.dictionaries(st.sampled_from("abcdefgh"), st.floats(min_value=0.01, max_value=30, allow_nan=False))
RANKINGS = SCORES.map(lambda scores: sorted(scores.items(), key=lambda item: -item[1]))


def test_what_both_rankings_like_comes_first() -> None:
    assert [point for point, _ in fused([("a", 0.9), ("b", 0.8), ("c", 0.1)], [("b", 12.0), ("d", 3.0)])] == [
        "b",
        "a",
        "d",
        "c",
    ]


def test_a_clear_lead_in_meaning_counts_more_than_a_narrow_one_in_words() -> None:
    assert fused([("a", 0.9), ("b", 0.2), ("c", 0.1)], [("b", 5.1), ("a", 5.0)])[0][0] == "a"


def test_without_vectors_words_decide() -> None:
    assert fused([], [("a", 8.0), ("b", 2.0)]) == [("a", 1.0), ("b", 0.25)]


def test_without_known_words_meaning_decides() -> None:
    assert fused([("a", 0.8), ("b", 0.2)], []) == [("a", 1.0), ("b", 0.25)]


@given(RANKINGS, RANKINGS)
def test_nothing_is_lost_and_the_best_comes_first(
    meaning: list[tuple[str, float]], words: list[tuple[str, float]]
) -> None:
    result = fused(meaning, words)
    assert {point for point, _ in result} == {point for point, _ in (*meaning, *words)}
    scores = [score for _, score in result]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


def test_a_question_moves_towards_what_was_found_and_the_best_pulls_most() -> None:
    nearer, further = moved([2.0, 0.0, 0.0], [(0.9, [0.0, 4.0, 0.0]), (0.3, [0.0, 0.0, 1.0])])[1:]
    assert nearer > further > 0


def test_a_question_stays_itself_whatever_was_found() -> None:
    assert moved([1.0, 0.0], [(1.0, [0.0, 1.0]), (1.0, [0.0, 1.0])])[0] > 0.5
    assert moved([1.0, 0.0], [(0.0, [0.0, 1.0])]) == [1.0, 0.0]
