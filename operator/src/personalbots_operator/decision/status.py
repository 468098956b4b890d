"""The status that a bot should have, what of it has to be written, and which Events tell of its changes. Pure.

`lastTransitionTime` moves only when a condition's `status` flips, as the Kubernetes API conventions ask. What is not
known at the moment (the bot's own report while its container starts again) stays as it was.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from personalbots_api import conditions
from personalbots_api.conditions import ConditionType
from personalbots_operator.cache.pod import Pod
from personalbots_operator.cache.spec import Spec
from personalbots_operator.cache.statusz import Statusz
from personalbots_operator.cache.values import rfc3339, seconds
from personalbots_operator.decision.actions import Notice
from personalbots_operator.decision.outcome import Finding, Status

ACTIVITY_SECONDS: Final = 300
"""How far lastActivityTime may lag behind: it is written at most this often."""
_MINUTE: Final = 60  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What a status is composed of."""

    generation: int
    old: Mapping[str, Any]
    """The status in the cluster."""
    finding: Finding
    spec: Spec | None = None
    """None when the spec cannot be read, or no longer matters."""
    pod: Pod | None = None
    statusz: Statusz | None = None
    idle: bool = False
    """The bot is meant to have no pod."""
    forget_bot: bool = False
    """Its identity on Telegram is found out anew, since the token may have been replaced."""
    now: float


def compose(observed: Observation) -> Status:
    """The whole status, without empty fields."""
    old, pod, statusz = observed.old, observed.pod, observed.statusz
    status: Status = {
        "observedGeneration": observed.generation,
        "phase": conditions.ready(observed.finding.reason).phase,
        "podName": pod.name if pod else None,
        "image": pod.image if pod else None,
        "bot": None if observed.forget_bot else _identity(statusz) or old.get("bot"),
        "restarts": pod.container.restarts if pod else 0,
        "lastTermination": _last_termination(pod) or old.get("lastTermination"),
        "knowledge": _knowledge(statusz) or old.get("knowledge"),
        "budgetUsedPercent": _budget(observed),
        "lastActivityTime": _activity(statusz, old.get("lastActivityTime")),
        "conditions": _conditions(observed),
    }
    return {name: value for name, value in status.items() if value is not None}


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Status:
    """The merge patch from `old` to `new`; empty when they are equal. Lists are sent whole."""
    changed = {name: value for name, value in new.items() if old.get(name) != value}
    return changed | {name: None for name in old if name not in new}


def failures_and_recoveries(old: Mapping[str, Any], new: Status) -> Iterator[Notice]:
    """One Event when something that the bot needs fails for another reason, and one when it works again.

    `Ready` has Events of its own.
    """
    before = {item["type"]: item for item in old.get("conditions") or ()}
    for condition in new["conditions"]:
        former = before.get(condition["type"], {})
        if condition["type"] == "Ready" or condition["reason"] == former.get("reason"):
            continue
        if condition["status"] == "False":
            yield Notice("Warning", condition["reason"], condition["message"])
        elif condition["status"] == "True" and former.get("status") == "False":
            yield Notice("Normal", condition["reason"], condition["message"])


def _identity(statusz: Statusz | None) -> Status | None:
    return {"id": statusz.bot_id, "username": statusz.username} if statusz and statusz.bot_id else None


def _last_termination(pod: Pod | None) -> Status | None:
    last = pod.container.termination if pod else None
    # A pod that is being deleted ends because it was told to: that tells nothing about the bot.
    if last is None or (pod and pod.deleting is not None):
        return None

    status = {
        "exitCode": last.exit_code,
        "reason": last.reason,
        "message": last.message,
        "finishedAt": last.finished_at,
    }
    return {name: value for name, value in status.items() if value not in (None, "")}


def _knowledge(statusz: Statusz | None) -> Status | None:
    if statusz is None or statusz.knowledge_reason != "Opened":
        return None
    return {"documents": statusz.documents, "chunks": statusz.chunks, "bytes": statusz.bytes}


def _budget(observed: Observation) -> int | None:
    """As the bot reports it; as it was while the bot reports nothing."""
    if observed.spec is None or observed.spec.budget is None:
        return None
    statusz = observed.statusz
    used: int | None = statusz.budget_percent if statusz else observed.old.get("budgetUsedPercent")
    return used


def _activity(statusz: Statusz | None, old: str | None) -> str | None:
    latest = seconds(statusz.last_message) if statusz else None
    if latest is None or latest - (seconds(old) or 0) < ACTIVITY_SECONDS:
        return old
    return rfc3339(latest - latest % _MINUTE)


def _conditions(observed: Observation) -> list[Status]:
    old = {item["type"]: item for item in observed.old.get("conditions") or ()}
    finding, statusz = observed.finding, observed.statusz or Statusz()
    return [
        _condition(observed, old, kind="Ready", name=finding.reason, message=finding.message),
        _reported(observed, old, kind="LLMReady", name=statusz.llm_reason, detail=statusz.llm_message),
        _reported(
            observed, old, kind="KnowledgeReady", name=statusz.knowledge_reason, detail=statusz.knowledge_message
        ),
    ]


_UNKNOWN: Final[Mapping[ConditionType, str]] = {"LLMReady": "NotChecked", "KnowledgeReady": "Unknown"}
"""The reason of a condition that nobody knows anything about."""


def _reported(observed: Observation, old: Mapping[str, Any], *, kind: ConditionType, name: str, detail: str) -> Status:
    """A condition that only the bot itself knows: as it was while the bot reports nothing that is understood."""
    reason = conditions.find(kind, name)
    if reason is None:
        if kind in old and not observed.idle:
            kept: Status = old[kind]
            return kept
        name = _UNKNOWN[kind]
        reason = conditions.find(kind, name)

    message = reason.render(**_facts(observed.spec, kind), detail=detail) if reason else ""
    return _condition(observed, old, kind=kind, name=name, message=message)


def _facts(spec: Spec | None, kind: ConditionType) -> dict[str, str]:
    if spec is None:
        return {"url": "", "key": "", "secret": ""}
    url = spec.llm_url if kind == "LLMReady" else spec.qdrant_url or ""
    return {"url": url, "key": spec.llm_key.key, "secret": spec.llm_key.name}


def _condition(
    observed: Observation, old: Mapping[str, Any], *, kind: ConditionType, name: str, message: str
) -> Status:
    reason = conditions.find(kind, name)
    status = reason.status if reason else "Unknown"
    before = old.get(kind, {})
    since = before.get("lastTransitionTime") if before.get("status") == status else None
    return {
        "type": kind,
        "status": status,
        "reason": name,
        "message": message,
        "observedGeneration": observed.generation,
        "lastTransitionTime": since or rfc3339(observed.now),
    }
