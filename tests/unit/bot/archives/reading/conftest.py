"""Exports through the reading process, as the bot runs it."""

import asyncio
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from personal_bot.archives.archives import Archives, Imported, ImportProgress
from personal_bot.archives.schema import connect
from personal_bot.knowledge.extraction import ExtractionLimits


class Reader:
    """Takes files in by the process that the bot uses, and gives what is then there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lost = 0
        self.archives = Archives(folder / "chats", work=folder / "work", limits=ExtractionLimits())

    async def read(self, content: bytes, name: str = "result.json") -> int | None:
        path = self.folder / "sent"
        path.write_bytes(content)
        events = [event async for event in self.archives.take_in(path, name)]
        assert all(isinstance(event, ImportProgress) for event in events[:-1])
        if not events or not isinstance(events[-1], Imported):
            return None
        self.lost = events[-1].lost
        return events[-1].messages

    def rows(
        self, query: str = "SELECT id, name, at, text FROM messages JOIN authors ON author = key ORDER BY id"
    ) -> list[tuple[object, ...]]:
        with closing(connect(self.folder / "chats" / "messages.sqlite")) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    reader = Reader(tmp_path)
    yield reader
    asyncio.run(reader.archives.close())
