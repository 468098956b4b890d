"""EPUB and FB2 in any character set, and web pages whatever they say of theirs."""

from collections.abc import Awaitable, Callable

import pytest

from personal_bot.knowledge.extraction import Extracted
from personal_bot.models import Loss
from support.documents import zip_of

Read = Callable[..., Awaitable[list[list[str]]]]
Events = Callable[..., Awaitable[list[object]]]
LONG = "слова " * 90
TEXT = "Смотритель маяка держал кота."
CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="OPS/book.opf"/>'
    "</rootfiles></container>"
)


def epub(*chapters: bytes, opf: str = "", name: str = "c{}.xhtml") -> bytes:
    items = "".join(
        f'<item id="c{n}" href="c{n}.xhtml" media-type="application/xhtml+xml"/>' for n in range(len(chapters))
    )
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    members: dict[str, bytes | str] = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": CONTAINER,
        "OPS/book.opf": f"{opf or '<package>'}<manifest>{items}</manifest><spine>{spine}</spine></package>",
    }
    return zip_of(members | {f"OPS/{name.format(n)}": chapter for n, chapter in enumerate(chapters)})


def page(text: str, *, named: str = "", meta: str = "") -> str:
    head = f'<?xml version="1.0" encoding="{named}"?>' if named else ""
    about = f'<meta http-equiv="Content-Type" content="text/html; charset={meta}"/>' if meta else ""
    return f"{head}<html><head>{about}</head><body><h1>One</h1><p>{text}</p></body></html>"


@pytest.mark.parametrize(
    ("made", "encoding"),
    [
        (page(TEXT, named="windows-1251"), "cp1251"),
        (page(TEXT, named="koi8-r"), "koi8-r"),
        (page(TEXT, meta="windows-1251"), "cp1251"),
        (page(TEXT), "cp1251"),
        (page(TEXT, named="utf-8"), "cp1251"),
        (page(TEXT, named="windows-1251"), "utf-8"),
        (page(TEXT, named="utf-16"), "utf-16"),
        (page(TEXT, named="utf-16"), "utf-8"),
        (page(TEXT), "utf-8-sig"),
        (page(TEXT), "utf-16-be"),
    ],
)
async def test_a_page_is_read_in_the_character_set_that_it_is_in(read: Read, made: str, encoding: str) -> None:
    told = [[f"One\n{TEXT}", "heading", "One"]]
    assert await read("a.epub", epub(made.encode(encoding))) == told
    assert await read("a.html", made.encode(encoding)) == told


@pytest.mark.parametrize(
    "opf",
    [
        '<!DOCTYPE package [<!ENTITY copy "&#169;">]><package><metadata>&copy; X</metadata>',
        "<package><metadata>&copy; X &amp; Y&nbsp;Z</metadata>",
        "<package><metadata>Bread & butter</metadata>",
    ],
)
async def test_signs_by_their_names_do_not_break_a_book(read: Read, opf: str) -> None:
    assert (await read("a.epub", epub(page(TEXT).encode(), opf=opf)))[0][0].endswith(TEXT)


async def test_names_in_another_case_are_found(read: Read) -> None:
    assert (await read("a.epub", epub(page(TEXT).encode(), name="C{}.XHTML")))[0][0].endswith(TEXT)


async def test_what_is_missing_of_a_book_is_named(events: Events) -> None:
    picture = b"<html><body><img src='a.jpg'/></body></html>"
    content = epub(picture, page(TEXT).encode(), picture, page(TEXT).encode())
    lost = content.replace(b"OPS/c3.xhtml", b"OPS/cX.xhtml")
    found = (await events("a.epub", lost))[-1]
    assert isinstance(found, Extracted)
    assert found.losses == (
        Loss(kind="lost_parts", count=1, where="c3.xhtml"),
        Loss(kind="lost_chapters", count=1, where="3"),
    )


def fb2(body: str, encoding: str = "utf-8") -> bytes:
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?><FictionBook xmlns="http://www.gribuser.ru/xml/fictionbook/2.0" '
        'xmlns:l="http://www.w3.org/1999/xlink"><description><title-info><author><first-name>Иван</first-name>'
        "<last-name>Тестов</last-name></author><book-title>Дом</book-title><annotation><p>О доме.</p></annotation>"
        f"</title-info><document-info><id>1</id></document-info></description>{body}"
        f'<binary id="c">{"QUJD" * 500}</binary></FictionBook>'
    )
    return text.encode(encoding)


BODY = (
    f"<body><title><p>Дом</p></title><section><title><p>Глава</p><p>первая</p></title><p>Кот "
    f"<emphasis>Маркиз</emphasis>. {LONG}</p><poem><stanza><v>раз</v><v>два</v></stanza></poem>"
    f"<section><title><p>Часть</p></title><p>{LONG}</p></section>"
    f"</section></body><body name='notes'><title><p>Примечания</p></title><section><title><p>1</p></title>"
    f"<p>{LONG}сноска</p></section></body>"
)


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251", "koi8-r", "utf-16"])
@pytest.mark.parametrize("name", ["a.fb2", "book.xml", "noext"])
async def test_an_fb2_has_its_titles_as_places(read: Read, name: str, encoding: str) -> None:
    rows = await read(name, fb2(BODY, encoding))
    assert rows[0][0] == "Иван Тестов\nДом\nО доме."
    assert [row[2] for row in rows[1:]] == [
        "Дом › Глава первая", "Дом › Глава первая › Часть", "Примечания › 1",
    ]  # fmt: skip
    assert "Кот Маркиз. слова" in rows[1][0]
    assert rows[1][0].endswith("раз\nдва")
    assert not any("QUJD" in row[0] for row in rows)


async def test_an_fb2_in_a_zip_is_read(read: Read) -> None:
    rows = await read("a.fb2.zip", zip_of({"a.fb2": fb2(BODY)}))
    assert rows[0][0].startswith("Иван Тестов")


async def test_what_is_no_xml_in_an_fb2_does_not_lose_the_rest(read: Read, events: Events) -> None:
    content = fb2("<body><section><p>Bread & butter &nbsp;<b>old</p><p>Маркиз</p></section></body>")
    assert {"Маркиз", "butter", "old"} <= set((await read("a.fb2", content))[0][0].replace(";", " ").split())
    found = (await events("a.fb2", fb2(BODY)[:-3000]))[-1]
    assert isinstance(found, Extracted)
    assert found.losses == (Loss(kind="lost_cut", count=1),)
