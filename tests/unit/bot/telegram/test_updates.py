"""What an update asks for."""

from dataclasses import replace
from typing import Any

import pytest

from personal_bot.telegram.client import Me
from personal_bot.telegram.intents import (
    Command,
    PastedText,
    Picture,
    Recording,
    Sender,
    TextQuestion,
    Unreadable,
    Upload,
)
from personal_bot.telegram.updates import intent_of

from aiogram.types import Update  # isort: skip - after the bot's own package, which imports aiogram its way

ME = Me(id=99, username="anna_docs_bot")
FILE = {"file_id": "f", "file_unique_id": "u", "file_name": "a.pdf", "mime_type": "application/pdf", "file_size": 7}


def message(*, chat: str = "private", language: str = "ru", **fields: Any) -> Update:  # noqa: ANN401 - as Telegram writes them
    return Update.model_validate(
        {
            "update_id": 1,
            "message": {
                "message_id": 5,
                "date": 1,
                "chat": {"id": 7 if chat == "private" else -70, "type": chat},
                "from": {"id": 7, "is_bot": False, "first_name": "Anna", "language_code": language},
            }
            | fields,
        }
    )


def test_text_is_a_question_of_its_sender() -> None:
    sender = Sender(user_id=7, chat_id=7, message_id=5, language="ru", private=True)
    assert intent_of(message(text=" Что? "), None) == TextQuestion(sender=sender, text="Что?")


CHANNEL = {"id": -9, "type": "channel", "title": "News"}
BORIS = {"id": 8, "is_bot": False, "first_name": "Boris", "last_name": "Petrov"}


@pytest.mark.parametrize(
    ("origin", "author"),
    [
        ({"type": "user", "date": 1, "sender_user": BORIS}, "Boris Petrov"),
        ({"type": "hidden_user", "date": 1, "sender_user_name": "Somebody"}, "Somebody"),
        ({"type": "chat", "date": 1, "sender_chat": {"id": -8, "type": "supergroup", "title": "Team"}}, "Team"),
        (
            {"type": "channel", "date": 1, "message_id": 3, "chat": {"id": -9, "type": "channel", "title": "News"}},
            "News",
        ),
    ],
)
def test_a_forwarded_text_is_material_with_its_author(origin: dict[str, Any], author: str) -> None:
    intent = intent_of(message(text="Is it?", forward_origin=origin), None)
    assert isinstance(intent, PastedText)
    assert (intent.text, intent.author) == ("Is it?", author)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("word " * 199, TextQuestion),
        ("word " * 201, PastedText),
        ("Who is right? " + "word " * 300, TextQuestion),
        ("word " * 300 + "Who is right?", TextQuestion),
        ("word " * 300 + "Who is right? " + "word " * 300, PastedText),
        ("/new " + "word " * 300, Command),
    ],
)
def test_a_long_text_without_a_question_is_material(text: str, kind: type) -> None:
    assert isinstance(intent_of(message(text=text), None), kind)


def test_a_file_is_to_be_taken_in() -> None:
    intent = intent_of(message(document=FILE), None)
    assert isinstance(intent, Upload)
    assert (intent.file_id, intent.name, intent.mime_type, intent.size) == ("f", "a.pdf", "application/pdf", 7)


@pytest.mark.parametrize(
    ("fields", "chat", "question"),
    [
        ({"caption": " How much? "}, "private", "How much?"),
        ({"caption": "@Anna_docs_bot how much?"}, "group", "how much?"),
        (
            {"caption": "Mine", "forward_origin": {"type": "hidden_user", "sender_user_name": "B", "date": 1}},
            "private",
            "",
        ),
        ({}, "private", ""),
    ],
)
def test_what_stands_below_a_file_is_asked_about_it_unless_others_wrote_it(
    fields: dict[str, Any], chat: str, question: str
) -> None:
    intent = intent_of(message(chat=chat, document=FILE, **fields), ME)
    assert isinstance(intent, Upload)
    assert intent.question == question


