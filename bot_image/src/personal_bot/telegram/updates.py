"""What an update asks for: a pure decision from what Telegram sent."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiogram.types import MessageOriginChannel, MessageOriginChat, MessageOriginHiddenUser, MessageOriginUser

from personal_bot.handlers.documents import marked_document
from personal_bot.handlers.pasted_text import is_question
from personal_bot.texts import language_of

if TYPE_CHECKING:
    from datetime import datetime

    from aiogram.types import CallbackQuery, Message, MessageOriginUnion, Update
    from aiogram.types.message_generation_stopped import MessageGenerationStopped

_LINK = re.compile(r"https?://\S{4,2000}", re.IGNORECASE)
_PICTURES = frozenset({"image/jpeg", "image/png", "image/webp"})  # that models see; Telegram tells them by the ending
_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]+))?(?:\s+(.*))?", re.DOTALL)

IN_GROUPS = ("ask", "search", "top", "dossier", "digest", "group", "forget", "new", "stop", "start", "help")


@dataclass(frozen=True, kw_only=True)
class Me:
    """Who this bot is in Telegram."""

    id: int
    username: str


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Who wrote, where and in which message."""

    user_id: int
    chat_id: int
    message_id: int
    language: str
    private: bool


@dataclass(frozen=True, kw_only=True)
class Ask:
    """A question."""

    sender: Sender
    text: str


@dataclass(frozen=True, kw_only=True)
class Material:
    """A text that may be meant as a document: forwarded, or long and without a question.

    Attributes:
        author: who wrote it first, when it was forwarded; else empty.
        date: when it was sent to the bot.
    """

    sender: Sender
    text: str
    author: str
    date: datetime


@dataclass(frozen=True, kw_only=True)
class Link:
    """A link alone: what it leads to is to be taken in."""

    sender: Sender
    url: str


@dataclass(frozen=True, kw_only=True)
class TakeIn:
    """A file to take in; size in bytes, None when Telegram does not say."""

    sender: Sender
    file_id: str
    name: str
    mime_type: str
    size: int | None


@dataclass(frozen=True, kw_only=True)
class Recording:
    """Something spoken: a voice message, a video message or a sound file."""

    sender: Sender
    file_id: str
    name: str
    size: int | None


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A photo, or a picture that was sent as a file, with the question below it, or "" for none."""

    sender: Sender
    file_id: str
    size: int | None
    text: str
    name: str = "photo.jpg"
    mime_type: str = "image/jpeg"


@dataclass(frozen=True, kw_only=True)
class Command:
    """A command, without its slash, in lower case."""

    sender: Sender
    name: str
    arguments: str = ""  # what follows the command, as it was written


@dataclass(frozen=True, kw_only=True)
class Rename:
    """A new name for a document, whose id begins so: the answer to the bot's question for it."""

    sender: Sender
    document: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Press:
    """A button under one of the bot's messages; `sender.message_id` is that message."""

    sender: Sender
    query_id: str
    data: str
    name: str = ""  # of who pressed it


@dataclass(frozen=True, kw_only=True)
class StopWriting:
    """Telegram's own stop button under the draft of an answer."""

    sender: Sender
    request_id: int


@dataclass(frozen=True, kw_only=True)
class Unreadable:
    """Something that the bot cannot read: a sticker, a video, a place."""

    sender: Sender


Intent = Ask | Material | Link | TakeIn | Recording | Picture | Command | Rename | Press | StopWriting | Unreadable


def intent_of(update: Update, me: Me | None) -> Intent | None:  # noqa: PLR0911 - a table of cases
    """What the update asks for; None when it asks nothing of this bot.

    Args:
        update: as it came.
        me: needed to tell, in a group, whether somebody speaks to this bot; without it only private chats are heard.
    """
    if update.callback_query:
        return _press(update.callback_query)
    if update.stopped_message_generation:
        return _stopped(update.stopped_message_generation)
    message = update.message
    if not message or not message.from_user or message.from_user.is_bot or _is_service(message):
        return None
    private = message.chat.type == "private"
    text = message.text or (message.caption if _shows(message) else None) or ""
    if not private:
        if not me or not is_spoken_to(message, me):
            return None
        text = (
            re.sub(rf"@{re.escape(me.username)}\b", "", text, flags=re.IGNORECASE) if not text.startswith("/") else text
        )
    sender = Sender(
        user_id=message.from_user.id,
        chat_id=message.chat.id,
        message_id=message.message_id,
        language=language_of(message.from_user.language_code),
        private=private,
    )
    if file := _sent(message, text, sender):
        return file
    if command := _COMMAND.fullmatch(text):
        addressee = command.group(2)
        if addressee and me and addressee.lower() != me.username.lower():
            return None
        arguments = (command.group(3) or "").strip()
        if command.group(1).lower() == "ask" and arguments:
            return Ask(sender=sender, text=arguments)
        return Command(sender=sender, name=command.group(1).lower(), arguments=arguments)
    return _said(message, text, sender)


