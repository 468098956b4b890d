"""What a bot reports about itself in its /statusz, and what the operator keeps of asking for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, Self

_TEXT: Final = 1024  # characters that are kept of a text
_USERNAME: Final = 64  # characters
_LARGEST_PERCENT: Final = 999
"""The largest value that the schema allows for `status.budgetUsedPercent`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statusz:
    """What a bot reports. Reasons are those of the catalogue, or unknown ones from a newer bot."""

    bot_id: int | None = None
    username: str = ""
    polling_reason: str = ""
    polling_message: str = ""
    has_polled: bool = False
    last_message: str | None = None
    busy: bool = False
    """It answers somebody, somebody waits for an answer, or it embeds everything anew and nothing blocks that."""
    knowledge_reason: str = ""
    knowledge_message: str = ""
    documents: int = 0
    chunks: int = 0
    bytes: int = 0
    llm_reason: str = ""
    llm_message: str = ""
    budget_percent: int | None = None
    """How much of the month's budget is spent; None when there is no budget."""

    @classmethod
    def from_raw(cls, raw: Any) -> Self:  # noqa: ANN401 - a pod may answer anything
        """Read an answer. Never fails: fields that are missing or of another type are left out."""
        bot, polling, activity = _part(raw, "bot"), _part(raw, "polling"), _part(raw, "activity")
        knowledge, llm, budget = _part(raw, "knowledge"), _part(raw, "llm"), _part(raw, "budget")
        reindexing = _part(knowledge, "reindexing")

        return cls(
            bot_id=_number(bot, "id") or None,
            username=_text(bot, "username")[:_USERNAME],
            polling_reason=_text(polling, "reason"),
            polling_message=_text(polling, "message"),
            has_polled=bool(_text(polling, "lastCompleted")),
            last_message=_text(activity, "lastMessage") or None,
            busy=bool(
                _number(activity, "inFlight")
                or _number(activity, "queued")
                or (reindexing and not _text(reindexing, "problem"))
            ),
            knowledge_reason=_text(knowledge, "reason"),
            knowledge_message=_text(knowledge, "message"),
            documents=_number(knowledge, "documents"),
            chunks=_number(knowledge, "chunks"),
            bytes=_number(knowledge, "bytes"),
            llm_reason=_text(llm, "reason"),
            llm_message=_text(llm, "message"),
            budget_percent=min(_number(budget, "usedPercent"), _LARGEST_PERCENT) if budget else None,
        )


def _part(raw: Any, name: str) -> Mapping[str, Any]:  # noqa: ANN401 - any JSON value
    part = raw.get(name) if isinstance(raw, Mapping) else None
    return part if isinstance(part, Mapping) else {}


def _text(part: Mapping[str, Any], name: str) -> str:
    value = part.get(name)
    return value[:_TEXT] if isinstance(value, str) else ""


def _number(part: Mapping[str, Any], name: str) -> int:
    value = part.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


class Moment(NamedTuple):
    """The state of a container when it was asked: in another state it has to be asked again."""

    container: str
    ready: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The result of asking a pod. It is `pending` until the pod was asked."""

    moment: Moment
    statusz: Statusz | None = None
    """What its container reported last."""
    answered: bool = False
    """Whether it answered when it was asked last."""
    pending: bool = True
    asked_at: float = 0.0
    """`time.monotonic()` of the first try."""
    read_at: float = field(default=0.0, compare=False)
    """When it was asked last, in seconds since the epoch."""
