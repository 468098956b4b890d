"""What an update asks of the bot: one frozen dataclass for each kind of intent."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from personal_bot.telegram.buttons import Button

ButtonT_co = TypeVar("ButtonT_co", bound=Button, covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who wrote, where and in which message; `thread_id` is the topic, in chats that have topics."""

    user_id: int
    chat_id: int
    message_id: int
    language: str
    private: bool
    thread_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TextQuestion:
    """A question in words.

    Attributes:
        text: the person's own words.
        about: what they reply to or quote; or empty.
        documents: ids of the only documents to answer from; empty: those that the person chose.
    """

    sender: Sender
    text: str
    about: str = ""
    documents: frozenset[str] = frozenset()

    @property
    def whole(self) -> str:
        """The question below what it is about."""
        return f"{self.about}\n\n{self.text}" if self.about else self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class PastedText:
    """A text that may be meant as a document: forwarded, or long and without a question.

    Attributes:
        author: who wrote it first, when it was forwarded; else empty.
        date: when it was sent to the bot.
    """

    sender: Sender
    text: str
    author: str
    date: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link and nothing else: the bot reads what it leads to."""

    sender: Sender
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file for the bot to read.

    Attributes:
        file_id: Telegram's; empty for a file that is on the bot's volume already.
        size: bytes; None when Telegram does not say.
        question: what stands below it, which is asked about it; or empty.
    """

    sender: Sender
    file_id: str
    name: str
    mime_type: str
    size: int | None
    question: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """Something spoken: a voice message, a video message or a sound file; `size` is in bytes, `text` stands below."""

    sender: Sender
    file_id: str
    name: str
    size: int | None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A photo, or a picture that was sent as a file; `text` is the question below it, or empty."""

    sender: Sender
    file_id: str
    size: int | None
    text: str
    name: str = "photo.jpg"
    mime_type: str = "image/jpeg"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command, in lower case and without its slash; `arguments` is what follows it, as it was written."""

    sender: Sender
    name: str
    arguments: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rename:
    """A new name for a document: the answer to the bot's question. `document` is the beginning of the document's id."""

    sender: Sender
    document: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Press(Generic[ButtonT_co]):
    """A press of a button under one of the bot's messages.

    Attributes:
        sender: who pressed it; `sender.message_id` is the message with the button.
        query_id: by which Telegram wants the press answered.
        name: of the person who pressed it.
    """

    sender: Sender
    query_id: str
    button: ButtonT_co
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopWriting:
    """Telegram's own stop button under the draft of an answer."""

    sender: Sender
    request_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """Something that the bot cannot read: a sticker, a video, a place on the map."""

    sender: Sender


@dataclass(frozen=True, slots=True, kw_only=True)
class LateEdit:
    """A question that somebody changes after newer messages: the bot does not answer it anew, and says so."""

    sender: Sender


Intent = (
    TextQuestion
    | PastedText
    | Link
    | Upload
    | Recording
    | Picture
    | Command
    | Rename
    | Press[Button]
    | StopWriting
    | Unreadable
    | LateEdit
)