def _said(message: Message, text: str, sender: Sender) -> Ask | Link | Material | Rename | Unreadable:
    """What a text is that is no command."""
    private, asked = sender.private, message.reply_to_message
    if asked and asked.from_user and asked.from_user.is_bot and (marked := marked_document(asked.text or "")):
        return Rename(sender=sender, document=marked, name=text)
    if private and message.forward_origin:
        text = text or message.caption or ""
    text = text.strip()
    if not text:
        return Unreadable(sender=sender)
    if private and (message.forward_origin or not is_question(text)):
        return Material(sender=sender, text=text, author=author_of(message.forward_origin), date=message.date)
    return Link(sender=sender, url=text) if private and _LINK.fullmatch(text) else Ask(sender=sender, text=text)


def _sound(message: Message) -> str:
    """A name by whose ending the LLM service tells the format: Telegram's own are Opus in Ogg, and MP4."""
    if message.audio:
        return message.audio.file_name or "sound.mp3"
    return "voice.ogg" if message.voice else "video.mp4"


def author_of(origin: MessageOriginUnion | None) -> str:
    """Who wrote a forwarded message first, as far as Telegram tells."""
    if isinstance(origin, MessageOriginUser):
        return origin.sender_user.full_name
    if isinstance(origin, MessageOriginHiddenUser):
        return origin.sender_user_name
    if isinstance(origin, MessageOriginChat):
        return origin.sender_chat.title or ""
    return origin.chat.title or "" if isinstance(origin, MessageOriginChannel) else ""


def _press(query: CallbackQuery) -> Press | None:
    if not query.message or not query.data:
        return None
    sender = Sender(
        user_id=query.from_user.id,
        chat_id=query.message.chat.id,
        message_id=query.message.message_id,
        language=language_of(query.from_user.language_code),
        private=query.message.chat.type == "private",
    )
    return Press(sender=sender, query_id=query.id, data=query.data, name=query.from_user.full_name)


def _stopped(stopped: MessageGenerationStopped) -> StopWriting:
    """Telegram shows drafts in private chats only, and these have the person's own id."""
    person = stopped.chat.id
    sender = Sender(user_id=person, chat_id=person, message_id=0, language=language_of(None), private=True)
    return StopWriting(sender=sender, request_id=stopped.draft_id)


def _sent(message: Message, text: str, sender: Sender) -> TakeIn | Recording | Picture | None:
    """What a file is for; None when there is none, or it comes with a text that counts more."""
    if _shows(message):
        return None if message.forward_origin and text else _picture(message, text.strip(), sender)
    if document := message.document:
        return TakeIn(
            sender=sender,
            file_id=document.file_id,
            name=document.file_name or "document",
            mime_type=document.mime_type or "",
            size=document.file_size,
        )
    if spoken := message.voice or message.video_note or message.audio:
        return Recording(sender=sender, file_id=spoken.file_id, name=_sound(message), size=spoken.file_size)
    return None


def _shows(message: Message) -> bool:
    """Whether it is a picture."""
    return bool(message.photo or (message.document and message.document.mime_type in _PICTURES))


def _picture(message: Message, text: str, sender: Sender) -> Picture:
    if not (document := message.document):
        largest = (message.photo or [])[-1]
        return Picture(sender=sender, file_id=largest.file_id, size=largest.file_size, text=text)
    return Picture(
        sender=sender,
        file_id=document.file_id,
        size=document.file_size,
        text=text,
        name=document.file_name or "picture",
        mime_type=document.mime_type or "",
    )


def is_spoken_to(message: Message, me: Me) -> bool:
    """Whether what is said in a group is said to the bot."""
    said = message.text or message.caption or ""
    replied = message.reply_to_message.from_user if message.reply_to_message else None
    if replied and replied.id == me.id:
        return True
    if command := _COMMAND.fullmatch(said):  # in a group there may be other bots, whose commands come here too
        return bool(command.group(2)) or command.group(1).lower() in IN_GROUPS
    return f"@{me.username}".lower() in said.lower()


def _is_service(message: Message) -> bool:
    """Whether nobody said anything: somebody joined, a title changed."""
    return not any(
        (
            message.text,
            message.document,
            message.photo,
            message.voice,
            message.audio,
            message.video,
            message.video_note,
            message.sticker,
            message.animation,
            message.location,
            message.contact,
            message.poll,
            message.dice,
        )
    )
