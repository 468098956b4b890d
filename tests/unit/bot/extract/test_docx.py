"""DOCX: every part of the text once, in its place, with the numbers that Word shows."""

import io
import re
import time
import zipfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from personal_bot.knowledge.extraction import Extracted
from personal_bot.models import Loss, RefusedError
from support.documents import WORD, p, word, workbook, zip_of

CASES = Path(__file__).parents[3] / "cases" / "docs"
Read = Callable[..., Awaitable[list[list[str]]]]
Events = Callable[..., Awaitable[list[object]]]
LONG = "words " * 90


async def text_of(read: Read, content: bytes) -> str:
    return "\n".join(row[0] for row in await read("a.docx", content))


def numbering(*levels: tuple[str, str], **more: str) -> str:
    """Lists 1 and 2 of one definition; 2 begins again at 5. `more` is put into the level of its number, "l0"."""
    made = "".join(
        f'<w:lvl w:ilvl="{n}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>{more.get(f"l{n}", "")}'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
        for n, (form, text) in enumerate(levels)
    )
    return (
        f'<w:abstractNum w:abstractNumId="7">{made}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="7"/>'
        '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride></w:num>'
    )


def item(text: str, level: int = 0, number: int = 1) -> str:
    return p(text, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("footnote_header_comment.docx", "Contract No. 55-AB\nLate payment is fined [Footnote: the fine is 77 euros.]"),
        ("header.docx", "Contract No. 55-AB of 1 May 2024\nThe parties agree."),
        ("numbered_contract.docx", "2. Ending\n2.1. Notice is three months."),
        ("textbox.docx", "Before the box. After the box.\nBox: the wifi password is tulip99."),
        ("nested_table.docx", "Outer A | Outer B\nInner 1 | Inner 2"),
        ("strict_ooxml.docx", "The deposit for the flat is 1450 euros."),
        ("word_online_document2.docx", "The deposit for the flat is 1450 euros."),
    ],
)
async def test_what_people_sent_is_read_whole(read: Read, name: str, text: str) -> None:
    assert text in await text_of(read, (CASES / name).read_bytes())


async def test_clauses_are_numbered_as_word_shows_them(read: Read) -> None:
    content = word(
        item("Rent") + item("Sum", 1) + item("Day", 1) + item("in cash", 2) + item("End") + item("Notice", 1)
        + item("Annex", 0, 2) + item("more", 1, 2) + p("no number", '<w:numPr><w:numId w:val="0"/></w:numPr>'),
        numbering=numbering(("decimal", "%1."), ("decimal", "%1.%2."), ("lowerLetter", "%3)")),
    )  # fmt: skip
    assert (await text_of(read, content)).splitlines() == [
        "1. Rent", "1.1. Sum", "1.2. Day", "a) in cash", "2. End", "2.1. Notice", "5. Annex", "5.1. more", "no number",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("form", "third"),
    [
        ("decimal", "3"), ("decimalZero", "03"), ("lowerLetter", "c"), ("upperLetter", "C"), ("lowerRoman", "iii"),
        ("upperRoman", "III"), ("russianLower", "в"), ("russianUpper", "В"), ("chicago", "3"),
    ],
)  # fmt: skip
async def test_numbers_have_the_form_of_their_level(read: Read, form: str, third: str) -> None:
    content = word(item("a") + item("b") + item("last"), numbering=numbering((form, "(%1)")))
    assert (await text_of(read, content)).splitlines()[-1] == f"({third}) last"


async def test_bullets_are_left_out_and_legal_numbers_are_figures(read: Read) -> None:
    content = word(
        item("Part") + item("clause", 1) + item("dot", 2),
        numbering=numbering(("upperRoman", "%1."), ("decimal", "%1.%2"), ("bullet", ""), l1="<w:isLgl/>"),
    )
    assert await text_of(read, content) == "I. Part\n1.1 clause\ndot"


