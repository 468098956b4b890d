"""What concerns all bots together: which may be replaced in a rollout, and whether many went deaf at once.

Checked every few seconds, in one pass over the cache. The results are metrics, conditions on the operator's own
Deployment, and Events about it.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from personalbots_operator.cache.bot import Bot, Key
from personalbots_operator.cache.cache import Cache
from personalbots_operator.cache.pod import Pod
from personalbots_operator.decision.rollout import Rollout, is_outdated, plan
from personalbots_operator.loop.operator_status import Condition, OperatorStatus
from personalbots_operator.metrics import Metrics
from personalbots_operator.settings import Settings

SECONDS: Final = 2.0  # between two checks
DEAF: Final = frozenset({"NotPolling", "TelegramUnreachable"})
"""Reasons of bots that run and do not hear Telegram."""
_MANY: Final = 5  # deaf bots
_SHARE: Final = 0.25  # of all bots that run
_NAMED: Final = 5  # bots in a message


class Fleet:
    """Checks all bots again and again. Decisions about single bots ask for `may_be_replaced` and `many_deaf`."""

    def __init__(
        self,
        *,
        cache: Cache,
        settings: Settings,
        metrics: Metrics,
        operator_status: OperatorStatus,
        enqueue: Callable[[Key], None],
    ) -> None:
        self._cache = cache
        self._settings = settings
        self._metrics = metrics
        self._operator_status = operator_status
        self._enqueue = enqueue
        self.may_be_replaced: frozenset[Key] = frozenset()
        self.many_deaf = False
        """Many are deaf, or were a moment ago: the last to hear again get as much time as a single deaf bot."""
        self._many_until = 0.0  # time.monotonic()

    async def run(self) -> None:
        """Check until cancelled."""
        while True:
            await self.once()
            await asyncio.sleep(SECONDS)

    async def once(self) -> None:
        """Check everything once."""
        rollout = plan(self._bots(), self._settings, now=time.time()) if self._any_outdated() else Rollout()
        deaf, hearing = count_deaf(self._cache.bots)
        now, many = time.monotonic(), is_many(deaf, hearing)
        if many:
            self._many_until = now + self._settings.deaf_bot_seconds

        self.may_be_replaced, self.many_deaf = rollout.may_be_replaced, now < self._many_until
        for key in rollout.may_be_replaced:
            self._enqueue(key)

        self._metrics.fleet(rollout, deaf=deaf, many_deaf=many)
        for condition in (rollout_condition(rollout), deafness_condition(deaf, hearing)):
            await self._operator_status.set_condition(condition)

    def _bots(self) -> Iterator[tuple[Bot, Pod | None]]:
        for bot in self._cache.bots:
            pod = self._cache.pods.get(bot.key)
            yield bot, pod if pod is not None and pod.owner_uid == bot.uid else None

    def _any_outdated(self) -> bool:
        return any(pod is not None and is_outdated(bot, pod, self._settings) for bot, pod in self._bots())


def count_deaf(bots: Iterable[Bot]) -> tuple[int, int]:
    """How many bots run and do not hear Telegram, and how many do."""
    reasons = [bot.reason for bot in bots]
    return sum(reason in DEAF for reason in reasons), reasons.count("Polling")


def is_many(deaf: int, hearing: int) -> bool:
    """Whether so many bots are deaf at once that the cause is outside of them."""
    return deaf >= _MANY and deaf >= _SHARE * (deaf + hearing)


def rollout_condition(rollout: Rollout) -> Condition:
    """Whether the rollout has halted, as a condition of the operator."""
    if not rollout.halted:
        return Condition(
            type="RolloutHalted",
            status="False",
            reason="NotHalted",
            message="No rollout is held up by bots that do not come up.",
        )

    some = ", ".join(map(str, rollout.failing[:_NAMED])) + (", …" if len(rollout.failing) > _NAMED else "")
    message = (
        f"The rollout of the bots' image has halted: {len(rollout.failing)} replaced bots do not come up ({some}), and "
        f"{rollout.waiting} still run as before. See what those say; configure an image that works, stop or correct "
        "those bots, or set maxUnavailable to 100% to go on regardless."
    )
    return Condition(type="RolloutHalted", status="True", reason="NewBotsFail", message=message)


def deafness_condition(deaf: int, hearing: int) -> Condition:
    """Whether many bots are deaf at once, as a condition of the operator."""
    if not is_many(deaf, hearing):
        return Condition(
            type="ManyBotsDeaf",
            status="False",
            reason="BotsHear",
            message="The bots that run hear Telegram, but for single ones.",
        )

    message = (
        f"{deaf} of {deaf + hearing} bots that run do not hear Telegram: Telegram or the way to it is away, not they. "
        "No bot is restarted for it; they go on by themselves when it is back."
    )
    return Condition(type="ManyBotsDeaf", status="True", reason="TelegramAway", message=message)