@pytest.mark.parametrize(
    ("text", "name"), [("/start", "start"), ("/Docs", "docs"), ("/new@anna_docs_bot", "new"), ("/help me", "help")]
)
def test_commands_are_understood_however_they_are_written(text: str, name: str) -> None:
    intent = intent_of(message(text=text), ME)
    assert isinstance(intent, Command)
    assert intent.name == name


@pytest.mark.parametrize("fields", [{"sticker": {}}, {"location": {}}])
def test_what_cannot_be_read_is_told_apart(fields: dict[str, Any]) -> None:
    filled: dict[str, Any] = {
        "sticker": {
            "file_id": "f", "file_unique_id": "u", "type": "regular", "width": 1, "height": 1, "is_animated": False,
            "is_video": False,
        },
        "location": {"latitude": 1, "longitude": 1},
    }  # fmt: skip
    assert isinstance(intent_of(message(**{name: filled[name] for name in fields}), None), Unreadable)


@pytest.mark.parametrize(
    ("fields", "asks"),
    [
        ({"text": "Good morning all"}, None),
        ({"text": "@Anna_docs_bot what is it?"}, "what is it?"),
        ({"text": "/docs@another_bot"}, None),
    ],
)
def test_in_a_group_only_what_is_said_to_the_bot_is_heard(fields: dict[str, Any], asks: str | None) -> None:
    intent = intent_of(message(chat="supergroup", **fields), ME)
    assert (intent.text if isinstance(intent, TextQuestion) else intent) == asks


def test_in_a_group_a_reply_to_the_bot_is_heard() -> None:
    replied = {
        "message_id": 4, "date": 1, "chat": {"id": -70, "type": "group"}, "text": "said",
        "from": {"id": 99, "is_bot": True, "first_name": "Bot"},
    }  # fmt: skip
    assert isinstance(intent_of(message(chat="group", text="And then?", reply_to_message=replied), ME), TextQuestion)


def test_nobody_is_asked_when_somebody_joins() -> None:
    assert intent_of(message(chat="group", new_chat_members=[]), ME) is None


GROUP = {"id": -70, "type": "supergroup", "title": "Team"}
ADMIN = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
AS_CHANNEL = {"id": 136817688, "is_bot": True, "first_name": "Channel", "username": "Channel_Bot"}
TELEGRAM = {"id": 777000, "is_bot": False, "first_name": "Telegram"}


@pytest.mark.parametrize(
    ("fields", "writer"),
    [
        ({"from": ADMIN, "sender_chat": GROUP}, -70),
        ({"from": AS_CHANNEL, "sender_chat": CHANNEL}, -9),
        ({"from": TELEGRAM, "sender_chat": CHANNEL, "is_automatic_forward": True}, None),
        ({"from": {"id": 5, "is_bot": True, "first_name": "Another"}}, None),
    ],
)
def test_who_writes_in_the_name_of_a_chat_is_heard_and_a_repeated_post_is_not(
    fields: dict[str, Any], writer: int | None
) -> None:
    intent = intent_of(message(chat="supergroup", text="@anna_docs_bot why?", **fields), ME)
    assert (intent.sender.user_id if intent else None) == writer


@pytest.mark.parametrize(
    ("fields", "topic"),
    [
        ({"message_thread_id": 3, "is_topic_message": True}, 3),
        ({"message_thread_id": 3}, None),  # a chain of replies, which nothing can be sent to
        ({}, None),
    ],
)
def test_a_topic_is_where_the_answer_goes(fields: dict[str, Any], topic: int | None) -> None:
    intent = intent_of(message(chat="supergroup", text="/ask why?", **fields), ME)
    assert intent
    assert intent.sender.thread_id == topic


