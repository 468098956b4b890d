# ruff: noqa: ANN401 - `reader` is a fixture, whose class cannot be imported from a conftest
"""Exports become messages: whole, once, and none of it when something breaks."""

from typing import Any

import pytest

from personal_bot.archives import queries
from personal_bot.archives.queries import Scope
from personal_bot.models import RefusedError
from support.exports import GARDEN, HTML_PAGE, as_json, as_zip, chat, message


async def test_an_export_is_read_with_authors_times_replies_forwards_and_numbers(reader: Any) -> None:
    assert await reader.read(as_json(GARDEN)) == 7
    rows = reader.rows(
        "SELECT id, name, at, reply_to, forwarded, media, words, text FROM messages JOIN authors ON author = key "
        "ORDER BY id"
    )
    assert rows[1] == (2, "Boris", 1714554900, 1, None, None, 8, "Помидоры полью я, в среду и в пятницу.")
    assert rows[3][-1] == "Расписание поливов: https://example.com/plan"
    assert [row[4:6] for row in rows[4:6]] == [(None, "sticker"), ("?", None)]
    (garden,) = await reader.archives.chats()
    assert (garden.title, garden.link, garden.messages) == ("Garden", "https://t.me/c/1234567890/", 7)


async def test_a_whole_account_is_read_chat_by_chat(reader: Any) -> None:
    others = chat((1, "Boris", "2024-01-01T10:00:00", "Привет"), name="Boris", number=77) | {"type": "personal_chat"}
    account = {
        "about": "Here is the data you requested.",
        "contacts": {"about": "", "list": [{"user_id": 1, "first_name": "Boris"}]},
        "chats": {"about": "", "list": [GARDEN, others]},
        "left_chats": {"about": "", "list": [chat((9, "Vera", "2023-01-01T10:00:00", "Пока"), number=5)]},
    }
    assert await reader.read(as_json(account)) == 9
    chats = await reader.archives.chats()
    assert [(one.title, one.link) for one in chats] == [
        ("Garden", "https://t.me/c/1234567890/"),
        ("Boris", ""),
        ("Garden (№2)", "https://t.me/c/5/"),
    ]


async def test_parts_in_a_zip_with_media_are_put_together(reader: Any) -> None:
    first = chat((1, "Anna", "2024-05-01T09:00:00", "раз"), (2, "Anna", "2024-05-01T09:01:00", "два"))
    second = chat((2, "Anna", "2024-05-01T09:01:00", "два"), (3, "Anna", "2024-05-01T09:02:00", "три"))
    files = {
        "ChatExport_1/result.json": as_json(first),
        "ChatExport_1/photos/1.jpg": b"\xff\xd8\xff",
        "ChatExport_2/result.json": as_json(second),
    }
    assert await reader.read(as_zip(files), "export.zip") == 4
    assert [row[3] for row in reader.rows()] == ["раз", "два", "три"]


async def test_pages_of_html_are_read(reader: Any) -> None:
    files = {"messages.html": HTML_PAGE.encode(), "messages2.html": HTML_PAGE.replace("message3", "message9").encode()}
    assert await reader.read(as_zip(files), "export.zip") == 6
    rows = reader.rows(
        "SELECT id, name, at, reply_to, forwarded, media, text FROM messages JOIN authors ON author = key"
    )
    assert rows == [
        (1, "Anna Petrova", 1714554600, None, None, None, "Кто поливает помидоры\nна этой неделе?"),
        (2, "Anna Petrova", 1714554660, None, None, "photo", ""),
        (3, "Boris", 1714644000, 1, "Vera", None, "Полью & прополю."),
        (9, "Boris", 1714644000, 1, "Vera", None, "Полью & прополю."),
    ]


async def test_the_same_export_costs_nothing_and_a_newer_one_replaces_what_it_has(reader: Any) -> None:
    await reader.read(as_json(GARDEN))
    assert await reader.read(as_json(GARDEN)) == 0
    changed = chat(
        message((1, "Anna Petrova", "2024-05-01T09:10:00", "Кто поливает перцы?")),
        (9, "Boris", "2024-06-11T10:00:00", "Верну завтра."),
        name="Garden and friends",
    )
    assert await reader.read(as_json(changed)) == 2
    assert [row[3] for row in reader.rows()][::7] == ["Кто поливает перцы?", "Верну завтра."]
    (garden,) = await reader.archives.chats()
    assert (garden.title, garden.messages) == ("Garden and friends", 8)
    asked = reader.archives.ask
    assert (await asked(lambda c: queries.search(c, "помидоры", Scope(), limit=9)))[0] == 1
    assert (await asked(lambda c: queries.search(c, "перцы", Scope(), limit=9)))[0] == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("data.json", b'{"name": "x", "values": [1, 2]}'),
        ("data.json", b"[1, 2]"),
        ("data.json", b'{"broken": '),
        ("page.html", b"<html><body><p>Hello</p></body></html>"),
        ("docs.zip", as_zip({"a.txt": b"Hello", "b.json": b'{"x": 1}'})),
        ("result.json", b"just text"),
        ("a.pdf", as_json(GARDEN)),
    ],
)
async def test_other_files_are_left_to_the_readers_of_documents(reader: Any, name: str, content: bytes) -> None:
    assert await reader.read(content, name) is None


async def test_an_export_that_was_cut_leaves_nothing(reader: Any) -> None:
    with pytest.raises(RefusedError) as caught:
        await reader.read(as_json(GARDEN)[:-400])
    assert caught.value.key == "archive_cut"
    assert await reader.archives.chats() == []


async def test_a_deleted_chat_is_gone_from_messages_and_search_and_can_come_again(reader: Any) -> None:
    await reader.read(as_json(GARDEN))
    (chat_,) = await reader.archives.unindexed()
    await reader.archives.indexed(chat_, "document")
    await reader.archives.forget({"document"})
    assert await reader.archives.chats() == []
    assert (await reader.archives.ask(lambda c: queries.search(c, "шланг", Scope(), limit=9)))[0] == 0
    assert await reader.read(as_json(GARDEN)) == 7
    assert (await reader.archives.ask(lambda c: queries.search(c, "шланг", Scope(), limit=9)))[0] == 2


async def test_chunks_tell_who_said_it_when_and_where_it_can_be_opened(reader: Any) -> None:
    await reader.read(as_json(GARDEN))
    (chat_,) = await reader.archives.unindexed()
    lines = chat_.chunks.read_text().splitlines()
    assert '"message", "Anna Petrova, Boris, 2024-05-01 09:10, #1–4' in lines[0]
    assert lines[0].endswith('"https://t.me/c/1234567890/1"]')
    assert "Boris → Anna Petrova (2024-05-01 09:15): Помидоры полью я" in lines[0]
