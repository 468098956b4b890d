# ruff: noqa: F401 - fixtures
"""The fixtures that these tests use."""

from support.library_fixtures import embedder, library, llm, make_library, make_store, send, service, take_in
