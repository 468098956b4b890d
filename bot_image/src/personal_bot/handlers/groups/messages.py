"""What the bot keeps of a group's message, and which updates of groups it journals at all. Pure."""

from collections.abc import Callable
from typing import Any, Final

from aiogram.types import Message as Sent

from personal_bot.archives.reading.messages import Kept, Message
from personal_bot.telegram.updates import author_of

_MEDIA: Final = {  # as exports call them
    "photo": "photo",
    "document": "file",
    "sticker": "sticker",
    "voice": "voice_message",
    "video": "video_file",
    "video_note": "video_message",
    "audio": "audio_file",
    "animation": "animation",
    "location": "location",
    "contact": "contact",
    "poll": "poll",
}
_CHANNELS: Final = -(10**12)  # at and below it are the ids of channels and supergroups


def kept_of(sent: Sent, *, edited: bool) -> Kept | None:
    """A group's message as archives keep it; None for a message that tells, say, that somebody joined."""
    media = next((name for kind, name in _MEDIA.items() if getattr(sent, kind) is not None), None)
    text = sent.text or sent.caption or ""
    if sent.poll:
        text = "\n".join((sent.poll.question, *(f"– {option.text}" for option in sent.poll.options)))
    if not text and not media:
        return None

    if sent.sender_chat:  # a channel, or an administrator who does not show who they are
        identity = f"channel{_CHANNELS - sent.sender_chat.id}"
        name, username = sent.sender_chat.title or "?", sent.sender_chat.username
    elif sent.from_user:
        identity, name = person(sent.from_user.id), sent.from_user.full_name
        username = sent.from_user.username
    else:
        return None

    message = Message(
        id=sent.message_id,
        author=identity,
        author_name=name,
        at=int(sent.date.timestamp()),
        text=text,
        reply_to=sent.reply_to_message.message_id if sent.reply_to_message else None,
        forwarded=(author_of(sent.forward_origin) or "?") if sent.forward_origin else None,
        media=media,
    )
    return Kept(group=sent.chat.id, title=sent.chat.title or "?", message=message, username=username, edited=edited)


def person(user_id: int) -> str:
    """The identity of a person in archives."""
    return f"user{user_id}"


def worth_keeping(update: dict[str, Any], *, bot_id: int, keeping: Callable[[int], bool]) -> bool:
    """Whether an update goes into the journal: from a group that has not agreed, only what may be for the bot.

    Args:
        update: as it came.
        bot_id: the bot's; replies to it are for the bot.
        keeping: tells whether the bot keeps a group's messages.
    """
    message = update.get("message") or update.get("edited_message")
    if not message:
        return True
    if message["chat"]["type"] == "private":
        return "message" in update or "text" in message  # places that move are edits too
    if keeping(message["chat"]["id"]):
        return True
    if "edited_message" in update:
        return False

    text = str(message.get("text") or message.get("caption") or "")
    replied = (message.get("reply_to_message") or {}).get("from") or {}
    moved = "migrate_to_chat_id" in message or "migrate_from_chat_id" in message
    return moved or text.startswith("/") or "@" in text or replied.get("id") == bot_id
