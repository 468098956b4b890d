"""What the bots say of themselves: their /statusz, read at a flat cost.

A pod is read at once when its container or its readiness is another than at the last reading, and otherwise in turns:
so rarely that all bots together stay within half the budget, since those that just changed go first. A bot
that runs and is not ready is read more often, since somebody wants to know why.
"""

import json
import logging
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple, Self

import aiohttp

from personalbots_api import names
from personalbots_operator.cache.observed import Key, Pod
from personalbots_operator.kube.rate_limit import Pace
from personalbots_operator.loop.queue import WorkQueue
from personalbots_operator.settings import Settings

logger = logging.getLogger(__name__)

TIMEOUT: Final = aiohttp.ClientTimeout(total=2.0)
LARGEST: Final = 64 * 1024
UNREADY_SECONDS: Final = 5.0
_TEXT: Final = 1024
_LARGEST_PERCENT: Final = 999
"""Of `status.budgetUsedPercent`."""


@dataclass(frozen=True, slots=True)
class Statusz:
    """What a bot says of itself; reasons are those of the catalogue, or of a newer bot."""

    bot_id: int | None = None
    username: str = ""
    polling_reason: str = ""
    polling_message: str = ""
    has_polled: bool = False
    last_message: str | None = None
    busy: bool = False
    """It answers somebody, somebody waits for an answer, or it embeds all anew and nothing stands in the way."""
    knowledge_reason: str = ""
    knowledge_message: str = ""
    documents: int = 0
    chunks: int = 0
    bytes: int = 0
    llm_reason: str = ""
    llm_message: str = ""
    budget_percent: int | None = None
    """How much of the month's budget is spent; None when there is none."""

    @classmethod
    def from_raw(cls, raw: Any) -> Self:  # noqa: ANN401 - what a pod answers is not ours
        """Never fails: what is missing or of another type is left out."""
        bot, polling, activity = _part(raw, "bot"), _part(raw, "polling"), _part(raw, "activity")
        knowledge, llm, budget = _part(raw, "knowledge"), _part(raw, "llm"), _part(raw, "budget")
        reindexing = _part(knowledge, "reindexing")
        return cls(
            bot_id=_number(bot, "id") or None,
            username=_text(bot, "username")[:64],
            polling_reason=_text(polling, "reason"),
            polling_message=_text(polling, "message"),
            has_polled=bool(_text(polling, "lastCompleted")),
            last_message=_text(activity, "lastMessage") or None,
            busy=bool(
                _number(activity, "inFlight")
                or _number(activity, "queued")
                or (reindexing and not _text(reindexing, "problem"))
            ),
            knowledge_reason=_text(knowledge, "reason"),
            knowledge_message=_text(knowledge, "message"),
            documents=_number(knowledge, "documents"),
            chunks=_number(knowledge, "chunks"),
            bytes=_number(knowledge, "bytes"),
            llm_reason=_text(llm, "reason"),
            llm_message=_text(llm, "message"),
            budget_percent=min(_number(budget, "usedPercent"), _LARGEST_PERCENT) if budget else None,
        )


def _part(raw: Any, name: str) -> Mapping[str, Any]:  # noqa: ANN401
    part = raw.get(name) if isinstance(raw, Mapping) else None
    return part if isinstance(part, Mapping) else {}


def _text(part: Mapping[str, Any], name: str) -> str:
    value = part.get(name)
    return value[:_TEXT] if isinstance(value, str) else ""


def _number(part: Mapping[str, Any], name: str) -> int:
    value = part.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


