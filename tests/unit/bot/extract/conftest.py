"""Documents through the extracting process, as the bot runs it."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from personal_bot.knowledge.extraction import Extracted, ExtractionLimits, extract
from personal_bot.models import IngestProgress

Events = list[IngestProgress | Extracted]

LIMITS = ExtractionLimits(size=50 << 20, memory=160 << 20, seconds=30)


@pytest.fixture
def events(tmp_path: Path) -> Callable[..., Awaitable[Events]]:
    async def events(name: str, content: bytes, limits: ExtractionLimits = LIMITS) -> Events:
        (tmp_path / "source").write_bytes(content)
        into = tmp_path / "chunks"
        found = [event async for event in extract(tmp_path / "source", name=name, into=into, limits=limits)]
        assert {path.name for path in tmp_path.iterdir()} == {"source", "chunks"}
        return found

    return events


@pytest.fixture
def read(tmp_path: Path, events: Callable[..., Awaitable[Events]]) -> Callable[..., Awaitable[list[list[str]]]]:
    async def read(name: str, content: bytes, limits: ExtractionLimits = LIMITS) -> list[list[str]]:
        found = await events(name, content, limits)
        rows = [json.loads(line) for line in (tmp_path / "chunks").read_text(encoding="utf-8").splitlines()]
        assert isinstance(found[-1], Extracted)
        assert found[-1].chunks == len(rows)
        return rows

    return read
