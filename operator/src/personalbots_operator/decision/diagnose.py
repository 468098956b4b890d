"""Finds the one reason for how a bot's pod does, from the pod, its Events and what the bot reports. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from personalbots_api import names
from personalbots_operator.cache.pod import OOM_KILLED, Pod, PodEvent, Termination, Volume
from personalbots_operator.cache.spec import Spec
from personalbots_operator.cache.statusz import Statusz
from personalbots_operator.decision.outcome import Finding

SETTLE_SECONDS: Final = 3.0
"""How long a problem of the scheduler must last to be reported: many pass by themselves."""
VOLUME_SECONDS: Final = 10.0
"""How long a storage class may take to make a volume: most need a few seconds."""
EVENTS_AFTER_SECONDS: Final = 4.0
"""At which age of a pod that does not start its Events are worth reading."""
EVENTS_SECONDS: Final = 30.0
"""How often to read them while a pod is stuck."""
STARTUP_SECONDS: Final = 60.0
"""How long a process may take until it answers and polls."""
YOUNG_SECONDS: Final = 15.0
"""How long after its start a container that is not ready means nothing."""
LATE_SECONDS: Final = 30.0
"""How long after its grace period a pod that is being deleted counts as held by its node."""
_MOUNT_FAILURES: Final = {"FailedMount", "FailedAttachVolume"}
_NO_VOLUME: Final = "ProvisioningFailed"
RELEVANT_EVENTS: Final = {*_MOUNT_FAILURES, _NO_VOLUME}
"""The reasons of the Events that a diagnosis uses; all of them are of the type Warning."""
_DETAIL: Final = 400  # characters of a detail in a sentence
_START_ERROR_EXIT_CODE: Final = 128
"""What the kubelet reports for a container whose program could not be started."""

_IMAGE_WAITS: Final = {
    "ErrImagePull",
    "ImagePullBackOff",
    "InvalidImageName",
    "ErrImageNeverPull",
    "ImageInspectError",
    "RegistryUnavailable",
    "SignatureValidationFailed",
}
_START_WAITS: Final = {"CreateContainerConfigError", "CreateContainerError", "RunContainerError", "StartError"}
_DISRUPTIONS: Final = {
    "EvictionByEvictionAPI": "its node is being drained or its eviction was asked for",
    "PreemptionByScheduler": "a pod of higher priority needed its room",
    "TerminationByKubelet": "its node is short of memory or disk, or shuts down",
}
_NODE_LOSSES: Final = {"DeletionByTaintManager", "DeletionByPodGC"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that is known about a bot's pod at one moment."""

    pod: Pod
    spec: Spec
    volume: Volume | None
    statusz: Statusz | None
    """What the container reported last."""
    answers: bool
    """Whether it answered when it was asked last."""
    events: Sequence[PodEvent] | None
    """None until they were asked for."""
    now: float
    """Seconds since the epoch."""


def diagnose(evidence: Evidence) -> Finding:  # noqa: PLR0911 - a ladder: the first rung that holds counts
    """How the pod of a bot that should run does."""
    pod, container = evidence.pod, evidence.pod.container
    if pod.deleting is not None:
        return terminating(pod, now=evidence.now)
    if not pod.scheduled:
        return _unscheduled(evidence)

    # The kubelet keeps both in step. Only the node's controller, which speaks for a dead kubelet, makes them differ.
    if pod.ready_condition is False and container.ready:
        return Finding("NodeLost", {"node": pod.node})
    if pod.ready:
        return Finding("Polling")

    if container.running_since is not None:
        return _running(evidence, for_seconds=evidence.now - container.running_since)
    if container.waiting in _IMAGE_WAITS:
        return Finding("ImagePullFailed", {"image": pod.image, "detail": _sentence(container.waiting_message)})
    if container.waiting in _START_WAITS:
        return _cannot_start(evidence)
    if container.termination is not None:
        return _ended(evidence, container.termination, backing_off=container.waiting == "CrashLoopBackOff")
    return _creating(evidence)


def is_young(pod: Pod, *, now: float) -> bool:
    """Whether the container has run for so short a time that not being ready means nothing."""
    since = pod.container.running_since
    return since is None or now - since < YOUNG_SECONDS