def said(text: str, *, bot: bool = False, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - as Telegram writes them
    """A message that somebody replies to."""
    author = {"id": 99 if bot else 8, "is_bot": bot, "first_name": "B"}
    return {"message_id": 4, "date": 1, "chat": {"id": 7, "type": "private"}, "from": author, "text": text} | fields


@pytest.mark.parametrize(
    ("chat", "fields", "text", "about"),
    [
        ("private", {"text": "What is it?", "reply_to_message": said("A cat.")}, "What is it?", "A cat."),
        (
            "private",
            {"text": "Why?", "reply_to_message": said("A cat. A dog."), "quote": {"text": "A dog.", "position": 7}},
            "Why?",
            "A dog.",
        ),
        ("private", {"text": "Why?", "quote": {"text": "of another chat", "position": 0}}, "Why?", "of another chat"),
        (
            "private",
            {"text": "Why?", "reply_to_message": said("Murka [1].\n\nSources\n[1] pets.md, Cats", bot=True)},
            "Why?",
            "Murka.\n\nSources",
        ),
        (
            "private",
            {"text": "In short?", "reply_to_message": said("", caption="Mine", document=FILE)},
            "In short?",
            "a.pdf\nMine",
        ),
        ("private", {"text": "Why?", "reply_to_message": said("word " * 1000)}, "Why?", ("word " * 400)[:1999] + "…"),
        ("group", {"text": "/ask why?", "reply_to_message": said("A cat.")}, "why?", "A cat."),
        ("group", {"text": "/ask", "reply_to_message": said("Is it a cat?")}, "Is it a cat?", ""),
        ("group", {"text": "@anna_docs_bot", "reply_to_message": said("Is it a cat?")}, "Is it a cat?", ""),
    ],
)
def test_what_somebody_replies_to_or_quotes_goes_before_the_question(
    chat: str, fields: dict[str, Any], text: str, about: str
) -> None:
    intent = intent_of(message(chat=chat, **fields), ME)
    assert isinstance(intent, TextQuestion)
    assert (intent.text, intent.about) == (text, about)
    assert intent.whole == (f"{about}\n\n{text}" if about else text)


SENDER = Sender(user_id=7, chat_id=7, message_id=5, language="en", private=True)
HELD = {"file_id": "f", "file_unique_id": "u", "file_size": 5}
VOICE = HELD | {"duration": 1}
PHOTO = [HELD | {"file_id": "small", "width": 1, "height": 1}, HELD | {"width": 9, "height": 9}]
PNG = HELD | {"file_name": "a.png", "mime_type": "image/png"}
SENT_PNG = Picture(sender=SENDER, file_id="f", size=5, text="", name="a.png", mime_type="image/png")
BORIS = {"type": "hidden_user", "sender_user_name": "Boris", "date": 1}


@pytest.mark.parametrize(
    ("fields", "intent"),
    [
        ({"voice": VOICE}, Recording(sender=SENDER, file_id="f", name="voice.ogg", size=5)),
        ({"video_note": VOICE | {"length": 9}}, Recording(sender=SENDER, file_id="f", name="video.mp4", size=5)),
        ({"audio": VOICE | {"file_name": "a.m4a"}}, Recording(sender=SENDER, file_id="f", name="a.m4a", size=5)),
        (
            {"voice": VOICE, "caption": "In short?"},
            Recording(sender=SENDER, file_id="f", name="voice.ogg", size=5, text="In short?"),
        ),
        ({"photo": PHOTO}, Picture(sender=SENDER, file_id="f", size=5, text="")),
        ({"photo": PHOTO, "caption": " How much? "}, Picture(sender=SENDER, file_id="f", size=5, text="How much?")),
        ({"photo": PHOTO, "forward_origin": BORIS}, Picture(sender=SENDER, file_id="f", size=5, text="")),
        ({"document": PNG}, SENT_PNG),
        ({"document": PNG, "caption": " How much? "}, replace(SENT_PNG, text="How much?")),
        ({"document": PNG | {"mime_type": "image/webp"}}, replace(SENT_PNG, mime_type="image/webp")),
    ],
)
def test_what_is_spoken_or_shown_is_a_question(fields: dict[str, Any], intent: Recording | Picture) -> None:
    understood = intent_of(message(**fields), None)
    assert isinstance(understood, Recording | Picture)
    assert replace(understood, sender=SENDER) == intent
