"""RTF, OpenDocument, DOC and PPT: every part of the text once, in its place."""

from collections.abc import Awaitable, Callable

import pytest

from personal_bot.knowledge.extract.office.legacy import _blocks
from personal_bot.knowledge.extract.office.odf_text import DRAW
from personal_bot.knowledge.extraction import Extracted
from personal_bot.models import Loss, RefusedError
from support.documents import docx, odt, show, workbook, zip_of
from support.ole import doc, ole, ppt

Read = Callable[..., Awaitable[list[list[str]]]]
Events = Callable[..., Awaitable[list[object]]]
LONG = "words " * 90


async def text_of(read: Read, name: str, content: bytes) -> str:
    return "\n".join(row[0] for row in await read(name, content))


FONTS = r"{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset204 Arial;}{\f2\fcharset238 Arial;}{\f3\fcharset128 MS;}}"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (r"\pard The rent is 900.\par It is due.\par", "The rent is 900.\nIt is due."),
        (r"\f1 \'c4\'ee\'ec\par", "Дом"),
        (r"{\f2 \'b3\'f3d\'9f} {\f1 \'c4\'ee\'ec} \f0 caf\'e9", "łódź Дом café"),
        (r"\f3 \'93\'fa\'96\'7b", "日本"),
        (r"\u1044?\u1086?\u1084? ok", "Дом ok"),
        (r"\uc2\u1044\'3f\'3f\u1086??m", "Доm"),
        (r"\u-10179?\u-8704?", "😀"),
        (r"{\*\generator Word;}{\info{\title T}}text{\pict\pngblip 89504e47}", "text"),
        (r"{\*\shppict{\pict 00ff}}{\nonshppict{\pict 00ff}}text", "text"),
        (r"Paid{\super\chftn{\footnote\pard\chftn  by May.}} late", "Paid [by May.] late"),
        (r"Ask{\*\atnid Bo}{\*\atnauthor Bo}\chatn{\*\annotation\pard which?}", "Ask [which?]"),
        (r"{\header\pard Contract 55\par}Body\par{\header Contract 55}More", "Contract 55\nBody\nMore"),
        (r"\trowd\intbl A\cell B\cell\row\trowd\intbl C\cell D\cell\row", "A | B\nC | D"),
        (r"{\listtext\pard\plain 2.1.\tab}Notice\par", "2.1.\tNotice"),
        (r"{\field{\*\fldinst HYPERLINK x}{\fldrslt the plan}}", "the plan"),
        (r"{\shp{\*\shpinst{\sp{\sn a}{\sv 1}}{\shptxt\pard in the box\par}}}after", "in the box\nafter"),
        (r"a\~b\_c\-d\emdash\ldblquote e\rdblquote\{\}\\", "a\xa0b-cd—“e”{}\\"),
        (r"{\object{\*\objclass W}{\*\objdata 00}{\result shown}}", "shown"),
        (r"before \bin4 {}}{ after", "before  after"),
        (r"\mmathPr\mmathFont1 text", "text"),
    ],
)
async def test_rtf_is_read_as_it_is_seen(read: Read, body: str, text: str) -> None:
    content = rf"{{\rtf1\ansi\ansicpg1251{FONTS}{body}}}"
    assert await text_of(read, "a.rtf", content.encode("ascii")) == text


async def test_rtf_has_its_headings_as_places(read: Read) -> None:
    styles = r"{\stylesheet{\s1\b heading 1;}{\s2 heading 2;}}"
    body = rf"{styles}\pard\s1 Rent\par\pard {LONG}\par\pard\s2 Sum\par\pard {LONG}"
    rows = await read("a.doc", rf"{{\rtf1\ansi{body}}}".encode())  # Word opens RTF under this name too
    assert [row[2] for row in rows] == ["Rent", "Rent › Sum"]


async def test_cyrillic_of_the_documents_own_codepage_is_read(read: Read) -> None:
    assert await text_of(read, "a.rtf", rb"{\rtf1\ansi\ansicpg1251 \'ca\'ee\'e4 5512\par}") == "Код 5512"


