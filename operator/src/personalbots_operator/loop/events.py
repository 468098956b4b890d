"""Builds Events, as `kubectl describe pbot` shows them."""

import time
from typing import Any, Final

from personalbots_api import names
from personalbots_operator.cache.bot import Bot
from personalbots_operator.cache.values import rfc3339
from personalbots_operator.decision.actions import Notice

_MESSAGE: Final = 1024
"""The longest message that the API server takes, in characters."""


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


def event(reference: dict[str, str], notice: Notice, *, now: float) -> dict[str, Any]:
    """The core/v1 Event for `notice`. As with client-go, the time in nanoseconds makes its name unique."""
    when = rfc3339(now)
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": f"{reference['name']}.{time.time_ns():x}", "namespace": reference["namespace"]},
        "involvedObject": reference,
        "type": notice.type,
        "reason": notice.reason,
        "message": notice.message[:_MESSAGE],
        "source": {"component": names.OPERATOR},
        "reportingComponent": names.OPERATOR,
        "reportingInstance": names.OPERATOR,
        "firstTimestamp": when,
        "lastTimestamp": when,
        "count": 1,
    }
