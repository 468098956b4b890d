"""What the API server and the bots say, as small frozen facts: only what a decision reads, nothing raw is kept.

A thousand bots are held in memory, so each object is cut down to its facts as soon as it arrives. Times are seconds
since the epoch.
"""

import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple, Self

from personalbots_api import names
from personalbots_api.quantities import parse_quantity

Raw = Mapping[str, Any]

_ERROR: Final = re.compile(r"[\w.]+(?:Error|Exception): ")
"""How the last line of a traceback begins."""


class Key(NamedTuple):
    """A resource's place in the cluster, as `kubectl` writes it: namespace/name."""

    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


class SecretKey(NamedTuple):
    """A key in a Secret: two resources that name the same one hold the same bot."""

    namespace: str
    secret: str
    key: str


def seconds(text: str | None) -> float | None:
    """The time that RFC 3339 `text` says; None when it says none."""
    try:
        return datetime.fromisoformat(text).timestamp() if text else None
    except (TypeError, ValueError):
        return None


def rfc3339(when: float) -> str:
    """`when` as Kubernetes writes times: whole seconds, UTC."""
    return datetime.fromtimestamp(when, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def newer(left: str, right: str) -> bool:
    """Whether resourceVersion `left` is of a later write than `right`.

    They are comparable integers since Kubernetes 1.35 says so (KEP-5504), and were so before with etcd.
    """
    return int(left) > int(right) if left.isdigit() and right.isdigit() else left != right


@dataclass(frozen=True, slots=True)
class Bot:
    """A `PersonalBot` resource. Spec and status are kept as JSON text, a fifth of what dictionaries take."""

    key: Key
    uid: str
    resource_version: str
    generation: int
    created: float
    deleting: float | None
    finalizers: tuple[str, ...]
    restarted_at: str | None
    owner_id: int | None
    token: SecretKey | None
    bot_id: int | None
    image: str
    """What the resource itself names."""
    phase: str
    reason: str
    ready_changed: float
    """When `Ready` last became True or ceased to be."""
    active: float | None
    """When somebody last wrote to it."""
    spec_json: str
    status_json: str

    @classmethod
    def from_raw(cls, raw: Raw) -> Self:
        """Never fails: what an older schema let through is found out when the spec is read."""
        meta, status, spec = raw["metadata"], _sound(_mapping(raw.get("status"))), raw.get("spec")
        key = Key(meta.get("namespace", ""), meta["name"])
        ready = _condition(status, "Ready")
        return cls(
            key=key,
            uid=meta["uid"],
            resource_version=meta["resourceVersion"],
            generation=meta.get("generation", 0),
            created=seconds(meta.get("creationTimestamp")) or 0.0,
            deleting=seconds(meta.get("deletionTimestamp")),
            finalizers=tuple(meta.get("finalizers") or ()),
            restarted_at=_mapping(meta.get("annotations")).get(names.RESTARTED_AT_ANNOTATION),
            owner_id=_whole(_mapping(spec).get("ownerId")),
            token=_token(key.namespace, _mapping(spec)),
            bot_id=_whole(_mapping(status.get("bot")).get("id")),
            image=_text(_mapping(spec).get("image")),
            phase=_text(status.get("phase")),
            reason=_text(ready.get("reason")),
            ready_changed=seconds(ready.get("lastTransitionTime")) or 0.0,
            active=seconds(status.get("lastActivityTime")),
            spec_json=json.dumps(spec, separators=(",", ":")),
            status_json=json.dumps(status, separators=(",", ":")),
        )

    @property
    def pod_name(self) -> str:
        return names.pod_name(self.key.name)

    @property
    def ready(self) -> bool:
        return self.reason == "Polling"

    @property
    def status(self) -> dict[str, Any]:
        """The status that stands in the cluster."""
        status: dict[str, Any] = json.loads(self.status_json)
        return status

    @property
    def wish(self) -> tuple[object, ...]:
        """All of it that people change: another wish wants another decision."""
        return self.uid, self.generation, self.restarted_at, self.deleting, self.finalizers

    @property
    def older(self) -> tuple[float, str]:
        """Of two resources, the one whose value is smaller is the older."""
        return self.created, self.uid


def _token(namespace: str, spec: Raw) -> SecretKey | None:
    ref = _mapping(_mapping(spec.get("telegram")).get("tokenSecretRef"))
    name, key = _text(ref.get("name")), _text(ref.get("key")) or names.TELEGRAM_TOKEN_KEY
    return SecretKey(namespace, name, key) if name else None


@dataclass(frozen=True, slots=True)
class Termination:
    """How a container ended."""

    exit_code: int
    reason: str
    message: str
    finished_at: str | None

    @classmethod
    def from_raw(cls, raw: Raw) -> Self:
        """The bot's own words, when it left some (JSON with reason, message and hint), go before the kubelet's.

        The kubelet's, when it left none, are the last lines of its log: of those the one that tells the error.
        """
        reason, message = raw.get("reason") or "", raw.get("message") or ""
        try:
            said = json.loads(message)
        except ValueError:
            said = None
        if isinstance(said, dict):
            reason = str(said.get("reason") or reason)
            message = " ".join(str(part) for part in (said.get("message"), said.get("hint")) if part)
        elif lines := message.splitlines():
            message = next((line for line in reversed(lines) if _ERROR.match(line)), lines[-1])
        return cls(
            exit_code=int(raw.get("exitCode", 0)),
            reason=reason[:256],
            message=message[:1024],
            finished_at=raw.get("finishedAt"),
        )


@dataclass(frozen=True, slots=True)
class Container:
    """The bot's container as the kubelet reports it."""

    id: str = ""
    waiting: str = ""
    waiting_message: str = ""
    running_since: float | None = None
    started: bool = False
    ready: bool = False
    restarts: int = 0
    termination: Termination | None = None

    @classmethod
    def from_raw(cls, raw: Raw) -> Self:
        state, last = _mapping(raw.get("state")), _mapping(raw.get("lastState"))
        waiting, running = _mapping(state.get("waiting")), _mapping(state.get("running"))
        ended = state.get("terminated") or last.get("terminated")
        return cls(
            id=raw.get("containerID") or "",
            waiting=waiting.get("reason") or "",
            waiting_message=(waiting.get("message") or "")[:1024],
            running_since=seconds(running.get("startedAt")),
            started=bool(raw.get("started")),
            ready=bool(raw.get("ready")),
            restarts=raw.get("restartCount") or 0,
            termination=Termination.from_raw(ended) if ended else None,
        )


@dataclass(frozen=True, slots=True)
class Pod:
    """A pod that is called as a bot's pod is."""

    name: str
    uid: str
    resource_version: str
    owner_kind: str
    owner_uid: str
    created: float
    deleting: float | None
    finalizers: tuple[str, ...]
    spec_hash: str
    template: str
    restarted_at: str | None
    image: str
    resources: str
    infeasible: bool
    """The node cannot give what it was resized to."""
    phase: str
    reason: str
    message: str
    node: str
    ip: str
    scheduled: bool
    unscheduled_since: float | None
    unscheduled_message: str
    ready: bool
    ready_condition: bool | None
    disruption: str
    container: Container

    @classmethod
    def from_raw(cls, raw: Raw) -> Self:
        meta, spec, status = raw["metadata"], raw.get("spec") or {}, raw.get("status") or {}
        owner = _controller(meta)
        annotations = _mapping(meta.get("annotations"))
        scheduled, ready = _condition(status, "PodScheduled"), _condition(status, "Ready")
        disruption, resize = _condition(status, "DisruptionTarget"), _condition(status, "PodResizePending")
        unscheduled = scheduled.get("status") == "False"
        program: Raw = next((c for c in spec.get("containers", ()) if c["name"] == names.CONTAINER), {})
        container: Raw = next((c for c in status.get("containerStatuses") or () if c["name"] == names.CONTAINER), {})
        return cls(
            name=meta["name"],
            uid=meta["uid"],
            resource_version=meta["resourceVersion"],
            owner_kind=owner.get("kind", ""),
            owner_uid=owner.get("uid", ""),
            created=seconds(meta.get("creationTimestamp")) or 0.0,
            deleting=seconds(meta.get("deletionTimestamp")),
            finalizers=tuple(meta.get("finalizers") or ()),
            spec_hash=annotations.get(names.SPEC_HASH_ANNOTATION, ""),
            template=annotations.get(names.TEMPLATE_ANNOTATION, ""),
            restarted_at=annotations.get(names.RESTARTED_AT_ANNOTATION),
            image=program.get("image", ""),
            resources=amounts(_mapping(program.get("resources"))),
            infeasible=resize.get("reason") == "Infeasible",
            phase=status.get("phase") or "Pending",
            reason=status.get("reason") or "",
            message=(status.get("message") or "")[:1024],
            node=spec.get("nodeName") or "",
            ip=status.get("podIP") or "",
            scheduled=bool(spec.get("nodeName")),
            unscheduled_since=seconds(scheduled.get("lastTransitionTime")) if unscheduled else None,
            unscheduled_message=(scheduled.get("message") or "")[:1024] if unscheduled else "",
            ready=ready.get("status") == "True",
            ready_condition=None if not ready else ready.get("status") == "True",
            disruption=disruption.get("reason", "") if disruption.get("status") == "True" else "",
            container=Container.from_raw(container),
        )

    @property
    def finished(self) -> bool:
        """The kubelet will not start its container again."""
        return self.phase in ("Succeeded", "Failed")


@dataclass(frozen=True, slots=True)
class Volume:
    """A volume claim that is called as a bot's is."""

    name: str
    uid: str
    resource_version: str
    owner_id: str
    owners: tuple[Raw, ...]
    deleting: float | None
    phase: str
    size: Decimal | None
    """How large it was asked to be, in bytes."""

    @classmethod
    def from_raw(cls, raw: Raw) -> Self:
        meta = raw["metadata"]
        asked = _mapping(_mapping(_mapping(raw.get("spec")).get("resources")).get("requests"))
        return cls(
            name=meta["name"],
            uid=meta["uid"],
            resource_version=meta["resourceVersion"],
            owner_id=_mapping(meta.get("labels")).get(names.OWNER_ID_LABEL, ""),
            owners=tuple(meta.get("ownerReferences") or ()),
            deleting=seconds(meta.get("deletionTimestamp")),
            phase=_mapping(raw.get("status")).get("phase") or "",
            size=_quantity(asked.get("storage")),
        )


@dataclass(frozen=True, slots=True)
class PodEvent:
    """An Event about a pod."""

    reason: str
    message: str
    last_seen: float

    @classmethod
    def from_raw(cls, raw: Raw) -> Self:
        when = raw.get("lastTimestamp") or raw.get("eventTime") or raw["metadata"].get("creationTimestamp")
        return cls(raw.get("reason") or "", (raw.get("message") or "")[:2048], seconds(when) or 0.0)


def amounts(resources: Raw) -> str:
    """The CPU and memory of requests and limits, written in one way only, however the quantities were."""
    said = (
        f"{part}.{name}={amount if (number := _quantity(amount)) is None else f'{number:f}'}"
        for part in ("limits", "requests")
        for name in ("cpu", "memory")
        if (amount := _mapping(resources.get(part)).get(name)) is not None
    )
    return sys.intern(" ".join(said))


def _quantity(value: Any) -> Decimal | None:  # noqa: ANN401
    try:
        return None if value is None else parse_quantity(value).normalize()
    except ValueError:
        return None


def _sound(status: Raw) -> Raw:
    """The status without conditions that are none: it is composed anew anyway."""
    there = status.get("conditions")
    conditions = [item for item in there if _text(_mapping(item).get("type"))] if isinstance(there, list) else []
    return {**status, "conditions": conditions} if status else status


def _text(value: Any) -> str:  # noqa: ANN401
    return value if isinstance(value, str) else ""


def _whole(value: Any) -> int | None:  # noqa: ANN401
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _controller(meta: Raw) -> Raw:
    return next((owner for owner in meta.get("ownerReferences") or () if owner.get("controller")), {})


def _condition(status: Raw, kind: str) -> Raw:
    conditions = status.get("conditions")
    found = (_mapping(item) for item in conditions) if isinstance(conditions, list) else ()
    return next((item for item in found if item.get("type") == kind), {})


def _mapping(value: Any) -> Raw:  # noqa: ANN401 - whatever stands in the JSON
    return value if isinstance(value, Mapping) else {}
