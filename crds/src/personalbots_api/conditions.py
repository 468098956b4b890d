"""The catalogue of conditions and reasons: what the operator writes, what the master bot and the pages explain.

A reason, once released, is API: never renamed, never given another meaning. The bot repeats the reasons that it finds
out by itself (it imports nothing from here); a test compares the strings. Sentences are the operator's, in English;
`{…}` are facts that it fills in with `Reason.say`. The master bot has its own texts, keyed by the reason's name.
The operator imports this without the models: pydantic would be a fifth of its memory.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from string import Formatter
from typing import Final, Literal

Phase = Literal["Pending", "Starting", "Running", "Sleeping", "Stopped", "Failed", "Terminating"]
ConditionType = Literal["Ready", "LLMReady", "KnowledgeReady"]
ConditionStatus = Literal["True", "False", "Unknown"]
Severity = Literal["Normal", "Warning"]
"""The type of the Event that tells of the reason."""
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
        name: the reason as it stands in the resource.
        status: the status that the condition has with it.
        phase: the phase of a bot whose `Ready` has this reason; None for the other conditions.
        severity: the type of the Event.
        sentence: what the operator writes into `message`, with `{facts}` to fill in.
        meaning: what happened, for the page of reasons.
        remedy: what a person is to do, for the page of reasons.
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

    def say(self, **facts: object) -> str:
        """The sentence with its facts; an empty one leaves no gap. Never pass a secret.

        Raises:
            KeyError: a fact is missing.
        """
        template = self.sentence
        for name, fact in facts.items():
            if not str(fact).strip():
                template = template.replace(f": {{{name}}}.", ".").replace(f" ({{{name}}})", "")
        return template.format_map({name: str(fact).strip().rstrip(".") for name, fact in facts.items()})


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionKind:
    """A type of condition and what it says when True."""

    type: ConditionType
    meaning: str


CONDITIONS: Final = (
    ConditionKind(type="Ready", meaning="The bot polls Telegram: who writes to it is heard."),
    ConditionKind(type="LLMReady", meaning="The owner's key works and the model answers."),
    ConditionKind(type="KnowledgeReady", meaning="The store of what the bot has read opens and answers."),
)


def _ready(  # noqa: PLR0913 - a row of a table, by keyword
    name: ReadyReason,
    *,
    phase: Phase,
    sentence: str,
    meaning: str,
    remedy: str,
    status: ConditionStatus = "False",
    severity: Severity = "Warning",
) -> Reason:
    return Reason(
        condition="Ready",
        name=name,
        status=status,
        phase=phase,
        severity=severity,
        sentence=sentence,
        meaning=meaning,
        remedy=remedy,
    )


def _other(  # noqa: PLR0913 - a row of a table
    condition: ConditionType,
    name: LLMReason | KnowledgeReason,
    status: ConditionStatus,
    *,
    sentence: str,
    meaning: str,
    remedy: str,
) -> Reason:
    return Reason(
        condition=condition,
        name=name,
        status=status,
        phase=None,
        severity="Warning" if status == "False" else "Normal",
        sentence=sentence,
        meaning=meaning,
        remedy=remedy,
    )


_NOTHING = "Nothing."

READY: Final = (
    _ready(
        "Starting",
        phase="Starting",
        severity="Normal",
        sentence="The bot is starting; it has not reached Telegram yet.",
        meaning="The pod is there and the bot in it has not completed its first getUpdates call.",
        remedy="Wait a few seconds. If it stays so, look at `kubectl logs` of the pod.",
    ),
    _ready(
        "Polling",
        phase="Running",
        status="True",
        severity="Normal",
        sentence="The bot polls Telegram.",
        meaning="A getUpdates call has come back recently.",
        remedy=_NOTHING,
    ),
    _ready(
        "Restarting",
        phase="Starting",
        severity="Normal",
        sentence="The bot is being started again: {cause}.",
        meaning="The old pod is going, since the resource changed, a restart was asked for, or the pod was finished; "
        "the new one is made when the old one is gone.",
        remedy="Wait until the old pod is gone, at most some seconds.",
    ),
    _ready(
        "Asleep",
        phase="Sleeping",
        severity="Normal",
        sentence="The bot sleeps, since nobody has written to it for {after}. It looks for messages every {every}, "
        "and stays awake when there are some.",
        meaning="The resource says `sleep`, and nobody has written for so long: there is no pod until the bot looks "
        "for messages again. What was written meanwhile is answered then.",
        remedy="Nothing. To have it awake at once, restart it (the annotation `personalbots.io/restartedAt`, or "
        "/restart in the master bot).",
    ),
    _ready(
        "Stopped",
        phase="Stopped",
        severity="Normal",
        sentence="The bot is stopped, as spec.state says.",
        meaning="The resource says `state: Stopped`: there is no pod; volume and settings stay.",
        remedy="Set spec.state to Running (or /resume in the master bot) to have it back.",
    ),
    _ready(
        "Terminating",
        phase="Terminating",
        severity="Normal",
        sentence="The bot is being deleted.",
        meaning="The resource was deleted and its pod or its knowledge is being removed.",
        remedy="Wait. If it stays so, look at the events of the resource.",
    ),
    _ready(
        "Unschedulable",
        phase="Pending",
        sentence="No node can take the bot's pod: {detail}. Lower spec.resources, loosen spec.pod's node selector, "
        "affinity or tolerations, or add nodes.",
        meaning="The scheduler finds no node with enough CPU and memory that the pod's scheduling fields allow.",
        remedy="Lower `spec.resources.requests`, loosen `spec.pod.nodeSelector`, `affinity` and `tolerations`, or add "
        "nodes. The pod is scheduled by itself once there is room.",
    ),
    _ready(
        "VolumePending",
        phase="Pending",
        sentence="The bot's volume {volume} is not ready: {detail}. Check that the storage class exists and can make "
        "volumes of this size.",
        meaning="The volume claim is not bound, or the volume cannot be attached or mounted.",
        remedy="Look at `kubectl describe pvc`: does the storage class of `spec.knowledge.storage` exist, is there "
        "space, is the old node still holding the volume? It goes on by itself then.",
    ),
    _ready(
        "ImagePullFailed",
        phase="Pending",
        sentence="The image {image} cannot be pulled: {detail}. Check the name and tag in spec.image and the "
        "registry's credentials.",
        meaning="The kubelet cannot get the bot's image, or its name is none.",
        remedy="Correct `spec.image` (or the operator's default image); for a private registry name its Secret in "
        "`spec.pod.imagePullSecrets`. The kubelet tries again by itself.",
    ),
    _ready(
        "SecretMissing",
        phase="Pending",
        sentence="A Secret that the bot needs is not there: {detail}. Make it, or correct its name and key in the "
        "resource.",
        meaning="A Secret, or the key inside it, that the resource names does not exist in its namespace.",
        remedy="Make the Secret with that key, or correct `spec.telegram.tokenSecretRef`, `spec.llm.apiKeySecretRef` "
        "or `spec.knowledge.qdrant.apiKeySecretRef`. The pod starts by itself once it is there.",
    ),
    _ready(
        "TokenRefused",
        phase="Failed",
        sentence="Telegram refused the bot's token. Ask @BotFather for a new one and put it under key {key} of Secret "
        "{secret}; the bot tries again by itself.",
        meaning="Telegram answers 401: the token was revoked, the bot was deleted, or the token is not whole.",
        remedy="Get a new token from @BotFather (`/token`), put it into the Secret, and restart the bot to have it "
        "back at once; else it is back when the kubelet tries next (at most five minutes).",
    ),
    _ready(
        "TokenHeldElsewhere",
        phase="Running",
        sentence="Another program polls Telegram with the bot's token, and Telegram serves only one. Stop the other "
        "program (or remove its webhook), or get a new token from @BotFather; the bot keeps trying.",
        meaning="Telegram answers 409 to getUpdates: a program outside this cluster uses the same token, or a webhook "
        "is set for it.",
        remedy="Stop the other program. If you do not know it, have @BotFather revoke the token (`/revoke`) and put "
        "the new one into the Secret.",
    ),
    _ready(
        "TokenConflict",
        phase="Failed",
        sentence="PersonalBot {other} holds the same Telegram bot and is older, so it keeps it. Give this one a token "
        "of its own, or delete the other.",
        meaning="Two resources hold tokens of one Telegram bot. The older keeps it; the newer has no pod.",
        remedy="Give the newer resource a token of its own, or delete the older: then the newer starts by itself.",
    ),
    _ready(
        "QuotaExceeded",
        phase="Failed",
        sentence="The owner has more bots than the {limit} that are allowed here; older ones go first. Delete one of "
        "them, or ask who runs the operator for more.",
        meaning="The operator's configuration allows each owner a number of bots. Older bots have their pods, this one "
        "has none.",
        remedy="Delete a bot of the same owner: then this one starts by itself. Or raise `operator.quota.botsPerOwner` "
        "of the chart, or the owner's own number in `operator.quota.exceptions`.",
    ),
    _ready(
        "TelegramUnreachable",
        phase="Running",
        sentence="The bot cannot reach Telegram at {url}: {detail}. It keeps trying.",
        meaning="The Bot API server does not answer, or its name is not found.",
        remedy="Check `spec.telegram.apiUrl`, the cluster's way out to the Internet, and network policies. The bot "
        "goes on by itself when Telegram answers.",
    ),
    _ready(
        "NotPolling",
        phase="Running",
        sentence="The bot's process lives, but its calls to Telegram no longer come back: {detail}.",
        meaning="The bot runs and no getUpdates call has completed for too long.",
        remedy="It recovers by itself or its liveness check ends it. If it stays so, restart it and look at its log.",
    ),
    _ready(
        "OutOfMemory",
        phase="Failed",
        sentence="The bot was killed for using more than its {limit} of memory. Raise spec.resources.limits.memory; "
        "the bot is started again by itself.",
        meaning="The container went over its memory limit and the kernel ended it (OOMKilled, exit code 137).",
        remedy="Raise `spec.resources.limits.memory`: a bot needs about 80Mi at rest and some tens more for a large "
        "document.",
    ),
    _ready(
        "CrashLoop",
        phase="Failed",
        sentence="The bot keeps ending (exit code {exit_code}, {restarts} restarts): {detail}. It is started again "
        "with growing pauses; the log of its last run says more.",
        meaning="The bot's container ends again and again, and the kubelet waits longer each time.",
        remedy="Read `kubectl logs --previous` of the pod (or /debug in the master bot). Exit code 70 is a bug: report "
        "it with the log.",
    ),
    _ready(
        "BadArguments",
        phase="Failed",
        sentence="The bot refused how it was started: {detail}. Check spec.image and spec.pod.env.",
        meaning="The bot ended with exit code 64: the image is of another version than the operator, or a variable "
        "is wrong.",
        remedy="Use a bot image of the operator's own version, and check `spec.pod.env`.",
    ),
    _ready(
        "PodRefused",
        phase="Pending",
        sentence="The cluster refused the bot's pod: {detail}. Ask who runs the cluster about the namespace's quota "
        "and policies; it is tried again by itself.",
        meaning="The API server did not let the pod be made: a quota, a limit range, Pod Security or an admission "
        "webhook.",
        remedy="Read the sentence: raise the quota, lower `spec.resources`, or correct what the policy names.",
    ),
    _ready(
        "PodNameTaken",
        phase="Pending",
        sentence="A pod called {pod} is there that is not this bot's. Delete or rename it; the bot starts by itself "
        "then.",
        meaning="The bot's pod name is used by a pod that somebody else made; it is left alone.",
        remedy="Delete that pod, or give the resource another name.",
    ),
    _ready(
        "Evicted",
        phase="Pending",
        sentence="The bot's pod was evicted from its node ({detail}); a new one is being made.",
        meaning="The node was short of memory or disk, was drained, or needed room for a pod of higher priority.",
        remedy="Nothing: it is made again. If it comes often, raise `spec.resources.requests` to what the bot uses.",
    ),
    _ready(
        "NodeLost",
        phase="Pending",
        sentence="The node {node} that ran the bot is gone or does not answer; a new pod is made when the cluster has "
        "removed the old one.",
        meaning="The pod's node is not ready or no longer exists. A second pod is never started while the first may "
        "live.",
        remedy="Nothing if the node comes back or is removed from the cluster. A node that is dead for good: delete "
        "its Node object.",
    ),
    _ready(
        "PodStuck",
        phase="Pending",
        sentence="The bot's old pod was told to go and is still there: {detail}. A new one is made when it is gone.",
        meaning="The old pod has ended, but a finalizer that another program put on it keeps it. A second pod is never "
        "made while the first is there.",
        remedy="See to the program that set the finalizer, or take the finalizer off the pod yourself.",
    ),
    _ready(
        "InvalidSpec",
        phase="Failed",
        sentence="The resource cannot be used as it is: {detail}. Correct it and apply it again.",
        meaning="The resource was accepted by an older schema and does not fit this version.",
        remedy="Correct the fields that the sentence names and apply the resource again.",
    ),
)

LLM_READY: Final = (
    _other(
        "LLMReady",
        "NotChecked",
        "Unknown",
        sentence="The LLM has not been asked yet.",
        meaning="The bot has not talked to the LLM since it started.",
        remedy=_NOTHING,
    ),
    _other(
        "LLMReady",
        "KeyAccepted",
        "True",
        sentence="The LLM accepts the key.",
        meaning="The LLM accepted the key and knows the models.",
        remedy=_NOTHING,
    ),
    _other(
        "LLMReady",
        "KeyRefused",
        "False",
        sentence="The LLM at {url} refused the owner's key. Put a working key under {key} of Secret {secret}; the bot "
        "reads it again by itself.",
        meaning="The LLM answers 401 or 403: the key is wrong, revoked, or not allowed here.",
        remedy="Put a working key into the Secret (`spec.llm.apiKeySecretRef`). No restart is needed.",
    ),
    _other(
        "LLMReady",
        "ModelMissing",
        "False",
        sentence="The LLM does not know a model the bot asks for: {detail}. Correct spec.llm.model or "
        "spec.llm.embeddingModel.",
        meaning="The LLM answers that the model does not exist or is not open to this key.",
        remedy="Correct `spec.llm.model` or `spec.llm.embeddingModel` to a name that the LLM lists.",
    ),
    _other(
        "LLMReady",
        "RateLimited",
        "False",
        sentence="The LLM limits the rate of the owner's key; the bot waits and tries again.",
        meaning="The LLM answers 429 with a time to wait, which the bot keeps to.",
        remedy="Nothing. If it comes often, raise the limits of the key with the LLM's provider.",
    ),
    _other(
        "LLMReady",
        "QuotaExhausted",
        "False",
        sentence="The owner's account with the LLM has nothing left. Top it up, or use another key.",
        meaning="The LLM answers that the account's quota is used up; waiting does not help.",
        remedy="Top the account up with the LLM's provider, or put another key into the Secret.",
    ),
    _other(
        "LLMReady",
        "BudgetSpent",
        "False",
        sentence="The bot's budget for this month is spent ({detail}); it asks the LLM again next month. Raise "
        "spec.llm.budget.monthly to have it earlier.",
        meaning="The bot has spent what `spec.llm.budget` allows it in a calendar month (UTC).",
        remedy="Wait for the next month, raise `spec.llm.budget.monthly`, or take the budget away.",
    ),
    _other(
        "LLMReady",
        "Unreachable",
        "False",
        sentence="The LLM at {url} does not answer: {detail}. The bot keeps trying.",
        meaning="The LLM cannot be reached, or answers with errors of its own.",
        remedy="Check `spec.llm.baseUrl` and the cluster's way out. The bot goes on by itself when the LLM answers.",
    ),
)

KNOWLEDGE_READY: Final = (
    _other(
        "KnowledgeReady",
        "Unknown",
        "Unknown",
        sentence="Nothing is known about the bot's knowledge while it does not run.",
        meaning="The bot does not run, or has not said.",
        remedy=_NOTHING,
    ),
    _other(
        "KnowledgeReady",
        "Opening",
        "Unknown",
        sentence="The bot is opening its knowledge.",
        meaning="The store is being opened, or repaired after a hard end.",
        remedy="Wait; a large store takes some seconds.",
    ),
    _other(
        "KnowledgeReady",
        "Opened",
        "True",
        sentence="The bot's knowledge is open.",
        meaning="The store opened and answers.",
        remedy=_NOTHING,
    ),
    _other(
        "KnowledgeReady",
        "StoreUnreachable",
        "False",
        sentence="The Qdrant server at {url} does not answer: {detail}. The bot keeps trying.",
        meaning="The Qdrant server cannot be reached.",
        remedy="Check `spec.knowledge.qdrant.url`, the server, and network policies.",
    ),
    _other(
        "KnowledgeReady",
        "StoreRefused",
        "False",
        sentence="The store refused the bot: {detail}. Check spec.knowledge.qdrant and its key.",
        meaning="The Qdrant server refused the key, or the collection there does not fit (another embedding model).",
        remedy="Correct the key in the Secret, or name another collection in a new PersonalBot.",
    ),
    _other(
        "KnowledgeReady",
        "StoreFull",
        "False",
        sentence="The bot's volume is full. Raise spec.knowledge.storage.size, or delete documents in the bot.",
        meaning="There is no space left on the volume; answers go on from what is there, new documents are refused.",
        remedy="Raise `spec.knowledge.storage.size` (the storage class must allow it), or delete documents.",
    ),
    _other(
        "KnowledgeReady",
        "StoreLocked",
        "False",
        sentence="The bot's store is held by another process: {detail}.",
        meaning="Another process has the embedded store open, for one an old pod that is still ending.",
        remedy="Wait until the old pod is gone. If it stays so, restart the bot.",
    ),
)

CATALOGUE: Final = (*READY, *LLM_READY, *KNOWLEDGE_READY)


def reasons(condition: ConditionType) -> Iterator[Reason]:
    """All reasons of one condition."""
    return (reason for reason in CATALOGUE if reason.condition == condition)


def find(condition: ConditionType, name: str) -> Reason | None:
    """The reason of this name; None when the catalogue has none, as for a word from a newer bot."""
    return next((reason for reason in reasons(condition) if reason.name == name), None)


def ready(name: ReadyReason) -> Reason:
    """The reason of `Ready` of this name.

    Raises:
        LookupError: there is none; a mistake in the code, as the names are fixed.
    """
    found = find("Ready", name)
    if found is None:
        raise LookupError(f"the catalogue has no reason {name!r} for Ready")
    return found
