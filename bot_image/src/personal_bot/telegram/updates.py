"""What an update asks for: a pure decision from what Telegram sent."""

import re
from typing import Final

from aiogram.types import (
    Audio,
    CallbackQuery,
    Message,
    MessageOriginChannel,
    MessageOriginChat,
    MessageOriginHiddenUser,
    MessageOriginUnion,
    MessageOriginUser,
    Update,
    VideoNote,
    Voice,
)
from aiogram.types.message_generation_stopped import MessageGenerationStopped

from personal_bot.telegram.buttons import ID_LENGTH, Button, read_button
from personal_bot.telegram.client import Me
from personal_bot.telegram.intents import (
    Command,
    Intent,
    Link,
    PastedText,
    Picture,
    Press,
    Recording,
    Rename,
    Sender,
    StopWriting,
    TextQuestion,
    Unreadable,
    Upload,
)
from personal_bot.telegram.replies import about_of
from personal_bot.texts import language_of

LONG: Final = 1000
"""Characters from which a text without a question may be meant as a document."""

IN_GROUPS: Final = ("ask", "search", "top", "dossier", "digest", "group", "forget", "new", "stop", "start", "help")
"""Commands that the bot answers in groups."""

_EDGE: Final = 200  # characters at the beginning and the end of a text that may have a question
_LINK: Final = re.compile(r"https?://\S{4,2000}", re.IGNORECASE)
_PICTURES: Final = frozenset({"image/jpeg", "image/png", "image/webp"})  # that models see; Telegram goes by the ending
_COMMAND: Final = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]+))?(?:\s+(.*))?", re.DOTALL)
_MARK: Final = re.compile(rf"#([0-9a-f]{{{ID_LENGTH}}})$")

_CONTENT: Final = (
    "text",
    "document",
    "photo",
    "voice",
    "audio",
    "video",
    "video_note",
    "sticker",
    "animation",
    "location",
    "contact",
    "poll",
    "dice",
    "story",
    "checklist",
    "paid_media",
    "live_photo",
    "rich_message",
    "game",
    "venue",
    "invoice",
)  # what people send; other messages tell that somebody joined, or that a title changed


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
    if not message or not (writer := _writer(message)) or not _has_content(message):
        return None
    private = message.chat.type == "private"
    if not private and not (me and is_spoken_to(message, me)):
        return None

    text = _text_of(message)
    if me and not private and not text.startswith("/"):
        text = re.sub(rf"@{re.escape(me.username)}\b", "", text, flags=re.IGNORECASE)
    sender = Sender(
        user_id=writer,
        chat_id=message.chat.id,
        message_id=message.message_id,
        language=language_of(message.from_user.language_code if message.from_user else None),
        private=private,
        thread_id=_topic(message),
    )
    if file := _file(message, text, sender):
        return file
    if command := _COMMAND.fullmatch(text):
        return _command(command, sender, me, about=about_of(message))
    return _text(message, text, sender)


def is_question(text: str) -> bool:
    """Whether a text asks rather than shows: it is short, or has a question at its beginning or end."""
    return len(text) < LONG or "?" in text[:_EDGE] or "?" in text[-_EDGE:]


def mark_of(document_id: str) -> str:
    """The mark that a question for a document's new name carries: so the answer is understood after a restart too."""
    return f"#{document_id[:ID_LENGTH]}"


def marked_document(text: str) -> str | None:
    """The beginning of the id of the document that a question for a new name is about; None for another text."""
    found = _MARK.search(text)
    return found[1] if found else None


def author_of(origin: MessageOriginUnion | None) -> str:
    """Who wrote a forwarded message first, as far as Telegram tells."""
    match origin:
        case MessageOriginUser():
            return origin.sender_user.full_name
        case MessageOriginHiddenUser():
            return origin.sender_user_name
        case MessageOriginChat():
            return origin.sender_chat.title or ""
        case MessageOriginChannel():
            return origin.chat.title or ""
    return ""


def is_spoken_to(message: Message, me: Me) -> bool:
    """Whether what somebody says in a group is for the bot."""
    text = message.text or message.caption or ""
    replied = message.reply_to_message.from_user if message.reply_to_message else None

    if replied and replied.id == me.id:
        return True
    if command := _COMMAND.fullmatch(text):  # a group may have other bots, whose commands come here too
        return bool(command.group(2)) or command.group(1).lower() in IN_GROUPS
    return f"@{me.username}".lower() in text.lower()


