"""The status that a bot ought to have, and what of it has to be written. Pure.

`lastTransitionTime` moves only when a condition's `status` flips, after the Kubernetes API conventions. What is not
known at the moment (the bot's own words while its container starts again) stays as it was.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from personalbots_api import conditions
from personalbots_api.conditions import ConditionType
from personalbots_operator.cache.observed import Bot, Pod, rfc3339, seconds
from personalbots_operator.cache.spec import Spec
from personalbots_operator.decision.diagnose import Finding
from personalbots_operator.loop.statusz import Statusz

Status = dict[str, Any]

ACTIVITY_SECONDS: Final = 300
"""How far lastActivityTime may lag behind: it is written at most this often."""
_MINUTE: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a status is composed of. `pod` is None without one; `idle` says that there is to be none."""

    bot: Bot
    finding: Finding
    spec: Spec | None = None
    pod: Pod | None = None
    statusz: Statusz | None = None
    idle: bool = False
    forget_bot: bool = False
    """Who the bot is on Telegram has to be found out anew: its token may be another one."""
    now: float = 0.0


def compose(found: Found) -> Status:
    """The whole status, without empty fields."""
    old, reason = found.bot.status, conditions.ready(found.finding.reason)
    status: Status = {
        "observedGeneration": found.bot.generation,
        "phase": reason.phase,
        "podName": found.pod.name if found.pod else None,
        "image": found.pod.image if found.pod else None,
        "bot": None if found.forget_bot else _identity(found.statusz) or old.get("bot"),
        "restarts": found.pod.container.restarts if found.pod else 0,
        "lastTermination": _last_termination(found.pod) or old.get("lastTermination"),
        "knowledge": _knowledge(found.statusz) or old.get("knowledge"),
        "budgetUsedPercent": _budget(found),
        "lastActivityTime": _activity(found.statusz, old.get("lastActivityTime")),
        "conditions": _conditions(found, {item["type"]: item for item in old.get("conditions") or ()}),
    }
    return {name: value for name, value in status.items() if value is not None}


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Status:
    """The merge patch from `old` to `new`: empty when nothing is to be written. Lists are sent whole."""
    changed = {name: value for name, value in new.items() if old.get(name) != value}
    return changed | {name: None for name in old if name not in new}


def _identity(said: Statusz | None) -> Status | None:
    return {"id": said.bot_id, "username": said.username} if said and said.bot_id else None


def _last_termination(pod: Pod | None) -> Status | None:
    last = pod.container.termination if pod else None
    if last is None or (pod and pod.deleting is not None):  # the end of a pod that is to go tells nothing
        return None
    status = {
        "exitCode": last.exit_code,
        "reason": last.reason,
        "message": last.message,
        "finishedAt": last.finished_at,
    }
    return {name: value for name, value in status.items() if value not in (None, "")}


def _knowledge(said: Statusz | None) -> Status | None:
    if said is None or said.knowledge_reason != "Opened":
        return None
    return {"documents": said.documents, "chunks": said.chunks, "bytes": said.bytes}


def _budget(found: Found) -> int | None:
    """As the bot says; as it was while it says nothing."""
    if found.spec is None or found.spec.budget is None:
        return None
    used: int | None = found.statusz.budget_percent if found.statusz else found.bot.status.get("budgetUsedPercent")
    return used


def _activity(said: Statusz | None, old: str | None) -> str | None:
    latest = seconds(said.last_message) if said else None
    if latest is None or latest - (seconds(old) or 0) < ACTIVITY_SECONDS:
        return old
    return rfc3339(latest - latest % _MINUTE)


def _conditions(found: Found, old: Mapping[str, Any]) -> list[Status]:
    return [
        _condition(found, old, kind="Ready", name=found.finding.reason, message=found.finding.message),
        _reported(found, old, kind="LLMReady", unknown="NotChecked"),
        _reported(found, old, kind="KnowledgeReady", unknown="Unknown"),
    ]


def _reported(found: Found, old: Mapping[str, Any], *, kind: ConditionType, unknown: str) -> Status:
    """A condition that only the bot itself knows: as it was while the bot says nothing."""
    said = found.statusz
    name = "" if said is None else said.llm_reason if kind == "LLMReady" else said.knowledge_reason
    detail = "" if said is None else said.llm_message if kind == "LLMReady" else said.knowledge_message
    reason = conditions.find(kind, name)
    if reason is None:
        if kind in old and not found.idle:
            kept: Status = old[kind]
            return kept
        name, reason = unknown, conditions.find(kind, unknown)
    message = reason.say(**_facts(found.spec, kind), detail=detail) if reason else ""
    return _condition(found, old, kind=kind, name=name, message=message)


def _facts(spec: Spec | None, kind: ConditionType) -> dict[str, str]:
    if spec is None:
        return {"url": "", "key": "", "secret": ""}
    url = spec.llm_url if kind == "LLMReady" else spec.qdrant_url or ""
    return {"url": url, "key": spec.llm_key.key, "secret": spec.llm_key.name}


def _condition(found: Found, old: Mapping[str, Any], *, kind: ConditionType, name: str, message: str) -> Status:
    reason = conditions.find(kind, name)
    status = reason.status if reason else "Unknown"
    before = old.get(kind, {})
    since = before.get("lastTransitionTime") if before.get("status") == status else None
    return {
        "type": kind,
        "status": status,
        "reason": name,
        "message": message,
        "observedGeneration": found.bot.generation,
        "lastTransitionTime": since or rfc3339(found.now),
    }
