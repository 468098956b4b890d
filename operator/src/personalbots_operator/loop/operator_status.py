"""What the operator reports about itself: conditions on its own Deployment, and an Event when one changes."""

import logging
import time
from dataclasses import dataclass
from typing import Any

from personalbots_operator.cache.values import rfc3339
from personalbots_operator.decision.actions import Notice
from personalbots_operator.kube.client import ApiError, Cluster, Kind, Raw
from personalbots_operator.loop.events import event

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A condition of the operator. False is the normal state."""

    type: str
    status: str
    reason: str
    message: str

    @property
    def bad(self) -> bool:
        """Whether it reports a problem."""
        return self.status == "True"


class OperatorStatus:
    """The conditions on the operator's Deployment: namespace/name, or empty when it runs in none."""

    def __init__(self, cluster: Cluster, deployment: str) -> None:
        self._cluster = cluster
        self._namespace, _, self._name = deployment.partition("/")
        self._written: dict[str, Condition] = {}

    async def set_condition(self, condition: Condition) -> None:
        """Write the condition unless it is there already, and log it when it flips."""
        before = self._written.get(condition.type)
        if condition == before:
            return

        if before is None or before.status != condition.status:
            level = logging.WARNING if condition.bad else logging.INFO
            logger.log(level, "%s: %s", condition.reason, condition.message)

        if self._name:
            try:
                await self._write(condition)
            except ApiError as error:
                logger.warning("the condition %s could not be written: %s", condition.type, error.message)
                return
        self._written[condition.type] = condition

    async def _write(self, condition: Condition) -> None:
        deployment = await self._cluster.get(Kind.DEPLOYMENT, self._namespace, self._name)
        there = (deployment.get("status") or {}).get("conditions") or []
        old: dict[str, Any] = next((item for item in there if item["type"] == condition.type), {})

        now = rfc3339(time.time())
        flipped = old.get("status") != condition.status
        new = {
            "type": condition.type,
            "status": condition.status,
            "reason": condition.reason,
            "message": condition.message,
            "lastUpdateTime": now,
            "lastTransitionTime": now if flipped else old["lastTransitionTime"],
        }
        # An operator that starts again finds what it wrote before.
        if all(old.get(part) == new[part] for part in ("status", "reason", "message")):
            return

        await self._cluster.set_condition(Kind.DEPLOYMENT, self._namespace, self._name, new)
        if flipped and (old or condition.bad):
            await self._record(deployment, condition)

    async def _record(self, deployment: Raw, condition: Condition) -> None:
        notice = Notice("Warning" if condition.bad else "Normal", condition.reason, condition.message)
        reference = {"apiVersion": "apps/v1", "kind": "Deployment"} | {
            part: deployment["metadata"][part] for part in ("name", "namespace", "uid", "resourceVersion")
        }
        await self._cluster.create(Kind.EVENT, self._namespace, event(reference, notice, now=time.time()))
