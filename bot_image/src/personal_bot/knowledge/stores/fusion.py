"""Two rankings become one: by meaning (dense vectors) and by words (BM25).

The best of both show more exactly what is meant: the question's vector moves towards theirs, and the candidates are
ranked anew by it (pseudo-relevance feedback after Rocchio).

Scores are fused, not ranks: how much better the first is than the second counts. Each ranking's scores are put between
0 and 1 first, since cosines of one embedding model lie closer together than those of another, and BM25's have no upper
bound. `tests/bench/retrieval.py` compares it with reciprocal rank fusion. Pure, and the same for both
stores.
"""

import math
from collections.abc import Sequence
from operator import mul
from typing import Final

CANDIDATES: Final = 96  # from each ranking
LEADERS: Final = 2  # of the first fusion; the question's vector moves towards theirs
_MEANING: Final = 0.5  # the weight of meaning against words
_TOWARDS: Final = 0.3  # how far it moves, against the question's own vector


def fused(meaning: Sequence[tuple[str, float]], words: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    """Fuse two rankings of point ids with scores, each best first; the result's scores lie in [0, 1].

    When one ranking is empty (no vector, or no word that is known) the other one decides.
    """
    if not meaning or not words:
        return list(_of_best(meaning or words).items()) if meaning or words else []

    by_meaning, by_words = _from_floor(meaning), _of_best(words)
    scores = {
        point: _MEANING * by_meaning.get(point, 0.0) + (1 - _MEANING) * by_words.get(point, 0.0)
        for point in dict.fromkeys((*by_meaning, *by_words))
    }
    return sorted(scores.items(), key=lambda item: -item[1])


def moved(question: Sequence[float], leaders: Sequence[tuple[float, Sequence[float]]]) -> list[float]:
    """Move a question's vector towards those of the leaders, each with its score; all of one length."""
    together = sum(score for score, _ in leaders)
    if not together:
        return list(question)

    pull = [_TOWARDS * score / together / _norm(vector) for score, vector in leaders]
    columns = zip(*(vector for _, vector in leaders), strict=True)
    own = 1 / _norm(question)

    return [own * number + sum(map(mul, pull, column)) for number, column in zip(question, columns, strict=True)]


def _norm(vector: Sequence[float]) -> float:
    return math.hypot(*vector) or 1.0


def _from_floor(ranking: Sequence[tuple[str, float]]) -> dict[str, float]:
    """Put scores between those of the last (0) and the first (1)."""
    best, floor = ranking[0][1], ranking[-1][1]
    return {point: (score - floor) / (best - floor) if best > floor else 1.0 for point, score in ranking}


def _of_best(ranking: Sequence[tuple[str, float]]) -> dict[str, float]:
    """Give scores as parts of the first one's."""
    best = ranking[0][1]
    return {point: score / best for point, score in ranking}
