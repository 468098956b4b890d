
"""The fixtures that these tests use."""

from support.library_fixtures import embedder, llm, service
