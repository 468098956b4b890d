"""Figures and found messages are right."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from personal_bot.archives import queries
from personal_bot.archives.chunking import Line, windows
from personal_bot.archives.connection import Connection
from personal_bot.archives.periods import Period
from personal_bot.archives.queries import Scope
from personal_bot.archives.reading.importer import take_in
from personal_bot.archives.schema import connect
from support.exports import GARDEN, as_json


@pytest.fixture
def garden(tmp_path: Path) -> Iterator[Connection]:
    source, database = tmp_path / "result.json", tmp_path / "m.sqlite"
    source.write_bytes(as_json(GARDEN))
    take_in(source, database, sha256="x", progress=lambda *_: None)
    connection = connect(database)
    yield connection
    connection.close()


def test_participants_are_ranked_by_messages(garden: Connection) -> None:
    top = queries.top(garden, Scope(), limit=2)
    assert [(one.name, one.messages, one.words) for one in top] == [("Anna Petrova", 3, 17), ("Boris", 2, 11)]


def test_hours_and_weekdays_are_those_of_the_wall_clock(garden: Connection) -> None:
    activity = queries.activity(garden, Scope())
    assert (activity.messages, activity.authors) == (7, 3)
    assert (activity.hours[9], activity.hours[18], activity.hours[21]) == (5, 1, 1)
    assert activity.weekdays == (1, 0, 2, 2, 2, 0, 0)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("шланга", [8, 3]),
        ("сарай", [8, 3]),
        ("Помидорами", [2, 1]),
        ("поливать", [4, 1]),
        ("шланг красный", [3]),
        ("взошли", [8]),
        ("взошлее", [8]),
        ("капуста", []),
        ('"', [8, 7, 6, 4, 3, 2, 1]),
    ],
)
def test_words_are_found_in_their_forms(garden: Connection, text: str, ids: list[int]) -> None:
    total, found = queries.search(garden, text, Scope(), limit=10)
    assert [one.line.id for one in found] == ids
    assert total == len(ids)


def test_search_is_narrowed_by_author_and_time(garden: Connection) -> None:
    (anna,) = queries.people(garden, "@anna_petrova", Scope())
    (chat,) = queries.chats(garden)
    scope = queries.scope_of(
        Period(since=date(2024, 5, 1), until=date(2024, 6, 1)),
        [chat],
        [chat],
        today=date(2025, 1, 1),
        authors=(anna.key,),
    )
    assert [one.line.id for one in queries.search(garden, "", scope, limit=10)[1]] == [3, 1]


def test_the_last_week_of_a_chat_that_ended_is_its_own(garden: Connection) -> None:
    chats = queries.chats(garden)
    scope = queries.scope_of(Period(days=7), chats, (), today=date(2025, 1, 1))
    assert queries.activity(garden, scope).messages == 1


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("@boris", ["Boris"]),
        ("Борису", ["Boris"]),
        ("Анной", ["Anna Petrova"]),
        ("Petrova", ["Anna Petrova"]),
        ("anna", ["Anna Petrova"]),
        ("Bor", ["Boris"]),
        ("@x", []),
    ],
)
def test_people_are_known_by_their_names(garden: Connection, name: str, found: list[str]) -> None:
    assert [one.name for one in queries.people(garden, name, Scope())] == found


def test_windows_end_where_the_talk_pauses_and_when_they_are_full() -> None:
    talk = [Line(number, "Anna", 60 * number, "слово " * 20) for number in range(1, 31)]
    later = [Line(number, "Boris", 10**6 + 60 * number, "word " * 20) for number in range(31, 34)]
    made = list(windows([*talk, *later]))
    assert [line.id for window in made for line in window.lines] == list(range(1, 34))
    assert max(len(window.lines) for window in made) < 10
    assert made[-1].place() == "Boris, 1970-01-12 14:17, #31–33"
    assert json.dumps(made[0].text)
