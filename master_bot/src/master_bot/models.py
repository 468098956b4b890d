"""What the master bot reads of the cluster beside the resource itself, and a few questions about a resource.

Pod and Event are small frozen views that hold only what people are shown or what is decided from; `from_raw` takes the
object as the API server sent it and bears with whatever is missing in it.
"""

import re
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Self

from personalbots_api import names
from personalbots_api.models import Condition, ConditionType, InvalidResource, LastTermination, PersonalBot
from personalbots_api.quantities import parse_quantity

Raw = Mapping[str, Any]

USERNAME_ANNOTATION: Final = f"{names.GROUP}/username"
"""The bot's name on Telegram as it was when it was made: what to call it before it has run."""
LIVE_ANNOTATION: Final = f"{names.GROUP}/live-message"
"""Where the message stands that shows the bot coming up (see `live.Place`)."""
MANAGED_ANNOTATION: Final = f"{names.GROUP}/managed"
"""Set on a bot that Telegram made through the master bot, which can replace its token and open it to others."""
TITLE_ANNOTATION: Final = f"{names.GROUP}/title"
"""What its owner calls it."""
PEOPLE_ANNOTATION: Final = f"{names.GROUP}/people"
"""JSON: what people of its access list are called, by their Telegram user ids."""
LANGUAGE_ANNOTATION: Final = f"{names.GROUP}/language"
"""The language that its owner chose to be spoken with."""
MUTED_ANNOTATION: Final = f"{names.GROUP}/muted"
"""Set when its owner wants to be told nothing unasked."""
TOLD_ANNOTATION: Final = f"{names.GROUP}/told"
"""The causes that its owner was told of and that are not over, separated by commas."""
IMAGE_ANNOTATION: Final = f"{names.GROUP}/known-image"
"""The image that it ran when its owner last knew of it."""
GROWN_ANNOTATION: Final = f"{names.GROUP}/grown-by"
"""The message whose button last gave it more memory."""
DELETION_ANNOTATION: Final = f"{names.GROUP}/deletion"
"""When and how it is to be deleted (see `deletion.Doom`)."""

_NODE_TROUBLES: Final = ("MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable")
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


def readable(raw: Raw) -> PersonalBot:
    """The resource, without what an older schema let through and nobody can read: its owner still sees it.

    Raises:
        InvalidResource: what is left is none.
    """
    try:
        return PersonalBot.from_raw(raw)
    except InvalidResource as error:
        rest = deepcopy(dict(raw))
        for problem in error.problems:
            place, *deeper = problem.partition(":")[0].split(".")
            part = rest.get(place) if place == "spec" else None
            while part and deeper:
                inner = part.get(deeper[0])
                if len(deeper) == 1 or not isinstance(inner, dict):
                    part.pop(deeper[0], None)
                part, deeper = inner if isinstance(inner, dict) else None, deeper[1:]
        return PersonalBot.from_raw(rest)


def username(bot: PersonalBot) -> str | None:
    """The bot's name on Telegram, without @; None until somebody knew it."""
    return bot.status.bot.username if bot.status.bot else bot.metadata.annotations.get(USERNAME_ANNOTATION)


def handle(bot: PersonalBot) -> str:
    """What people call the bot: @username, or the resource's name while that is unknown."""
    known = username(bot)
    return f"@{known}" if known else bot.metadata.name


def title(bot: PersonalBot) -> str:
    """What its owner calls it; empty when that is nothing."""
    return bot.metadata.annotations.get(TITLE_ANNOTATION, "")


def language(bots: Iterable[PersonalBot]) -> str | None:
    """The language that the owner of these bots chose, by the newest bot; None when they chose none."""
    chosen = [
        (bot.metadata.creation_timestamp or _LONG_AGO, bot.metadata.annotations[LANGUAGE_ANNOTATION])
        for bot in bots
        if LANGUAGE_ANNOTATION in bot.metadata.annotations
    ]
    return max(chosen)[1] if chosen else None


def ours(bot: PersonalBot) -> bool:
    """Whether the master bot made it, and so its Secret."""
    return bot.metadata.labels.get(names.MANAGED_BY_LABEL) == names.MASTER_BOT


def managed(bot: PersonalBot) -> bool:
    """Whether Telegram made it through the master bot."""
    return MANAGED_ANNOTATION in bot.metadata.annotations


def bot_id(bot: PersonalBot) -> int | None:
    """The bot's id on Telegram; None until somebody knew it."""
    if bot.status.bot:
        return bot.status.bot.id
    found = re.fullmatch(r"bot-(\d{1,16})", bot.metadata.name)
    return int(found[1]) if found else None


def going(bot: PersonalBot) -> bool:
    """Whether it is being deleted."""
    return bot.metadata.deletion_timestamp is not None


def doomed(bot: PersonalBot) -> bool:
    """Whether it is to be deleted within a minute, if that is not undone."""
    return DELETION_ANNOTATION in bot.metadata.annotations


def condition(bot: PersonalBot, kind: ConditionType) -> Condition | None:
    """The condition, when it speaks of the present spec."""
    found = bot.status.condition(kind)
    return found if found and (found.observed_generation or 0) >= bot.metadata.generation else None


def sleeps(bot: PersonalBot) -> bool:
    """Whether it has no pod since nobody writes to it."""
    ready = condition(bot, "Ready")
    return ready is not None and ready.reason == "Asleep"


def polls(bot: PersonalBot) -> bool:
    """Whether people who write to it are heard."""
    ready = condition(bot, "Ready")
    return ready is not None and ready.status == "True"


@dataclass(frozen=True, kw_only=True)
class Pod:
    """The pod of a bot, with its one container."""

    name: str
    uid: str = ""
    owner: str = ""
    """The uid of the resource that the pod belongs to."""
    created: datetime | None = None
    going: bool = False
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
        """The view of a pod."""
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
            going="deletionTimestamp" in meta,
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


@dataclass(frozen=True, kw_only=True)
class Usage:
    """What a bot's container uses, as metrics.k8s.io says: cores, and bytes."""

    cpu: float
    memory: float

    @classmethod
    def from_raw(cls, raw: Raw) -> Self:
        """The view of a PodMetrics."""
        used: Raw = _named(raw.get("containers") or [], names.CONTAINER).get("usage") or {}
        return cls(cpu=float(parse_quantity(used.get("cpu", 0))), memory=float(parse_quantity(used.get("memory", 0))))


@dataclass(frozen=True, kw_only=True)
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
        """The view of a core/v1 Event, whether written in the old style or by the events.k8s.io API."""
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


@dataclass(frozen=True, kw_only=True)
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
        """The view of a node."""
        found: Mapping[str, Raw] = {c["type"]: c for c in (raw.get("status") or {}).get("conditions") or []}
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
