"""Messages of groups are kept beside those of exports, and go when their authors want it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from personal_bot.archives import live, queries
from personal_bot.archives.chunking import MIGRATED, address, place
from personal_bot.archives.connection import Connection
from personal_bot.archives.queries import Scope
from personal_bot.archives.reading.importer import take_in
from personal_bot.archives.reading.messages import Kept, Message
from personal_bot.archives.schema import FORMAT, connect
from support.exports import GARDEN, as_json, chat

GROUP = -1001234567890  # the garden's number in the Bot API
SMALL = -4012345
ANNA, BORIS = "user100", "user200"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "m.sqlite"


@pytest.fixture
def archive(database: Path) -> Iterator[Connection]:
    connection = connect(database)
    yield connection
    connection.close()


@pytest.fixture
def export(tmp_path: Path, database: Path) -> Callable[[dict[str, object]], None]:
    def export(content: dict[str, object]) -> None:
        (tmp_path / "result.json").write_bytes(as_json(content))
        take_in(tmp_path / "result.json", database, sha256="x", progress=lambda *_: None)

    return export


def said(
    number: int, text: str, *, author: str = ANNA, group: int = GROUP, edited: bool = False, **more: object
) -> Kept:
    name = {ANNA: "Anna", BORIS: "Boris"}[author]
    message = Message(number, author, name, 1_714_550_400 + number, text, **more)  # type: ignore[arg-type]
    return Kept(group=group, title="Garden", message=message, username=name.lower(), edited=edited)


def texts(archive: Connection) -> list[str]:
    return [found.line.text for found in queries.search(archive, "", Scope(), limit=100)[1]][::-1]


def test_a_message_is_kept_once_and_an_edit_replaces_it(archive: Connection) -> None:
    assert live.keep(archive, said(1, "hose"))
    assert live.keep(archive, said(1, "hose"))
    [one] = queries.chats(archive)
    assert (one.title, one.live, one.messages, one.link) == ("Garden", True, 1, "https://t.me/c/1234567890/")
    revision = archive.execute("SELECT revision FROM chats").fetchone()
    live.keep(archive, said(1, "hose"))
    assert archive.execute("SELECT revision FROM chats").fetchone() == revision  # nothing to index anew
    live.keep(archive, said(1, "shed", edited=True))
    live.keep(archive, said(1, "hose"))  # the original, when its edit was faster
    assert queries.search(archive, "shed", Scope(), limit=9)[0] == 1
    assert queries.search(archive, "hose", Scope(), limit=9)[0] == 0


def test_an_export_of_the_same_group_doubles_nothing_whichever_comes_first(
    archive: Connection, export: Callable[[dict[str, object]], None]
) -> None:
    live.keep(archive, said(8, "Огурцы взошли, шланг верните в сарай."))
    live.keep(archive, said(9, "Спасибо!", author=BORIS, reply_to=8))
    export(GARDEN)
    live.keep(archive, said(3, "Шланг лежит в красном сарае."))
    [one] = queries.chats(archive)
    assert one.messages == 8
    assert queries.partners(archive, Scope(), limit=5)[0][0] in {"Anna", "Anna Petrova", "Boris"}


def test_who_objects_has_nothing_kept_from_then_on_not_even_from_an_export(
    archive: Connection, export: Callable[[dict[str, object]], None]
) -> None:
    live.keep(archive, said(1, "hose"))
    live.keep(archive, said(2, "shed", author=BORIS))
    assert live.forget(archive, author=ANNA, groups=[GROUP]) == [""]
    assert texts(archive) == ["shed"]
    assert queries.search(archive, "hose", Scope(), limit=9)[0] == 0
    assert not live.keep(archive, said(3, "hose again"))
    assert live.keep(archive, said(1, "elsewhere", group=SMALL))  # it holds for that group alone
    message = {"id": 4, "type": "message", "date": "2024-05-01T09:10:00", "from": "Anna", "from_id": ANNA, "text": "x"}
    export(chat(message, message | {"id": 5, "from": "Boris", "from_id": BORIS, "text": "y"}))
    assert "x" not in texts(archive)
    assert "y" in texts(archive)
    live.allow_again(archive, author=ANNA, group=GROUP)
    assert live.keep(archive, said(6, "back"))


def test_a_group_that_becomes_a_supergroup_keeps_its_messages_under_the_numbers_of_exports(
    archive: Connection,
) -> None:
    live.keep(archive, said(1, "hose", group=SMALL))
    live.keep(archive, said(2, "shed", group=SMALL, reply_to=1, author=BORIS))
    live.forget(archive, author=BORIS, groups=[SMALL])
    assert live.migrate(archive, old=SMALL, new=GROUP) == ""
    live.keep(archive, said(1, "new", group=GROUP))
    assert not live.keep(archive, said(2, "no", group=GROUP, author=BORIS))
    [one] = queries.chats(archive)
    assert (one.messages, one.link) == (2, "https://t.me/c/1234567890/")
    assert [line.id for line in queries.lines(archive, one.key)] == [MIGRATED + 1, 1]
    assert place("Anna", 0, MIGRATED + 1).endswith("#1")
    assert address(one.link, MIGRATED + 1) == ""


def test_messages_of_both_numbers_come_together_when_the_supergroup_is_known_already(
    archive: Connection,
) -> None:
    live.keep(archive, said(1, "hose", group=SMALL))
    archive.execute("UPDATE chats SET document = 'd' WHERE identity = '4012345'")
    live.keep(archive, said(1, "new", group=GROUP))
    assert live.migrate(archive, old=SMALL, new=GROUP) == "d"
    assert [one.messages for one in queries.chats(archive)] == [2]
    assert live.migrate(archive, old=SMALL, new=GROUP) == ""  # told twice


def test_archives_of_the_first_format_are_taken_over(database: Path) -> None:
    connection = connect(database)
    connection.execute("DROP TABLE objectors")
    connection.execute("PRAGMA user_version = 1")
    connection.close()
    again = connect(database)
    assert live.keep(again, said(1, "hose"))
    assert again.execute("PRAGMA user_version").fetchone() == (FORMAT,)
    again.close()