NUMBERED = (
    '<text:list-style style:name="L"><text:list-level-style-number text:level="1" style:num-format="1" '
    'style:num-suffix="."/><text:list-level-style-number text:level="2" style:num-format="1" style:num-suffix="." '
    'text:display-levels="2"/><text:list-level-style-bullet text:level="3"/></text:list-style>'
)
ITEMS = (
    '<text:list text:style-name="L"><text:list-item><text:p>Rent</text:p><text:list><text:list-item>'
    "<text:p>Sum</text:p>"
    "</text:list-item><text:list-item><text:p>Day</text:p></text:list-item></text:list></text:list-item><text:list-item>"
    "<text:p>End</text:p></text:list-item></text:list>"
)


def content(body: str, kind: str = "text", lists: str = "", **parts: str) -> bytes:
    names = ("office", "text", "table", "style", "draw", "presentation")
    spaces = " ".join(
        f'xmlns:{one}="urn:oasis:names:tc:opendocument:xmlns:{"drawing" if one == "draw" else one}:1.0"'
        for one in names
    )
    more = 'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    root = f"<office:document-content {spaces} {more}>"
    members = {
        "mimetype": f"application/vnd.oasis.opendocument.{kind}",
        "content.xml": f"{root}<office:automatic-styles>{lists}</office:automatic-styles><office:body><office:{kind}>"
        f"{body}"
        f"</office:{kind}></office:body></office:document-content>",
    }
    members |= {
        f"{name.replace('__', '/')}.xml": part.replace("<root>", root).replace("</root>", "</office:document-content>")
        for name, part in parts.items()
    }
    return zip_of(members)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (
            ("<text:p>text<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>a note</text:p>"
            "</text:note-body></text:note> goes on</text:p>"),
            "text [a note] goes on",
        ),
        (
            ("<text:p>ask<office:annotation><dc:creator>Bo</dc:creator><dc:date>2024</dc:date><text:p>which?</text:p>"
            "</office:annotation></text:p>"),
            "ask [which?]",
        ),
        (
            "<text:p>A<draw:frame><draw:text-box><text:p>in the box</text:p></draw:text-box></draw:frame>B</text:p>",
            "AB\nin the box",
        ),
        (
            ("<table:table><table:table-row><table:table-cell><text:p>A</text:p></table:table-cell><table:table-cell>"
            "<table:table><table:table-row><table:table-cell><text:p>1</text:p></table:table-cell><table:table-cell>"
            "<text:p>2</text:p></table:table-cell></table:table-row></table:table></table:table-cell></table:table-row>"
            "</table:table>"),
            "A | 1 | 2",
        ),
        ("<text:p>a<text:s text:c='2'/>b<text:tab/>c<text:line-break/><text:span>e</text:span></text:p>", "a  b\tc\ne"),
        ("<text:tracked-changes><text:p>gone</text:p></text:tracked-changes><text:p>kept</text:p>", "kept"),
        (ITEMS, "1. Rent\n1.1. Sum\n1.2. Day\n2. End"),
    ],
)  # fmt: skip
async def test_an_odt_is_read_whole(read: Read, body: str, text: str) -> None:
    assert await text_of(read, "a.odt", content(body, lists=NUMBERED)) == text


async def test_formulas_headers_and_footers_of_an_odt_are_read(read: Read) -> None:
    formula = '<math xmlns="http://www.w3.org/1998/Math/MathML"><mi>E</mi><mo>=</mo><mi>mc</mi></math>'
    running = (
        "<root><style:header><text:p>Contract 55</text:p></style:header><style:header-left><text:p>Contract 55</text:p>"
        "</style:header-left><style:footer><text:p><text:page-number>1</text:page-number></text:p><text:p>Secret</text:p>"
        "</style:footer></root>"
    )
    body = '<text:p>See <draw:frame><draw:object xlink:href="./Object 1"/></draw:frame></text:p>'
    told = await text_of(read, "a.odt", content(body, **{"Object 1__content": formula, "styles": running}))
    assert told == "Contract 55\nSee E=mc\nSecret"


