"""PPTX: charts, comments and documents inside are read too, and slides that are pictures named."""

import io
import re
import zipfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import pptx
from pptx.util import Emu

from personal_bot.knowledge.extraction import Extracted
from personal_bot.models import Loss
from support.documents import show, zip_of

CASES = Path(__file__).parents[3] / "cases" / "docs"
Read = Callable[..., Awaitable[list[list[str]]]]
Events = Callable[..., Awaitable[list[object]]]
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8ffff3f0005fe02fea7"
    "3581840000000049454e44ae426082"
)


async def test_a_chart_is_told_by_its_categories(read: Read) -> None:
    rows = await read("a.pptx", (CASES / "chart.pptx").read_bytes())
    assert rows[0][0].startswith("Sales\nOslo; Sales 2024: 340\nBergen; Sales 2024: 120")
    assert len(rows) == 1


def changed(content: bytes, change: Callable[[str, bytes], bytes], **more: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members: dict[str, bytes | str] = {name: change(name, archive.read(name)) for name in archive.namelist()}
    return zip_of(members | {name.replace("__", "/") + ".xml": data for name, data in more.items()})


P = "http://schemas.openxmlformats.org/presentationml/2006/main"
OLD = (
    f'<p:cmLst xmlns:p="{P}"><p:cm authorId="0"><p:text>check the sum</p:text></p:cm></p:cmLst>',
    f'<p:cmAuthorLst xmlns:p="{P}"><p:cmAuthor id="0" name="Bo"/></p:cmAuthorLst>',
    "commentAuthors",
)
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
NEWER = "http://schemas.microsoft.com/office/powerpoint/2018/8/main"
TEXT = "<c:txBody><a:p><a:r><a:t>check the sum</a:t></a:r></a:p></c:txBody>"
NEW = (
    f'<c:cmLst xmlns:c="{NEWER}" xmlns:a="{A}"><c:cm authorId="{{1}}">{TEXT}</c:cm></c:cmLst>',
    f'<c:authorLst xmlns:c="{NEWER}"><c:author id="{{1}}" name="Bo"/></c:authorLst>',
    "authors",
)


async def test_comments_of_both_generations_are_told(read: Read) -> None:
    for comments, authors, kind in (OLD, NEW):

        def change(name: str, data: bytes, kind: str = kind) -> bytes:
            related = {
                "ppt/slides/_rels/slide1.xml.rels": b'<Relationship Id="c" Type="x/comments" Target="/ppt/c.xml"/>',
                "ppt/_rels/presentation.xml.rels": f'<Relationship Id="k" Type="x/{kind}" Target="k.xml"/>'.encode(),
            }
            return data.replace(b"</Relationships>", related.get(name, b"") + b"</Relationships>")

        content = changed(show(("Sales", "120", "")), change, ppt__c=comments.encode(), ppt__k=authors.encode())
        assert (await read("a.pptx", content))[0][0] == "Sales\n120\n[Bo: check the sum]"


async def test_the_strict_form_is_read_like_the_usual_one(read: Read) -> None:
    def change(_name: str, data: bytes) -> bytes:
        return re.sub(
            rb"http://schemas\.openxmlformats\.org/(presentationml|drawingml|officeDocument)/2006/(main|relationships)",
            rb"http://purl.oclc.org/ooxml/\1/\2",
            data,
        )

    usual = show(("Sales", "120", "Say it slowly"))
    assert await read("a.pptx", changed(usual, change)) == await read("a.pptx", usual)


async def test_slides_that_are_pictures_are_named(events: Events) -> None:
    presentation = pptx.Presentation()
    wide, high = presentation.slide_width or 0, presentation.slide_height or 0
    for share in (0.3, 1.0):
        slide = presentation.slides.add_slide(presentation.slide_layouts[5])
        slide.shapes.title.text = "A title"
        size = Emu(int(wide * share)), Emu(int(high * share))
        slide.shapes.add_picture(io.BytesIO(PNG), 0, 0, *size)
    presentation.slides.add_slide(presentation.slide_layouts[6])  # empty, and no loss
    buffer = io.BytesIO()
    presentation.save(buffer)

    found = (await events("a.pptx", buffer.getvalue()))[-1]
    assert isinstance(found, Extracted)
    assert found.losses == (Loss(kind="lost_slides", count=1, where="2"),)


async def test_a_broken_slide_does_not_lose_the_others(events: Events) -> None:
    def change(name: str, data: bytes) -> bytes:
        return b"<broken" if name == "ppt/slides/slide1.xml" else data

    found = (await events("a.pptx", changed(show(("One", "", ""), ("Two", "", "")), change)))[-1]
    assert isinstance(found, Extracted)
    assert found.losses == (Loss(kind="lost_parts", count=1, where="ppt/slides/slide1.xml"),)
