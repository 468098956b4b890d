"""Which update is posted next, and when again after a failure: decided here, done elsewhere.

A chat has a queue; its first update is posted alone, and the others wait for it (WebhookActor.cpp, ``queue_updates_``).
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from standins.telegram.update_queue import QueuedUpdate, UpdateQueue

LONGEST_RETRY_AFTER: Final = 3600  # seconds that a receiver may ask for
LONGEST_DELAY: Final = 60  # seconds, at random up to twice as many


@dataclass(slots=True, kw_only=True)  # changes: it fails and is tried again
class Delivery:
    """An update on its way; `due` is the Unix time of the next attempt."""

    update: QueuedUpdate
    due: float
    delay: int = 1
    failures: int = 0
    under_way: bool = False


class Deliveries:
    """The updates that were taken from the queue to be posted; twice as many as there may be connections."""

    def __init__(self, *, most: int, longest_delay: Callable[[], int]) -> None:
        self._most = most
        self._longest_delay = longest_delay
        self._chats: dict[int, deque[Delivery]] = {}
        self._loaded: dict[int, Delivery] = {}
        self._last = 0  # number of the update that was taken last

    @property
    def chats(self) -> int:
        """How many queues have something to post."""
        return len(self._chats)

    def load(self, updates: UpdateQueue, *, now: float) -> None:
        """Take more updates, as long as there is room."""
        for update in updates.after(self._last):
            if len(self._loaded) >= self._most:
                return

            self._last = update.id
            delivery = self._loaded[update.id] = Delivery(update=update, due=now)
            self._chats.setdefault(update.queue, deque()).append(delivery)

    def take(self, *, now: float) -> Delivery | None:
        """The next one to post, which is under way from now on; None if none is due."""
        due = [delivery for delivery in self._heads() if delivery.due <= now]
        if not due:
            return None

        chosen = min(due, key=lambda delivery: (delivery.due, delivery.update.queue))
        chosen.under_way = True
        return chosen

    def next_due(self) -> float | None:
        """When the next one is due; None if nothing waits."""
        return min((delivery.due for delivery in self._heads()), default=None)

    def done(self, delivery: Delivery) -> None:
        """It is not posted again: acknowledged, or too old."""
        del self._loaded[delivery.update.id]
        chat = self._chats[delivery.update.queue]
        chat.popleft()
        if not chat:
            del self._chats[delivery.update.queue]

    def failed(self, delivery: Delivery, *, now: float, retry_after: int) -> bool:
        """Plan the next attempt; gives False when the update would be too old by then."""
        wait = min(max(retry_after, 0), LONGEST_RETRY_AFTER)
        delay = delivery.delay
        if not wait and delivery.failures:
            wait = delay = min(self._longest_delay(), delay * 2)

        if now + wait > delivery.update.expires:
            return False

        delivery.delay, delivery.due = delay, now + wait
        delivery.failures += 1
        delivery.under_way = False
        return True

    def _heads(self) -> list[Delivery]:
        return [chat[0] for chat in self._chats.values() if not chat[0].under_way]
