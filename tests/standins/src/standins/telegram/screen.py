"""What a person's screen shows of a chat, for tests: messages, buttons, and waiting for them."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from standins.telegram.models import Json


class StandInError(RuntimeError):
    """The stand-in refused, in its words."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(f"{words} ({status})")
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message on a person's screen; `draft`: the bot is still writing it, and it has no id yet (0)."""

    id: int
    chat: str
    from_bot: bool
    text: str  # or the caption
    buttons: tuple[tuple[str, ...], ...]
    edited: bool
    draft: bool
    raw: Json

    @property
    def document(self) -> Json | None:
        return self.raw.get("document")

    @property
    def photo(self) -> list[Json] | None:
        return self.raw.get("photo")

    @property
    def entities(self) -> list[Json]:
        found: list[Json] = self.raw.get("entities") or self.raw.get("caption_entities") or []
        return found


async def wait_for(
    view_of: Callable[..., Awaitable[Json]], chat: str, matches: Callable[[Message], bool], *, timeout: float,
    after: Message | None,
) -> Message:  # fmt: skip
    """The newest message of a bot's that matches; `view_of` gives the chat, and waits when it gets ``after``.

    Raises:
        TimeoutError: none came within `timeout` seconds; says what the chat shows instead.
    """
    deadline = time.monotonic() + timeout
    view = await view_of(chat)

    while True:
        shown = [message for message in read_messages(chat, view) if message.from_bot]
        for message in reversed(shown):
            newer = after is None or message.draft or message.id > after.id
            if newer and matches(message):
                return message

        left = deadline - time.monotonic()
        if left <= 0:
            texts = [("(draft) " if message.draft else "") + message.text for message in shown[-5:]]
            raise TimeoutError(f"@{chat} said nothing that matches within {timeout} s; its last words: {texts}")

        view = await view_of(chat, after=view["seq"], timeout=min(left, 25))


def find_button(view: Json, message: Message, label: str) -> tuple[int, int]:
    """Row and column of a button under a message as it is now.

    Raises:
        StandInError: there is no such button; says which there are.
    """
    raw: Json = next((entry for entry in view["messages"] if entry["message_id"] == message.id), {})
    rows = raw.get("reply_markup", {}).get("inline_keyboard", [])
    places = [(r, c) for r, row in enumerate(rows) for c, button in enumerate(row) if button["text"] == label]
    if not places:
        shown = [button["text"] for row in rows for button in row]
        raise StandInError(404, f"no button {label!r} under message {message.id}; there are {shown}")

    return places[0]


def read_messages(username: str, view: Json) -> list[Message]:
    """The messages of a chat, oldest first, the draft last."""
    messages = [read_message(username, raw) for raw in view["messages"]]
    if draft := view["draft"]:
        messages.append(read_draft(username, draft))

    return messages


def read_draft(username: str, raw: Json) -> Message:
    """A message that the bot is still writing."""
    return Message(
        id=0, chat=username, from_bot=True, text=raw["text"], buttons=(), edited=False, draft=True, raw=raw,
    )  # fmt: skip


def read_message(username: str, raw: Json) -> Message:
    """A message, from the JSON that bots see."""
    rows = raw.get("reply_markup", {}).get("inline_keyboard", [])
    return Message(
        id=raw["message_id"], chat=username, from_bot=raw["from"]["is_bot"],
        text=raw.get("text") or raw.get("caption") or "",
        buttons=tuple(tuple(button["text"] for button in row) for row in rows),
        edited="edit_date" in raw, draft=False, raw=raw,
    )  # fmt: skip