def _topic(message: Message) -> int | None:
    """The topic that it stands in; in other groups the same number names a chain of replies."""
    return message.message_thread_id if message.is_topic_message else None


def _writer(message: Message) -> int | None:
    """Who writes: a person, or the group or channel in whose name somebody does, which has a negative id.

    None for another bot, and for a channel's post that Telegram repeats in the channel's group.
    """
    if message.is_automatic_forward:
        return None
    if message.sender_chat:
        return message.sender_chat.id
    return message.from_user.id if message.from_user and not message.from_user.is_bot else None


def _text_of(message: Message) -> str:
    """The text, or what stands below a file that the bot can read or hear."""
    return message.text or (message.caption if message.photo or message.document or _spoken(message) else None) or ""


def _command(found: re.Match[str], sender: Sender, me: Me | None, *, about: str) -> TextQuestion | Command | None:
    name, addressee, arguments = found.group(1).lower(), found.group(2), (found.group(3) or "").strip()
    if addressee and me and addressee.lower() != me.username.lower():
        return None
    if name == "ask" and (arguments or about):
        return _asked(sender, arguments, about)
    return Command(sender=sender, name=name, arguments=arguments)


def _text(message: Message, text: str, sender: Sender) -> TextQuestion | Link | PastedText | Rename | Unreadable:
    """What a text is that is no command."""
    private, replied = sender.private, message.reply_to_message
    if replied and replied.from_user and replied.from_user.is_bot and (marked := marked_document(replied.text or "")):
        return Rename(sender=sender, document=marked, name=text)

    if private and message.forward_origin:
        text = text or message.caption or ""
    text, about = text.strip(), about_of(message)
    if not text:
        # In a group, a reply that only names the bot gives it the other message to answer.
        return Unreadable(sender=sender) if private or not about else _asked(sender, "", about)
    if private and (message.forward_origin or not is_question(text)):
        return PastedText(sender=sender, text=text, author=author_of(message.forward_origin), date=message.date)
    if private and _LINK.fullmatch(text):
        return Link(sender=sender, url=text)
    return _asked(sender, text, about)


def _asked(sender: Sender, text: str, about: str) -> TextQuestion:
    """A question; without words of its own it is what somebody replies to."""
    return TextQuestion(sender=sender, text=text, about=about) if text else TextQuestion(sender=sender, text=about)


def _file(message: Message, text: str, sender: Sender) -> Upload | Recording | Picture | None:
    """What a file is for; None when there is none, or it comes with a text that counts more."""
    if _shows(message):
        return None if message.forward_origin and text else _picture(message, text.strip(), sender)

    # Below a forwarded file are its author's words, and no question of the person's.
    question = "" if message.forward_origin else text.strip()
    if document := message.document:
        return Upload(
            sender=sender,
            file_id=document.file_id,
            name=document.file_name or "document",
            mime_type=document.mime_type or "",
            size=document.file_size,
            question=question,
        )
    if spoken := _spoken(message):
        return Recording(
            sender=sender, file_id=spoken.file_id, name=_sound(message), size=spoken.file_size, text=question
        )
    return None


def _spoken(message: Message) -> Voice | VideoNote | Audio | None:
    return message.voice or message.video_note or message.audio


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


def _sound(message: Message) -> str:
    """A name by whose ending the LLM service tells the format: Telegram's own are Opus in Ogg, and MP4."""
    if message.audio:
        return message.audio.file_name or "sound.mp3"
    return "voice.ogg" if message.voice else "video.mp4"


def _press(query: CallbackQuery) -> Press[Button] | None:
    if not query.message or not query.data:
        return None
    sender = Sender(
        user_id=query.from_user.id,
        chat_id=query.message.chat.id,
        message_id=query.message.message_id,
        language=language_of(query.from_user.language_code),
        private=query.message.chat.type == "private",
        thread_id=_topic(query.message) if isinstance(query.message, Message) else None,
    )
    return Press(sender=sender, query_id=query.id, button=read_button(query.data), name=query.from_user.full_name)


def _stopped(stopped: MessageGenerationStopped) -> StopWriting:
    """Telegram shows drafts in private chats only, and these have the person's own id."""
    person = stopped.chat.id
    sender = Sender(user_id=person, chat_id=person, message_id=0, language=language_of(None), private=True)
    return StopWriting(sender=sender, request_id=stopped.draft_id)


def _has_content(message: Message) -> bool:
    """Whether somebody says something, rather than joins."""
    return any(getattr(message, kind) for kind in _CONTENT)
