"""The document at /statusz: how the bot is, for the operator and for people."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from personal_bot.cgroup import Limits
from personal_bot.models import KnowledgeState, LLMState
from personal_bot.telegram.client import Me
from personal_bot.telegram.polling import PollState


def status_document(  # noqa: PLR0913 - the document has these parts
    *,
    me: Me | None,
    polling: PollState,
    last_message: datetime | None,
    in_flight: int,
    queued: int,
    knowledge: KnowledgeState,
    llm: LLMState,
    budget_percent: int | None,
    concurrency: int,
    limits: Limits,
) -> dict[str, Any]:
    """The document as plain values."""
    return {
        "bot": {"id": me.id, "username": me.username} if me else None,
        "polling": {
            "lastCompleted": _time(polling.last_completed),
            "conflicts": polling.conflicts,
            "reason": polling.reason,
            "message": polling.message,
        },
        "activity": {"lastMessage": _time(last_message), "inFlight": in_flight, "queued": queued},
        "knowledge": asdict(knowledge),
        "llm": asdict(llm),
        "budget": None if budget_percent is None else {"usedPercent": budget_percent},
        "capacity": {"concurrency": concurrency, "memoryLimitBytes": limits.memory, "cpuLimit": limits.cpu},
    }


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z") if moment else None
