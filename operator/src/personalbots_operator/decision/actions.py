"""What a decision asks for: changes in the cluster, each one call, and Events to record.

The classes are positional, since they are matched by position where they are carried out.
"""

from dataclasses import dataclass
from typing import Any

from personalbots_operator.cache.pod import Pod, Volume


@dataclass(frozen=True, slots=True)
class CreateVolume:
    """Create the bot's volume claim."""

    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SetVolumeOwners:
    """Replace the claim's owner references."""

    volume: Volume
    owners: list[Any]


@dataclass(frozen=True, slots=True)
class GrowVolume:
    """Ask for a larger volume."""

    volume: Volume
    size: str


@dataclass(frozen=True, slots=True)
class CreatePod:
    """Create the bot's pod, or its clean-up pod."""

    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class DeletePod:
    """Delete a pod. `failed`: it failed by itself, so the next one may have to wait."""

    pod: Pod
    why: str
    failed: bool = False


@dataclass(frozen=True, slots=True)
class ResizePod:
    """Change the requests and limits of the container while it runs."""

    pod: Pod
    resources: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SetFinalizers:
    """Replace the resource's finalizers."""

    finalizers: tuple[str, ...]


Action = CreateVolume | SetVolumeOwners | GrowVolume | CreatePod | ResizePod | DeletePod | SetFinalizers


@dataclass(frozen=True, slots=True)
class Notice:
    """An Event to record about a bot."""

    type: str
    reason: str
    message: str
