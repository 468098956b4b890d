"""Asks the bots for their /statusz, at a flat cost.

A pod is asked at once when its container or its readiness differs from the last time, and otherwise in turns: so
rarely that all bots together stay within half the budget, since those that have just changed go first. A bot that runs
and is not ready is asked more often, since somebody wants to know why.
"""

import json
import logging
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Final

import aiohttp

from personalbots_api import names
from personalbots_operator.cache.bot import Key
from personalbots_operator.cache.pod import Pod
from personalbots_operator.cache.statusz import Moment, Reading, Statusz
from personalbots_operator.kube.rate_limit import RateLimiter
from personalbots_operator.loop.queue import WorkQueue
from personalbots_operator.settings import Settings

logger = logging.getLogger(__name__)

TIMEOUT: Final = aiohttp.ClientTimeout(total=2.0)  # seconds
LARGEST: Final = 64 * 1024
"""The longest answer that is read, in bytes: a pod runs whatever image its resource names."""
UNREADY_SECONDS: Final = 5.0
"""How often a bot is asked that runs and is not ready, when the budget allows."""
_WORKERS: Final = 8
_OK: Final = 200

Fetch = Callable[[Pod], Awaitable[Statusz | None]]
"""Asks a pod; None when it does not answer."""


class StatuszReader:
    """Keeps a reading for each pod that was asked for, and says when one changed."""

    def __init__(
        self, fetch: Fetch, *, settings: Settings, pod: Callable[[Key], Pod | None], changed: Callable[[Key], None]
    ) -> None:
        self._fetch = fetch
        self._pod = pod
        self._changed = changed
        self._budget = settings.statusz_per_second
        self._limiter = RateLimiter(settings.statusz_per_second)
        self._seconds = settings.statusz_seconds
        self._readings: dict[Key, Reading] = {}
        self._queue = WorkQueue(self._read, workers=_WORKERS, urgent=self._is_awaited)

    def reading(self, key: Key, pod: Pod | None) -> Reading | None:
        """What is known of `pod`. It is asked again when that is out of date; None when there is nothing to ask."""
        if pod is None or self._budget == 0 or not _answers(pod):
            self.forget(key)
            return None

        moment = Moment(pod.container.id, pod.container.ready)
        reading = self._readings.get(key)
        if reading is None or reading.moment != moment:
            same_container = reading is not None and reading.moment.container == moment.container
            known = reading.statusz if reading and same_container else None
            reading = self._readings[key] = Reading(moment=moment, statusz=known, asked_at=time.monotonic())
            self._queue.add(key)
        return reading

    @property
    def behind(self) -> float:
        """How long a bot that is added now waits until it is asked, in seconds."""
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
        """Ask until cancelled."""
        await self._queue.run()

    def _is_awaited(self, key: Key) -> bool:
        reading = self._readings.get(key)
        return reading is not None and reading.pending

    async def _read(self, key: Key) -> float | None:
        before, pod = self._readings.get(key), self._pod(key)
        if before is None or pod is None or not _answers(pod):
            return None

        await self._limiter.wait()
        statusz = await self._fetch(pod)

        # Both took time: the reading may have been dropped, or begun anew for another container.
        if self._readings.get(key) is not before:
            return None

        after = replace(
            before, statusz=statusz or before.statusz, answered=statusz is not None, pending=False, read_at=time.time()
        )
        self._readings[key] = after
        if after != before:
            self._changed(key)
        return self._next(before.moment)

    def _next(self, moment: Moment) -> float:
        """After how many seconds the pod is asked again."""
        rarely = max(self._seconds, 2 * len(self._readings) / self._budget)
        seconds = rarely if moment.ready else min(rarely, UNREADY_SECONDS)
        return seconds * random.uniform(0.8, 1.2)  # noqa: S311 - jitter, not a secret


def _answers(pod: Pod) -> bool:
    return bool(pod.ip) and pod.container.started and pod.deleting is None and not pod.finished


def over_http(session: aiohttp.ClientSession) -> Fetch:
    """Asks pods at their own addresses, as it works inside the cluster."""

    async def fetch(pod: Pod) -> Statusz | None:
        host = f"[{pod.ip}]" if ":" in pod.ip else pod.ip
        url = f"http://{host}:{names.HTTP_PORT}/statusz"
        try:
            async with session.get(url, timeout=TIMEOUT, allow_redirects=False) as response:
                if response.status != _OK:
                    return None
                body = b"".join([chunk async for chunk in _at_most(response, LARGEST)])
                return Statusz.from_raw(json.loads(body))
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            logger.debug("%s does not answer: %s", url, error)
            return None

    return fetch


async def _at_most(response: aiohttp.ClientResponse, size: int) -> AsyncIterator[bytes]:
    """The body in chunks.

    Raises:
        ValueError: it is longer than `size` bytes.
    """
    async for chunk in response.content.iter_any():
        size -= len(chunk)
        if size < 0:
            raise ValueError("the answer is too long")
        yield chunk
