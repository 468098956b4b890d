"""How far a long document is read is told for every format, and it can be stopped in the middle."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from personal_bot.knowledge.extraction import Extracted, ExtractionLimits, extract
from personal_bot.models import IngestProgress
from personal_bot.requests.progress import Eta, shown, taking_in
from personal_bot.texts import LANGUAGES

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from personal_bot.knowledge.library import Library
    from personal_bot.models import IncomingDocument

pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes have no effect in the local Qdrant")

LIMITS = ExtractionLimits(memory=160 << 20, seconds=60)
PARAGRAPHS = [f"Paragraph {number} says that the bread of day {number} was baked at dawn." for number in range(6000)]
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
ODT = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
)


def zip_of(members: Mapping[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def docx() -> bytes:
    text = "".join(f"<w:p><w:r><w:t>{one}</w:t></w:r></w:p>" for one in PARAGRAPHS)
    return zip_of({"[Content_Types].xml": "<Types/>", "word/document.xml": f"<w:document {W}>{text}</w:document>"})


def odt() -> bytes:
    text = "".join(f"<text:p>{one}</text:p>" for one in PARAGRAPHS)
    return zip_of(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": f"<office:text {ODT}>{text}</office:text>",
        }
    )


def xlsx(*sheets: int) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    for rows in sheets:
        sheet = book.create_sheet()
        for number in range(rows):
            sheet.append(["bread", number])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def epub() -> bytes:
    chapters = range(5)
    items = "".join(f'<item id="c{n}" href="c{n}.xhtml" media-type="application/xhtml+xml"/>' for n in chapters)
    spine = "".join(f'<itemref idref="c{n}"/>' for n in chapters)
    rootfile = '<container><rootfiles><rootfile full-path="b.opf"/></rootfiles></container>'
    pages = {f"c{n}.xhtml": f"<h1>{n}</h1><p>{PARAGRAPHS[n]}</p>" for n in chapters}
    book = f"<package><manifest>{items}</manifest><spine>{spine}</spine></package>"
    return zip_of({"mimetype": "application/epub+zip", "META-INF/container.xml": rootfile, "b.opf": book, **pages})


LONG = {
    "a.docx": (docx, "share", 5),
    "a.odt": (odt, "share", 5),
    "a.html": (lambda: "".join(f"<p>{one}</p>" for one in PARAGRAPHS).encode(), "bytes", 5),
    "a.md": (lambda: "\n\n".join(PARAGRAPHS).encode(), "bytes", 5),
    "a.txt": (lambda: "\n".join(PARAGRAPHS).encode(), "bytes", 5),
    "a.csv": (lambda: "\n".join(f"{n},{one}" for n, one in enumerate(PARAGRAPHS)).encode(), "bytes", 20),
    "a.json": (lambda: json.dumps(PARAGRAPHS).encode(), "bytes", 5),
    "a.py": (lambda: "\n".join(f"x{n} = '{one}'" for n, one in enumerate(PARAGRAPHS)).encode(), "bytes", 20),
    "a.xlsx": (lambda: xlsx(3000), "rows", 50),
    "b.xlsx": (lambda: xlsx(3, 3, 3), "sheets", 3),
    "a.epub": (epub, "chapters", 5),
}


async def progress_of(tmp_path: Path, name: str, content: bytes) -> list[IngestProgress]:
    (tmp_path / "source").write_bytes(content)
    found = [event async for event in extract(tmp_path / "source", name=name, into=tmp_path / "chunks", limits=LIMITS)]
    assert isinstance(found[-1], Extracted)
    return [event for event in found if isinstance(event, IngestProgress)]


@pytest.mark.parametrize("name", LONG)
async def test_how_far_a_long_document_is_read_is_told(tmp_path: Path, name: str) -> None:
    make, unit, least = LONG[name]
    told = [event for event in await progress_of(tmp_path, name, make()) if event.unit == unit]
    assert least <= len(told) <= 100
    assert [event.done for event in told] == sorted({event.done for event in told})
    assert len({event.total for event in told}) == 1
    assert told[0].done < told[0].total
    assert told[-1].done == told[-1].total
    for language, texts in LANGUAGES.items():
        assert f"ingest_{unit}" in texts
        line = shown(taking_in(told[len(told) // 2], name, left=42), seconds=3, language=language).text
        assert "%" in line
        assert "42" in line


async def test_each_long_sheet_of_a_workbook_counts_its_own_rows(tmp_path: Path) -> None:
    told = await progress_of(tmp_path, "a.xlsx", xlsx(3000, 2000))
    assert {event.total for event in told if event.unit == "rows"} == {3000, 2000}
    assert [event.done for event in told if event.unit == "sheets"] == [1, 2]
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
