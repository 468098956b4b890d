"""What the steps of a decision hand on: a finding, then the outcome of one branch, and at the end the decision."""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field, replace
from typing import Any, Self

from personalbots_api.conditions import ReadyReason, ready
from personalbots_operator.cache.pod import Pod
from personalbots_operator.decision.actions import Action, Notice

Status = dict[str, Any]
"""A resource's status as JSON."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason of the catalogue, the facts of its sentence, and what would tell more."""

    reason: ReadyReason
    facts: Mapping[str, object] = field(default_factory=dict)
    _: KW_ONLY
    requeue_after: float | None = None
    """Seconds after which to look again without any event: time alone may change the finding."""
    wants_events: bool = False
    """The Events of the pod would tell more."""

    @property
    def message(self) -> str:
        """The sentence that a person reads."""
        return ready(self.reason).render(**self.facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one branch of a decision comes to, before the status is composed from it."""

    finding: Finding | None = None
    """None leaves the status as it is."""
    pod: Pod | None = None
    """The pod that the status describes."""
    new_pod: Mapping[str, Any] | None = None
    """The pod that an action creates: the status names it already."""
    without_statusz: bool = False
    """What the bot reports about itself is not written yet."""
    idle: bool = False
    """The bot is meant to have no pod, so nothing is known of its LLM and knowledge."""
    forget_bot: bool = False
    """The token may belong to another Telegram bot now: its identity is found out anew."""
    actions: tuple[Action, ...] = ()
    notices: tuple[Notice, ...] = ()
    """Events beside those that the new status causes."""
    requeue_after: float | None = None
    """The same as the finding's, for an outcome without one."""
    wants_events: bool = False
    wants_statusz: bool = False

    def after(self, *actions: Action) -> Self:
        """The same outcome with `actions` before its own."""
        return replace(self, actions=(*actions, *self.actions)) if actions else self


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Actions in their order, then the status, then the notices. A `status` of None leaves it as it is."""

    actions: tuple[Action, ...] = ()
    status: Status | None = None
    reason: ReadyReason | None = None
    """The reason of `Ready` in `status`."""
    notices: tuple[Notice, ...] = ()
    requeue_after: float | None = None
    """Seconds after which to decide again without any event."""
    wants_events: bool = False
    """Decide again with the pod's Events; nothing else of this decision counts."""
    wants_statusz: bool = False
    """Ask the bot again what it reports about itself."""