async def test_a_numbered_heading_keeps_its_number_in_its_place_too(read: Read) -> None:
    styles = (
        '<w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/><w:pPr><w:numPr><w:numId w:val="1"/>'
        '</w:numPr></w:pPr></w:style><w:style w:type="paragraph" w:styleId="2"><w:name w:val="heading 2"/>'
        '<w:basedOn w:val="1"/></w:style><w:style w:type="paragraph" w:styleId="Own"><w:name w:val="Own"/>'
        '<w:basedOn w:val="2"/></w:style>'
    )
    content = word(
        p("Rent", '<w:pStyle w:val="1"/>') + p(LONG) + p("Sum", '<w:pStyle w:val="2"/>') + p(LONG)
        + p("End", '<w:pStyle w:val="1"/>') + p(LONG) + p("Notice", '<w:pStyle w:val="Own"/>') + p(LONG),
        styles=styles,
        numbering=numbering(
            ("decimal", "%1."), ("decimal", "%1.%2."), l0='<w:pStyle w:val="1"/>', l1='<w:pStyle w:val="2"/>'
        ),
    )  # fmt: skip
    rows = await read("a.docx", content)
    assert [row[2] for row in rows] == ["1. Rent", "1. Rent › 1.1. Sum", "2. End", "2. End › 2.1. Notice"]


async def test_a_list_by_a_style_of_lists_finds_its_levels(read: Read) -> None:
    parts = (
        '<w:abstractNum w:abstractNumId="1"><w:numStyleLink w:val="L"/></w:abstractNum>'
        '<w:abstractNum w:abstractNumId="2"><w:styleLink w:val="L"/><w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/>'
        '<w:lvlText w:val="§%1"/></w:lvl></w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="2"/></w:num>'
    )
    styles = (
        '<w:style w:type="numbering" w:styleId="L"><w:pPr><w:numPr><w:numId w:val="2"/></w:numPr></w:pPr></w:style>'
    )
    assert await text_of(read, word(item("Rent"), numbering=parts, styles=styles)) == "§1 Rent"


async def test_notes_stand_where_they_are_referred_to(read: Read) -> None:
    content = word(
        p('<w:r><w:t>Paid</w:t><w:footnoteReference w:id="2"/><w:t> late</w:t></w:r>')
        + p('<w:r><w:t>Ask</w:t><w:endnoteReference w:id="2"/><w:commentReference w:id="0"/></w:r>'),
        footnotes=f'<w:footnote w:id="0">{p("<w:r><w:separator/></w:r>")}</w:footnote>'
        f'<w:footnote w:id="2">{p("by May")}</w:footnote>',
        endnotes=f'<w:endnote w:id="2">{p("the clerk")}</w:endnote>',
        comments=f'<w:comment w:id="0" w:author="Bo">{p("which?")}{p("say!")}</w:comment>',
    )
    assert await text_of(read, content) == "Paid [by May] late\nAsk [the clerk] [Bo: which?\nsay!]"


async def test_headers_and_footers_are_told_once(read: Read) -> None:
    content = word(
        p("Body"),
        header1=p("Contract 55"), header2=p("Contract 55"), header3=p("Page 1 of 2"), footer1=p("Confidential"),
        footer2=p("7"),
    )  # fmt: skip
    assert await text_of(read, content) == "Contract 55\nBody\nConfidential"


