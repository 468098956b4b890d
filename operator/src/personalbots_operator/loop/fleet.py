"""What concerns all bots together: whose turn it is in a rollout, and whether many went deaf at once.

Looked at every few seconds, in one pass over what is known. What is found is a metric, a condition on the operator's
own Deployment, and an Event about it.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from personalbots_operator.cache.cache import View
from personalbots_operator.cache.observed import Bot, Key, Pod
from personalbots_operator.decision.rollout import Rollout, is_outdated, plan
from personalbots_operator.loop.operator_status import Condition, Own
from personalbots_operator.metrics import Metrics
from personalbots_operator.settings import Settings

logger = logging.getLogger(__name__)

SECONDS: Final = 2.0
DEAF: Final = frozenset({"NotPolling", "TelegramUnreachable"})
_MANY: Final = 5
_SHARE: Final = 0.25
_NAMED: Final = 5


class Fleet:
    """Looks at all bots again and again; `turns` and `many_deaf` are what the decisions about single bots ask."""

    def __init__(
        self, *, view: View, settings: Settings, metrics: Metrics, own: Own, look: Callable[[Key], None]
    ) -> None:
        self._view = view
        self._settings = settings
        self._metrics = metrics
        self._own = own
        self._look = look
        self.turns: frozenset[Key] = frozenset()
        self.many_deaf = False
        """Many are deaf, or were a moment ago: the last to hear again have as long for it as a single deaf bot has."""
        self._many_until = 0.0  # time.monotonic()

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await self.once()
            await asyncio.sleep(SECONDS)

    async def once(self) -> None:
        """One look at everything."""
        rollout = plan(self._bots(), self._settings, now=time.time()) if self._any_outdated() else Rollout()
        deaf, hearing = deafness(self._view.bots)
        now, many = time.monotonic(), is_many(deaf, hearing)
        if many:
            self._many_until = now + self._settings.deaf_bot_seconds
        self.turns, self.many_deaf = rollout.turns, now < self._many_until
        for key in rollout.turns:
            self._look(key)
        self._metrics.fleet(rollout, deaf=deaf, many_deaf=many)
        for condition in (halt(rollout), silence(deaf, hearing)):
            await self._own.say(condition)

    def _bots(self) -> Iterator[tuple[Bot, Pod | None]]:
        for bot in self._view.bots:
            pod = self._view.pods.get(bot.key)
            yield bot, pod if pod is not None and pod.owner_uid == bot.uid else None

    def _any_outdated(self) -> bool:
        return any(pod is not None and is_outdated(bot, pod, self._settings) for bot, pod in self._bots())


def deafness(bots: Iterable[Bot]) -> tuple[int, int]:
    """How many bots run and do not hear Telegram, and how many do."""
    reasons = [bot.reason for bot in bots]
    return sum(reason in DEAF for reason in reasons), reasons.count("Polling")


def is_many(deaf: int, hearing: int) -> bool:
    """Whether so many bots are deaf at once that the cause is not in them."""
    return deaf >= _MANY and deaf >= _SHARE * (deaf + hearing)


def halt(rollout: Rollout) -> Condition:
    """Whether the rollout has halted, as a condition of the operator."""
    if not rollout.halted:
        return Condition("RolloutHalted", "False", "NotHalted", "No rollout is held up by bots that do not come up.")
    some = ", ".join(map(str, rollout.failing[:_NAMED])) + (", …" if len(rollout.failing) > _NAMED else "")
    message = (
        f"The rollout of the bots' image has halted: {len(rollout.failing)} replaced bots do not come up ({some}), and "
        f"{rollout.waiting} still run as before. See what those say; configure an image that works, stop or correct "
        "those bots, or set maxUnavailable to 100% to go on regardless."
    )
    return Condition("RolloutHalted", "True", "NewBotsFail", message)


def silence(deaf: int, hearing: int) -> Condition:
    """Whether many bots are deaf at once, as a condition of the operator."""
    if not is_many(deaf, hearing):
        return Condition("ManyBotsDeaf", "False", "BotsHear", "The bots that run hear Telegram, but for single ones.")
    message = (
        f"{deaf} of {deaf + hearing} bots that run do not hear Telegram: Telegram or the way to it is away, not they. "
        "No bot is restarted for it; they go on by themselves when it is back."
    )
    return Condition("ManyBotsDeaf", "True", "TelegramAway", message)
