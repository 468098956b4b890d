"""Mail, of all programs: who wrote it, what it says, and everything that it holds."""

from collections.abc import Awaitable, Callable
from email.message import EmailMessage

import pytest

from personal_bot.knowledge.extraction import Extracted
from support.ole import msg

Read = Callable[..., Awaitable[list[list[str]]]]
Events = Callable[..., Awaitable[list[object]]]


async def texts(read: Read, name: str, content: bytes) -> list[tuple[str, str]]:
    return [(row[0], row[4] if len(row) > 4 else "") for row in await read(name, content)]


def message(subject: str = "Invoice", text: str = "Please pay.") -> EmailMessage:
    made = EmailMessage()
    made["Subject"], made["From"], made["To"] = subject, "Shop <shop@example.org>", "anna@example.org"
    if text:
        made.set_content(text)
    return made


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ("From: Анна <a@b.org>\r\nSubject: Счёт за май\r\nContent-Type: text/plain; charset=cp1251", "Счёт за май"),
        ("From: Анна <a@example.org>\r\nSubject: Счёт за май", "Счёт за май"),
        ("From: a@example.org\r\nSubject: =?koi8-r?B?896j1A==?=", "Счёт"),
        ("From: a@example.org\r\nSubject: =?unknown-8bit?Q?caf=E9?=", "café"),
        ("From: a@example.org\r\nSubject: =?utf-8?Q?=D0=A1=D1=87=D1=91=D1=82?= =?utf-8?Q?_5?=", "Счёт 5"),
    ],
)  # fmt: skip
async def test_headers_that_were_not_encoded_are_read(read: Read, headers: str, told: str) -> None:
    rows = await texts(read, "a.eml", headers.encode("cp1251") + b"\r\n\r\nText")
    assert rows[0][0].splitlines()[0] == f"Subject: {told}"
    assert rows[0][0].endswith("Text")


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r", "utf-8"])
async def test_a_text_without_its_character_set_is_read(read: Read, encoding: str) -> None:
    rows = await texts(read, "a.eml", b"Subject: x\r\n\r\n" + "К оплате 900 рублей до пятницы.".encode(encoding))
    assert rows[0][0].endswith("К оплате 900 рублей до пятницы.")


async def test_messages_in_a_message_are_read(read: Read) -> None:
    inner, outer = message("Invoice 88", "Please pay 310 euros."), message("Fwd", "See below.")
    inner.add_attachment("code 5512", filename="notes.txt")
    outer.add_attachment(inner)
    outer.add_attachment(bytes(message("Second", "Deep.")), maintype="application", subtype="x", filename="b.eml")
    rows = await texts(read, "a.eml", bytes(outer))
    assert [file for _, file in rows] == ["", "Invoice 88.eml", "Invoice 88.eml/notes.txt", "b.eml"]
    assert rows[1][0].endswith("Please pay 310 euros.")
    assert rows[2][0] == "code 5512"


async def test_all_parts_of_a_text_are_read(read: Read) -> None:
    content = (
        b"Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/plain\r\n\r\nBefore.\r\n"
        b"--b\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\nContent-Type: text/plain\r\n\r\n \r\n"
        b"--c\r\nContent-Type: text/html\r\n\r\n<p>Only in HTML.</p>\r\n--c--\r\n"
        b"--b\r\nContent-Type: text/plain\r\n\r\nAfter.\r\n--b--\r\n"
    )
    rows = await texts(read, "a.eml", content)
    assert rows[0][0] == "Subject: x\n\nBefore.\n\nOnly in HTML.\n\nAfter."


async def test_files_without_a_name_are_read(read: Read) -> None:
    made = message()
    made.add_attachment(b"a,b\n1,2\n", maintype="text", subtype="csv")
    assert [file for _, file in await texts(read, "a.eml", bytes(made))] == ["", "attachment.csv"]


async def test_a_page_saved_with_its_pictures_is_read(read: Read) -> None:
    content = (
        b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b; type=text/html\r\n\r\n--b\r\nContent-Type: "
        b"text/html; charset=utf-8\r\nContent-Location: file:///a.htm\r\n\r\n<p>Code 5512</p>\r\n--b--\r\n"
    )
    assert (await texts(read, "a.mht", content))[0][0] == "Code 5512"
    assert (await texts(read, "a.xls", content))[0][0] == "Code 5512"


async def test_a_mailbox_is_read_message_by_message(read: Read) -> None:
    second = message("Две / три", "К оплате 900.")
    second.add_attachment("code 5512", filename="notes.txt")
    content = b"".join(
        b"From shop@example.org Wed May 01 12:00:00 2024\n" + bytes(one) + b"\n"
        for one in (message("One", "First."), second)
    )
    for name in ("Inbox.mbox", "Inbox", "mail.txt"):
        rows = await texts(read, name, content)
        assert [file for _, file in rows] == ["1 One.eml", "2 Две _ три.eml", "2 Две _ три.eml/notes.txt"]
        assert rows[1][0].endswith("К оплате 900.")


SUBJECT, BODY, FROM, HTML = 0x37, 0x1000, 0x0C1A, 0x1013


async def test_a_message_of_outlook_is_read(read: Read, events: Events) -> None:
    content = msg(
        {SUBJECT: "Счёт", BODY: "Pay 310.", FROM: "Анна", 0x0C1F: "anna@example.org"},
        notes__txt=b"code 5512".ljust(5000),
        picture__png=b"\x89PNG",
        inner={SUBJECT: "Inside", HTML: "<p>Deep</p>"},
    )
    assert await texts(read, "a.msg", content) == [
        ("Subject: Счёт\nFrom: Анна <anna@example.org>\n\nPay 310.", ""),
        ("code 5512", "notes.txt"),
        ("Subject: Inside\n\nDeep", "inner.msg"),
    ]
    found = (await events("a.msg", content))[-1]
    assert isinstance(found, Extracted)
    assert found.skipped == (("picture.png", "document_type_unsupported"),)
