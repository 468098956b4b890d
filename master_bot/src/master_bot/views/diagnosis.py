"""Which cause people are told, and with which facts: one pure function over what Kubernetes says of a bot.

The operator diagnoses; its reasons (the catalogue in `personalbots_api.conditions`) are told as they are, and `texts`
has the words for each. `OWN_REASONS` are what the operator cannot say. Only where it has said no more than «starting»
for a long time, the pod and its Events are asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from master_bot.kubernetes.objects import Event, Pod
from master_bot.kubernetes.personal_bots import condition, handle, is_being_deleted
from personalbots_api.conditions import find
from personalbots_api.models import Condition, LastTermination, PersonalBot

OWN_REASONS: Final = ("OperatorSilent", "Other")
_SILENCE: Final = timedelta(seconds=45)
"""An operator that has not written a status for a changed resource after so long does not work."""
_PATIENCE: Final = timedelta(seconds=30)
"""From then on a start without a reason is slow, and the pod is asked."""
_IMAGE_WORDS: Final = frozenset({"ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull"})
_ON_THE_WAY: Final = frozenset({"Starting", "Restarting"})


class Light(StrEnum):
    """How a bot is, at one glance."""

    WORKS = "🟢"
    WAITS = "🟡"
    FAILS = "🔴"
    RESTS = "⚪️"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the sentences about a cause may name; every field is always there, if empty."""

    bot: str
    message: str
    memory: str
    image: str
    exit_code: str
    restarts: str
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """What people are told."""

    light: Light
    reason: str
    facts: Facts


def diagnose(bot: PersonalBot, pod: Pod | None, events: Sequence[Event], now: datetime) -> Diagnosis:
    """What is wrong with `bot`. For a list, without pod and events, from the resource alone."""
    reason, message = _cause(bot, pod, events, now)
    if find("Ready", reason) is None and not _is_known(reason):
        reason = "Other"

    ended = (pod.ended if pod else None) or bot.status.last_termination
    return Diagnosis(
        light=light(reason),
        reason=reason,
        facts=Facts(
            bot=handle(bot),
            message=message,
            memory=bot.spec.resources.limits.memory,
            image=(pod.image if pod else None) or bot.status.image or bot.spec.image or "",
            exit_code=str(ended.exit_code) if ended else "?",
            restarts=str(max(bot.status.restarts, pod.restarts if pod else 0)),
            model=bot.spec.llm.embedding_model if bot.spec.llm.embedding_model in message else bot.spec.llm.model,
        ),
    )


def _cause(bot: PersonalBot, pod: Pod | None, events: Sequence[Event], now: datetime) -> tuple[str, str]:
    """The reason, and the message that came with it."""
    if is_being_deleted(bot):
        return "Terminating", ""

    ready = condition(bot, "Ready")
    if ready is None:
        silent = bot.metadata.creation_timestamp and now - _changed(bot) > _SILENCE
        return ("OperatorSilent" if silent else "Starting"), ""

    if ready.reason == "Polling":
        return _other_failure(bot) or (ready.reason, ready.message)

    # The operator has long had time to say more: it may be silent by now, so the pod is asked.
    if ready.reason in _ON_THE_WAY and now - ready.last_transition_time > _PATIENCE:
        return _pod_cause(pod, events) or (ready.reason, ready.message)

    return ready.reason, ready.message


def _changed(bot: PersonalBot) -> datetime:
    """When the resource last changed, as far as that is known: its creation, or the last change of its status."""
    times = [entry.last_transition_time for entry in bot.status.conditions]
    if bot.metadata.creation_timestamp:
        times.append(bot.metadata.creation_timestamp)
    return max(times)


def _other_failure(bot: PersonalBot) -> tuple[str, str] | None:
    """What is wrong with a bot that hears people: its LLM, else its knowledge."""
    conditions: list[Condition | None] = [condition(bot, "LLMReady"), condition(bot, "KnowledgeReady")]
    return next(((found.reason, found.message) for found in conditions if found and found.status == "False"), None)


def _pod_cause(pod: Pod | None, events: Sequence[Event]) -> tuple[str, str] | None:
    """What the kubelet and the scheduler say about a pod that does not start."""
    if pod is None:
        return None

    if pod.unscheduled:
        volume = "persistentvolumeclaim" in pod.unscheduled.lower()
        return "VolumePending" if volume else "Unschedulable", pod.unscheduled

    if pod.waiting in _IMAGE_WORDS:
        return "ImagePullFailed", pod.waiting_message
    if pod.waiting == "CrashLoopBackOff" or (pod.ended and not pod.ready):
        return "OutOfMemory" if _out_of_memory(pod.ended) else "CrashLoop", pod.waiting_message

    mount = next((event for event in events if event.reason in ("FailedMount", "FailedAttachVolume")), None)
    if pod.waiting == "ContainerCreating" and mount:
        return "SecretMissing" if "secret" in mount.message.lower() else "VolumePending", mount.message

    return None


def _out_of_memory(ended: LastTermination | None) -> bool:
    return ended is not None and ended.reason == "OOMKilled"


def _is_known(reason: str) -> bool:
    return reason in OWN_REASONS or bool(find("LLMReady", reason) or find("KnowledgeReady", reason))


def light(reason: str) -> Light:
    """How serious this reason is."""
    if reason in ("Asleep", "Stopped", "Terminating"):
        return Light.RESTS
    if reason == "Polling":
        return Light.WORKS

    ready = find("Ready", reason)
    if ready is None:
        # The bot hears people, but its LLM or knowledge fails; or nobody knows how it is.
        return Light.FAILS if reason in OWN_REASONS else Light.WAITS

    return Light.FAILS if ready.severity == "Warning" else Light.WAITS
