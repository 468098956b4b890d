"""What a reason of a condition is: the words that a status may hold, and what belongs to each."""

from dataclasses import dataclass
from string import Formatter
from typing import Literal

Phase = Literal["Pending", "Starting", "Running", "Sleeping", "Stopped", "Failed", "Terminating"]
ConditionType = Literal["Ready", "LLMReady", "KnowledgeReady"]
ConditionStatus = Literal["True", "False", "Unknown"]
Severity = Literal["Normal", "Warning"]
"""The type of the Event about the reason."""
ReadyReason = Literal[
    "Starting",
    "Polling",
    "Restarting",
    "Asleep",
    "Stopped",
    "Terminating",
    "Unschedulable",
    "VolumePending",
    "ImagePullFailed",
    "SecretMissing",
    "TokenRefused",
    "TokenHeldElsewhere",
    "TokenConflict",
    "QuotaExceeded",
    "TelegramUnreachable",
    "NotPolling",
    "OutOfMemory",
    "CrashLoop",
    "BadArguments",
    "PodRefused",
    "PodNameTaken",
    "Evicted",
    "NodeLost",
    "PodStuck",
    "InvalidSpec",
]
LLMReason = Literal[
    "NotChecked",
    "KeyAccepted",
    "KeyRefused",
    "ModelMissing",
    "ModelForbidden",
    "CountryRefused",
    "AddressWrong",
    "RateLimited",
    "QuotaExhausted",
    "BudgetSpent",
    "Unreachable",
]
KnowledgeReason = Literal[
    "Unknown",
    "Opening",
    "Opened",
    "StoreUnreachable",
    "StoreRefused",
    "StoreFull",
    "StoreLocked",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a condition has its status.

    Attributes:
        condition: the condition's type.
        name: the reason as it is written in the status.
        status: the status that the condition has with it.
        phase: the phase of a bot with this reason of `Ready`; None for the other conditions.
        severity: the type of the Event.
        sentence: what the operator writes into `message`, with `{facts}` to fill in.
        meaning: what happened, for the page of reasons.
        remedy: what a person can do, for the page of reasons.
    """

    condition: ConditionType
    name: str
    status: ConditionStatus
    phase: Phase | None
    severity: Severity
    sentence: str
    meaning: str
    remedy: str

    @property
    def facts(self) -> frozenset[str]:
        """The names of the facts in the sentence."""
        return frozenset(field for _, field, _, _ in Formatter().parse(self.sentence) if field)

    def render(self, **facts: object) -> str:
        """The sentence with its facts filled in; an empty fact leaves no gap. Never pass a secret.

        Raises:
            KeyError: a fact is missing.
        """
        template = self.sentence
        # The punctuation around an empty fact goes with it.
        for name, fact in facts.items():
            if not str(fact).strip():
                template = template.replace(f": {{{name}}}.", ".").replace(f" ({{{name}}})", "")
        return template.format_map({name: str(fact).strip().rstrip(".") for name, fact in facts.items()})


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionKind:
    """A type of condition and what it means when it is True."""

    type: ConditionType
    meaning: str
