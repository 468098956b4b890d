"""Every format that is read, through the extracting process: what is said, and where it stands."""

import json
from collections.abc import Awaitable, Callable
from datetime import date
from email.message import EmailMessage
from pathlib import Path

import pytest

from personal_bot.knowledge.extraction import Extracted, ExtractionLimits, extract
from personal_bot.models import IngestProgress, RefusedError
from support.documents import epub, odt, pdf, show, workbook, zip_of

Read = Callable[..., Awaitable[list[list[str]]]]
Events = list[IngestProgress | Extracted]

LONG = "words " * 90


async def test_a_slide_is_told_with_its_notes(read: Read) -> None:
    rows = await read("a.pptx", show(("Prices", LONG, ""), ("Plans", "More bread", "Say it slowly" + LONG)))
    assert [(kind, value) for _, kind, value in rows] == [("slide", "1"), ("slide", "2")]
    assert rows[0][0].startswith("Prices\nwords")
    assert rows[1][0].startswith("Plans\nMore bread\nSay it slowly")


async def test_slides_are_counted(events: Callable[[str, bytes], Awaitable[Events]]) -> None:
    found = await events("a.pptx", show(("One", "", ""), ("Two", "", "")))
    assert found[:2] == [IngestProgress(unit="slides", done=done, total=2) for done in (1, 2)]


async def test_a_presentation_of_pictures_is_said_to_be_without_text(read: Read) -> None:
    with pytest.raises(RefusedError, match="document_without_text"):
        await read("a.pptx", show(("", "", "")))


async def test_a_row_of_a_sheet_is_told_with_the_names_of_its_columns(read: Read) -> None:
    content = workbook(
        Prices=[["Bread", "Price", "Since"], ["rye", 2.5, date(2024, 5, 1)], ["white", 3, None]],
        Empty=[],
        Plain=[[1, 2], [3, 4]],
    )
    assert await read("a.xlsx", content) == [
        [
            "Bread | Price | Since\nBread: rye; Price: 2.5; Since: 2024-05-01\nBread: white; Price: 3",
            "sheet",
            "Prices!1:3",
        ],
        ["1 | 2\n3; 4", "sheet", "Plain!1:2"],
    ]


async def test_a_long_sheet_is_cut_between_rows(read: Read) -> None:
    rows = await read("a.xlsx", workbook(Data=[["Number", "Words"], *([n, LONG[:200]] for n in range(60))]))
    assert [value for _, _, value in rows][:2] == ["Data!1:6", "Data!7:11"]
    assert all(line.startswith("Number: ") for text, _, _ in rows[1:] for line in text.splitlines())


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1251"])
async def test_csv_is_told_row_by_row(read: Read, delimiter: str, encoding: str) -> None:
    lines = [["Имя", "Город"], ["Анна", "Рига"], ["Борис", "Осло"], ["Вера", "Прага"]]
    text = "\n".join(delimiter.join(line) for line in lines)
    assert await read("люди.csv", text.encode(encoding)) == [
        ["Имя | Город\nИмя: Анна; Город: Рига\nИмя: Борис; Город: Осло\nИмя: Вера; Город: Прага", "row", "1–4"]
    ]


async def test_an_odt_keeps_headings_and_tables_in_reading_order(read: Read) -> None:
    rows = await read(
        "a.odt",
        odt(
            f'<text:tracked-changes><text:p>gone</text:p></text:tracked-changes><text:h text:outline-level="1">Prices'
            f"</text:h><text:p>before<text:s/>{LONG}</text:p><table:table><table:table-row><table:table-cell>"
            f"<text:p>Bread</text:p></table:table-cell><table:table-cell><text:p>2 <text:span>euro</text:span></text:p>"
            f'</table:table-cell></table:table-row></table:table><text:h text:outline-level="2">Discounts</text:h>'
            f"<text:p>after {LONG}</text:p>"
        ),
    )
    assert [(kind, value) for _, kind, value in rows] == [("heading", "Prices"), ("heading", "Prices › Discounts")]
    assert rows[0][0].endswith("Bread | 2 euro")
    assert "gone" not in rows[0][0]


