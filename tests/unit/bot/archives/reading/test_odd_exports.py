# ruff: noqa: ANN401 - `reader` is a fixture, whose class cannot be imported from a conftest
"""Exports as versions of Telegram and other programs really write them: nothing is lost in silence."""

from pathlib import Path
from typing import Any

import pytest

from personal_bot.models import RefusedError
from support.exports import GARDEN, HTML_PAGE, as_json, as_zip, chat, message

CASES = Path(__file__).parents[4] / "cases" / "exports"
TEXTS = "SELECT text FROM messages ORDER BY row"
WHOLE = "SELECT title, name, text FROM messages JOIN authors ON author = authors.key JOIN chats ON chat = chats.key"


def case(name: str) -> bytes:
    return (CASES / name).read_bytes()


def texts(reader: Any) -> list[str]:
    return [text for (text,) in reader.rows(TEXTS)]


@pytest.mark.parametrize(
    ("name", "messages"), [("bom.json", 4), ("control_char.json", 4), ("control_char_text.json", 2)]
)
async def test_faults_of_telegrams_own_versions_are_repaired(reader: Any, name: str, messages: int) -> None:
    assert await reader.read(case(name)) == messages
    assert texts(reader)[0].split() == ["The", "hose", "lies", "in", "the", "red", "shed."]


@pytest.mark.parametrize(
    ("fault", "repaired"),
    [
        (b"a\x01b", "a b"),
        (b"a\\x01b", "a\x01b"),
        (b"a\\\\x01b", "a\\x01b"),
        (b"a\nb", "a\nb"),
        (b"a\xffb", "a\ufffdb"),
        (b"a\\qb", "a\\qb"),
        (b"\\ud83d alone", "? alone"),
    ],
)
async def test_what_no_parser_takes_is_repaired_while_it_streams(reader: Any, fault: bytes, repaired: str) -> None:
    many = chat(
        *((n, "Anna", "2024-05-01T09:00:00", "x" * 997) for n in range(1, 400)),
        (400, "Bo", "2024-05-01T09:00:00", "FAULT"),
    )
    assert await reader.read(as_json(many).replace(b"FAULT", fault)) == 400
    assert texts(reader)[-1] == repaired


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8"])
async def test_a_mark_before_the_text_is_no_fault(reader: Any, encoding: str) -> None:
    assert await reader.read(as_json(GARDEN).decode().encode(encoding)) == 7


async def test_ids_as_numbers_are_the_same_people(reader: Any) -> None:
    said = (1, "Anna", "2019-05-01T09:00:00", "old"), (2, "Anna P.", "2024-05-01T09:00:00", "new")
    await reader.read(as_json(chat(message(said[0], from_id=123))))
    await reader.read(as_json(chat(message(said[1], from_id="user123"))))
    assert reader.rows("SELECT identity, name FROM authors") == [("user123", "Anna P.")]


async def test_people_whose_accounts_are_deleted_are_told_apart(reader: Any) -> None:
    gone = [
        message((n, "x", "2024-05-01T09:00:00", "bye")) | {"from": None, "from_id": f"user{900 + n}"} for n in (1, 2)
    ]
    await reader.read(as_json(chat(*gone)))
    assert reader.rows("SELECT name FROM authors ORDER BY key") == [("Deleted Account 901",), ("Deleted Account 902",)]


async def test_a_whole_account_keeps_its_chats_apart(reader: Any) -> None:
    assert await reader.read(case("account.json")) == 7
    titles = {title for title, *_ in reader.rows(WHOLE)}
    assert titles == {
        "Saved Messages", "Replies", "Deleted Account 901", "Deleted Account 902", "Same name", "Same name (№2)",
        "Left one",
    }  # fmt: skip


async def test_everything_that_a_message_says_is_text(reader: Any) -> None:
    assert await reader.read(case("zoo.json")) == 21
    assert reader.lost == 1  # one of a type that the exporting version did not know
    said = dict(reader.rows("SELECT id, text FROM messages"))
    assert said[6] == "Plumber Max\n+1555000"
    assert said[7] == "Cafe Tulip, Main st 5, 1.0, 2.0"
    assert said[9] == "Which colour?\n– Red"
    assert said[16] == "Roses, ten\nInvoice"
    assert said[17] == "Shopping list\n– Buy fertiliser"
    assert said[20] == "Greta see the plan (https://example.org/plan.pdf) secret"
    assert said[21] == "Chess"
    assert reader.rows("SELECT reply_to FROM messages WHERE id = 19") == [(None,)]  # to a message of another chat
    assert reader.rows("SELECT name FROM authors WHERE name LIKE '%Evil%'")[0][0].startswith("Evil")


async def test_an_export_of_tdl_is_read(reader: Any) -> None:
    assert await reader.read(case("tdl_export.json")) == 1
    assert reader.rows("SELECT at, text FROM messages") == [(1714550400, "hello")]


