"""The start imports no more than the first poll needs."""

from __future__ import annotations

import subprocess
import sys

import pytest

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


def run(code: str) -> str:
    """In a process of its own: what is imported here already would hide what is imported there."""
    done = subprocess.run(  # noqa: S603 - the code above
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=100
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_id_of_a_message_that_was_sent_is_read_without_building_the_message() -> None:
    run(SEND_AND_EDIT)


@pytest.mark.parametrize(
    "module", ["openai", "qdrant_client", "qdrant_edge", "pypdfium2", "docx", "telegramify_markdown"]
)
def test_the_start_imports_nothing_heavy(module: str) -> None:
    run(f"import sys, personal_bot.__main__, personal_bot.app; assert {module!r} not in sys.modules")
