"""A `PersonalBot` resource, cut down to the facts that a decision reads. Times are seconds since the epoch.

The operator holds thousands of bots in memory, so nothing raw is kept.
"""

import json
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Self

from personalbots_api import names
from personalbots_operator.cache.values import Raw, condition, integer, mapping, seconds, text

CLEANUP_PREFIX: Final = "drop-"
"""Begins the names of clean-up pods. No bot's own pod has such a name."""


class Key(NamedTuple):
    """Where a resource is in the cluster, written as `kubectl` does: namespace/name."""

    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


class SecretKey(NamedTuple):
    """A key in a Secret. Two resources that name the same one hold the same Telegram bot."""

    namespace: str
    secret: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """A `PersonalBot`. Spec and status are kept as JSON text, which takes a fifth of the memory of dictionaries."""

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
    """The image that the resource itself names; empty when it names none."""
    phase: str
    reason: str
    """The reason of `Ready`."""
    ready_changed: float
    """When the status of `Ready` last changed."""
    active: float | None
    """When somebody last wrote to it."""
    spec_json: str
    status_json: str

    @classmethod
    def from_raw(cls, raw: Raw) -> Self:
        """Read a resource. Never fails: an invalid spec is reported when `Spec.from_json` reads it."""
        meta, spec, status = raw["metadata"], raw.get("spec"), _with_valid_conditions(mapping(raw.get("status")))
        key = Key(meta.get("namespace", ""), meta["name"])
        ready = condition(status, "Ready")

        return cls(
            key=key,
            uid=meta["uid"],
            resource_version=meta["resourceVersion"],
            generation=meta.get("generation", 0),
            created=seconds(meta.get("creationTimestamp")) or 0.0,
            deleting=seconds(meta.get("deletionTimestamp")),
            finalizers=tuple(meta.get("finalizers") or ()),
            restarted_at=mapping(meta.get("annotations")).get(names.RESTARTED_AT_ANNOTATION),
            owner_id=integer(mapping(spec).get("ownerId")),
            token=_token(key.namespace, mapping(spec)),
            bot_id=integer(mapping(status.get("bot")).get("id")),
            image=text(mapping(spec).get("image")),
            phase=text(status.get("phase")),
            reason=text(ready.get("reason")),
            ready_changed=seconds(ready.get("lastTransitionTime")) or 0.0,
            active=seconds(status.get("lastActivityTime")),
            spec_json=json.dumps(spec, separators=(",", ":")),
            status_json=json.dumps(status, separators=(",", ":")),
        )

    @property
    def pod_name(self) -> str:
        """The name of its pod and of its volume claim."""
        return names.pod_name(self.key.name)

    @property
    def cleanup_name(self) -> str:
        """The name of the pod that drops its collection on a Qdrant server."""
        return CLEANUP_PREFIX + self.key.name

    @property
    def ready(self) -> bool:
        """Whether it polls Telegram."""
        return self.reason == "Polling"

    @property
    def status(self) -> dict[str, Any]:
        """The status that is written in the cluster."""
        status: dict[str, Any] = json.loads(self.status_json)
        return status

    @property
    def requested(self) -> tuple[object, ...]:
        """Everything that people change: when it differs, another decision is due."""
        return self.uid, self.generation, self.restarted_at, self.deleting, self.finalizers

    @property
    def age_order(self) -> tuple[float, str]:
        """Sorts resources by age, the oldest first."""
        return self.created, self.uid


def _token(namespace: str, spec: Raw) -> SecretKey | None:
    ref = mapping(mapping(spec.get("telegram")).get("tokenSecretRef"))
    name, key = text(ref.get("name")), text(ref.get("key")) or names.TELEGRAM_TOKEN_KEY
    return SecretKey(namespace, name, key) if name else None


def _with_valid_conditions(status: Raw) -> Raw:
    """The status without malformed conditions; the operator writes all of them anew anyway."""
    there = status.get("conditions")
    valid = [item for item in there if text(mapping(item).get("type"))] if isinstance(there, list) else []
    return {**status, "conditions": valid} if status else status
