"""Bots, pods and Events as the master bot reads them from the cluster, for tests of what it makes of them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from master_bot.kubernetes.objects import Event, Pod
from personalbots_api.models import LastTermination, PersonalBot

TOKEN = "7712345678:AAEabcdefghijklmnopqrstuvwxyz12345"  # noqa: S105 - made up
SECRET_KEY = "sk-proj-abcdefghijklmnop0123456789"  # noqa: S105 - made up
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
KILLED = LastTermination(exit_code=137, reason="OOMKilled")
BUG = LastTermination(exit_code=70, reason="InternalError")
STARTING = ("Ready", "False", "Starting")
POLLING = ("Ready", "True", "Polling")
OPENED = ("KnowledgeReady", "True", "Opened")


def bot(*conditions: tuple[str, str, str], age: int = 600, since: int = 600, **meta: Any) -> PersonalBot:  # noqa: ANN401
    ref = {"name": "s"}
    listed = [
        {
            "type": kind,
            "status": status,
            "reason": reason,
            "message": "as the operator says",
            "observedGeneration": 3,
            "lastTransitionTime": (NOW - timedelta(seconds=since)).isoformat(),
        }
        for kind, status, reason in conditions
    ]
    return PersonalBot.from_raw(
        {
            "metadata": {
                "name": "one",
                "generation": 3,
                "creationTimestamp": (NOW - timedelta(seconds=age)).isoformat(),
                **meta,
            },
            "spec": {"ownerId": 1, "telegram": {"tokenSecretRef": ref}, "llm": {"apiKeySecretRef": ref}},
            "status": {"conditions": listed},
        }
    )


def pod(**fields: Any) -> Pod:  # noqa: ANN401 - of Pod
    return Pod(**{"name": "pbot-one", "uid": "new", "created": NOW, "image": "bot:1", **fields})


def warning(reason: str, message: str) -> Event:
    return Event(at=NOW, kind="Pod", reason=reason, message=message, warning=True)