@pytest.mark.parametrize(
    "content",
    [
        b'{"id": 5, "messages": [{"role": "user", "content": "hi"}]}',
        b'{"id": "x", "type": "thread", "messages": "none"}',
    ],
)
async def test_messages_of_other_programs_are_left_to_the_readers_of_documents(reader: Any, content: bytes) -> None:
    assert await reader.read(content) is None


async def test_messages_that_cannot_be_read_are_counted_and_the_rest_is_in(reader: Any) -> None:
    whole = message((1, "Anna", "2024-05-01T09:00:00", "whole"))
    broken = [
        whole | {"date": "never", "date_unixtime": "x"},
        whole | {"id": "x"},
        {"id": 3, "type": "unsupported"},
        whole | {"date": None, "date_unixtime": "x"},
    ]
    service = {"id": 9, "type": "service", "action": "pin_message"}
    assert await reader.read(as_json(chat(whole, *broken, service))) == 1
    assert reader.lost == 4


async def test_chats_of_one_name_in_pages_of_an_account_are_kept_apart(reader: Any) -> None:
    assert await reader.read(case("html_account_same_names.zip"), "export.zip") == 3
    assert {text for *_, text in reader.rows(WHOLE)} == {
        "The first gone one: code 11.", "The second gone one: code 22.", "Third chat",
    }  # fmt: skip
    assert await reader.read(case("html_account_same_names.zip") + b"\0", "export.zip") == 3
    assert len(reader.rows(WHOLE)) == 3  # the same again makes no new chats


def page(text: str, *, title: str = "Bo", number: int = 1, hour: int = 10) -> bytes:
    made = HTML_PAGE[: HTML_PAGE.index('<div class="message service"')]
    return (
        made.replace("Garden", title)
        + f'<div class="message default clearfix" id="message{number}"><div class="body"><div class="pull_right date '
        f'details" title="01.05.2024 {hour}:00:00 UTC+03:00"></div><div class="from_name">{title} '
        f'<span class="details">via @gif</span></div><div class="text">{text}</div></div></div></div></div></div>'
    ).encode()


@pytest.mark.parametrize("slash", ["/", "\\"])
async def test_two_people_of_one_name_keep_their_chats(reader: Any, slash: str) -> None:
    files = {
        f"Data{slash}chats{slash}chat_{n:03}{slash}messages{part}.html": page(
            f"chat {n} part {number}", number=number, hour=10 + n
        )
        for n in (1, 2)
        for part, number in (("", 1), ("2", 2))
    }
    assert await reader.read(as_zip(files), "export.zip") == 4
    assert sorted(reader.rows("SELECT title, text FROM messages JOIN chats ON chat = key")) == [
        ("Bo", "chat 1 part 1"), ("Bo", "chat 1 part 2"), ("Bo (№2)", "chat 2 part 1"), ("Bo (№2)", "chat 2 part 2"),
    ]  # fmt: skip
    assert reader.rows("SELECT name FROM authors") == [("Bo",)]  # without the bot by which it was written


@pytest.mark.parametrize(("first", "chats"), [((1, 1), 2), ((1, 7), 1)])
async def test_parts_of_a_chat_are_put_together_and_other_chats_of_its_name_are_not(
    reader: Any, first: tuple[int, int], chats: int
) -> None:
    files = {
        f"ChatExport_{n}/messages.html": page(f"text {n}", title="Garden", number=number, hour=10 + n)
        for n, number in enumerate(first)
    }
    assert await reader.read(as_zip(files), "export.zip") == 2
    assert sorted(texts(reader)) == ["text 0", "text 1"]
    assert len(reader.rows("SELECT * FROM chats")) == chats


async def test_the_bot_that_was_used_is_no_part_of_a_name(reader: Any) -> None:
    await reader.read(as_json(chat((1, "Anna via @gif", "2024-05-01T09:00:00", "a"))))
    assert reader.rows("SELECT name FROM authors") == [("Anna",)]


async def test_pages_tell_contacts_polls_and_addresses(reader: Any) -> None:
    assert await reader.read(case("html_misc.zip"), "export.zip") == 5
    assert texts(reader)[:3] == [
        "Plumber Max\n+1555000",
        "When do we meet?\n- Monday 2 votes",
        "see the plan (https://example.org/plan.pdf) secret\na\n  b",
    ]


async def test_other_json_in_a_zip_loses_no_export(reader: Any) -> None:
    files = {"a/files/data.json": b"{broken", "a/files/list.json": b"[1]", "a/result.json": as_json(GARDEN)}
    assert await reader.read(as_zip(files), "export.zip") == 7
    assert await reader.read(case("two_jsons_and_media.zip"), "export.zip") == 2


async def test_pages_beside_a_file_of_json_are_read(reader: Any) -> None:
    files = {"files/data.json": b'{"k": 1}', "messages.html": HTML_PAGE.encode()}
    assert await reader.read(as_zip(files), "export.zip") == 3


async def test_an_export_that_breaks_off_is_refused(reader: Any) -> None:
    with pytest.raises(RefusedError, match="archive_cut"):
        await reader.read(as_zip({"result.json": as_json(GARDEN)[:-300]}), "export.zip")
