"""What the tests of chat archives share."""

from __future__ import annotations

import pytest

from standins.llm import Embedder


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return Embedder()
