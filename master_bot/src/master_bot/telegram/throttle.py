"""One person must not keep the master bot busy: of so many requests in half a minute, the rest is ignored."""

from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from time import monotonic
from typing import Any, Final

from aiogram.exceptions import TelegramAPIError
from aiogram.types import CallbackQuery, Message, TelegramObject

from master_bot.metrics import Metrics
from master_bot.telegram.sending import acknowledge

WINDOW: Final = 30.0  # seconds


class Throttle:
    """A middleware behind `PersonMiddleware`: at most `most` requests a person in any `WINDOW`."""

    def __init__(self, most: int, metrics: Metrics) -> None:
        self._most = most
        self._metrics = metrics
        self._seen: dict[int, deque[float]] = {}

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:  # noqa: ANN401 - aiogram's interface
        """See aiogram's middlewares."""
        person = data["person"]
        count = self._count(person.id)
        if count <= self._most:
            return await handler(event, data)

        self._metrics.errors.labels("too-fast").inc()
        if count == self._most + 1:
            await _warn(event, person.texts.admin.too_fast)
        return None

    def _count(self, person_id: int) -> int:
        """Count this request; how many this person has made within the window."""
        now = monotonic()
        seen = self._seen.pop(person_id, deque())
        while seen and now - seen[0] > WINDOW:
            seen.popleft()

        seen.append(now)
        self._seen[person_id] = seen

        # The person who has been silent for longest comes first; whoever was silent for a whole window is forgotten.
        while now - (oldest := next(iter(self._seen.items())))[1][-1] > WINDOW:
            del self._seen[oldest[0]]

        return len(seen)


async def _warn(event: TelegramObject, text: str) -> None:
    with suppress(TelegramAPIError):
        match event:
            case CallbackQuery():
                await acknowledge(event, text)
            case Message():
                await event.answer(text)