class Moment(NamedTuple):
    """What a reading was made of: another container or readiness asks for another reading."""

    container: str
    ready: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of asking a pod: what its container said last, whether it answered the last time, and when that was.

    It is `pending` until it was asked.
    """

    moment: Moment
    statusz: Statusz | None = None
    answered: bool = False
    pending: bool = True
    asked_at: float = 0.0
    """`time.monotonic()` of the first try."""
    read_at: float = field(default=0.0, compare=False)
    """When it was asked last, in seconds since the epoch."""


Fetch = Callable[[Pod], Awaitable[Statusz | None]]


class Reader:
    """Keeps a reading for each pod that was asked for, and says when one changed."""

    def __init__(
        self, fetch: Fetch, *, settings: Settings, pod: Callable[[Key], Pod | None], changed: Callable[[Key], None]
    ) -> None:
        self._fetch = fetch
        self._pod = pod
        self._changed = changed
        self._budget = settings.statusz_per_second
        self._pace = Pace(settings.statusz_per_second)
        self._seconds = settings.statusz_seconds
        self._readings: dict[Key, Reading] = {}
        self._queue = WorkQueue(self._read, workers=8, urgent=self._is_awaited)

    def reading(self, key: Key, pod: Pod | None) -> Reading | None:
        """What is known of `pod`, asking it when that is out of date; None when there is nothing to ask."""
        if pod is None or self._budget == 0 or not _answers(pod):
            self.forget(key)
            return None
        moment = Moment(pod.container.id, pod.container.ready)
        reading = self._readings.get(key)
        if reading is None or reading.moment != moment:
            same = reading is not None and reading.moment.container == moment.container
            known = reading.statusz if reading and same else None
            reading = self._readings[key] = Reading(moment, known, asked_at=time.monotonic())
            self._queue.add(key)
        return reading

    @property
    def behind(self) -> float:
        """How long who comes now waits to be asked, in seconds."""
        return len(self._queue) / self._budget if self._budget else 0.0

    def refresh(self, key: Key) -> None:
        """Ask the pod again as soon as the budget allows."""
        if key in self._readings:
            self._queue.add(key)

    def forget(self, key: Key) -> None:
        """Drop what is kept for `key`."""
        if self._readings.pop(key, None):
            self._queue.forget(key)

    async def run(self) -> None:
        """Read until cancelled."""
        await self._queue.run()

    def _is_awaited(self, key: Key) -> bool:
        reading = self._readings.get(key)
        return reading is not None and reading.pending

    async def _read(self, key: Key) -> float | None:
        before, pod = self._readings.get(key), self._pod(key)
        if before is None or pod is None or not _answers(pod):
            return None
        await self._pace.turn()
        statusz = await self._fetch(pod)
        if self._readings.get(key) is not before:  # forgotten or asked for anew meanwhile
            return None
        after = replace(
            before, statusz=statusz or before.statusz, answered=statusz is not None, pending=False, read_at=time.time()
        )
        self._readings[key] = after
        if after != before:
            self._changed(key)
        return self._next(before.moment)

    def _next(self, moment: Moment) -> float:
        turn = max(self._seconds, 2 * len(self._readings) / self._budget)
        return (turn if moment.ready else min(turn, UNREADY_SECONDS)) * random.uniform(0.8, 1.2)  # noqa: S311 - jitter


def _answers(pod: Pod) -> bool:
    return bool(pod.ip) and pod.container.started and pod.deleting is None and not pod.finished


def over_http(session: aiohttp.ClientSession) -> Fetch:
    """Reads the pods by their address, as it works inside the cluster."""

    async def fetch(pod: Pod) -> Statusz | None:
        host = f"[{pod.ip}]" if ":" in pod.ip else pod.ip
        url = f"http://{host}:{names.HTTP_PORT}/statusz"
        try:
            async with session.get(url, timeout=TIMEOUT, allow_redirects=False) as response:
                if response.status != 200:  # noqa: PLR2004 - HTTP's OK
                    return None
                body = b"".join([chunk async for chunk in _at_most(response, LARGEST)])
                return Statusz.from_raw(json.loads(body))
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            logger.debug("%s does not answer: %s", url, error)
            return None

    return fetch


async def _at_most(response: aiohttp.ClientResponse, size: int) -> AsyncIterator[bytes]:
    """The body; ValueError when it is longer."""
    async for chunk in response.content.iter_any():
        if (size := size - len(chunk)) < 0:
            raise ValueError("the answer is too long")
        yield chunk
