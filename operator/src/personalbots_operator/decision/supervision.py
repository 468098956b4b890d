"""Looks after a pod that is as it should be: reports how it does, restarts a deaf bot, puts an idle one to sleep."""

from dataclasses import replace
from typing import Final

from personalbots_operator.cache.pod import Pod
from personalbots_operator.cache.spec import Sleep, Spec
from personalbots_operator.decision.actions import DeletePod
from personalbots_operator.decision.diagnose import Evidence, diagnose, is_young
from personalbots_operator.decision.outcome import Finding, Outcome
from personalbots_operator.decision.sleep import SOON_SECONDS, asleep, is_fresh, stays_awake
from personalbots_operator.decision.world import World
from personalbots_operator.settings import Settings

STATUSZ_SECONDS: Final = 2.0
"""How long a status waits for what the bot reports about itself, so that it is written once and not twice."""
_MINUTE: Final = 60  # seconds


def supervise(world: World, spec: Spec, pod: Pod, settings: Settings) -> Outcome:
    """Report how the bot does, and act on what time alone brings about."""
    if (wait := _wait_for_statusz(world)) > 0:
        return Outcome(requeue_after=wait)

    finding = diagnose(_evidence(world, spec, pod))
    if finding.wants_events and world.events is None:
        return Outcome(wants_events=True)

    match finding.reason:
        case "NotPolling" if settings.deaf_bot_seconds:
            return _deaf(world, pod, finding, limit=settings.deaf_bot_seconds)
        case "Polling" if spec.sleep:
            return _polling(world, pod, finding, spec.sleep)
        case "Starting" if is_young(pod, now=world.now):
            # What it reports now is written together with what becomes of it, in a moment.
            return Outcome(finding=finding, pod=pod, without_statusz=True)
        case _:
            return Outcome(finding=finding, pod=pod)


def _wait_for_statusz(world: World) -> float:
    """How long to wait for the first answer of the bot, in seconds."""
    pending = world.reading is not None and world.reading.pending
    # News about a bot is not held up by an answer that cannot come in time. One that runs has no news.
    worth_it = world.bot.ready or not world.reading_late
    return STATUSZ_SECONDS - world.reading_for if pending and worth_it else 0.0


def _evidence(world: World, spec: Spec, pod: Pod) -> Evidence:
    return Evidence(
        pod=pod,
        spec=spec,
        volume=world.volume,
        statusz=world.statusz,
        answers=bool(world.reading and world.reading.answered),
        events=world.events,
        now=world.now,
    )


def _deaf(world: World, pod: Pod, finding: Finding, *, limit: float) -> Outcome:
    """Restart a bot that has been deaf for `limit` seconds, unless so many are that the cause is elsewhere."""
    spared = world.many_deaf or world.bot.reason != "NotPolling"
    remaining = limit if spared else world.bot.ready_changed + limit - world.now
    if remaining > 0:
        return Outcome(finding=replace(finding, requeue_after=remaining + 1), pod=pod)

    cause = f"it has not heard Telegram for {limit / _MINUTE:.0f} minutes"
    return Outcome(
        finding=Finding("Restarting", {"cause": cause}),
        pod=pod,
        actions=(DeletePod(pod, cause, failed=True),),
    )


def _polling(world: World, pod: Pod, finding: Finding, sleep: Sleep) -> Outcome:
    """Put a bot to sleep when nobody has written for long and it has just confirmed that."""
    left = stays_awake(world.bot, sleep, world.reading, now=world.now)
    if left <= 0 and is_fresh(world.reading, now=world.now):
        going = asleep(sleep, requeue_after=sleep.wake_every)
        return Outcome(finding=going, actions=(DeletePod(pod, going.message),))

    finding = replace(finding, requeue_after=max(left, SOON_SECONDS))
    return Outcome(finding=finding, pod=pod, wants_statusz=left <= 0)
