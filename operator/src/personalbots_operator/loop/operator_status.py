"""What the operator says of itself: conditions on its own Deployment, and an Event when one changes."""

import logging
import time
from dataclasses import dataclass
from typing import Any

from personalbots_operator.cache.observed import rfc3339
from personalbots_operator.decision.actions import Notice
from personalbots_operator.kube.client import ApiError, Cluster, Kind
from personalbots_operator.loop import events

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of the operator; False is the usual course."""

    type: str
    status: str
    reason: str
    message: str


class Own:
    """The operator's own Deployment; `deployment` is its namespace/name, or empty where there is none."""

    def __init__(self, cluster: Cluster, deployment: str) -> None:
        self._cluster = cluster
        self._namespace, _, self._name = deployment.partition("/")
        self._said: dict[str, Condition] = {}

    async def say(self, condition: Condition) -> None:
        """Have the condition stand there; its message alone is written only while it is True."""
        before = self._said.get(condition.type)
        if condition == before:
            return
        if before is None or before.status != condition.status:
            level = logging.WARNING if condition.status == "True" else logging.INFO
            logger.log(level, "%s: %s", condition.reason, condition.message)
        if self._name:
            try:
                await self._write(condition)
            except ApiError as error:
                logger.warning("the condition %s could not be written: %s", condition.type, error.message)
                return
        self._said[condition.type] = condition

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
        if all(old.get(part) == new[part] for part in ("status", "reason", "message")):
            return
        await self._cluster.set_condition(Kind.DEPLOYMENT, self._namespace, self._name, new)
        if flipped and (old or condition.status == "True"):
            notice = Notice("Warning" if condition.status == "True" else "Normal", condition.reason, condition.message)
            about = {"apiVersion": "apps/v1", "kind": "Deployment"} | {
                part: deployment["metadata"][part] for part in ("name", "namespace", "uid", "resourceVersion")
            }
            await self._cluster.create(Kind.EVENT, self._namespace, events.about(about, notice, now=time.time()))
