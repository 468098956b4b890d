"""What to do about a bot, from the resource and what exists, never from which event came. Pure.

A decision is taken anew each time from everything that is known, so it may be taken any number of times: it asks for
nothing that is done already, and its status is the same until something changed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from personalbots_api import names
from personalbots_api.conditions import ready
from personalbots_api.quantities import parse_quantity
from personalbots_operator.cache.observed import Bot, Pod, PodEvent, Volume, amounts, seconds
from personalbots_operator.cache.spec import InvalidSpec, Sleep, Spec
from personalbots_operator.decision import build
from personalbots_operator.decision.actions import (
    Action,
    CreatePod,
    CreateVolume,
    DeletePod,
    GrowVolume,
    Notice,
    ResizePod,
    SetFinalizers,
    SetVolumeOwners,
)
from personalbots_operator.decision.diagnose import Evidence, Finding, diagnose, finished, is_young, leaving
from personalbots_operator.decision.rollout import is_outdated
from personalbots_operator.decision.sleep import REASON as ASLEEP
from personalbots_operator.decision.sleep import SOON_SECONDS, asleep, is_fresh, sleeping, stays_awake
from personalbots_operator.decision.status import Found, Status, compose
from personalbots_operator.loop.statusz import Reading
from personalbots_operator.settings import Settings

TAKEN_SECONDS: Final = 15.0
"""How often to look whether something in the way is gone whose events are not watched."""
STATUSZ_SECONDS: Final = 2.0
"""How long a status waits for what the bot says of itself, so that it is written once and not twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What the operator remembers of failed tries for a bot, until it works."""

    refusal: str = ""
    """What the API server said when it refused the pod or the volume."""
    next_try: float = 0.0
    """The time from which on a pod may be made again."""
    unresizable: str = ""
    """The UID of a pod that the cluster does not resize while it runs."""
    ungrowable: str = ""
    """The size that the volume's class refused to give it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything that a decision about one bot rests on."""

    bot: Bot
    pod: Pod | None = None
    volume: Volume | None = None
    cleanup: Pod | None = None
    rival: str | None = None
    """The older resource that holds the same Telegram bot."""
    over_quota: int | None = None
    """How many bots the owner may have, when the older ones are that many."""
    turn: bool = False
    """It is the bot's turn in a rollout of what the operator itself changed."""
    many_deaf: bool = False
    """So many bots are deaf at once, or were a moment ago, that the cause is not in them."""
    reading: Reading | None = None
    reading_for: float = 0.0
    """How long the reading has been pending, in seconds."""
    reading_late: bool = False
    """So many bots are to be read that waiting for one is in vain."""
    events: Sequence[PodEvent] | None = None
    """Events of the pod; None while they were not asked for."""
    trouble: Trouble = Trouble()
    now: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Actions in their order, then the status, then the notices; `status` None leaves it as it is."""

    actions: tuple[Action, ...] = ()
    status: Status | None = None
    notices: tuple[Notice, ...] = ()
    look_after: float | None = None
    wants_events: bool = False
    wants_statusz: bool = False
    """What the bot says of itself is wanted afresh."""


def decide(world: World, settings: Settings) -> Decision:
    """What to do now, and what to say."""
    if world.bot.deleting is not None:
        return _deleted(world, settings)
    try:
        spec = Spec.from_json(world.bot.spec_json)
    except InvalidSpec as invalid:
        return _say(world, Finding("InvalidSpec", {"detail": str(invalid)}), pod=world.pod)
    decision = _alive(world, spec, settings)
    if finalizers := _finalizers(world.bot, spec):
        decision = replace(decision, actions=(SetFinalizers(finalizers), *decision.actions))
    return decision


def _alive(world: World, spec: Spec, settings: Settings) -> Decision:
    pod = world.pod
    ours = pod is not None and pod.owner_uid == world.bot.uid
    if idle := _idle(world, spec, pod if ours else None):
        decision = _without_pod(world, spec, idle, pod if ours else None)
    elif pod is None:
        decision = _make(world, spec, settings)
    elif not ours:
        decision = _in_the_way(world, spec, pod)
    elif pod.deleting is not None:
        decision = _say(world, leaving(pod, now=world.now), spec=spec, pod=pod)
    elif pod.finished:
        finding = finished(pod)
        decision = _say(world, finding, spec=spec, pod=pod, actions=(DeletePod(pod, finding.message, remade=True),))
    elif cause := _outdated(world, pod, spec, settings):
        finding = Finding("Restarting", {"cause": cause})
        decision = _say(world, finding, spec=spec, pod=pod, actions=(DeletePod(pod, cause),))
    else:
        decision = _watch(world, spec, pod, settings)
        if amounts(build.resources(spec)) != pod.resources:
            decision = replace(decision, actions=(ResizePod(pod, build.resources(spec)), *decision.actions))
    return _with_volume(world, spec, decision)


def _idle(world: World, spec: Spec, pod: Pod | None) -> Finding | None:
    """Why the bot is to have no pod; None when it is to have one."""
    if spec.stopped:
        return Finding("Stopped")
    if world.over_quota is not None:
        return Finding("QuotaExceeded", {"limit": world.over_quota})
    if world.rival:
        return Finding("TokenConflict", {"other": world.rival})
    awake = pod is not None and pod.deleting is None
    return None if awake else sleeping(world.bot, spec.sleep, now=world.now)


def _outdated(world: World, pod: Pod, spec: Spec, settings: Settings) -> str | None:
    """Why the pod has to be another one; None when it is as it is to be."""
    if world.bot.restarted_at and pod.restarted_at != world.bot.restarted_at:
        return "a restart was asked for"
    if _wished_otherwise(world.bot, pod, spec):
        return "its resource changed"
    if world.turn and is_outdated(world.bot, pod, settings):
        return "its image changed" if pod.template == build.TEMPLATE else "another version of the operator made it"
    # Who polls is worth not being interrupted; who does not may wait for exactly this, and starts at once as a new pod.
    in_place = pod.ready and not pod.infeasible and world.trouble.unresizable != pod.uid
    if amounts(build.resources(spec)) != pod.resources and not in_place:
        return "its resources changed"
    return None


def _wished_otherwise(bot: Bot, pod: Pod, spec: Spec) -> bool:
    """Whether the resource asks for another pod.

    The hash of an operator of another version tells nothing; whether somebody changed the resource since it was last
    looked at does.
    """
    if pod.template == build.TEMPLATE:
        return pod.spec_hash != build.spec_hash(spec)
    return bool(bot.status.get("observedGeneration", bot.generation) != bot.generation)


def _without_pod(world: World, spec: Spec, finding: Finding, pod: Pod | None) -> Decision:
    """There is to be no pod; it is said when there is none, unless the one that is there does not go."""
    if pod is None:
        forget = finding.reason == "TokenConflict" and _may_be_another(world)
        return _say(world, finding, spec=spec, idle=finding.reason != ASLEEP, forget_bot=forget)
    if pod.deleting is None:
        return Decision(actions=(DeletePod(pod, finding.message),))
    going = leaving(pod, now=world.now)
    return (
        _say(world, going, spec=spec, pod=pod)
        if going.reason in ("NodeLost", "PodStuck")
        else Decision(look_after=going.look_after)
    )


def _may_be_another(world: World) -> bool:
    """Whether the token may have been replaced since the conflict was found: the resource or the wish says so."""
    old = world.bot.status
    found: dict[str, Any] = next((item for item in old.get("conditions") or () if item["type"] == "Ready"), {})
    if found.get("reason") != "TokenConflict":
        return False
    asked, since = seconds(world.bot.restarted_at), seconds(found.get("lastTransitionTime"))
    return found.get("observedGeneration") != world.bot.generation or bool(asked and since and asked > since)


def _make(world: World, spec: Spec, settings: Settings) -> Decision:
    """There is no pod: make the volume, then the pod."""
    if waiting := _volume_in_the_way(world, spec):
        return _say(world, waiting, spec=spec)
    if (wait := world.trouble.next_try - world.now) > 0:
        if not world.trouble.refusal:
            return Decision(look_after=wait)  # the status still tells how the last pod ended
        finding = Finding("PodRefused", {"detail": world.trouble.refusal}, look_after=wait)
        return _say(world, finding, spec=spec)
    claim = build.volume(world.bot, spec) if world.volume is None else None
    actions: tuple[Action, ...] = (CreateVolume(claim),) if claim else ()
    actions += (CreatePod(build.pod(world.bot, spec, settings)),)
    decision = _say(world, Finding("Starting"), spec=spec, actions=actions)
    made = {"podName": world.bot.pod_name, "image": build.image(spec, settings)}  # as it will be seen in a moment
    return replace(decision, status=(decision.status or {}) | made)


def _volume_in_the_way(world: World, spec: Spec) -> Finding | None:
    volume = world.volume
    if volume is None or spec.storage is None:
        return None
    if volume.owner_id != str(spec.owner_id):
        detail = (
            f"A claim of that name is there that is not this owner's (label {names.OWNER_ID_LABEL}); it is left alone. "
            "Delete it, or give the resource another name."
        )
    elif volume.deleting is not None or any(
        owner.get("kind") == names.KIND and owner.get("uid") != world.bot.uid for owner in volume.owners
    ):
        detail = "The claim of an earlier PersonalBot of this name is being deleted."
    else:
        return None
    return Finding("VolumePending", {"volume": volume.name, "detail": detail}, look_after=TAKEN_SECONDS)


def _in_the_way(world: World, spec: Spec, pod: Pod) -> Decision:
    """A pod of our name that is not ours: an earlier resource's goes by itself, a stranger's is left alone."""
    if pod.owner_kind == names.KIND or pod.deleting is not None:
        finding = Finding("Restarting", {"cause": "a pod of an earlier PersonalBot of this name is stopping"})
    else:
        finding = Finding("PodNameTaken", {"pod": pod.name})
    return _say(world, replace(finding, look_after=TAKEN_SECONDS), spec=spec)


def _watch(world: World, spec: Spec, pod: Pod, settings: Settings) -> Decision:
    """The pod is as it is to be: say how it does."""
    reading = world.reading
    wanted = reading and reading.pending and world.reading_for < STATUSZ_SECONDS
    if wanted and (world.bot.ready or not world.reading_late):
        return Decision(look_after=STATUSZ_SECONDS - world.reading_for)
    statusz = reading.statusz if reading else None
    seen = Evidence(
        pod=pod,
        spec=spec,
        volume=world.volume,
        statusz=statusz,
        answers=bool(reading and reading.answered),
        events=world.events,
        now=world.now,
    )
    finding = diagnose(seen)
    if finding.wants_events and world.events is None:
        return Decision(wants_events=True)
    if finding.reason == "NotPolling" and (limit := settings.deaf_bot_seconds):
        spared = world.many_deaf or world.bot.reason != "NotPolling"
        remaining = limit if spared else world.bot.ready_changed + limit - world.now
        if remaining <= 0:
            cause = f"it has not heard Telegram for {limit / 60:.0f} minutes"
            restart = (DeletePod(pod, cause, remade=True),)
            return _say(world, Finding("Restarting", {"cause": cause}), spec=spec, pod=pod, actions=restart)
        finding = replace(finding, look_after=remaining + 1)
    if finding.reason == "Polling" and spec.sleep:
        return _tire(world, spec, pod, finding, spec.sleep)
    if finding.reason == "Starting" and is_young(pod, now=world.now):
        world = replace(world, reading=None)  # what it says is written with what comes of it, in a moment
    return _say(world, finding, spec=spec, pod=pod)


def _tire(world: World, spec: Spec, pod: Pod, polling: Finding, sleep: Sleep) -> Decision:
    """A bot that polls falls asleep when nobody has written for long, after it was asked once more."""
    left = stays_awake(world.bot, sleep, world.reading, now=world.now)
    if left <= 0 and is_fresh(world.reading, now=world.now):
        finding = asleep(sleep, look_after=sleep.wake_every)
        return _say(world, finding, spec=spec, actions=(DeletePod(pod, finding.message),))
    said = _say(world, replace(polling, look_after=max(left, SOON_SECONDS)), spec=spec, pod=pod)
    return replace(said, wants_statusz=left <= 0)


def _with_volume(world: World, spec: Spec, decision: Decision) -> Decision:
    """What the volume is to become comes first."""
    volume, storage = world.volume, spec.storage
    if volume is None or storage is None or _volume_in_the_way(world, spec):
        return decision
    owners = build.volume_owners(world.bot, spec, volume)
    if owners is not None:
        return replace(decision, actions=(SetVolumeOwners(volume, owners), *decision.actions))
    grows = volume.phase == "Bound" and volume.size is not None and parse_quantity(storage.size) > volume.size
    if grows and world.trouble.ungrowable != storage.size:
        return replace(decision, actions=(GrowVolume(volume, storage.size), *decision.actions))
    return decision


def _finalizers(bot: Bot, spec: Spec) -> tuple[str, ...] | None:
    """The finalizers that the resource is to have; None when they are right.

    Only a collection on a server has to be dropped by somebody; everything else goes with its owner.
    """
    others = tuple(name for name in bot.finalizers if name != names.CLEANUP_FINALIZER)
    wanted = (*others, names.CLEANUP_FINALIZER) if spec.delete_knowledge and spec.qdrant_url else others
    return None if set(wanted) == set(bot.finalizers) else wanted


def _deleted(world: World, settings: Settings) -> Decision:
    """The resource is going: pod and volume go with it by their owner; a collection on a server is dropped first."""
    bot = world.bot
    finding = Finding("Terminating")
    if names.CLEANUP_FINALIZER not in bot.finalizers:
        return _say(world, finding, pod=world.pod, idle=True)
    left = tuple(name for name in bot.finalizers if name != names.CLEANUP_FINALIZER)
    release = SetFinalizers(left)
    try:
        spec = Spec.from_json(bot.spec_json)
    except InvalidSpec:
        return Decision(actions=(release,))
    if world.cleanup is not None and world.cleanup.phase == "Succeeded":
        return Decision(actions=(release,))
    remaining = (bot.deleting or world.now) + settings.cleanup_seconds - world.now
    if remaining <= 0 or world.trouble.refusal or (world.cleanup and world.cleanup.phase == "Failed"):
        why = world.trouble.refusal or "it took too long"
        message = (
            f"The collection {spec.collection} on {spec.qdrant_url} could not be dropped ({why}); it is left there."
        )
        return Decision(actions=(release,), notices=(Notice("Warning", "KnowledgeLeft", message),))
    actions: tuple[Action, ...] = ()
    if world.pod and world.pod.owner_uid == bot.uid:
        actions = () if world.pod.deleting is not None else (DeletePod(world.pod, "the resource is being deleted"),)
    elif world.cleanup is None:
        actions = (CreatePod(build.cleanup_pod(bot, spec, settings)),)
    return _say(world, replace(finding, look_after=remaining), pod=world.pod, idle=True, actions=actions)


def _say(  # noqa: PLR0913 - by keyword
    world: World,
    finding: Finding,
    *,
    spec: Spec | None = None,
    pod: Pod | None = None,
    idle: bool = False,
    forget_bot: bool = False,
    actions: tuple[Action, ...] = (),
) -> Decision:
    reading = world.reading if pod is not None else None
    found = Found(
        bot=world.bot,
        finding=finding,
        spec=spec,
        pod=pod,
        statusz=reading.statusz if reading else None,
        idle=idle,
        forget_bot=forget_bot,
        now=world.now,
    )
    status = compose(found)
    notices = (*_notices(world.bot, finding), *_reported(world.bot, status))
    return Decision(actions=actions, status=status, notices=notices, look_after=finding.look_after)


def _notices(bot: Bot, finding: Finding) -> tuple[Notice, ...]:
    """One Event for each change of the reason; a first start, or waking, is told when it has come to something."""
    if finding.reason == bot.reason or (finding.reason == "Starting" and bot.reason in {"", ASLEEP}):
        return ()
    return (Notice(ready(finding.reason).severity, finding.reason, finding.message),)


def _reported(bot: Bot, status: Status) -> Iterator[Notice]:
    """One Event when something that the bot needs fails for another reason, and one when it works again."""
    before = {item["type"]: item for item in bot.status.get("conditions") or ()}
    for new in status["conditions"]:
        old = before.get(new["type"], {})
        if new["type"] == "Ready" or new["reason"] == old.get("reason"):
            continue
        if new["status"] == "False":
            yield Notice("Warning", new["reason"], new["message"])
        elif new["status"] == "True" and old.get("status") == "False":
            yield Notice("Normal", new["reason"], new["message"])
