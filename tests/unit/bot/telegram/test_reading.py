"""Updates that are newer than the client."""

from typing import Any

import pytest

from personal_bot.telegram.intents import TextQuestion, Unreadable
from personal_bot.telegram.reading import read_update
from personal_bot.telegram.updates import intent_of

ANNA = {"id": 7, "is_bot": False, "first_name": "Anna"}
MESSAGE = {"message_id": 5, "date": 1, "chat": {"id": 7, "type": "private"}, "from": ANNA}


def sent(**fields: Any) -> dict[str, Any]:  # noqa: ANN401 - as Telegram writes them
    return {"update_id": 1, "message": MESSAGE | fields}


@pytest.mark.parametrize(
    "newer",
    [
        {"forward_origin": {"type": "planet", "date": 1}},
        {"reply_markup": 5},
        {"telepathy": {"strength": 3}},
        {"entities": [{"type": "smell", "offset": "x"}]},
    ],
)
def test_a_question_is_understood_whatever_else_a_newer_telegram_adds(newer: dict[str, Any]) -> None:
    update = read_update(sent(text="Why?", **newer))
    assert update
    assert isinstance(intent_of(update, None), TextQuestion)


@pytest.mark.parametrize(
    "content",
    [
        {"story": {"chat": {"id": 9, "type": "private"}, "id": 3}},
        {"checklist": {"title": "Shopping", "tasks": [{"id": 1, "text": "Milk"}]}},
        {"paid_media": {"star_count": 1, "paid_media": [{"type": "preview"}]}},
        {"dice": {"emoji": "🎲", "value": 3}},
    ],
)
def test_what_cannot_be_read_gets_a_sentence(content: dict[str, Any]) -> None:
    update = read_update(sent(**content))
    assert update
    assert isinstance(intent_of(update, None), Unreadable)


@pytest.mark.parametrize("content", [{"story": 5}, {"telepathy": {}}, {"pinned_message": {"date": 0}}, {"gift": 1}])
def test_what_nobody_knows_gets_nothing_and_is_no_fault(content: dict[str, Any]) -> None:
    update = read_update(sent(**content))
    assert update is None or intent_of(update, None) is None


@pytest.mark.parametrize("update", [{"update_id": 1, "message": {"message_id": "x"}}, {"update_id": 1, "message": 5}])
def test_an_update_without_what_it_takes_to_answer_is_none(update: dict[str, Any]) -> None:
    assert read_update(update) is None