async def test_an_epub_is_read_in_the_order_of_its_spine(read: Read) -> None:
    rows = await read("a.epub", epub(f"<h1>Part</h1><p>{LONG}</p>", f"<h2>Cats &amp; dogs</h2><p>purr {LONG}</p>"))
    assert [(kind, value) for _, kind, value in rows] == [("heading", "Part"), ("heading", "Part › Cats & dogs")]
    assert "no text" not in rows[0][0]


async def test_html_is_read_as_it_is_seen(read: Read) -> None:
    page = f"""<!doctype html><html><head><meta charset="windows-1251"><title>T</title><style>p {{}}</style></head>
    <script>var hidden = "<p>1</p>";</script><h1>Дом <em>и</em> сад</h1><p>Хлеб&nbsp;— <b>2</b>
    евро<br>за штуку {LONG}</p><h2>Таблица</h2><table><tr><th>А</th><td><p>Б</p></td></tr></table>
    <ul><li>раз<li>два</ul><pre>a
      b</pre>{LONG}</body></html>"""
    rows = await read("page.html", page.encode("cp1251"))
    assert [value for _, _, value in rows] == ["Дом и сад", "Дом и сад › Таблица"]
    assert rows[0][0].startswith("Дом и сад\nХлеб — 2 евро\nза штуку words")
    assert rows[1][0].startswith("Таблица\nА | Б\nраз\nдва\na\n      b")
    assert "hidden" not in rows[0][0] + rows[1][0]


async def test_json_values_are_told_with_the_path_to_them(read: Read) -> None:
    content = {"users": [{"name": "Anna", "tags": ["a", "b"]}, {"name": "Boris", "age": 7, "note": None}]}
    assert await read("a.json", json.dumps(content).encode()) == [
        [
            "users[0].name: Anna\nusers[0].tags[0]: a\nusers[0].tags[1]: b\nusers[1].name: Boris\nusers[1].age: 7",
            "path",
            "$.users[0]",
        ]
    ]


async def test_json_lines_are_read_one_after_the_other(read: Read) -> None:
    rows = await read("a.jsonl", b'{"said": "one"}\n{"said": "two"}\n')
    assert rows == [["said: one\nsaid: two", "path", "$"]]


async def test_source_code_is_told_with_its_lines(read: Read) -> None:
    code = "".join(f"def f{n}():\n    # {'bread ' * 20}\n    return {n}\n\n\n" for n in range(20))
    rows = await read("a.py", code.encode())
    assert rows[0][1:] == ["line", "1–20"]
    assert rows[1][0].startswith("def f")
    assert rows[-1][2].endswith("–100")


async def test_a_message_is_told_with_its_attachments(read: Read) -> None:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = "Договор аренды", "anna@example.org", "boris@example.org"
    message.set_content("Смотри вложение.")
    message.add_alternative("<p>Смотри вложение.</p>", subtype="html")
    message.add_attachment(pdf(["the lease"]), maintype="application", subtype="pdf", filename="договор.pdf")
    message.add_attachment(b"\x89PNG\r\n\x1a\n....", maintype="image", subtype="png", filename="a.png")
    rows = await read("letter.eml", bytes(message))
    assert rows == [
        [
            "Subject: Договор аренды\nFrom: anna@example.org\nTo: boris@example.org\n\nСмотри вложение.",
            "",
            "",
        ],
        ["the lease", "page", "1", "", "договор.pdf"],
    ]


async def test_an_archive_gives_each_file_under_its_path(
    events: Callable[[str, bytes], Awaitable[Events]],
    tmp_path: Path,
) -> None:
    inner = zip_of({"deep/b.md": "# B\n\nbutter"})
    content = zip_of(
        {
            "docs/a.pdf": pdf(["bread"]),
            "docs/inner.zip": inner,
            "photo.png": b"\x89PNG\r\n\x1a\n....",
            "broken.docx": b"PK\x03\x04 and no zip",
            "__MACOSX/docs/._a.pdf": b"no",
            ".git/config": b"no",
        }
    )
    found = await events("a.zip", content)
    rows = [json.loads(line) for line in (tmp_path / "chunks").read_text(encoding="utf-8").splitlines()]
    assert rows == [
        ["bread", "page", "1", "", "docs/a.pdf"],
        ["B\n\nbutter", "heading", "B", "", "docs/inner.zip/deep/b.md"],
    ]
    assert found[-1] == Extracted(
        chunks=2, skipped=(("photo.png", "document_type_unsupported"), ("broken.docx", "document_corrupt"))
    )
    assert IngestProgress(unit="files", done=4, total=4) in found


