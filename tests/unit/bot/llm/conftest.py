# ruff: noqa: F401 - fixtures
"""The fixtures that these tests use."""

from support.library_fixtures import embedder, llm, service
