"""What the tests of chat archives share."""

import pytest

from standins.llm import Embedder


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return Embedder()
