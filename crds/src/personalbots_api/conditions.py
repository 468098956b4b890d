"""The catalogue of conditions and reasons: what the operator writes, what the master bot and the pages explain.

A released reason is API: it is never renamed and never gets another meaning. The bot repeats the reasons that it
reports itself, since it imports nothing from here; a test compares the strings. The sentences are the operator's, in
English; it fills in the facts in `{…}` with `Reason.render`. The master bot has its own texts, by the reason's name.
The operator imports this without the models: pydantic would be a fifth of its memory.
"""

from collections.abc import Iterator
from typing import Final

from personalbots_api.ready_reasons import READY
from personalbots_api.reason import (
    ConditionKind,
    ConditionStatus,
    ConditionType,
    KnowledgeReason,
    LLMReason,
    Phase,
    ReadyReason,
    Reason,
    Severity,
)

__all__ = [
    "CATALOGUE",
    "CONDITIONS",
    "KNOWLEDGE_READY",
    "LLM_READY",
    "READY",
    "ConditionKind",
    "ConditionStatus",
    "ConditionType",
    "KnowledgeReason",
    "LLMReason",
    "Phase",
    "ReadyReason",
    "Reason",
    "Severity",
    "find",
    "ready",
    "reasons",
]

CONDITIONS: Final = (
    ConditionKind(type="Ready", meaning="The bot polls Telegram: who writes to it is heard."),
    ConditionKind(type="LLMReady", meaning="The owner's key works and the model answers."),
    ConditionKind(type="KnowledgeReady", meaning="The store of what the bot has read opens and answers."),
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


_NOTHING: Final = "Nothing."

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
        "ModelForbidden",
        "False",
        sentence="The owner's key may not use a model that the bot asks for: {detail}. Choose another model, or allow "
        "this one to the key.",
        meaning="The LLM offers the model, but not to this key: a right, a plan or a verification is missing.",
        remedy="Allow the model to the key with the LLM's provider, or name another one in `spec.llm.model` or "
        "`spec.llm.embeddingModel`.",
    ),
    _other(
        "LLMReady",
        "CountryRefused",
        "False",
        sentence="The LLM at {url} does not serve the country that the bot runs in. Use one that does.",
        meaning="The provider refuses requests from the address of the bot's node.",
        remedy="Name an LLM that serves the country in `spec.llm.baseUrl`.",
    ),
    _other(
        "LLMReady",
        "AddressWrong",
        "False",
        sentence="There is no OpenAI API at {url}: {detail}. Correct spec.llm.baseUrl.",
        meaning="Something answers at the address, but no service that speaks the OpenAI API.",
        remedy="Correct `spec.llm.baseUrl`: the part before `/chat/completions`, mostly with `/v1`.",
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
        meaning="The Qdrant server refused the key, or the collection there was not made by a bot.",
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


_BY_NAME: Final = {(reason.condition, reason.name): reason for reason in CATALOGUE}


def find(condition: ConditionType, name: str) -> Reason | None:
    """The reason of this name; None when the catalogue has none, as for a word from a newer bot."""
    return _BY_NAME.get((condition, name))


def ready(name: ReadyReason) -> Reason:
    """The reason of `Ready` of this name.

    Raises:
        LookupError: there is none. That is a mistake in the code, since the names are fixed.
    """
    found = find("Ready", name)
    if found is None:
        raise LookupError(f"the catalogue has no reason {name!r} for Ready")
    return found