def terminating(pod: Pod, *, now: float) -> Finding:
    """Why a pod is being deleted that the resource still needs, and what holds it."""
    late = pod.deleting is not None and now - pod.deleting > LATE_SECONDS
    if late and pod.finalizers and (pod.finished or not pod.node):
        return Finding("PodStuck", {"detail": f"the finalizer {pod.finalizers[0]} keeps it"})
    if late or pod.disruption in _NODE_LOSSES:
        return Finding("NodeLost", {"node": pod.node or "?"})

    requeue_after = None if pod.deleting is None else max(1.0, pod.deleting + LATE_SECONDS + 1 - now)
    if pod.disruption in _DISRUPTIONS:
        return Finding("Evicted", {"detail": _DISRUPTIONS[pod.disruption]}, requeue_after=requeue_after)
    return Finding("Restarting", {"cause": "its old pod is stopping"}, requeue_after=requeue_after)


def finished(pod: Pod) -> Finding:
    """Why a pod ended that the kubelet will not start again."""
    if pod.reason == "NodeLost" or pod.disruption in _NODE_LOSSES:
        return Finding("NodeLost", {"node": pod.node or "?"})
    if pod.phase == "Failed":
        detail = pod.message or _DISRUPTIONS.get(pod.disruption, "") or pod.reason or "it failed"
        return Finding("Evicted", {"detail": _cut(detail).rstrip(".")})
    return Finding("Restarting", {"cause": "its pod has ended"})


def _unscheduled(evidence: Evidence) -> Finding:
    pod, now = evidence.pod, evidence.now
    if pod.unscheduled_since is not None:
        return _unschedulable(evidence, pod.unscheduled_since)

    # The scheduler has not reported anything about the pod yet.
    age = now - pod.created
    if age < LATE_SECONDS:
        return Finding("Starting", requeue_after=LATE_SECONDS - age)
    if evidence.volume is not None and evidence.volume.phase != "Bound":
        return _unbound(evidence, "the claim is not bound to a volume yet")
    return Finding("Unschedulable", {"detail": "The scheduler has not looked at it yet."})


def _unschedulable(evidence: Evidence, since: float) -> Finding:
    """The scheduler found no node: for want of a volume, or of room."""
    detail = evidence.pod.unscheduled_message.partition(". ")[0]  # what follows is about preemption
    volume = re.search(r"persistentvolume|storageclass|volume", detail, re.IGNORECASE)

    settled = since + (VOLUME_SECONDS if volume else SETTLE_SECONDS)
    if evidence.now < settled:
        return Finding("Starting", requeue_after=settled - evidence.now)
    return _unbound(evidence, detail) if volume else Finding("Unschedulable", {"detail": _sentence(detail)})


def _unbound(evidence: Evidence, detail: str) -> Finding:
    """The scheduler waits for the volume. The claim's own Events say why there is none."""
    failed = [event for event in evidence.events or () if event.reason == _NO_VOLUME]
    message = max(failed, key=lambda event: event.last_seen).message if failed else detail
    return _volume_pending(evidence, message, requeue_after=EVENTS_SECONDS)


def _creating(evidence: Evidence) -> Finding:
    """The kubelet has the pod and no container yet: volumes, Secrets or the sandbox. Only Events say more."""
    age = evidence.now - evidence.pod.created
    if age < EVENTS_AFTER_SECONDS:
        return Finding("Starting", requeue_after=EVENTS_AFTER_SECONDS - age)

    requeue_after = min(EVENTS_SECONDS, max(2.0, age / 4))
    for event in sorted(evidence.events or (), key=lambda event: -event.last_seen):
        if event.reason not in _MOUNT_FAILURES or _passes(event.message):
            continue
        if secret := _missing_secret(event.message, evidence.spec):
            return Finding("SecretMissing", {"detail": secret}, requeue_after=requeue_after, wants_events=True)
        return _volume_pending(evidence, _mount_error(event.message), requeue_after=requeue_after)
    return Finding("Starting", requeue_after=requeue_after, wants_events=True)


def _passes(message: str) -> bool:
    """Whether a busy kubelet has only not read a Secret yet; it will within seconds (kubelet, cachingSecretManager)."""
    return bool(re.search(r"failed to sync (secret|configmap) cache", message))


