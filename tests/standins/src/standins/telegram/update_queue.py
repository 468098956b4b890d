"""The updates that wait for a bot, however it gets them: getUpdates and a webhook share one queue.

The rules are those of tdlib's ``TQueue`` and of ``Client::add_update_impl`` in tdlib/telegram-bot-api.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

Json = dict[str, Any]

UPDATES_LIVE: Final = 24 * 3600  # seconds: https://core.telegram.org/bots/api#getting-updates
QUERIES_LIVE: Final = 150  # seconds: Client::add_new_callback_query
QUEUES: Final = 33  # bits that a chat's id takes in a queue's number
"""``Client.cpp`` numbers queues by a chat or person and, above these bits, by the kind of the update."""

_KINDS: Final = {
    "callback_query": 3, "my_chat_member": 5, "managed_bot": 13, "stopped_message_generation": 14,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedUpdate:
    """An update, the queue in which it keeps its order with others, and the Unix time at which it is forgotten."""

    id: int
    kind: str
    content: Json
    queue: int
    expires: float

    def as_json(self) -> Json:
        return {"update_id": self.id, self.kind: self.content}


class UpdateQueue:
    """Updates in their order; each is forgotten when it was confirmed, acknowledged, or too old."""

    def __init__(self, first: int = 1) -> None:
        self._waiting: dict[int, QueuedUpdate] = {}
        self._next = first

    def __len__(self) -> int:
        return len(self._waiting)

    def __iter__(self) -> Iterator[QueuedUpdate]:
        return iter(self._waiting.values())

    def add(self, kind: str, content: Json, *, now: float) -> QueuedUpdate:
        """Queue an update under the next number."""
        lives = QUERIES_LIVE if kind == "callback_query" else UPDATES_LIVE
        update = QueuedUpdate(
            id=self._next, kind=kind, content=content, queue=queue_of(kind, content), expires=now + lives
        )
        self._waiting[update.id] = update
        self._next += 1
        return update

    def forget(self, number: int) -> QueuedUpdate | None:
        """Forget one update; it is acknowledged."""
        return self._waiting.pop(number, None)

    def confirm(self, offset: int) -> list[QueuedUpdate]:
        """Forget what is below the offset; a negative one keeps that many from the end. Gives what is forgotten."""
        numbers = list(self._waiting)
        done = numbers[:offset] if offset < 0 else [number for number in numbers if number < offset]
        return [self._waiting.pop(number) for number in done]

    def forget_old(self, now: float) -> None:
        """Forget what nobody asked for in its time."""
        for update in [update for update in self if update.expires < now]:
            del self._waiting[update.id]

    def after(self, number: int) -> Iterator[QueuedUpdate]:
        """The updates above a number."""
        return (update for update in list(self) if update.id > number)

    def clear(self) -> None:
        self._waiting.clear()


def queue_of(kind: str, content: Json) -> int:
    """The queue of an update: those of one are delivered one after the other (``webhook_queue_id`` in Client.cpp)."""
    match kind:
        case "callback_query":
            owner = content["from"]["id"]
        case "managed_bot":
            owner = content["user"]["id"]
        case _:
            owner = content["chat"]["id"]

    return int(owner) + (_KINDS.get(kind, 0) << QUEUES)
