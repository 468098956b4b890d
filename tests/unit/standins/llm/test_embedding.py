"""The vectors are those of the published model: the expected figures are from its own documentation."""

import numpy as np
import pytest

from standins.llm import Embedder


def test_similarities_are_those_that_the_model_is_published_with(embedder: Embedder) -> None:
    vectors = embedder.embed(
        ["That is a happy person", "That is a happy dog", "That is a very happy person", "Today is a sunny day"]
    )
    assert (vectors @ vectors[0]).tolist() == pytest.approx([1, 0.695, 0.943, 0.257], abs=1e-3)


def test_vectors_have_unit_length_and_384_dimensions(embedder: Embedder) -> None:
    vectors = embedder.embed(["one", "two words", "слова по-русски", "long " * 400])
    assert vectors.shape == (4, 384)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)


def test_a_text_has_the_same_vector_whatever_stands_beside_it(embedder: Embedder) -> None:
    texts = ["The rent is 900 euros.", "short", "something much longer that needs padding beside it " * 5]
    together = embedder.embed(texts)
    alone = np.vstack([embedder.embed([text]) for text in texts])
    assert np.abs(together - alone).max() < 1e-5


def test_no_texts_give_no_vectors(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, 384)