FIELD = p("<w:r><w:fldChar><w:ffData>%s</w:ffData></w:fldChar></w:r>")
BOX = f"<w:txbxContent>{p('in the box')}</w:txbxContent>"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (
            p(
                f"<w:r><w:t>A</w:t><mc:AlternateContent><mc:Choice><w:drawing>{BOX}</w:drawing></mc:Choice><mc:Fallback>"
                f"<w:pict>{BOX}</w:pict></mc:Fallback></mc:AlternateContent></w:r><w:r><w:t>B</w:t></w:r>"
            ),
            "AB\nin the box",
        ),
        (p(f"<w:r><w:pict>{BOX}</w:pict><w:t>old</w:t></w:r>"), "old\nin the box"),
        (p("<w:del><w:r><w:delText>no</w:delText></w:r></w:del><w:ins><w:r><w:t>yes</w:t></w:r></w:ins>"), "yes"),
        (p("<w:moveFrom><w:r><w:t>old</w:t></w:r></w:moveFrom><w:moveTo><w:r><w:t>new</w:t></w:r></w:moveTo>"), "new"),
        (p("<w:r><w:t>e</w:t><w:noBreakHyphen/><w:t>mail</w:t><w:softHyphen/><w:t>s</w:t></w:r>"), "e-mails"),
        (p("text", '<w:tabs><w:tab w:val="left" w:pos="9"/></w:tabs>'), "text"),
        (p('<w:r><w:t xml:space="preserve">E = </w:t></w:r><m:oMath><m:r><m:t>mc</m:t></m:r></m:oMath>'), "E = mc"),
        (p('<w:r><w:sym w:font="Wingdings" w:char="F0FE"/><w:t> agreed</w:t></w:r>'), "☑ agreed"),
        (FIELD % '<w:checkBox><w:default w:val="0"/><w:checked/></w:checkBox>', "☒"),
        (FIELD % '<w:checkBox><w:default w:val="0"/></w:checkBox>', "☐"),
        (FIELD % '<w:ddList><w:result w:val="1"/><w:listEntry w:val="a"/><w:listEntry w:val="b"/></w:ddList>', "b"),
        (f"<w:sdt><w:sdtContent>{p('in a control')}</w:sdtContent></w:sdt>", "in a control"),
    ],
)  # fmt: skip
async def test_each_text_is_told_once_and_as_it_is_seen(read: Read, body: str, text: str) -> None:
    assert await text_of(read, word(body)) == text


def table(*rows: list[str]) -> str:
    made = ("".join(f"<w:tc>{cell}</w:tc>" for cell in row) for row in rows)
    return f"<w:tbl>{''.join(f'<w:tr>{cells}</w:tr>' for cells in made)}</w:tbl>"


async def test_a_table_in_a_cell_is_told_there_and_once(read: Read) -> None:
    body = table([p("A"), p("B") + table([p("1"), p("2")], [p("3"), p("4")]) + p("after")], [p("C"), p("D")])
    assert await text_of(read, word(body)) == "A | B\n1 | 2\n3 | 4\nafter\nC | D"


async def test_tables_nested_without_end_are_read_in_a_moment(read: Read) -> None:
    depth = 20_000
    body = "<w:tbl><w:tr><w:tc>" * depth + p("deep") + "</w:tc></w:tr></w:tbl>" * depth
    began = time.monotonic()
    assert await text_of(read, word(body)) == "deep"
    assert time.monotonic() - began < 10


CHART = (
    '<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><c:chart><c:title><c:tx><c:rich><a:p><a:r><a:t>'
    "Sales</a:t></a:r></a:p></c:rich></c:tx></c:title><c:plotArea><c:barChart><c:ser><c:tx><c:strRef><c:strCache>"
    '<c:pt idx="0"><c:v>Bergen</c:v></c:pt></c:strCache></c:strRef></c:tx><c:cat><c:strRef><c:strCache><c:pt idx="0">'
    '<c:v>May</c:v></c:pt><c:pt idx="1"><c:v>June</c:v></c:pt></c:strCache></c:strRef></c:cat><c:val><c:numRef>'
    '<c:numCache><c:formatCode>General</c:formatCode><c:pt idx="0"><c:v>120.0</c:v></c:pt><c:pt idx="1"><c:v>340</c:v>'
    "</c:pt></c:numCache></c:numRef></c:val></c:ser></c:barChart></c:plotArea></c:chart></c:chartSpace>"
)


async def test_charts_and_diagrams_are_told_below_their_paragraph(read: Read) -> None:
    body = p(
        '<w:r><w:t>See</w:t><w:drawing><c:chart r:id="chart"/></w:drawing><w:drawing>'
        '<dgm:relIds r:dm="diagramData"/></w:drawing></w:r>'
    )
    diagram = f"<dgm:dataModel {WORD}><dgm:pt><a:p><a:r><a:t>Boss</a:t></a:r></a:p></dgm:pt></dgm:dataModel>"
    content = word(body + p("after"), chart=CHART.encode(), diagramData=diagram.encode())
    assert await text_of(read, content) == "See\nSales\nMay; Bergen: 120\nJune; Bergen: 340\nBoss\nafter"