async def test_tables_of_an_odt_nested_without_end_are_read_in_a_moment(read: Read) -> None:
    depth = 5000
    opened, closed = (
        "<table:table><table:table-row><table:table-cell>",
        "</table:table-cell></table:table-row></table:table>",
    )
    assert await text_of(read, "a.odt", content(opened * depth + "<text:p>deep</text:p>" + closed * depth)) == "deep"


async def test_an_odp_is_read_slide_by_slide(read: Read, events: Events) -> None:
    def slide(text: str, notes: str) -> str:
        box = "<draw:frame><draw:text-box><text:p>{}</text:p></draw:text-box></draw:frame>"
        return f"<draw:page >{box.format(text)}<presentation:notes>{box.format(notes)}</presentation:notes></draw:page>"

    picture = "<draw:page ><draw:frame><draw:image/></draw:frame></draw:page>"
    made = content(slide("Prices" + LONG, "Say it") + picture + slide("Code 5512", ""), kind="presentation")
    rows = await read("a.odp", made)
    assert [(kind, value) for _, kind, value in rows] == [("slide", "1"), ("slide", "3")]
    assert rows[0][0].endswith("\nSay it")
    found = (await events("a.odp", made))[-1]
    assert isinstance(found, Extracted)
    assert found.losses == (Loss(kind="lost_slides", count=1, where="2"),)


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("a.xls", workbook(S=[["code", "x"], ["gate", 5512]])),
        ("a.doc", docx("code 5512")),
        ("a.docx", doc("code 5512")),
        ("a.ppt", show(("code", "5512", ""))),
    ],
)
async def test_a_document_under_the_name_of_another_generation_is_read(read: Read, name: str, made: bytes) -> None:
    assert "5512" in await text_of(read, name, made)


async def test_a_doc_and_a_ppt_are_read(read: Read) -> None:
    assert await text_of(read, "a.doc", doc("Договор аренды\nThe rent is 900 euros.")) == (
        "Договор аренды\nThe rent is 900 euros."
    )
    rows = await read("a.ppt", ppt("Цены " + LONG, "Code 5512"))
    assert [(kind, value) for _, kind, value in rows] == [("slide", "1"), ("slide", "2")]


def test_headings_lists_tables_and_notes_of_old_documents_are_kept() -> None:
    def said(text: str) -> list[dict[str, str]]:
        return [{"type": "paragraph", "content": [{"type": "text", "text": text}]}]  # type: ignore[dict-item]

    part = {
        "title": "told below",
        "elements": [
            {"type": "heading", "level": 2, "content": [{"type": "text", "text": "Rent"}]},
            {
                "type": "list",
                "ordered": True,
                "start_number": 3,
                "items": [{"content": said("three")}, {"content": said("four")}],
            },
            {"type": "list", "items": [{"content": said("dot"), "nested": {"items": [{"content": said("deep")}]}}]},
            {"type": "table", "rows": [{"cells": [{"content": said("A")}, {"content": said("B")}]}]},
            {"type": "text_box", "content": said("box")},
        ],
        "speaker_notes": "Say it",
    }
    assert list(_blocks(part)) == [
        (2, "Rent"), (0, "3. three"), (0, "4. four"), (0, "dot"), (0, "deep"), (0, "A | B"), (0, "box"), (0, "Say it"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "made", "key"),
    [
        ("a.doc", ole({"WordDocument": b"broken"}), "document_corrupt"),
        ("a.ppt", ole({"PowerPoint Document": b"broken"}), "document_empty"),
        ("a.doc", ole({"Other": b""}), "document_type_unsupported"),
        ("a.ppt", doc("text"), "document_mismatch"),
        ("a.odt", odt(f"<draw:image xmlns:draw='{DRAW[1:-1]}'/>"), "document_without_text"),
        ("a.heic", b"\0\0\0\x18ftypheic" + bytes(20), "document_heic"),
        ("a.djvu", b"AT&TFORM" + bytes(20), "document_djvu"),
    ],
)  # fmt: skip
async def test_what_cannot_be_read_is_refused(read: Read, name: str, made: bytes, key: str) -> None:
    with pytest.raises(RefusedError) as refused:
        await read(name, made)
    assert refused.value.key == key
