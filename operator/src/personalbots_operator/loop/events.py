"""Events, as `kubectl describe pbot` shows them. Pure."""

import time
from typing import Any

from personalbots_api import names
from personalbots_operator.cache.observed import Bot, rfc3339
from personalbots_operator.decision.actions import Notice


def reference(bot: Bot) -> dict[str, str]:
    """What an Event about a bot refers to."""
    return {
        "apiVersion": names.API_VERSION,
        "kind": names.KIND,
        "name": bot.key.name,
        "namespace": bot.key.namespace,
        "uid": bot.uid,
        "resourceVersion": bot.resource_version,
    }


def about(reference: dict[str, str], notice: Notice, *, now: float) -> dict[str, Any]:
    """The core/v1 Event that tells of `notice`. Its name is unique as client-go's are: by the time in nanoseconds."""
    when = rfc3339(now)
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": f"{reference['name']}.{time.time_ns():x}", "namespace": reference["namespace"]},
        "involvedObject": reference,
        "type": notice.type,
        "reason": notice.reason,
        "message": notice.message[:1024],
        "source": {"component": names.OPERATOR},
        "reportingComponent": names.OPERATOR,
        "reportingInstance": names.OPERATOR,
        "firstTimestamp": when,
        "lastTimestamp": when,
        "count": 1,
    }
