"""One reason from what the kubelet, the scheduler and the bot report, as a table."""

# ruff: noqa: ANN401, PLR0913, PLR0917 - the columns of a table are arguments

from collections.abc import Callable, Sequence
from typing import Any, get_args

import pytest

from personalbots_api.conditions import ReadyReason
from personalbots_operator.cache.bot import Bot
from personalbots_operator.cache.pod import Pod, PodEvent, Volume
from personalbots_operator.cache.spec import Spec
from personalbots_operator.cache.statusz import Statusz
from personalbots_operator.cache.values import rfc3339
from personalbots_operator.decision.diagnose import Evidence, diagnose
from support.resources import NOW

RUNNING = {"status": {"phase": "Running"}}
CREATING = {
    "status": {
        "phase": "Pending",
        "conditions": [{"type": "Ready", "status": "False"}],
        "containerStatuses": [{"name": "bot", "state": {"waiting": {"reason": "ContainerCreating"}}}],
    }
}
MISSING = 'MountVolume.SetUp failed for volume "secrets" : secret "anna" not found'
NO_KEY = 'MountVolume.SetUp failed for volume "secrets" : references non-existent secret key: openai-api-key'
BUSY = 'MountVolume.SetUp failed for volume "s" : failed to sync secret cache: timed out waiting for the condition'
MULTI_ATTACH = 'Multi-Attach error for volume "pvc-1" : Volume is already exclusively attached to one node'
NO_CLASS = 'storageclass.storage.k8s.io "nope" not found'


def ago(seconds: float) -> str:
    return rfc3339(NOW - seconds)


def unscheduled(message: str, *, since: float, created: float = 60) -> dict[str, Any]:
    condition = {
        "type": "PodScheduled",
        "status": "False",
        "reason": "Unschedulable",
        "message": message,
        "lastTransitionTime": ago(since),
    }
    return {
        "spec": {"nodeName": None},
        "metadata": {"creationTimestamp": ago(created)},
        "status": {"phase": "Pending", "conditions": [condition], "containerStatuses": []},
    }


def waiting(reason: str, message: str = "", /, **last: Any) -> dict[str, Any]:
    state: dict[str, Any] = {"waiting": {"reason": reason, "message": message}}
    ended = {"lastState": {"terminated": last}} if last else {}
    return {"container": {"state": state, "ready": False, "restartCount": 3, **ended}, "ready": False}


def running(seconds: float, *, restarts: int = 0, **last: Any) -> dict[str, Any]:
    ended = {"lastState": {"terminated": last}} if last else {}
    state = {"running": {"startedAt": ago(seconds)}}
    return {"container": {"state": state, "ready": False, "restartCount": restarts, **ended}, "ready": False}


def event(reason: str, message: str) -> PodEvent:
    return PodEvent(reason=reason, message=message, last_seen=NOW)