async def test_names_of_a_russian_windows_are_read(read: Read) -> None:
    content = zip_of({"Xxxxxxx.txt": "text"}).replace(b"Xxxxxxx", "Договор".encode("cp866"))
    assert await read("a.zip", content) == [["text", "", "", "", "Договор.txt"]]


@pytest.mark.parametrize(
    ("name", "content", "key"),
    [
        ("a.pptx", zip_of({"ppt/presentation.xml": "<broken"}), "document_corrupt"),
        ("a.xlsx", zip_of({"xl/workbook.xml": "<broken"}), "document_corrupt"),
        (
            "a.xlsx",
            zip_of({"xl/workbook.xml": "<workbook/>", "xl/x.xml": b"0" * (257 << 20)}),
            "document_unpacks_too_large",
        ),
        ("a.xlsx", workbook(Empty=[]), "document_empty"),
        ("a.odt", odt("", manifest="<m:encryption-data/>"), "document_encrypted"),
        ("a.odt", odt("<text:p/>"), "document_empty"),
        ("a.epub", epub("<p>x</p>", encryption="http://www.w3.org/2001/04/xmlenc#aes128-cbc"), "document_encrypted"),
        ("a.epub", epub("<img src='a.jpg'/>"), "document_without_text"),
        ("a.epub", zip_of({"mimetype": "application/epub+zip"}), "document_corrupt"),
        ("a.json", b"{no json", "document_corrupt"),
        ("a.eml", b"no message at all", "document_corrupt"),
        ("a.html", b"<html><script>1</script></html>", "document_empty"),
        ("a.pptx", workbook(Data=[[1]]), "document_mismatch"),
        ("a.csv", b"\x89PNG\r\n\x1a\n....", "document_mismatch"),
        ("a.zip", zip_of({}), "archive_without_documents"),
        ("a.zip", zip_of({"a.png": b"\x89PNG\r\n\x1a\n...."}), "archive_without_documents"),
        ("a.zip", zip_of({f"{n}.txt": "x" for n in range(1001)}), "archive_too_many_files"),
        ("a.odp", zip_of({"mimetype": "application/vnd.oasis.opendocument.presentation"}), "document_corrupt"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_cannot_be_read_is_refused(read: Read, name: str, content: bytes, key: str) -> None:
    with pytest.raises(RefusedError) as refused:
        await read(name, content)
    assert refused.value.key == key


async def test_an_archive_with_a_password_is_refused(read: Read) -> None:
    content = bytearray(zip_of({"a.txt": "x"}))
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + flags] |= 1
    with pytest.raises(RefusedError, match="document_encrypted"):
        await read("a.zip", bytes(content))


async def test_an_archive_bomb_is_refused_before_it_unpacks(read: Read) -> None:
    bomb = zip_of({f"{n}.txt": b"0" * (210 << 20) for n in range(5)})
    with pytest.raises(RefusedError, match="document_unpacks_too_large"):
        await read("a.zip", bomb)


async def test_archives_are_unpacked_three_deep(events: Callable[[str, bytes], Awaitable[Events]]) -> None:
    content = zip_of({"a.txt": "deep"})
    for _ in range(3):
        content = zip_of({"inner.zip": content, "beside.txt": "beside"})
    found = await events("a.zip", content)
    assert isinstance(found[-1], Extracted)
    assert found[-1].skipped == (("inner.zip", "archive_too_deep"),)


@pytest.mark.parametrize("name", ["a.html", "a.csv", "a.py", "a.txt", "a.md"])
async def test_large_texts_are_read_in_little_memory(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"<p>bread,butter,baked at dawn</p>\n" * (8 << 15))
    limits = ExtractionLimits(memory=48 << 20, seconds=60)
    found = [event async for event in extract(tmp_path / name, name=name, into=tmp_path / "chunks", limits=limits)]
    assert isinstance(found[-1], Extracted)
