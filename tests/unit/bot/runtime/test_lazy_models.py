"""aiogram's models are built when they are first used, and all of them can be."""

from __future__ import annotations

import subprocess
import sys

import pytest

BUILD_ALL = """
from personal_bot.telegram.lazy_models import aiogram_models
from aiogram.types import Message, Update
assert not Message.__pydantic_complete__
update = Update.model_validate({"update_id": 1, "message": {"message_id": 1, "date": 1, "text": "hi",
    "chat": {"id": 1, "type": "private"}, "from": {"id": 1, "is_bot": False, "first_name": "Anna"}}})
assert update.message.from_user.first_name == "Anna"
models = [model for model in aiogram_models() if not model.__pydantic_generic_metadata__["parameters"]]
for model in models:
    model.model_rebuild()
    assert model.__pydantic_complete__, model
print(len(models))
"""
SEND_AND_EDIT = """
import asyncio
from personal_bot.telegram.client import Connection, Session
from aiogram import methods
from aiogram.types import Message
async def main():
    connection = Connection(api_url="http://localhost", token="1:A")
    sent = '{"ok": true, "result": {"message_id": 5, "date": 1, "chat": {"id": 1, "type": "private"}}}'
    for method in (
        methods.SendMessage(chat_id=1, text="hi"),
        methods.SendDocument(chat_id=1, document="file"),
        methods.SendPhoto(chat_id=1, photo="file"),
        methods.EditMessageText(chat_id=1, message_id=5, text="hi"),
        methods.EditMessageMedia(chat_id=1, message_id=5, media={"type": "document", "media": "file"}),
    ):
        given = Session().check_response(connection.bot, method, 200, sent).result
        assert given.message_id == 5
        assert not isinstance(given, Message), method
asyncio.run(main())
"""
STOCK = """
import aiogram
from aiogram.types import Message
from personal_bot.telegram.lazy_models import import_aiogram
assert import_aiogram() is False
assert Message.__pydantic_complete__
"""


def run(code: str) -> str:
    """In a process of its own: what is imported here already would hide what is imported there."""
    done = subprocess.run(  # noqa: S603 - the code above
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=100
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_model_of_aiogram_builds_when_it_is_needed() -> None:
    assert int(run(BUILD_ALL)) > 590


def test_the_id_of_a_message_that_was_sent_is_read_without_building_the_message() -> None:
    run(SEND_AND_EDIT)


def test_an_aiogram_that_was_imported_before_stays_as_it_is() -> None:
    run(STOCK)


def test_model_rebuild_is_as_it_was_after_the_import() -> None:
    run(
        "from pydantic import BaseModel; before = BaseModel.__dict__['model_rebuild']; import personal_bot.telegram; "
        "assert BaseModel.__dict__['model_rebuild'] is before"
    )


@pytest.mark.parametrize(
    "module", ["openai", "qdrant_client", "qdrant_edge", "pypdfium2", "docx", "telegramify_markdown"]
)
def test_the_start_imports_nothing_heavy(module: str) -> None:
    run(f"import sys, personal_bot.__main__, personal_bot.app; assert {module!r} not in sys.modules")