POLLED = Statusz(bot_id=1, username="anna_bot", polling_reason="Polling", has_polled=True)
FROZEN = Statusz(has_polled=True)
TABLE: list[tuple[str, dict[str, Any], Statusz | None, Sequence[PodEvent], str, str]] = [
    ("ready", {}, None, (), "Polling", "polls Telegram"),
    ("new", {**unscheduled("", since=0, created=1), "status": {"phase": "Pending"}}, None, (), "Starting", ""),
    ("no room at first", unscheduled("0/1 nodes", since=1), None, (), "Starting", ""),
    (
        "no room",
        unscheduled("0/1 nodes are available: 1 Insufficient memory. preemption: none", since=5),
        None,
        (),
        "Unschedulable",
        "0/1 nodes are available: 1 Insufficient memory. Lower",
    ),
    (
        "a volume being made",
        unscheduled("pod has unbound immediate PersistentVolumeClaims", since=9),
        None,
        (),
        "Starting",
        "",
    ),
    (
        "no class",
        unscheduled("pod has unbound immediate PersistentVolumeClaims", since=11),
        None,
        (event("ProvisioningFailed", NO_CLASS),),
        "VolumePending",
        'pbot-anna is not ready: storageclass.storage.k8s.io "nope" not found.',
    ),
    ("just creating", {**CREATING, "metadata": {"creationTimestamp": ago(1)}}, None, (), "Starting", ""),
    ("still creating", CREATING, None, (), "Starting", ""),
    ("no Secret", CREATING, None, (event("FailedMount", MISSING),), "SecretMissing", "Secret anna does not exist."),
    (
        "no key",
        CREATING,
        None,
        (event("FailedMount", NO_KEY),),
        "SecretMissing",
        "Secret anna has no key openai-api-key",
    ),
    ("a busy kubelet", CREATING, None, (event("FailedMount", BUSY),), "Starting", ""),
    ("held", CREATING, None, (event("FailedAttachVolume", MULTI_ATTACH),), "VolumePending", "already exclusively"),
    ("no image", waiting("ImagePullBackOff", "not found"), None, (), "ImagePullFailed", "registry.example.com/bot:1"),
    ("bad image", waiting("InvalidImageName", "invalid"), None, (), "ImagePullFailed", "invalid. Check"),
    ("no program", waiting("RunContainerError", "exec: no such file"), None, (), "CrashLoop", "no such file"),
    (
        "refused",
        waiting("CrashLoopBackOff", exitCode=77),
        None,
        (),
        "TokenRefused",
        "key telegram-token of Secret anna",
    ),
    ("arguments", waiting("CrashLoopBackOff", exitCode=64, message="x"), None, (), "BadArguments", "started: x."),
    ("memory", waiting("CrashLoopBackOff", exitCode=137, reason="OOMKilled"), None, (), "OutOfMemory", "its 256Mi"),
    (
        "bug",
        waiting("CrashLoopBackOff", exitCode=70, message='{"reason": "InternalError", "message": "KeyError"}'),
        None,
        (),
        "CrashLoop",
        "exit code 70, 3 restarts): KeyError.",
    ),
    ("ended once", running(1, restarts=1, exitCode=1), None, (), "Restarting", "exit code 1"),
    ("ended again", running(1, restarts=2, exitCode=1), None, (), "CrashLoop", "2 restarts"),
    ("refused, tries again", running(1, restarts=2, exitCode=77), None, (), "TokenRefused", ""),
    ("ended long ago", running(100, restarts=2, exitCode=1), Statusz(), (), "Starting", ""),
    ("young", running(1), POLLED, (), "Starting", ""),
    ("silent while young", running(20), None, (), "Starting", ""),
    ("silent", running(90), None, (), "NotPolling", "does not even answer"),
    ("frozen", running(20), FROZEN, (), "NotPolling", "does not even answer"),
    ("deaf", running(90), POLLED, (), "NotPolling", "no longer come back"),
    ("taken", running(5), Statusz(polling_reason="TokenHeldElsewhere"), (), "TokenHeldElsewhere", "Another program"),
    (
        "away",
        running(5),
        Statusz(polling_reason="TelegramUnreachable", polling_message="no route"),
        (),
        "TelegramUnreachable",
        "at https://api.telegram.org: no route. It",
    ),
    ("node lost", {"ready": False}, None, (), "NodeLost", "node-1"),
    ("going", {"metadata": {"deletionTimestamp": ago(1)}}, None, (), "Restarting", "stopping"),
    ("stuck", {"metadata": {"deletionTimestamp": ago(60)}}, None, (), "NodeLost", "node-1"),
    (
        "drained",
        {
            "metadata": {"deletionTimestamp": ago(1)},
            "status": {
                "conditions": [{"type": "DisruptionTarget", "status": "True", "reason": "EvictionByEvictionAPI"}]
            },
        },
        None,
        (),
        "Evicted",
        "drained",
    ),
]


@pytest.mark.parametrize(
    ("change", "statusz", "events", "reason", "words"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_a_pod_has_one_reason_and_one_sentence(
    change: dict[str, Any],
    statusz: Statusz | None,
    events: Sequence[PodEvent],
    reason: str,
    words: str,
    bot: Callable[..., Bot],
    pod: Callable[..., Pod],
    volume: Callable[..., Volume],
) -> None:
    spec = Spec.from_json(bot().spec_json)
    answers = statusz is not None and statusz is not FROZEN
    evidence = Evidence(
        pod=pod(**change), spec=spec, volume=volume(), statusz=statusz, answers=answers, events=events, now=NOW
    )
    finding = diagnose(evidence)
    assert (finding.reason, words in finding.message) == (reason, True), finding.message
    assert finding.reason in get_args(ReadyReason)
    assert "{" not in finding.message


def test_a_finding_that_time_alone_may_change_is_checked_again(
    bot: Callable[..., Bot], pod: Callable[..., Pod], volume: Callable[..., Volume]
) -> None:
    spec = Spec.from_json(bot().spec_json)
    for name, change, statusz, events, reason, _ in TABLE:
        answers = statusz is not None
        evidence = Evidence(
            pod=pod(**change), spec=spec, volume=volume(), statusz=statusz, answers=answers, events=events, now=NOW
        )
        if reason == "Starting":
            assert diagnose(evidence).requeue_after, name
