"""What a decision asks to be done in the cluster, each in one call; and the Events that it asks for."""

from dataclasses import dataclass
from typing import Any

from personalbots_operator.cache.observed import Pod, Volume


@dataclass(frozen=True, slots=True)
class CreateVolume:
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SetVolumeOwners:
    volume: Volume
    owners: list[Any]


@dataclass(frozen=True, slots=True)
class GrowVolume:
    volume: Volume
    size: str


@dataclass(frozen=True, slots=True)
class CreatePod:
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class DeletePod:
    """`remade`: the pod failed by itself, so the next one may have to wait."""

    pod: Pod
    why: str
    remade: bool = False


@dataclass(frozen=True, slots=True)
class ResizePod:
    """Other requests and limits for the container, while it runs."""

    pod: Pod
    resources: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SetFinalizers:
    finalizers: tuple[str, ...]


Action = CreateVolume | SetVolumeOwners | GrowVolume | CreatePod | ResizePod | DeletePod | SetFinalizers


@dataclass(frozen=True, slots=True)
class Notice:
    """An Event to be written."""

    type: str
    reason: str
    message: str
