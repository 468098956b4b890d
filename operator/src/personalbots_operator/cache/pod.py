"""A bot's pod, its volume claim and the Events about them, cut down to the facts that a decision reads.

Times are seconds since the epoch.
"""

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Self

from personalbots_api import names
from personalbots_operator.cache.values import Raw, amounts, condition, mapping, quantity, seconds

OOM_KILLED: Final = "OOMKilled"
"""The kubelet's reason for a container that the kernel killed for its memory."""
_MESSAGE: Final = 1024  # characters that are kept of a message
_EVENT_MESSAGE: Final = 2048  # characters
_REASON: Final = 256  # characters
_ERROR: Final = re.compile(r"[\w.]+(?:Error|Exception): ")
"""How the last line of a traceback begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Termination:
    """How a container ended."""

    exit_code: int
    reason: str
    message: str
    finished_at: str | None

    @classmethod
    def from_raw(cls, raw: Raw) -> Self:
        """Prefer the bot's own words (JSON with reason, message and hint) to the kubelet's.

        Without them, the kubelet's message is the end of the log: the line with the error is picked from it. That the
        kernel killed the container for its memory is never hidden by what the bot wrote before.
        """
        reason, message = raw.get("reason") or "", raw.get("message") or ""
        try:
            own = json.loads(message)
        except ValueError:
            own = None

        if isinstance(own, dict):
            reason = reason if reason == OOM_KILLED else str(own.get("reason") or reason)
            message = " ".join(str(part) for part in (own.get("message"), own.get("hint")) if part)
        elif lines := message.splitlines():
            message = next((line for line in reversed(lines) if _ERROR.match(line)), lines[-1])

        return cls(
            exit_code=int(raw.get("exitCode", 0)),
            reason=reason[:_REASON],
            message=message[:_MESSAGE],
            finished_at=raw.get("finishedAt"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """The bot's container as the kubelet reports it."""

    id: str
    waiting: str
    waiting_message: str
    running_since: float | None
    started: bool
    ready: bool
    restarts: int
    termination: Termination | None

    @classmethod
    def from_raw(cls, raw: Raw) -> Self:
        """Read a container's status; an empty one is a container that the kubelet has not reported yet."""
        state, last = mapping(raw.get("state")), mapping(raw.get("lastState"))
        waiting, running = mapping(state.get("waiting")), mapping(state.get("running"))
        ended = state.get("terminated") or last.get("terminated")

        return cls(
            id=raw.get("containerID") or "",
            waiting=waiting.get("reason") or "",
            waiting_message=(waiting.get("message") or "")[:_MESSAGE],
            running_since=seconds(running.get("startedAt")),
            started=bool(raw.get("started")),
            ready=bool(raw.get("ready")),
            restarts=raw.get("restartCount") or 0,
            termination=Termination.from_raw(ended) if ended else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Pod:
    """A pod with the name of a bot's pod."""

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
    """Requests and limits, as `amounts` writes them."""
    infeasible: bool
    """The node cannot give what the pod was resized to."""
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
    """What the condition `Ready` says; None when there is none yet."""
    disruption: str
    container: Container

    @classmethod
    def from_raw(cls, raw: Raw) -> Self:
        """Read a pod as the API server shows it."""
        meta, spec, status = raw["metadata"], raw.get("spec") or {}, raw.get("status") or {}
        owner = _controller(meta)
        annotations = mapping(meta.get("annotations"))

        scheduled, ready = condition(status, "PodScheduled"), condition(status, "Ready")
        disruption, resize = condition(status, "DisruptionTarget"), condition(status, "PodResizePending")
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
            resources=amounts(mapping(program.get("resources"))),
            infeasible=resize.get("reason") == "Infeasible",
            phase=status.get("phase") or "Pending",
            reason=status.get("reason") or "",
            message=(status.get("message") or "")[:_MESSAGE],
            node=spec.get("nodeName") or "",
            ip=status.get("podIP") or "",
            scheduled=bool(spec.get("nodeName")),
            unscheduled_since=seconds(scheduled.get("lastTransitionTime")) if unscheduled else None,
            unscheduled_message=(scheduled.get("message") or "")[:_MESSAGE] if unscheduled else "",
            ready=ready.get("status") == "True",
            ready_condition=None if not ready else ready.get("status") == "True",
            disruption=disruption.get("reason", "") if disruption.get("status") == "True" else "",
            container=Container.from_raw(container),
        )

    @property
    def finished(self) -> bool:
        """Whether the kubelet will not start its container again."""
        return self.phase in ("Succeeded", "Failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """A volume claim with the name of a bot's claim."""

    name: str
    uid: str
    resource_version: str
    owner_id: str
    owners: tuple[Raw, ...]
    deleting: float | None
    phase: str
    size: Decimal | None
    """The requested size, in bytes."""

    @classmethod
    def from_raw(cls, raw: Raw) -> Self:
        """Read a volume claim as the API server shows it."""
        meta = raw["metadata"]
        requests = mapping(mapping(mapping(raw.get("spec")).get("resources")).get("requests"))

        return cls(
            name=meta["name"],
            uid=meta["uid"],
            resource_version=meta["resourceVersion"],
            owner_id=mapping(meta.get("labels")).get(names.OWNER_ID_LABEL, ""),
            owners=tuple(meta.get("ownerReferences") or ()),
            deleting=seconds(meta.get("deletionTimestamp")),
            phase=mapping(raw.get("status")).get("phase") or "",
            size=quantity(requests.get("storage")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PodEvent:
    """An Event about a pod or its volume claim."""

    reason: str
    message: str
    last_seen: float

    @classmethod
    def from_raw(cls, raw: Raw) -> Self:
        """Read an Event as the API server shows it."""
        when = raw.get("lastTimestamp") or raw.get("eventTime") or raw["metadata"].get("creationTimestamp")
        return cls(
            reason=raw.get("reason") or "",
            message=(raw.get("message") or "")[:_EVENT_MESSAGE],
            last_seen=seconds(when) or 0.0,
        )


def _controller(meta: Raw) -> Raw:
    return next((owner for owner in meta.get("ownerReferences") or () if owner.get("controller")), {})
