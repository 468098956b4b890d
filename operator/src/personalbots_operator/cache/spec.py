"""The spec as the operator uses it: checked, immutable, and light.

The API server checks and fills in a resource by its schema; what is read here was accepted once, perhaps by an older
schema. `personalbots_api.models` would say more about what is wrong, at the cost of pydantic's memory in a process
that holds thousands of bots.

    InvalidSpec(ValueError)    the spec cannot be used; the sentence names the field
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from personalbots_api import names
from personalbots_api.quantities import parse_duration, parse_quantity

Raw = Mapping[str, Any]


class InvalidSpec(ValueError):  # noqa: N818 - it describes the spec
    """The spec cannot be used: which field and why, never its value."""


@dataclass(frozen=True, slots=True)
class SecretRef:
    """A key in a Secret of the resource's namespace."""

    name: str
    key: str


@dataclass(frozen=True, slots=True)
class Storage:
    """The volume that is asked for."""

    size: str
    storage_class: str | None


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be spent in a month, and what models cost: model, and money for a million tokens sent and written."""

    monthly: str
    currency: str
    prices: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Sleep:
    """After how many seconds without a message the bot sleeps, and how often it wakes; each also as it was written."""

    after: float
    wake_every: float
    after_text: str
    wake_every_text: str


@dataclass(frozen=True, slots=True)
class Spec:
    """What a person wants of a bot, defaults filled in."""

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
        """Read the spec of a resource that the API server has filled in.

        Raises:
            InvalidSpec: a field is missing or of another type.
        """
        field = _Field(json.loads(text), "spec")
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
            delete_knowledge=knowledge.text("deletionPolicy", "Retain") == "Delete",
            fetch_links=knowledge.text("links", "Refuse") == "Fetch",
            access_mode=access.text("mode", "Owner"),
            allowed_user_ids=tuple(access.numbers("allowedUserIds")),
            stopped=field.text("state", "Running") == "Stopped",
            sleep=_sleep(sleep) if sleep.there else None,
            request_timeout=field.text("requestTimeout", "20m"),
            image=field.text("image", "") or None,
            resources=_resources(field.part("resources", {})),
            pod=field.part("pod", {}).raw,
        )


_MISSING: Any = object()
_AMOUNT: Final = r"[0-9]{1,9}([.][0-9]{1,6})?"


class _Field:
    """A JSON object in the spec and where it stands, for sentences."""

    def __init__(self, raw: Any, path: str) -> None:  # noqa: ANN401 - whatever stands in the JSON
        if raw is not None and not isinstance(raw, Mapping):
            raise InvalidSpec(f"{path} must be an object.")
        self.there = raw is not None
        self.raw: Raw = raw or {}
        self.path = path

    def part(self, name: str, default: Any = _MISSING) -> "_Field":  # noqa: ANN401
        return _Field(self._value(name, default), f"{self.path}.{name}")

    def text(self, name: str, default: Any = _MISSING) -> str:  # noqa: ANN401
        value = self._value(name, default)
        if not isinstance(value, str):
            raise InvalidSpec(f"{self.path}.{name} must be text.")
        return value

    def quantity(self, name: str, default: Any = _MISSING) -> str:  # noqa: ANN401
        value = self._value(name, default)
        try:
            parse_quantity(value)
        except ValueError as bad:
            raise InvalidSpec(f"{self.path}.{name}: {bad}.") from None
        return str(value)  # a quantity may be written as a number

    def duration(self, name: str, default: str) -> float:
        """In seconds."""
        try:
            return parse_duration(self.text(name, default)).total_seconds()
        except ValueError as bad:
            raise InvalidSpec(f"{self.path}.{name}: {bad}.") from None

    def amount(self, name: str, default: Any = _MISSING) -> str:  # noqa: ANN401
        value = self._value(name, default)
        if not isinstance(value, int | str) or not re.fullmatch(_AMOUNT, str(value), re.ASCII):
            raise InvalidSpec(f"{self.path}.{name} must be an amount of money.")
        return str(value)

    def parts(self, name: str) -> "list[_Field]":
        values = self._value(name, _MISSING)
        if not isinstance(values, list):
            raise InvalidSpec(f"{self.path}.{name} must be a list.")
        return [_Field(value, f"{self.path}.{name}[{place}]") for place, value in enumerate(values)]

    def number(self, name: str) -> int:
        return self._number(self._value(name, _MISSING), name)

    def numbers(self, name: str) -> list[int]:
        values = self._value(name, [])
        if not isinstance(values, list):
            raise InvalidSpec(f"{self.path}.{name} must be a list.")
        return [self._number(value, name) for value in values]

    def _number(self, value: Any, name: str) -> int:  # noqa: ANN401
        if not isinstance(value, int) or isinstance(value, bool):
            raise InvalidSpec(f"{self.path}.{name} must be a number.")
        return value

    def _value(self, name: str, default: Any) -> Any:  # noqa: ANN401
        value = self.raw.get(name)
        if value is None:
            if default is _MISSING:
                raise InvalidSpec(f"{self.path}.{name} is missing.")
            return default
        return value


def _secret(field: _Field, key: str) -> SecretRef:
    return SecretRef(field.text("name"), field.text("key", key))


def _qdrant_key(qdrant: _Field) -> SecretRef | None:
    field = qdrant.part("apiKeySecretRef", None)
    return _secret(field, names.QDRANT_API_KEY_KEY) if field.there else None


def _budget(field: _Field) -> Budget:
    prices = [
        (price.text("model"), price.amount("sent"), price.amount("written", "0")) for price in field.parts("prices")
    ]
    return Budget(field.amount("monthly"), field.text("currency", "USD"), tuple(prices))


def _sleep(field: _Field) -> Sleep:
    after, every = "72h", "15m"
    return Sleep(
        field.duration("after", after),
        field.duration("wakeEvery", every),
        field.text("after", after),
        field.text("wakeEvery", every),
    )


def _storage(field: _Field) -> Storage:
    return Storage(field.quantity("size", "1Gi"), field.text("storageClassName", "") or None)


def _resources(field: _Field) -> Raw:
    parts = ((name, field.part(name, {})) for name in ("requests", "limits"))
    return {name: {amount: part.quantity(amount) for amount in part.raw} for name, part in parts}
