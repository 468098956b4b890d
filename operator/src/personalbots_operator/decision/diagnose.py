"""From a pod, its Events and what the bot says of itself to one reason and the facts of its sentence. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from personalbots_api import names
from personalbots_api.conditions import ReadyReason, ready
from personalbots_operator.cache.observed import Pod, PodEvent, Termination, Volume
from personalbots_operator.cache.spec import Spec
from personalbots_operator.loop.statusz import Statusz

SETTLE_SECONDS: Final = 3.0
"""The scheduler and the kubelet report troubles that pass by themselves: only what lasts is told."""
VOLUME_SECONDS: Final = 10.0
"""How long a storage class that makes volumes at once may take for one: most do in a few seconds."""
EVENTS_AFTER_SECONDS: Final = 4.0
"""From when on the Events of a pod that does not start are worth reading."""
EVENTS_SECONDS: Final = 30.0
"""How often they are looked at while a pod is stuck."""
STARTUP_SECONDS: Final = 60.0
YOUNG_SECONDS: Final = 15.0
LATE_SECONDS: Final = 30.0
"""How long after its grace period a pod that is being deleted counts as held by its node."""
_MOUNT_FAILURES: Final = {"FailedMount", "FailedAttachVolume"}
_NO_VOLUME: Final = "ProvisioningFailed"
TELLING: Final = {*_MOUNT_FAILURES, _NO_VOLUME}
"""The reasons of the Events that a diagnosis rests on; all of them are of the type Warning."""
_OOM: Final = "OOMKilled"
_DETAIL: Final = 400

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


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason of the catalogue, the facts of its sentence, and what would tell more."""

    reason: ReadyReason
    facts: Mapping[str, object] = field(default_factory=dict)
    look_after: float | None = None
    """Seconds after which to look again without any event: time alone may change the finding."""
    wants_events: bool = False
    """The pod's Events would tell more."""

    @property
    def message(self) -> str:
        return ready(self.reason).say(**self.facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that is known about a bot's pod at one moment. `events` is None while they were not looked at."""

    pod: Pod
    spec: Spec
    volume: Volume | None
    statusz: Statusz | None
    """What the container said last."""
    answers: bool
    """Whether it answered when it was asked last."""
    events: Sequence[PodEvent] | None
    now: float


def diagnose(seen: Evidence) -> Finding:  # noqa: PLR0911 - a ladder, the first rung that holds
    """What is going on with the pod of a bot that is to run."""
    pod, container = seen.pod, seen.pod.container
    if pod.deleting is not None:
        return leaving(pod, now=seen.now)
    if not pod.scheduled:
        return _unscheduled(seen)
    if pod.ready_condition is False and container.ready:
        return Finding("NodeLost", {"node": pod.node})  # only the node's controller makes them disagree
    if pod.ready:
        return Finding("Polling")
    if container.running_since is not None:
        return _running(seen, for_seconds=seen.now - container.running_since)
    if container.waiting in _IMAGE_WAITS:
        return Finding("ImagePullFailed", {"image": pod.image, "detail": _sentence(container.waiting_message)})
    if container.waiting in _START_WAITS:
        return _cannot_start(seen)
    if container.termination is not None:
        return _ended(seen, container.termination, backing_off=container.waiting == "CrashLoopBackOff")
    return _creating(seen)


def is_young(pod: Pod, *, now: float) -> bool:
    """Whether the container has run for so short a time that not being ready means nothing."""
    since = pod.container.running_since
    return since is None or now - since < YOUNG_SECONDS


def leaving(pod: Pod, *, now: float) -> Finding:
    """Why a pod is going that was not asked to by the resource, and what it waits for."""
    late = pod.deleting is not None and now - pod.deleting > LATE_SECONDS
    if late and pod.finalizers and (pod.finished or not pod.node):
        return Finding("PodStuck", {"detail": f"the finalizer {pod.finalizers[0]} keeps it"})
    if late or pod.disruption in _NODE_LOSSES:
        return Finding("NodeLost", {"node": pod.node or "?"})
    look_after = None if pod.deleting is None else max(1.0, pod.deleting + LATE_SECONDS + 1 - now)
    if pod.disruption in _DISRUPTIONS:
        return Finding("Evicted", {"detail": _DISRUPTIONS[pod.disruption]}, look_after=look_after)
    return Finding("Restarting", {"cause": "its old pod is stopping"}, look_after=look_after)


def finished(pod: Pod) -> Finding:
    """Why a pod ended that the kubelet will not start again."""
    if pod.reason == "NodeLost" or pod.disruption in _NODE_LOSSES:
        return Finding("NodeLost", {"node": pod.node or "?"})
    if pod.phase == "Failed":
        detail = pod.message or _DISRUPTIONS.get(pod.disruption, "") or pod.reason or "it failed"
        return Finding("Evicted", {"detail": _cut(detail).rstrip(".")})
    return Finding("Restarting", {"cause": "its pod has ended"})


def _unscheduled(seen: Evidence) -> Finding:
    pod, age = seen.pod, seen.now - seen.pod.created
    detail = pod.unscheduled_message.partition(". ")[0]  # what follows tells of preemption
    if pod.unscheduled_since is not None:
        volume = re.search(r"persistentvolume|storageclass|volume", detail, re.IGNORECASE)
        settled = pod.unscheduled_since + (VOLUME_SECONDS if volume else SETTLE_SECONDS)
        if seen.now < settled:
            return Finding("Starting", look_after=settled - seen.now)
        if volume:
            return _unbound(seen, detail)
        return Finding("Unschedulable", {"detail": _sentence(detail)})
    if age < LATE_SECONDS:
        return Finding("Starting", look_after=LATE_SECONDS - age)
    if seen.volume is not None and seen.volume.phase != "Bound":
        return _unbound(seen, "the claim is not bound to a volume yet")
    return Finding("Unschedulable", {"detail": "The scheduler has not looked at it yet."})


def _unbound(seen: Evidence, detail: str) -> Finding:
    """The scheduler waits for the volume: the claim's own Events say why there is none."""
    failed = [event for event in seen.events or () if event.reason == _NO_VOLUME]
    said = max(failed, key=lambda event: event.last_seen).message if failed else detail
    return _volume(seen, said, look_after=EVENTS_SECONDS, wants_events=True)


def _creating(seen: Evidence) -> Finding:
    """The kubelet has the pod and no container yet: volumes, Secrets and the sandbox; only Events say more."""
    age = seen.now - seen.pod.created
    if age < EVENTS_AFTER_SECONDS:
        return Finding("Starting", look_after=EVENTS_AFTER_SECONDS - age)
    look_after = min(EVENTS_SECONDS, max(2.0, age / 4))
    for event in sorted(seen.events or (), key=lambda event: -event.last_seen):
        if event.reason in _MOUNT_FAILURES and not _passes(event.message):
            secret = _missing_secret(event.message, seen.spec)
            if secret:
                return Finding("SecretMissing", {"detail": secret}, look_after=look_after, wants_events=True)
            return _volume(seen, _mount_trouble(event.message), look_after=look_after, wants_events=True)
    return Finding("Starting", look_after=look_after, wants_events=True)


def _passes(message: str) -> bool:
    """Whether a busy kubelet only has not read a Secret yet: it does within seconds (kubelet, cachingSecretManager)."""
    return bool(re.search(r"failed to sync (secret|configmap) cache", message))


def _missing_secret(message: str, spec: Spec) -> str | None:
    if found := re.search(r'secrets? "([^"]+)" not found', message):
        return f"Secret {found[1].rpartition('/')[2]} does not exist."
    if found := re.search(r"non-existent secret key: ([-._a-zA-Z0-9]+)", message):
        refs = (spec.token, spec.llm_key, spec.qdrant_key)
        name = next((ref.name for ref in refs if ref and ref.key == found[1]), None)
        return f"Secret {name} has no key {found[1]}." if name else f"There is no key {found[1]} in its Secret."
    return None


def _mount_trouble(message: str) -> str:
    """The kubelet's message after the last colon-separated prefix about which mount it was."""
    return message.partition(" : ")[2] or message


def _volume(seen: Evidence, detail: str, *, look_after: float | None = None, wants_events: bool = False) -> Finding:
    volume = names.pod_name("") if seen.volume is None else seen.volume.name
    return Finding(
        "VolumePending",
        {"volume": volume, "detail": _sentence(detail)},
        look_after=look_after,
        wants_events=wants_events,
    )


def _cannot_start(seen: Evidence) -> Finding:
    message = seen.pod.container.waiting_message
    if secret := _missing_secret(message, seen.spec):
        return Finding("SecretMissing", {"detail": secret})
    return _crash_loop(seen, 128, message)


def _running(seen: Evidence, *, for_seconds: float) -> Finding:
    """The process runs and is not ready: what it says itself goes first, then how it ended last time."""
    said, container = seen.statusz, seen.pod.container
    if said and seen.answers and said.polling_reason == "TokenHeldElsewhere":
        return Finding("TokenHeldElsewhere")
    if said and seen.answers and said.polling_reason == "TelegramUnreachable":
        facts = {"url": seen.spec.telegram_url, "detail": _sentence(said.polling_message)}
        return Finding("TelegramUnreachable", facts)
    polled = said is not None and said.has_polled
    if for_seconds >= (YOUNG_SECONDS if polled else STARTUP_SECONDS) and not seen.answers:
        return Finding("NotPolling", {"detail": "it does not even answer when it is asked how it is (/statusz)."})
    if said and polled:
        if for_seconds >= YOUNG_SECONDS:
            return Finding("NotPolling", {"detail": _sentence(said.polling_message or "none has for some time")})
    elif container.termination is not None and container.restarts and for_seconds < STARTUP_SECONDS:
        finding = _ended(seen, container.termination, backing_off=container.restarts > 1)
        return Finding(finding.reason, finding.facts, look_after=STARTUP_SECONDS - for_seconds)
    settled = YOUNG_SECONDS if for_seconds < YOUNG_SECONDS else STARTUP_SECONDS
    return Finding("Starting", look_after=max(1.0, settled - for_seconds))


def _ended(seen: Evidence, last: Termination, *, backing_off: bool) -> Finding:
    """The container ended; the kubelet starts it again, perhaps after a pause."""
    if last.exit_code == names.EXIT_TELEGRAM_UNAUTHORIZED:
        token = seen.spec.token
        return Finding("TokenRefused", {"key": token.key, "secret": token.name})
    if last.exit_code == names.EXIT_BAD_ARGUMENTS:
        return Finding("BadArguments", {"detail": _sentence(last.message or "it gave no reason")})
    if last.reason == _OOM:
        limit = (seen.spec.resources.get("limits") or {}).get("memory", "")
        return Finding("OutOfMemory", {"limit": limit})
    if backing_off:
        return _crash_loop(seen, last.exit_code, last.message)
    return Finding("Restarting", {"cause": f"it ended with exit code {last.exit_code}"})


def _crash_loop(seen: Evidence, exit_code: int, detail: str) -> Finding:
    facts = {"exit_code": exit_code, "restarts": seen.pod.container.restarts, "detail": _sentence(detail)}
    return Finding("CrashLoop", facts)


def _sentence(text: str) -> str:
    """`text` on one line, cut when long, ended with a full stop; empty stays empty."""
    cut = _cut(text)
    return cut if not cut or cut[-1] in ".!?…" else f"{cut}."


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _DETAIL else f"{line[: _DETAIL - 1]}…"
