"""The things a Telegram server knows: people, bots, their private chats, messages and files.

Messages, entities, keyboards and updates are kept as the JSON objects that bots see (https://core.telegram.org/bots/api).
"""

import asyncio
from dataclasses import dataclass, field
from typing import Any, Protocol

from standins.telegram.errors import ApiError, forbidden
from standins.telegram.feed import Feed
from standins.telegram.update_queue import UpdateQueue
from standins.telegram.webhook.target import Target

Json = dict[str, Any]


@dataclass(eq=False, slots=True, kw_only=True)  # changes: it is the state of the server
class Person:
    id: int
    name: str
    language_code: str
    username: str | None = None
    feed: Feed = field(default_factory=Feed)
    quota: int = 20  # bots one account may own

    def as_user(self) -> Json:
        user: Json = {"id": self.id, "is_bot": False, "first_name": self.name, "language_code": self.language_code}
        return user | ({"username": self.username} if self.username else {})


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """`path` is what getFile gives: the part after ``/file/bot<token>/``."""

    file_id: str
    unique_id: str
    name: str
    mime_type: str
    data: bytes
    path: str

    def as_json(self) -> Json:
        return {"file_id": self.file_id, "file_unique_id": self.unique_id, "file_size": len(self.data)}


class Deliverer(Protocol):
    """Posts a bot's updates to its webhook."""

    def wake(self) -> None:
        """Look for updates."""

    def stop(self) -> None:
        """Post no more."""


@dataclass(eq=False, slots=True, kw_only=True)  # changes: it is the state of the server
class Bot:
    id: int
    username: str
    name: str
    token: str
    owner: int | None
    updates: UpdateQueue = field(default_factory=UpdateQueue)
    poll: asyncio.Future[None] | None = None
    allowed_updates: list[str] = field(default_factory=list)
    webhook: Target | None = None
    deliverer: Deliverer | None = None  # posts to the webhook
    last_webhook_error: tuple[int, str] | None = None  # Unix time, and what getWebhookInfo says
    next_webhook_change: float = 0.0  # Unix time before which setWebhook is too soon
    next_conflict: float = 0.0  # Unix time before which a 409 comes late
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    texts: dict[tuple[str, str], str] = field(default_factory=dict)  # (kind, language): name, description, short one
    menu_buttons: dict[int, Json] = field(default_factory=dict)
    files: dict[str, StoredFile] = field(default_factory=dict)
    chats: "dict[int, Chat]" = field(default_factory=dict)
    last_message_id: int = 0
    can_manage_bots: bool = False
    manager: int | None = None
    access: list[int] | None = None  # people allowed besides the owner; None: everybody
    built_in: bool = False
    privacy: bool = True  # in groups it hears only what is meant for it

    def as_user(self) -> Json:
        return {"id": self.id, "is_bot": True, "first_name": self.name, "username": self.username}

    def as_me(self) -> Json:
        """What getMe says, which is more than what others see."""
        return self.as_user() | {
            "can_join_groups": True,
            "can_read_all_group_messages": not self.privacy,
            "supports_inline_queries": False,
            "can_connect_to_business": False,
            "has_main_web_app": False,
            "has_topics_enabled": False,
            "allows_users_to_create_topics": False,
            "can_manage_bots": self.can_manage_bots,
        }

    def end_poll(self, refusal: ApiError | None = None) -> None:
        """Let the waiting getUpdates return: with what there is, or with a refusal."""
        if self.poll and not self.poll.done():
            if refusal:
                self.poll.set_exception(refusal)
            else:
                self.poll.set_result(None)

    def wake(self) -> None:
        """Let whoever waits for updates look: a getUpdates, or the one who posts to the webhook."""
        self.end_poll()
        if self.deliverer:
            self.deliverer.wake()

    def remove_webhook(self) -> None:
        """Forget the webhook; the updates stay."""
        if self.deliverer:
            self.deliverer.stop()

        self.webhook = self.deliverer = self.last_webhook_error = None


@dataclass(eq=False, slots=True, kw_only=True)  # changes: it is the state of the server
class Draft:
    draft_id: int
    text: str
    entities: list[Json]
    can_stop: bool
    keep_on_stop: bool
    date: int
    expiry: asyncio.TimerHandle | None = None

    def as_json(self) -> Json:
        return {
            "draft_id": self.draft_id,
            "text": self.text,
            "entities": self.entities,
            "can_stop": self.can_stop,
            "date": self.date,
        }


@dataclass(eq=False, slots=True, kw_only=True)  # changes: it is the state of the server
class Chat:
    """The private chat of a person and a bot. Its id, for the bot, is the person's."""

    bot: Bot
    person: Person
    messages: dict[int, Json] = field(default_factory=dict)
    started: bool = False  # the person wrote first, so that the bot may write
    blocked: bool = False
    draft: Draft | None = None
    action: tuple[str, float] | None = None  # chat action and when it ends
    keyboard: Json | None = None  # the reply keyboard in force
    read_by_person: int = 0
    read_by_bot: int = 0

    def as_json(self) -> Json:
        """What a message says of its chat."""
        chat: Json = {"id": self.person.id, "type": "private", "first_name": self.person.name}
        return chat | ({"username": self.person.username} if self.person.username else {})

    @property
    def name(self) -> str:
        """What the chat is called in addresses and events: the bot's username, or a group's id."""
        return self.bot.username

    def members(self) -> list[int]:
        """The ids of those who see it besides the person."""
        return []

    def take_number(self) -> int:
        """The next message's number: a bot counts through all of its private chats."""
        self.bot.last_message_id += 1
        return self.bot.last_message_id

    def written(self) -> None:
        """The bot has written here."""

    def require_writable(self) -> None:
        """Let the bot write.

        Raises:
            ApiError: it may not, in Telegram's words.
        """
        if self.blocked:
            raise forbidden("bot was blocked by the user")
        if not self.started:
            raise forbidden("bot can't initiate conversation with a user")

    def unread(self) -> int:
        return sum(
            1 for number, message in self.messages.items()
            if number > self.read_by_person and message["from"]["is_bot"]
        )  # fmt: skip

    def current_action(self, now: float) -> str | None:
        return self.action[0] if self.action and self.action[1] > now else None


@dataclass(eq=False, slots=True, kw_only=True)  # changes: it is the state of the server
class CallbackQuery:
    id: str
    chat: Chat
    message_id: int
    asked: float
    answer: Json | None = None
