"""Why a bot's pod has to be replaced by another one."""

from personalbots_operator.cache.bot import Bot
from personalbots_operator.cache.pod import Pod
from personalbots_operator.cache.spec import Spec
from personalbots_operator.cache.values import amounts
from personalbots_operator.decision import build
from personalbots_operator.decision.rollout import is_outdated
from personalbots_operator.decision.template import TEMPLATE, spec_hash
from personalbots_operator.decision.world import World
from personalbots_operator.settings import Settings


def why_replaced(world: World, pod: Pod, spec: Spec, settings: Settings) -> str | None:
    """Why the pod must be replaced; None when it may stay."""
    if world.bot.restarted_at and pod.restarted_at != world.bot.restarted_at:
        return "a restart was asked for"
    if _spec_changed(world.bot, pod, spec):
        return "its resource changed"
    if world.may_be_replaced and is_outdated(world.bot, pod, settings):
        return "its image changed" if pod.template == TEMPLATE else "another version of the operator made it"
    if _needs_other_resources(world, pod, spec):
        return "its resources changed"
    return None


def _spec_changed(bot: Bot, pod: Pod, spec: Spec) -> bool:
    """Whether somebody changed what the resource says about its pod."""
    if pod.template == TEMPLATE:
        return pod.spec_hash != spec_hash(spec)
    # A hash from another version of the operator cannot be compared. The generation shows whether the resource was
    # changed since it was last acted upon.
    return bool(bot.status.get("observedGeneration", bot.generation) != bot.generation)


def _needs_other_resources(world: World, pod: Pod, spec: Spec) -> bool:
    """Whether only a new pod can have the requested CPU and memory."""
    if amounts(build.resources(spec)) == pod.resources:
        return False
    # A bot that polls is resized without an interruption. One that does not poll may be waiting for just this, and a
    # new pod gets it at once.
    resizable = pod.ready and not pod.infeasible and world.backoff.unresizable != pod.uid
    return not resizable