def _missing_secret(message: str, spec: Spec) -> str | None:
    """Which Secret or key the kubelet misses; None when its message is about something else."""
    if found := re.search(r'secrets? "([^"]+)" not found', message):
        return f"Secret {found[1].rpartition('/')[2]} does not exist."

    if found := re.search(r"non-existent secret key: ([-._a-zA-Z0-9]+)", message):
        refs = (spec.token, spec.llm_key, spec.qdrant_key)
        name = next((ref.name for ref in refs if ref and ref.key == found[1]), None)
        return f"Secret {name} has no key {found[1]}." if name else f"There is no key {found[1]} in its Secret."
    return None


def _mount_error(message: str) -> str:
    """The kubelet's message without its prefix about which mount it was."""
    return message.partition(" : ")[2] or message


def _volume_pending(evidence: Evidence, detail: str, *, requeue_after: float) -> Finding:
    volume = names.pod_name("") if evidence.volume is None else evidence.volume.name
    facts = {"volume": volume, "detail": _sentence(detail)}
    return Finding("VolumePending", facts, requeue_after=requeue_after, wants_events=True)


def _cannot_start(evidence: Evidence) -> Finding:
    message = evidence.pod.container.waiting_message
    if secret := _missing_secret(message, evidence.spec):
        return Finding("SecretMissing", {"detail": secret})
    return _crash_loop(evidence, _START_ERROR_EXIT_CODE, message)


def _running(evidence: Evidence, *, for_seconds: float) -> Finding:
    """The process runs and is not ready. Its own report counts first, then how it ended the last time."""
    statusz, container = evidence.statusz, evidence.pod.container
    if statusz and evidence.answers and (problem := _polling_problem(statusz, evidence.spec)):
        return problem

    polled = statusz is not None and statusz.has_polled
    if for_seconds >= (YOUNG_SECONDS if polled else STARTUP_SECONDS) and not evidence.answers:
        return Finding("NotPolling", {"detail": "it does not even answer when it is asked how it is (/statusz)."})

    if statusz and polled:
        if for_seconds >= YOUNG_SECONDS:
            return Finding("NotPolling", {"detail": _sentence(statusz.polling_message or "none has for some time")})
    elif container.termination is not None and container.restarts and for_seconds < STARTUP_SECONDS:
        finding = _ended(evidence, container.termination, backing_off=container.restarts > 1)
        return replace(finding, requeue_after=STARTUP_SECONDS - for_seconds)

    settled = YOUNG_SECONDS if for_seconds < YOUNG_SECONDS else STARTUP_SECONDS
    return Finding("Starting", requeue_after=max(1.0, settled - for_seconds))


def _polling_problem(statusz: Statusz, spec: Spec) -> Finding | None:
    """What keeps the bot from polling, as it reports itself."""
    if statusz.polling_reason == "TokenHeldElsewhere":
        return Finding("TokenHeldElsewhere")
    if statusz.polling_reason == "TelegramUnreachable":
        facts = {"url": spec.telegram_url, "detail": _sentence(statusz.polling_message)}
        return Finding("TelegramUnreachable", facts)
    return None


def _ended(evidence: Evidence, last: Termination, *, backing_off: bool) -> Finding:
    """The container ended; the kubelet starts it again, perhaps after a pause."""
    if last.exit_code == names.EXIT_TELEGRAM_UNAUTHORIZED:
        token = evidence.spec.token
        return Finding("TokenRefused", {"key": token.key, "secret": token.name})
    if last.exit_code == names.EXIT_BAD_ARGUMENTS:
        return Finding("BadArguments", {"detail": _sentence(last.message or "it gave no reason")})
    if last.reason == OOM_KILLED:
        limit = (evidence.spec.resources.get("limits") or {}).get("memory", "")
        return Finding("OutOfMemory", {"limit": limit})
    if backing_off:
        return _crash_loop(evidence, last.exit_code, last.message)
    return Finding("Restarting", {"cause": f"it ended with exit code {last.exit_code}"})


def _crash_loop(evidence: Evidence, exit_code: int, detail: str) -> Finding:
    facts = {"exit_code": exit_code, "restarts": evidence.pod.container.restarts, "detail": _sentence(detail)}
    return Finding("CrashLoop", facts)


def _sentence(text: str) -> str:
    """`text` on one line, cut when it is long, with a full stop at its end. Empty stays empty."""
    cut = _cut(text)
    return cut if not cut or cut[-1] in ".!?…" else f"{cut}."


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _DETAIL else f"{line[: _DETAIL - 1]}…"
