"""Small frozen extracts of what the master bot reads besides the resource itself: pods, usage, Events, nodes.

They hold only what people are shown or what decisions need. `from_raw` takes the object as the API server sent it and
allows for missing parts.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

from master_bot.models import Raw
from personalbots_api import names
from personalbots_api.models import LastTermination
from personalbots_api.quantities import parse_quantity

_NODE_TROUBLES: Final = ("MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pod:
    """The pod of a bot, with its one container."""

    name: str
    uid: str = ""
    owner: str = ""
    """The uid of the resource that the pod belongs to."""
    created: datetime | None = None
    terminating: bool = False
    phase: str = ""
    node: str | None = None
    image: str = ""
    scheduled: datetime | None = None
    unscheduled: str = ""
    """What the scheduler says when no node can take the pod."""
    waiting: str = ""
    """Why the container does not run, in the kubelet's word (`ContainerCreating`, `ImagePullBackOff`, …)."""
    waiting_message: str = ""
    running_since: datetime | None = None
    ready: bool = False
    restarts: int = 0
    ended: LastTermination | None = None
    """How the container ended last: now, or before it was started again."""

    @classmethod
    def from_raw(cls, raw: Raw) -> Self:
        """From the API server's Pod."""
        meta, spec, status = raw["metadata"], raw["spec"], raw.get("status") or {}
        container: Raw = _named(status.get("containerStatuses") or [], names.CONTAINER)
        state, last = container.get("state") or {}, container.get("lastState") or {}
        ended, waiting = state.get("terminated") or last.get("terminated"), state.get("waiting") or {}
        scheduling: Raw = next((c for c in status.get("conditions") or [] if c["type"] == "PodScheduled"), {})
        placed = scheduling.get("status") == "True"

        return cls(
            name=meta["name"],
            uid=meta.get("uid", ""),
            owner=next((owner["uid"] for owner in meta.get("ownerReferences") or [] if owner.get("controller")), ""),
            created=moment(meta.get("creationTimestamp")),
            terminating="deletionTimestamp" in meta,
            phase=status.get("phase", ""),
            node=spec.get("nodeName"),
            image=_named(spec["containers"], names.CONTAINER).get("image", ""),
            scheduled=moment(scheduling.get("lastTransitionTime")) if placed else None,
            unscheduled="" if placed else scheduling.get("message", ""),
            waiting=waiting.get("reason", ""),
            waiting_message=waiting.get("message", ""),
            running_since=moment((state.get("running") or {}).get("startedAt")),
            ready=container.get("ready", False),
            restarts=container.get("restartCount", 0),
            ended=LastTermination.model_validate({"exitCode": 0, **ended}) if ended else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a bot's container uses, by metrics.k8s.io: cores, and bytes."""

    cpu: float
    memory: float

    @classmethod
    def from_raw(cls, raw: Raw) -> Self:
        """From a PodMetrics."""
        used: Raw = _named(raw.get("containers") or [], names.CONTAINER).get("usage") or {}
        return cls(cpu=float(parse_quantity(used.get("cpu", 0))), memory=float(parse_quantity(used.get("memory", 0))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A Kubernetes event about a bot, its pod or its volume claim."""

    at: datetime | None
    first: datetime | None = None
    """When it came for the first time, of an event that came more than once."""
    kind: str
    reason: str
    message: str
    warning: bool = False
    count: int = 1

    @classmethod
    def from_raw(cls, raw: Raw) -> Self:
        """From a core/v1 Event, whether written in the old style or by the events.k8s.io API."""
        series: Raw = raw.get("series") or {}
        first = raw.get("firstTimestamp") or raw.get("eventTime") or raw["metadata"].get("creationTimestamp")
        seen = series.get("lastObservedTime") or raw.get("lastTimestamp") or raw.get("eventTime")
        return cls(
            at=moment(seen or first),
            first=moment(first),
            kind=(raw.get("involvedObject") or {}).get("kind", ""),
            reason=raw.get("reason") or "",
            message=raw.get("message") or "",
            warning=raw.get("type") == "Warning",
            count=series.get("count") or raw.get("count") or 1,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A node of the cluster, and what keeps it from taking bots."""

    name: str
    ready: bool
    troubles: tuple[str, ...] = ()
    """`Silent`, `NotReady`, a pressure by its condition's type, `NetworkUnavailable`, `Cordoned`."""
    message: str = ""
    """Why it is not ready, in the kubelet's words."""

    @classmethod
    def from_raw(cls, raw: Raw) -> Self:
        """From the API server's Node."""
        found: dict[str, Raw] = {c["type"]: c for c in (raw.get("status") or {}).get("conditions") or []}
        ready = found.get("Ready", {"status": "Unknown"})
        troubles = {
            "Silent": ready["status"] == "Unknown",
            "NotReady": ready["status"] == "False",
            **{kind: found.get(kind, {}).get("status") == "True" for kind in _NODE_TROUBLES},
            "Cordoned": (raw.get("spec") or {}).get("unschedulable", False),
        }
        return cls(
            name=raw["metadata"]["name"],
            ready=ready["status"] == "True",
            troubles=tuple(trouble for trouble, so in troubles.items() if so),
            message=ready.get("message", ""),
        )


def moment(text: str | None) -> datetime | None:
    """The time that the API server writes as `text` (RFC 3339)."""
    return datetime.fromisoformat(text) if text else None


def _named(entries: list[Raw], name: str) -> Raw:
    return next((entry for entry in entries if entry.get("name") == name), {})
