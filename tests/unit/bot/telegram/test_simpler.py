"""What is left out of a call that Telegram refuses."""

import pytest

from personal_bot.telegram.buttons import keyboard
from personal_bot.telegram.markup import bold, entities_of
from personal_bot.telegram.simpler import simpler

from aiogram.methods import EditMessageMedia, SendDocument, SendMessage  # isort: skip - after the bot's own package
from aiogram.types import InputMediaDocument  # isort: skip - as above

BOLD = entities_of(bold("a"))
BUTTONS = keyboard([[("a", "b")]])


@pytest.mark.parametrize(
    ("why", "gone"),
    [
        ("Bad Request: can't parse entities: unsupported start tag", {"entities"}),
        ("Bad Request: ENTITY_BOUNDS_INVALID", {"entities"}),
        ("Bad Request: something new", {"entities"}),
        ("Bad Request: BUTTON_DATA_INVALID", {"reply_markup"}),
        ("Bad Request: message thread not found", {"message_thread_id"}),
        ("Bad Request: TOPIC_CLOSED", {"message_thread_id"}),
        ("Bad Request: message to edit not found", None),
        ("Bad Request: message is not modified", None),
        ("Bad Request: message can't be edited", None),
        ("Bad Request: message is too long", None),
    ],
)
def test_a_refused_message_comes_without_what_is_refused(why: str, gone: set[str] | None) -> None:
    refused = SendMessage(chat_id=1, text="a", entities=BOLD, reply_markup=BUTTONS, message_thread_id=5)
    fields = ("text", "entities", "reply_markup", "message_thread_id")
    plain = simpler(refused, why)
    assert (plain and {field for field in fields if getattr(plain, field) is None}) == gone
    assert not plain or simpler(plain, why) is None


def test_a_caption_comes_plain_too() -> None:
    sent = simpler(SendDocument(chat_id=1, document="f", caption="a", caption_entities=BOLD), "Bad Request: entities")
    assert sent
    assert (sent.caption, sent.caption_entities) == ("a", None)

    media = InputMediaDocument(media="f", caption="a", caption_entities=BOLD)
    edit = simpler(EditMessageMedia(chat_id=1, message_id=2, media=media), "Bad Request: entities")
    assert edit
    assert isinstance(edit.media, InputMediaDocument)
    assert (edit.media.caption, edit.media.caption_entities) == ("a", None)
