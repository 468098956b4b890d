"""The spec as the operator uses it: checked, immutable, and light.

The API server checks and completes a resource by its schema; what is read here was accepted once, perhaps by an older
schema. `personalbots_api.models` would report more of what is wrong, but pydantic costs memory that a process with
thousands of bots needs itself. Defaults come from `personalbots_api.defaults`, as in the models.

The names of the fields are part of `decision.template.TEMPLATE`: with another name, every bot's pod is replaced.
"""

import json
from dataclasses import dataclass
from typing import Self

from personalbots_api import defaults, names
from personalbots_operator.cache.fields import Field
from personalbots_operator.cache.values import Raw


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretRef:
    """A key in a Secret of the resource's namespace."""

    name: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """The requested volume."""

    size: str
    storage_class: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What the bot may spend in a month, and what models cost."""

    monthly: str
    currency: str
    prices: tuple[tuple[str, str, str], ...]
    """A model, and money for a million tokens sent to it and written by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sleep:
    """After how long without a message the bot sleeps, and how often it wakes: in seconds, and as it was written."""

    after: float
    wake_every: float
    after_text: str
    wake_every_text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """The bot that a person asked for, defaults filled in."""

    owner_id: int
    token: SecretRef
    telegram_url: str
    llm_key: SecretRef
    llm_url: str
    model: str
    embedding_model: str
    budget: Budget | None
    collection: str
    storage: Storage | None
    qdrant_url: str | None
    qdrant_key: SecretRef | None
    delete_knowledge: bool
    fetch_links: bool
    access_mode: str
    allowed_user_ids: tuple[int, ...]
    stopped: bool
    sleep: Sleep | None
    request_timeout: str
    image: str | None
    resources: Raw
    pod: Raw

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read the spec of a resource that the API server has completed.

        Raises:
            InvalidSpecError: a field is missing or of another type.
        """
        field = Field(json.loads(text), "spec")
        telegram, llm, knowledge = field.part("telegram"), field.part("llm"), field.part("knowledge", {})
        access = field.part("access", {})
        qdrant = knowledge.part("qdrant", None)
        budget = llm.part("budget", None)
        sleep = field.part("sleep", None)
        storage = knowledge.part("storage", None if qdrant.there else {})
        owner_id = field.number("ownerId")

        return cls(
            owner_id=owner_id,
            token=_secret(telegram.part("tokenSecretRef"), names.TELEGRAM_TOKEN_KEY),
            telegram_url=telegram.text("apiUrl"),
            llm_key=_secret(llm.part("apiKeySecretRef"), names.OPENAI_API_KEY_KEY),
            llm_url=llm.text("baseUrl"),
            model=llm.text("model"),
            embedding_model=llm.text("embeddingModel"),
            budget=_budget(budget) if budget.there else None,
            collection=knowledge.text("collection", names.default_collection(owner_id)),
            storage=_storage(storage) if storage.there else None,
            qdrant_url=qdrant.text("url") if qdrant.there else None,
            qdrant_key=_qdrant_key(qdrant) if qdrant.there else None,
            delete_knowledge=knowledge.text("deletionPolicy", defaults.DELETION_POLICY) == "Delete",
            fetch_links=knowledge.text("links", defaults.LINK_POLICY) == "Fetch",
            access_mode=access.text("mode", defaults.ACCESS_MODE),
            allowed_user_ids=tuple(access.numbers("allowedUserIds")),
            stopped=field.text("state", defaults.STATE) == "Stopped",
            sleep=_sleep(sleep) if sleep.there else None,
            request_timeout=field.text("requestTimeout", defaults.REQUEST_TIMEOUT),
            image=field.text("image", "") or None,
            resources=_resources(field.part("resources", {})),
            pod=field.part("pod", {}).raw,
        )


def _secret(field: Field, key: str) -> SecretRef:
    return SecretRef(name=field.text("name"), key=field.text("key", key))


def _qdrant_key(qdrant: Field) -> SecretRef | None:
    field = qdrant.part("apiKeySecretRef", None)
    return _secret(field, names.QDRANT_API_KEY_KEY) if field.there else None


def _budget(field: Field) -> Budget:
    prices = tuple(
        (price.text("model"), price.amount("sent"), price.amount("written", defaults.PRICE_WRITTEN))
        for price in field.parts("prices")
    )
    return Budget(monthly=field.amount("monthly"), currency=field.text("currency", defaults.CURRENCY), prices=prices)


def _sleep(field: Field) -> Sleep:
    return Sleep(
        after=field.duration("after", defaults.SLEEP_AFTER),
        wake_every=field.duration("wakeEvery", defaults.SLEEP_WAKE_EVERY),
        after_text=field.text("after", defaults.SLEEP_AFTER),
        wake_every_text=field.text("wakeEvery", defaults.SLEEP_WAKE_EVERY),
    )


def _storage(field: Field) -> Storage:
    return Storage(
        size=field.quantity("size", defaults.STORAGE_SIZE),
        storage_class=field.text("storageClassName", "") or None,
    )


def _resources(field: Field) -> Raw:
    parts = ((name, field.part(name, {})) for name in ("requests", "limits"))
    return {name: {amount: part.quantity(amount) for amount in part.raw} for name, part in parts}
