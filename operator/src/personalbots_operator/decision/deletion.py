"""What to do about a resource that is being deleted, and the finalizer that holds it until its collection is dropped.

Pod and volume go with the resource, as its owner references say. Only a collection on a Qdrant server has to be
dropped by somebody: a clean-up pod does it.
"""

from dataclasses import replace

from personalbots_api import names
from personalbots_operator.cache.bot import Bot
from personalbots_operator.cache.fields import InvalidSpecError
from personalbots_operator.cache.spec import Spec
from personalbots_operator.decision import build
from personalbots_operator.decision.actions import Action, CreatePod, DeletePod, Notice, SetFinalizers
from personalbots_operator.decision.outcome import Finding, Outcome
from personalbots_operator.decision.world import World
from personalbots_operator.settings import Settings


def needed_finalizers(bot: Bot, spec: Spec) -> tuple[SetFinalizers, ...]:
    """The change to the finalizers of a resource that is not being deleted; empty when they are right."""
    others = _without_ours(bot)
    needed = (*others, names.CLEANUP_FINALIZER) if _must_be_dropped(spec) else others
    return () if set(needed) == set(bot.finalizers) else (SetFinalizers(needed),)


def decide_deleted(world: World, settings: Settings) -> Outcome:
    """What to do about a resource that is being deleted."""
    bot = world.bot
    finding = Finding("Terminating")
    if names.CLEANUP_FINALIZER not in bot.finalizers:
        return Outcome(finding=finding, pod=world.pod, idle=True)

    release = SetFinalizers(_without_ours(bot))
    try:
        spec = Spec.from_json(bot.spec_json)
    except InvalidSpecError:
        # Nobody can tell what to drop: the resource must not be held for ever because of that.
        return Outcome(actions=(release,))
    # The policy may have become Retain a moment before the deletion, when the finalizer was still there.
    if not _must_be_dropped(spec):
        return Outcome(actions=(release,))
    if world.cleanup is not None and world.cleanup.phase == "Succeeded":
        return Outcome(actions=(release,))

    remaining = (bot.deleting or world.now) + settings.cleanup_seconds - world.now
    if remaining <= 0 or world.backoff.refusal or (world.cleanup and world.cleanup.phase == "Failed"):
        return Outcome(actions=(release,), notices=(_left_behind(spec, world.backoff.refusal),))

    return Outcome(
        finding=replace(finding, requeue_after=remaining),
        pod=world.pod,
        idle=True,
        actions=_next_step(world, spec, settings),
    )


def _must_be_dropped(spec: Spec) -> bool:
    """Whether the resource leaves a collection that nothing else deletes."""
    return bool(spec.delete_knowledge and spec.qdrant_url)


def _next_step(world: World, spec: Spec, settings: Settings) -> tuple[Action, ...]:
    """First the bot's pod goes, so that nothing writes to the collection any more; then the clean-up pod runs."""
    pod = world.own_pod
    if pod is not None:
        return () if pod.deleting is not None else (DeletePod(pod, "the resource is being deleted"),)
    return (CreatePod(build.cleanup_pod(world.bot, spec, settings)),) if world.cleanup is None else ()


def _left_behind(spec: Spec, refusal: str) -> Notice:
    why = refusal or "it took too long"
    message = f"The collection {spec.collection} on {spec.qdrant_url} could not be dropped ({why}); it is left there."
    return Notice("Warning", "KnowledgeLeft", message)


def _without_ours(bot: Bot) -> tuple[str, ...]:
    return tuple(name for name in bot.finalizers if name != names.CLEANUP_FINALIZER)
