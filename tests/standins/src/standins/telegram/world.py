"""The state of the stand-in: who exists, who talks with whom, and what each of them hears of a change.

Everything here is synchronous and runs on one event loop, so a change and its notices are one step.
"""

import hashlib
import re
import secrets
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from standins.telegram.clock import Clock
from standins.telegram.errors import ApiError, bad_request, forbidden
from standins.telegram.faults import Faults
from standins.telegram.limits import Limits
from standins.telegram.models import Bot, CallbackQuery, Chat, Json, Person, StoredFile
from standins.telegram.update_queue import QueuedUpdate, UpdateQueue

NOT_BY_DEFAULT: Final = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
_USERNAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{3,30}[A-Za-z0-9]")


class NotPossibleError(ValueError):
    """A messenger would not let the person do this."""


class UsernameRefusedError(ValueError):
    """A bot cannot have this username; `reason` is ``invalid`` or ``occupied``."""

    def __init__(self, username: str, reason: str) -> None:
        super().__init__(f"the username {username!r} is {reason}")
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a server is started with.

    Attributes:
        master_username: the bot pinned on the chat page.
        sample_key: a key for the LLM, offered by the page's hint.
        file_limit: bytes of a file that a bot may download; a self-hosted server allows 2000 MB.
        upload_limit: the same for files that it sends.
        local: a self-hosted server run with ``--local``: webhooks by http, on any port, at private addresses.
        hosts: where public names really are, ``name: "host:port"``, for webhooks; as curl's ``--resolve``.
        trusted: certificates, as PEM, that count as publicly trusted besides the system's.
    """

    master_username: str | None = None
    sample_key: str | None = None
    file_limit: int = 20 * 1024 * 1024
    upload_limit: int = 50 * 1024 * 1024
    local: bool = False
    hosts: Mapping[str, str] = field(default_factory=dict)
    trusted: str = ""


Performer = Callable[[Bot, Json, Mapping[str, Any]], Awaitable[None]]
"""Calls the method in a webhook's answer: its arguments and files."""