@pytest.mark.parametrize(
    ("description", "told"),
    [
        ("The gate, with its code 5512", "See [The gate, with its code 5512]"),
        ("image1.png", "See"),
        ("A gate&#10;&#10;Description automatically generated", "See"),
        ("", "See"),
    ],
)
async def test_what_people_wrote_about_a_picture_is_read(read: Read, description: str, told: str) -> None:
    picture = f'<w:r><w:t xml:space="preserve">See </w:t><w:drawing><wp:inline><wp:docPr id="1" descr="{description}"/>'
    assert await text_of(read, word(p(f"{picture}</wp:inline></w:drawing></w:r>"))) == told


async def test_documents_inside_are_read_as_files_of_their_own(read: Read) -> None:
    content = word(p("Body"), package=workbook(S=[["Name", "Price"], ["rye", 2]]), aFChunk=b"<html><p>chunk</p></html>")
    rows = await read("a.docx", content)
    assert [(row[0], row[-1]) for row in rows] == [
        ("Body", ""), ("Name | Price\nName: rye; Price: 2", "package.xlsx"), ("chunk", "aFChunk.html"),
    ]  # fmt: skip


async def test_documents_in_one_another_have_an_end(read: Read, events: Events) -> None:
    content = word(p("level 0"))
    for level in range(1, 8):
        content = word(p(f"level {level}"), aFChunk=content)
    assert [row[0] for row in await read("a.docx", content)] == [f"level {level}" for level in (7, 6, 5, 4, 3, 2)]
    found = (await events("a.docx", content))[-1]
    assert isinstance(found, Extracted)
    assert found.skipped == (("aFChunk.docx", "archive_too_deep"),)


async def test_what_cannot_be_taken_in_of_a_document_is_named(events: Events) -> None:
    picture = (
        '<w:r><w:drawing><wp:inline><wp:extent cx="{0}" cy="{0}"/><a:graphic><pic:pic/></a:graphic></wp:inline>'
        "</w:drawing></w:r>"
    )
    body = p("Body") + p(picture.format(7_000_000)) + p(picture.format(1_000_000)) + p("<w:r><w:object/></w:r>")
    found = (await events("a.docx", word(body, header=b"<broken")))[-1]
    assert isinstance(found, Extracted)
    assert found.losses == (
        Loss(kind="lost_parts", count=1, where="header.xml"),
        Loss(kind="lost_pictures", count=1),
        Loss(kind="lost_objects", count=1),
    )


async def test_a_document_of_pictures_is_said_to_be_without_text(read: Read) -> None:
    with pytest.raises(RefusedError, match="document_without_text"):
        await read("a.docx", word(p("<w:r><w:drawing/></w:r>")))


@pytest.mark.parametrize(
    "parts", [{"folder": "office", "main": "letter.xml"}, {"folder": "word", "main": "document3.xml"}]
)
async def test_parts_are_found_by_their_relationships(read: Read, parts: dict[str, str]) -> None:
    assert await text_of(read, word(p("Body"), header=p("Head"), **parts)) == "Head\nBody"


async def test_the_strict_form_is_read_like_the_usual_one(read: Read) -> None:
    usual = word(
        item("Rent") + p("<m:oMath><m:r><m:t>x</m:t></m:r></m:oMath>") + table([p("A"), p("B")]),
        numbering=numbering(("decimal", "%1.")), header=p("Head"),
    )  # fmt: skip
    assert await text_of(read, strict(usual)) == await text_of(read, usual) == "Head\n1. Rent\nx\nA | B"


def strict(content: bytes) -> bytes:
    """A document in the namespaces of ISO/IEC 29500-4."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return zip_of(
            {
                name: re.sub(
                    rb"http://schemas\.openxmlformats\.org/(\w+)/2006/(main|math|relationships)",
                    lambda m: m[0] if m[1] == b"package" else b"http://purl.oclc.org/ooxml/%s/%s" % (m[1], m[2]),
                    archive.read(name),
                )
                for name in archive.namelist()
            }
        )
