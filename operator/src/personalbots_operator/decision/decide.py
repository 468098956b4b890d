"""Decides what to do about a bot, from the resource and what exists, never from which event came. Pure.

Each decision is taken anew from everything that is known, so it may be taken any number of times: it asks for nothing
that is done already, and its status stays the same until something changes.

A branch returns an `Outcome`: what was found, and what to do. Only `decide` turns it into a status and Events.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from personalbots_api import names
from personalbots_api.conditions import ready
from personalbots_operator.cache.bot import Bot
from personalbots_operator.cache.fields import InvalidSpecError
from personalbots_operator.cache.pod import Pod
from personalbots_operator.cache.spec import Spec
from personalbots_operator.cache.values import amounts, seconds
from personalbots_operator.decision import build
from personalbots_operator.decision.actions import Action, CreatePod, CreateVolume, DeletePod, Notice, ResizePod
from personalbots_operator.decision.deletion import decide_deleted, needed_finalizers
from personalbots_operator.decision.diagnose import finished, terminating
from personalbots_operator.decision.outcome import Decision, Finding, Outcome, Status
from personalbots_operator.decision.replacement import why_replaced
from personalbots_operator.decision.sleep import ASLEEP, sleeping
from personalbots_operator.decision.status import Observation, compose, failures_and_recoveries
from personalbots_operator.decision.supervision import supervise
from personalbots_operator.decision.volumes import blocked_volume, volume_action
from personalbots_operator.decision.world import World
from personalbots_operator.settings import Settings

TAKEN_SECONDS: Final = 15.0
"""How often to check for a pod or claim in the way: its deletion may not be watched."""


def decide(world: World, settings: Settings) -> Decision:
    """What to do now, which status to write, and which Events to record."""
    spec: Spec | None = None
    if world.bot.deleting is not None:
        outcome = decide_deleted(world, settings)
    else:
        try:
            spec = Spec.from_json(world.bot.spec_json)
        except InvalidSpecError as invalid:
            # Its pod stays as it is: an older version of the operator made it from a spec that it understood.
            outcome = Outcome(finding=Finding("InvalidSpec", {"detail": str(invalid)}), pod=world.pod)
        else:
            outcome = _decide_existing(world, spec, settings).after(*needed_finalizers(world.bot, spec))

    return _decision(world, spec, outcome)


def _decision(world: World, spec: Spec | None, outcome: Outcome) -> Decision:
    """The outcome with the status that follows from it, and the Events that tell of what changed in it."""
    finding = outcome.finding
    if finding is None:
        return Decision(
            actions=outcome.actions,
            notices=outcome.notices,
            requeue_after=outcome.requeue_after,
            wants_events=outcome.wants_events,
        )

    old = world.bot.status
    status = compose(
        Observation(
            generation=world.bot.generation,
            old=old,
            finding=finding,
            spec=spec,
            pod=outcome.pod,
            statusz=None if outcome.pod is None or outcome.without_statusz else world.statusz,
            idle=outcome.idle,
            forget_bot=outcome.forget_bot,
            now=world.now,
        )
    )
    if outcome.new_pod:
        status |= _names_of(outcome.new_pod)

    return Decision(
        actions=outcome.actions,
        status=status,
        reason=finding.reason,
        notices=(*outcome.notices, *_change_of_reason(world.bot, finding), *failures_and_recoveries(old, status)),
        requeue_after=finding.requeue_after,
        wants_statusz=outcome.wants_statusz,
    )


def _names_of(pod: Mapping[str, Any]) -> Status:
    """What the status says about a pod that does not exist yet, as it will say in a moment."""
    return {"podName": pod["metadata"]["name"], "image": pod["spec"]["containers"][0]["image"]}


def _change_of_reason(bot: Bot, finding: Finding) -> tuple[Notice, ...]:
    """One Event for each change of the reason. A first start, and waking up, are reported by what comes of them."""
    if finding.reason == bot.reason or (finding.reason == "Starting" and bot.reason in {"", ASLEEP}):
        return ()
    return (Notice(ready(finding.reason).severity, finding.reason, finding.message),)


def _decide_existing(world: World, spec: Spec, settings: Settings) -> Outcome:
    """What to do about a bot that is not being deleted. Whatever its volume needs comes first."""
    if idle := _why_no_pod(world, spec):
        outcome = _without_pod(world, idle)
    elif world.pod is None:
        outcome = _create(world, spec, settings)
    elif world.own_pod is None:
        outcome = _pod_in_the_way(world.pod)
    else:
        outcome = _with_pod(world, spec, world.own_pod, settings)

    return outcome.after(*volume_action(world, spec))


def _with_pod(world: World, spec: Spec, pod: Pod, settings: Settings) -> Outcome:
    """The bot has its own pod: let it end, replace it, or look after it."""
    if pod.deleting is not None:
        return Outcome(finding=terminating(pod, now=world.now), pod=pod)

    if pod.finished:
        finding = finished(pod)
        return Outcome(finding=finding, pod=pod, actions=(DeletePod(pod, finding.message, failed=True),))

    if cause := why_replaced(world, pod, spec, settings):
        finding = Finding("Restarting", {"cause": cause})
        return Outcome(finding=finding, pod=pod, actions=(DeletePod(pod, cause),))

    outcome = supervise(world, spec, pod, settings)
    resources = build.resources(spec)
    return outcome.after(ResizePod(pod, resources)) if amounts(resources) != pod.resources else outcome


def _why_no_pod(world: World, spec: Spec) -> Finding | None:
    """Why the bot must not have a pod; None when it needs one."""
    if spec.stopped:
        return Finding("Stopped")
    if world.over_quota is not None:
        return Finding("QuotaExceeded", {"limit": world.over_quota})
    if world.rival:
        return Finding("TokenConflict", {"other": world.rival})

    pod = world.own_pod
    awake = pod is not None and pod.deleting is None
    return None if awake else sleeping(world.bot, spec.sleep, now=world.now)


def _without_pod(world: World, finding: Finding) -> Outcome:
    """Delete the pod. The status says why there is none once it is gone, or that it does not go."""
    pod = world.own_pod
    if pod is None:
        forget = finding.reason == "TokenConflict" and _may_be_another_bot(world)
        return Outcome(finding=finding, idle=finding.reason != ASLEEP, forget_bot=forget)

    if pod.deleting is None:
        return Outcome(actions=(DeletePod(pod, finding.message),))

    going = terminating(pod, now=world.now)
    if going.reason in ("NodeLost", "PodStuck"):
        return Outcome(finding=going, pod=pod)
    return Outcome(requeue_after=going.requeue_after)


def _may_be_another_bot(world: World) -> bool:
    """Whether the token may have been replaced since the conflict was found: a new spec or a restart suggests it."""
    conditions = world.bot.status.get("conditions") or ()
    found: dict[str, Any] = next((item for item in conditions if item["type"] == "Ready"), {})
    if found.get("reason") != "TokenConflict":
        return False

    restarted, since = seconds(world.bot.restarted_at), seconds(found.get("lastTransitionTime"))
    return found.get("observedGeneration") != world.bot.generation or bool(restarted and since and restarted > since)


def _create(world: World, spec: Spec, settings: Settings) -> Outcome:
    """There is no pod: create the volume, then the pod."""
    if blocked := blocked_volume(world, spec):
        return Outcome(finding=replace(blocked, requeue_after=TAKEN_SECONDS))

    wait = world.backoff.next_try - world.now
    if wait > 0 and world.backoff.refusal:
        return Outcome(finding=Finding("PodRefused", {"detail": world.backoff.refusal}, requeue_after=wait))
    if wait > 0:
        # The status goes on telling how the last pod ended.
        return Outcome(requeue_after=wait)

    claim = build.volume(world.bot, spec) if world.volume is None else None
    pod = build.pod(world.bot, spec, settings)
    actions: tuple[Action, ...] = (*([CreateVolume(claim)] if claim else []), CreatePod(pod))
    return Outcome(finding=Finding("Starting"), new_pod=pod, actions=actions)


def _pod_in_the_way(pod: Pod) -> Outcome:
    """A pod with our name is not ours. An earlier resource's pod goes by itself; a stranger's is left alone."""
    if pod.owner_kind == names.KIND or pod.deleting is not None:
        finding = Finding("Restarting", {"cause": "a pod of an earlier PersonalBot of this name is stopping"})
    else:
        finding = Finding("PodNameTaken", {"pod": pod.name})
    return Outcome(finding=replace(finding, requeue_after=TAKEN_SECONDS))