class World:
    """People, bots, their chats; the rules of who may reach whom."""

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        self.settings = settings
        self.clock = clock or Clock()
        self.away = False
        self.perform: Performer | None = None
        self.people: dict[int, Person] = {}
        self.bots: dict[int, Bot] = {}
        self.queries: dict[str, CallbackQuery] = {}
        self.faults = Faults()
        self.limits = Limits(self.clock)
        self.calls: deque[Json] = deque(maxlen=20_000)
        self.deliveries: deque[Json] = deque(maxlen=20_000)

    # People and bots

    def join(self, name: str, *, language_code: str = "en", username: str | None = None) -> Person:
        """The person of this name; the same name is the same person, with the same id, even after a restart."""
        digest = hashlib.sha256(" ".join(name.split()).casefold().encode()).digest()
        number = 200_000_000 + int.from_bytes(digest[:8], "big") % 7_000_000_000
        person = self.people.setdefault(
            number, Person(id=number, name=" ".join(name.split()), language_code=language_code)
        )
        person.language_code = language_code
        person.username = username or person.username

        return person

    def make_bot(self, username: str, *, name: str = "", owner: int | None = None, token: str | None = None) -> Bot:
        """A new bot with a token as @BotFather gives it.

        Raises:
            UsernameRefusedError: not 5–32 letters, digits and underscores that end in "bot", or taken.
        """
        if not _USERNAME.fullmatch(username) or not username.lower().endswith("bot") or "__" in username:
            raise UsernameRefusedError(username, "invalid")
        if self.find_bot(username):
            raise UsernameRefusedError(username, "occupied")

        number = int(token.split(":")[0]) if token else 7_000_000_000 + secrets.randbelow(1_500_000_000)
        bot = Bot(id=number, username=username, name=name or username, token=token or new_token(number), owner=owner)
        bot.updates = UpdateQueue(100_000_000 + secrets.randbelow(800_000_000))
        self.bots[number] = bot

        return bot

    def delete_bot(self, bot: Bot) -> None:
        bot.end_poll(ApiError(401, "Unauthorized"))
        bot.remove_webhook()
        self.bots.pop(bot.id, None)
        for chat in bot.chats.values():
            self.notify(chat, {"type": "chat"})

    def replace_token(self, bot: Bot) -> str:
        bot.token = new_token(bot.id)
        bot.end_poll(ApiError(401, "Unauthorized"))
        return bot.token

    def find_bot(self, username: str) -> Bot | None:
        wanted = username.removeprefix("@").lower()
        return next((bot for bot in self.bots.values() if bot.username.lower() == wanted), None)

    def bot_of_token(self, token: str) -> Bot | None:
        number = token.partition(":")[0]
        bot = self.bots.get(int(number)) if number.isdecimal() else None
        return bot if bot and not bot.built_in and secrets.compare_digest(bot.token.encode(), token.encode()) else None

    def bots_of(self, person: Person) -> list[Bot]:
        return [bot for bot in self.bots.values() if bot.owner == person.id]

    # Chats

    def chat(self, bot: Bot, person: Person) -> Chat:
        return bot.chats.get(person.id) or bot.chats.setdefault(person.id, Chat(bot=bot, person=person))

    def chat_to_write_in(self, bot: Bot, chat_id: int | str) -> Chat:
        """The chat that a bot writes in, if it may.

        Raises:
            ApiError: the bot cannot reach that person, in Telegram's words.
        """
        if isinstance(chat_id, int) and chat_id in self.bots:
            raise forbidden("bots can't send messages to bots")

        chat = bot.chats.get(chat_id) if isinstance(chat_id, int) else None
        if not chat:
            raise bad_request("chat not found")

        chat.require_writable()
        return chat

    def new_message(self, chat: Chat, *, from_bot: bool, content: Json) -> Json:
        """Add a message to the chat and show it to the person. The caller queues the update."""
        number = chat.take_number()
        sender = chat.bot.as_user() if from_bot else chat.person.as_user()
        message = {
            "message_id": number,
            "from": sender,
            "chat": chat.as_json(),
            "date": int(self.clock.now()),
        } | content
        chat.messages[number] = message

        if from_bot:
            chat.written()
            chat.action = None
            self.drop_draft(chat)

        self.notify(chat, {"type": "message", "message": message})
        return message

    def drop_draft(self, chat: Chat) -> None:
        if chat.draft:
            if chat.draft.expiry:
                chat.draft.expiry.cancel()
            chat.draft = None
            self.notify(chat, {"type": "draft", "draft": None})

    def store_file(self, bot: Bot, name: str, mime_type: str, data: bytes, *, kind: str) -> StoredFile:
        """Keep a file that a bot can get by its id; `kind` is the folder: documents, photos, voice."""
        unique = secrets.token_urlsafe(11)
        prefix = {"photos": "AgACAgIAAxk", "documents": "BQACAgIAAxk", "voice": "AwACAgIAAxk"}[kind]
        ending = name[name.rfind(".") :].lower() if "." in name else (".jpg" if kind == "photos" else "")
        path = f"{kind}/file_{len(bot.files)}{ending if re.fullmatch(r'[.][A-Za-z0-9]{1,10}', ending) else ''}"
        stored = StoredFile(
            file_id=prefix + secrets.token_urlsafe(42),
            unique_id=unique,
            name=name,
            mime_type=mime_type,
            data=data,
            path=path,
        )
        bot.files[stored.file_id] = stored

        return stored

    # Notices

    def notify(self, chat: Chat, event: Json) -> None:
        """Tell the person's screens of a change in one of their chats."""
        others = (self.people[number] for number in chat.members() if number in self.people)
        for person in (chat.person, *others):
            person.feed.add(event | {"chat": chat.name})

    def add_update(self, bot: Bot, kind: str, content: Any) -> int:  # noqa: ANN401 - any of the API's objects
        """Queue an update for the bot; give its id, or 0 if the bot asked not to get this kind."""
        allowed = kind in bot.allowed_updates if bot.allowed_updates else kind not in NOT_BY_DEFAULT
        if not allowed:
            return 0

        update = bot.updates.add(kind, content, now=self.clock.now())
        if not self.away:
            bot.wake()

        return update.id

    def set_away(self, *, away: bool) -> None:
        """Let Telegram be out of reach for bots, or be back with everything that people did meanwhile."""
        self.away = away
        if away:
            return

        for bot in self.bots.values():
            if len(bot.updates):
                bot.wake()

    def mark_read(self, bot: Bot, update: QueuedUpdate) -> None:
        """Show the person that the bot has their message."""
        message = update.content if update.kind == "message" else None
        chat = bot.chats.get(message["chat"]["id"]) if message else None
        if message and chat and message["message_id"] > chat.read_by_bot:
            chat.read_by_bot = message["message_id"]
            self.notify(chat, {"type": "read_by_bot", "up_to": chat.read_by_bot})

    def log_delivery(self, bot: Bot, number: int, status: int, error: str) -> None:
        """Record what came of a request to a webhook."""
        self.deliveries.append({
            "bot": bot.username, "update_id": number, "status": status, "error": error, "at": self.clock.now(),
        })  # fmt: skip

    async def carry_out(self, bot: Bot, reply: Json, uploads: Mapping[str, Any]) -> None:
        """Call the method that a webhook's answer names."""
        if self.perform:
            await self.perform(bot, reply, uploads)

    def close(self) -> None:
        """End every request that waits."""
        for bot in self.bots.values():
            if bot.poll:
                bot.poll.cancel()
            if bot.deliverer:
                bot.deliverer.stop()

        for person in self.people.values():
            person.feed.close()


def new_token(bot_id: int) -> str:
    """A token of Telegram's shape: ``<bot id>:<35 characters>``."""
    return f"{bot_id}:AA{secrets.token_urlsafe(40)[:33]}"
