"""How far a document is taken in is told as people read it, and it can be stopped in the middle."""

import asyncio
from asyncio.subprocess import Process
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from personal_bot.knowledge.library import Library
from personal_bot.models import IncomingDocument, IngestProgress
from personal_bot.requests.progress import Eta, shown, taking_in

pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes have no effect in the local Qdrant")

PARAGRAPHS = [f"Paragraph {number} says that the bread of day {number} was baked at dawn." for number in range(6000)]


def test_each_long_sheet_of_a_workbook_has_a_pace_of_its_own() -> None:
    pace = Eta()
    pace.left(IngestProgress(unit="rows", done=2900, total=3000), now=0.0)
    assert pace.left(IngestProgress(unit="rows", done=100, total=2000), now=10.0) is None  # another sheet
    assert pace.left(IngestProgress(unit="rows", done=1050, total=2000), now=20.0) == 10.0


def test_bytes_are_told_as_people_read_them() -> None:
    event = IngestProgress(unit="bytes", done=3 << 19, total=5 << 20)
    assert (
        shown(taking_in(event, "a.txt"), seconds=3, language="en").text
        == "📥 Reading a.txt: 1.5 MB of 5 MB (30 %) · 3 s"
    )


async def test_stopped_while_it_is_read_nothing_is_left(
    library: Library, send: Callable[..., IncomingDocument], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Process] = []
    starts = asyncio.create_subprocess_exec

    async def remembering(*args: Any, **options: Any) -> Process:  # noqa: ANN401 - as they come
        started.append(await starts(*args, **options))
        return started[-1]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", remembering)
    events = library.ingest(send("a.txt", "\n".join(PARAGRAPHS * 4)))
    async for event in events:
        assert isinstance(event, IngestProgress)
        assert event.unit == "bytes"
        break
    await events.aclose()
    assert [process.returncode for process in started] == [-9]
    assert await library.documents() == []
    assert list((tmp_path / "work").iterdir()) == []
