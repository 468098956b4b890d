"""Which bots may be given a pod of the operator's present making: a few at a time, and none while new ones fail. Pure.

It is about what the operator itself changes: its configured bot image, its template of a pod. What a person changes in
a resource is done at once. Everything is read from the cluster as it is, so that an operator that starts again goes on
in the middle. A rollout begins with one bot and may have one more under way for each that came up, up to
`max_unavailable`; bots that do not come up keep their places, so that it halts by itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from personalbots_operator.cache.observed import Bot, Key, Pod
from personalbots_operator.decision import build
from personalbots_operator.settings import Settings

TAKEN_DOWN_SECONDS: Final = 60.0
"""How long before its new pod a bot may have gone down for it to be the rollout's doing."""
_NOT_THE_IMAGE: Final = {"TokenRefused", "TokenHeldElsewhere", "TelegramUnreachable", "SecretMissing", "NodeLost"}
_IDLE: Final = {"Stopped", "Asleep", "QuotaExceeded", "TokenConflict"}
_WITHOUT_POD: Final = _IDLE | {"Terminating", "InvalidSpec", "PodNameTaken"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """How far it is. `failing`: replaced bots that have had time enough to come up."""

    waiting: int = 0
    under_way: int = 0
    failing: tuple[Key, ...] = ()
    turns: frozenset[Key] = frozenset()
    """The bots whose turn it is."""

    @property
    def halted(self) -> bool:
        """Bots wait and none is begun, since bots that do not come up hold the places."""
        return bool(self.waiting and self.failing and not self.turns and len(self.failing) == self.under_way)


def is_outdated(bot: Bot, pod: Pod, settings: Settings) -> bool:
    """Whether the operator would make the pod in another way now."""
    return pod.template != build.TEMPLATE or (not bot.image and pod.image != settings.bot_image)


def plan(bots: Iterable[tuple[Bot, Pod | None]], settings: Settings, *, now: float) -> Rollout:
    """Whose turn it is, from each bot and its own pod."""
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
    waiting.sort(key=lambda bot: (bot.ready, bot.active or bot.created, bot.key))
    return Rollout(
        waiting=len(waiting),
        under_way=len(under_way),
        failing=tuple(bot.key for bot in under_way if now - bot.ready_changed > settings.rollout_seconds),
        turns=frozenset(bot.key for bot in waiting[: max(0, places - len(under_way))]),
    )


def _took_down(bot: Bot, pod: Pod) -> bool:
    """Whether the bot was up until it got this pod, and has not been since."""
    return pod.created - TAKEN_DOWN_SECONDS <= bot.ready_changed <= pod.created + 1
