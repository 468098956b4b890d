"""What a message answers: the words that go before a question, so that "what does it mean?" has something to mean."""

import re
from typing import Final

from aiogram.types import Message

from personal_bot.telegram.markup import shortened

_LONGEST: Final = 2000  # characters: enough for what is meant, and the question still decides what is searched for
_SOURCE_LINE: Final = re.compile(r"^\[\d+\] .*\n?", re.MULTILINE)
_NUMBER: Final = re.compile(r" ?\[\d+\]")


def about_of(message: Message) -> str:
    """What somebody quotes, else what they reply to: its text, or the name of its file with what stands below it."""
    if message.quote:
        text, replied = message.quote.text, message.reply_to_message
    elif replied := message.reply_to_message:
        file = replied.document.file_name if replied.document else None
        text = "\n".join(part for part in (file, replied.text or replied.caption) if part)
    else:
        return ""

    if replied and replied.from_user and replied.from_user.is_bot:
        # The numbers of an earlier answer's sources would be taken for those of the next one's.
        text = _NUMBER.sub("", _SOURCE_LINE.sub("", text))
    return shortened(text.strip(), _LONGEST)
