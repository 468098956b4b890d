"""Which bots may be replaced for a change of the operator itself: a few at a time, and none while new ones fail. Pure.

Such changes are its configured bot image and its template of a pod. What a person changes in a resource is done at
once. Everything is read from the cluster as it is, so an operator that starts again goes on in the middle. A rollout
begins with one bot and may have one more under way for each that came up, up to `max_unavailable`. Bots that do not
come up keep their places, so that it halts by itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from personalbots_operator.cache.bot import Bot, Key
from personalbots_operator.cache.pod import Pod
from personalbots_operator.decision.template import TEMPLATE
from personalbots_operator.settings import Settings

TAKEN_DOWN_SECONDS: Final = 60.0
"""How long before its new pod a bot may have gone down for the rollout to be the cause."""
_NOT_THE_IMAGE: Final = {"TokenRefused", "TokenHeldElsewhere", "TelegramUnreachable", "SecretMissing", "NodeLost"}
"""Reasons that no image causes: such a bot says nothing about the rollout."""
_IDLE: Final = {"Stopped", "Asleep", "QuotaExceeded", "TokenConflict"}
_WITHOUT_POD: Final = _IDLE | {"Terminating", "InvalidSpec", "PodNameTaken"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """How far a rollout is."""

    waiting: int = 0
    """Bots that still have to be replaced."""
    under_way: int = 0
    """Bots that went down for it and have not come up yet."""
    failing: tuple[Key, ...] = ()
    """Those under way that should have come up by now."""
    may_be_replaced: frozenset[Key] = frozenset()
    """Waiting bots that may be replaced now."""

    @property
    def halted(self) -> bool:
        """Whether bots wait and none may be replaced, since bots that do not come up hold the places."""
        return bool(self.waiting and self.failing and not self.may_be_replaced and len(self.failing) == self.under_way)


def is_outdated(bot: Bot, pod: Pod, settings: Settings) -> bool:
    """Whether the operator would make the pod differently now."""
    return pod.template != TEMPLATE or (not bot.image and pod.image != settings.bot_image)


def plan(bots: Iterable[tuple[Bot, Pod | None]], settings: Settings, *, now: float) -> Rollout:
    """How far the rollout is and which bots may be replaced now, from each bot and its own pod."""
    waiting: list[Bot] = []
    under_way: list[Bot] = []
    came_up = 0
    for bot, pod in bots:
        if bot.deleting is not None or bot.reason in _WITHOUT_POD:
            continue

        there = pod if pod is not None and pod.deleting is None else None
        if there is not None and is_outdated(bot, there, settings):
            waiting.append(bot)
        elif there is not None and bot.ready:
            came_up += not bot.image
        elif bot.bot_id is not None and bot.reason not in _NOT_THE_IMAGE and (there is None or _took_down(bot, there)):
            under_way.append(bot)

    if not waiting:
        return Rollout(under_way=len(under_way))

    total = len(waiting) + len(under_way) + came_up
    share = settings.max_unavailable
    places = total if share.everything else min(share.of(total), 1 + came_up)
    # Bots that are down lose nothing, and of the others those go first that have been idle for longest.
    waiting.sort(key=lambda bot: (bot.ready, bot.active or bot.created, bot.key))
    return Rollout(
        waiting=len(waiting),
        under_way=len(under_way),
        failing=tuple(bot.key for bot in under_way if now - bot.ready_changed > settings.rollout_seconds),
        may_be_replaced=frozenset(bot.key for bot in waiting[: max(0, places - len(under_way))]),
    )


def _took_down(bot: Bot, pod: Pod) -> bool:
    """Whether the bot was up until it got this pod, and has not been since."""
    return pod.created - TAKEN_DOWN_SECONDS <= bot.ready_changed <= pod.created + 1
