"""Who may ask the bot for what."""

from dataclasses import replace

import pytest

from personal_bot.handlers.permissions import refusal_of
from personal_bot.settings import AccessMode, Settings
from personal_bot.telegram.buttons import StopButton
from personal_bot.telegram.intents import Command, Intent, Press, Sender, TextQuestion, Unreadable, Upload

SENDER = Sender(user_id=7, chat_id=7, message_id=5, language="en", private=True)
STRANGER = Sender(user_id=8, chat_id=8, message_id=5, language="en", private=True)
ANONYMOUS = Sender(user_id=-70, chat_id=-70, message_id=5, language="en", private=False)


def file(sender: Sender, size: int) -> Upload:
    return Upload(sender=sender, file_id="f", name="a.pdf", mime_type="", size=size)


@pytest.mark.parametrize(
    ("mode", "intent", "refused"),
    [
        (AccessMode.OWNER, TextQuestion(sender=SENDER, text="?"), None),
        (AccessMode.OWNER, TextQuestion(sender=STRANGER, text="?"), "not_for_you"),
        (AccessMode.ALLOW_LIST, TextQuestion(sender=STRANGER, text="?"), None),
        (AccessMode.ALLOW_LIST, TextQuestion(sender=replace(STRANGER, user_id=9), text="?"), "not_for_you"),
        (AccessMode.PUBLIC, TextQuestion(sender=replace(STRANGER, user_id=9), text="?"), None),
        (AccessMode.PUBLIC, file(STRANGER, 1), "owner_only"),
        (AccessMode.OWNER, TextQuestion(sender=ANONYMOUS, text="?"), "anonymous"),
        (AccessMode.ALLOW_LIST, TextQuestion(sender=ANONYMOUS, text="?"), "anonymous"),
        (AccessMode.PUBLIC, TextQuestion(sender=ANONYMOUS, text="?"), None),
        (AccessMode.PUBLIC, Command(sender=ANONYMOUS, name="forget"), "anonymous"),
        (AccessMode.OWNER, file(SENDER, 20 * 2**20), None),
        (AccessMode.OWNER, file(SENDER, 20 * 2**20 + 1), "file_too_large"),
        (AccessMode.OWNER, Unreadable(sender=SENDER), "only_text_and_files"),
        (AccessMode.OWNER, Press(sender=STRANGER, query_id="q", button=StopButton(request_id=1)), "not_for_you"),
    ],
)
def test_who_may_ask_for_what(mode: AccessMode, intent: Intent, refused: str | None) -> None:
    settings = Settings(user_id=7, collection="c", access_mode=mode, allowed_user_ids=frozenset({8}))
    refusal = refusal_of(intent, settings)
    assert (refusal[0] if refusal else None) == refused


def test_another_bot_api_server_decides_itself_what_is_too_large() -> None:
    settings = Settings(user_id=7, collection="c", telegram_api_url="http://bot-api:8081")
    assert refusal_of(file(SENDER, 2**30), settings) is None
