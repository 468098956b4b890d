"""What a person writes in `spec`. The descriptions are what `kubectl explain pbot.spec` shows.

The defaults are in `defaults.py`. They are the API server's too, so a resource that is read from it has them filled in.
What cannot be a plain default (a collection named after its owner, a volume unless there is a server) is a property.
"""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from personalbots_api import defaults, names, quantities, rules
from personalbots_api.fields import (
    Amount,
    ModelName,
    ObjectName,
    Part,
    Quantity,
    SecretKey,
    SecretName,
    TelegramId,
    Url,
)
from personalbots_api.pod import Limits, Pod, Requests, Resources
from personalbots_api.rules import Rule, at_least, cel, sentence

AccessMode = Literal["Owner", "AllowList", "Public"]
State = Literal["Running", "Stopped"]
DeletionPolicy = Literal["Retain", "Delete"]
LinkPolicy = Literal["Refuse", "Fetch"]


class TokenSecretRef(Part):
    """The Secret, in the resource's own namespace, that holds the token @BotFather gave for the bot."""

    name: SecretName = Field(description="Name of the Secret.")
    key: SecretKey = Field(names.TELEGRAM_TOKEN_KEY, description="Key inside the Secret whose value is the token.")


class ApiKeySecretRef(Part):
    """The Secret, in the resource's own namespace, that holds the owner's key for the LLM."""

    name: SecretName = Field(description="Name of the Secret.")
    key: SecretKey = Field(names.OPENAI_API_KEY_KEY, description="Key inside the Secret whose value is the API key.")


class QdrantKeySecretRef(Part):
    """The Secret, in the resource's own namespace, that holds the key for the Qdrant server."""

    name: SecretName = Field(description="Name of the Secret.")
    key: SecretKey = Field(names.QDRANT_API_KEY_KEY, description="Key inside the Secret whose value is the API key.")


class Telegram(Part):
    """The bot on Telegram: where its token is and which Bot API server it talks to."""

    token_secret_ref: TokenSecretRef = Field(description=TokenSecretRef.__doc__)
    api_url: Url = Field(
        defaults.TELEGRAM_URL,
        description="Bot API server. A self-hosted one lifts the limits on files to 2000 MB.",
    )


class Price(Part):
    """What a model costs for a million tokens."""

    model: ModelName = Field(
        description="Model, or the beginning of its name: gpt-5-mini also prices gpt-5-mini-2025-08-07."
    )
    sent: Amount = Field(description="Money for a million tokens that are sent to it.")
    written: Amount = Field(defaults.PRICE_WRITTEN, description="Money for a million tokens that it writes.")


class Budget(Part):
    """What the bot may spend on the language model in a calendar month (UTC); then it waits for the next."""

    model_config = ConfigDict(
        json_schema_extra=cel(
            Rule(
                f"!string(self.monthly).matches(r'{rules.AMOUNT}') || double(string(self.monthly)) > 0.0",
                "llm.budget.monthly must be more than 0: leave llm.budget out for a bot without a limit",
            ),
        )
    )

    monthly: Amount = Field(description="Money a month, in the currency of the prices, such as 20 or '7.50'.")
    currency: Annotated[
        str,
        Field(
            pattern=rules.CURRENCY,
            min_length=1,
            max_length=16,
            json_schema_extra=sentence("must be a currency's code of three capital letters, such as EUR"),
        ),
    ] = Field(defaults.CURRENCY, description="Currency of the prices and of the budget, as it is shown.")
    prices: Annotated[tuple[Price, ...], Field(min_length=1, max_length=32)] = Field(
        description="What the models cost; one that is not named costs nothing.",
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["model"]},
    )


class LLM(Part):
    """The language model that answers, and the key it is paid with."""

    api_key_secret_ref: ApiKeySecretRef = Field(description=ApiKeySecretRef.__doc__)
    base_url: Url = Field(
        defaults.LLM_URL,
        description="Base address of a server that speaks the OpenAI API, usually ending in /v1.",
    )
    model: ModelName = Field(defaults.MODEL, description="Model that writes the answers.")
    embedding_model: ModelName = Field(
        defaults.EMBEDDING_MODEL,
        description=(
            "Model that turns text into vectors. Knowledge read with one model cannot be searched with another: after "
            "a change all of it is embedded anew, which the new model is paid for; until that is done the bot searches "
            "with the former model."
        ),
    )
    budget: Budget | None = Field(None, description=Budget.__doc__)


class Storage(Part):
    """A volume of the bot's own, with the embedded Qdrant on it."""

    model_config = ConfigDict(
        json_schema_extra=cel(
            Rule(
                "has(self.storageClassName) == has(oldSelf.storageClassName) && (!has(self.storageClassName) || "
                "self.storageClassName == oldSelf.storageClassName)",
                "knowledge.storage.storageClassName cannot be changed: a volume keeps its class; make another "
                "PersonalBot instead",
            ),
            at_least("self.size", "knowledge.storage.size", "64Mi", "1 is one byte, 1Gi is what is meant"),
        )
    )

    size: Quantity = Field(
        defaults.STORAGE_SIZE, description="Size of the volume. It can be raised where the class can, not lowered."
    )
    storage_class_name: ObjectName | None = Field(
        None, description="Storage class of the volume; without it, the cluster's default class. Immutable."
    )


class Qdrant(Part):
    """A Qdrant server or cluster that keeps the knowledge instead of the bot's own volume."""

    url: Url = Field(description="Address of the server, such as http://qdrant:6333.")
    api_key_secret_ref: QdrantKeySecretRef | None = Field(
        None, description="The Secret that holds the server's key; without it, no key is sent."
    )


class Knowledge(Part):
    """Where the bot keeps what it read, and what happens to it when the resource is deleted."""

    model_config = ConfigDict(
        json_schema_extra=cel(
            Rule(
                "!has(self.qdrant) || has(self.collection)",
                "knowledge.collection must be given with knowledge.qdrant, such as user_123456789: a server holds the "
                "collections of many bots",
            ),
            Rule(
                "has(self.collection) == has(oldSelf.collection) && (!has(self.collection) || "
                "self.collection == oldSelf.collection)",
                "knowledge.collection cannot be changed: the bot would lose what it read; make another PersonalBot "
                "instead",
            ),
            Rule(
                "!has(self.storage) || !has(oldSelf.storage) || !isQuantity(string(self.storage.size)) || "
                "quantity(string(self.storage.size)).compareTo(quantity(string(oldSelf.storage.size))) >= 0",
                "knowledge.storage.size cannot be lowered: a volume never shrinks; write the old size or a larger one",
            ),
        )
    )

    collection: (
        Annotated[
            str,
            Field(
                min_length=1,
                max_length=128,
                pattern=rules.COLLECTION,
                json_schema_extra=sentence(
                    "must be a collection's name of letters, digits, '_' and '-', such as user_123456789"
                ),
            ),
        ]
        | None
    ) = Field(None, description="Collection in the store; without it, user_ and the owner's id. Immutable.")
    storage: Storage | None = Field(
        None,
        description=(
            "Volume for the embedded Qdrant, the journal and the originals. Without it and without qdrant: a volume "
            f"of {defaults.STORAGE_SIZE}. Beside qdrant: a volume for the journal and the originals only."
        ),
    )
    qdrant: Qdrant | None = Field(None, description=Qdrant.__doc__)
    deletion_policy: DeletionPolicy = Field(
        defaults.DELETION_POLICY,
        description=(
            "What happens to the knowledge when the resource is deleted. Retain: the volume or collection stays, and a "
            "PersonalBot of the same name and owner takes it up again. Delete: it is deleted too."
        ),
    )
    links: LinkPolicy = Field(
        defaults.LINK_POLICY,
        description=(
            "What the bot does with a link that its owner sends. Fetch: it reads what the link leads to, never from an "
            "address inside a network."
        ),
    )


class Access(Part):
    """Who may talk to the bot. The owner always may."""

    model_config = ConfigDict(
        json_schema_extra=cel(
            Rule(
                "self.mode != 'AllowList' || (has(self.allowedUserIds) && size(self.allowedUserIds) > 0)",
                "access.allowedUserIds must name at least one Telegram user id when access.mode is AllowList; write "
                "mode: Owner for the owner alone",
            ),
            Rule(
                "self.mode == 'AllowList' || !has(self.allowedUserIds) || size(self.allowedUserIds) == 0",
                "access.allowedUserIds has no effect unless access.mode is AllowList: write mode: AllowList or leave "
                "the ids out",
            ),
        )
    )

    mode: AccessMode = Field(
        defaults.ACCESS_MODE,
        description="Owner: only the owner. AllowList: the owner and allowedUserIds. Public: everybody.",
    )
    allowed_user_ids: Annotated[tuple[TelegramId, ...], Field(max_length=1000)] = Field(
        (),
        description="Telegram user ids of people who may talk to the bot, with mode AllowList.",
        json_schema_extra={"x-kubernetes-list-type": "set"},
    )


def _duration(path: str, least: str, most: str, example: str) -> Any:  # noqa: ANN401 - what Field takes
    """The type of a duration between `least` and `most`; its sentences name it `path`."""
    pattern = quantities.DURATION_PATTERN
    rule = Rule(
        f"!self.matches(r'{pattern}') || "
        f"(duration(self) >= duration('{least}') && duration(self) <= duration('{most}'))",
        f"{path} must be between {least} and {most}",
    )
    otherwise = sentence(f"must be a duration in whole hours, minutes and seconds, such as {example}")
    return Field(min_length=2, max_length=18, pattern=pattern, json_schema_extra=cel(rule, **otherwise))


class Sleep(Part):
    """When the bot does without a pod, since nobody writes to it, and how often it looks for messages then."""

    after: Annotated[str, _duration("sleep.after", "1m", "8760h", "72h")] = Field(
        defaults.SLEEP_AFTER, description="The bot falls asleep when nobody has written to it for so long, such as 72h."
    )
    wake_every: Annotated[str, _duration("sleep.wakeEvery", "1m", "12h", "15m or 1h")] = Field(
        defaults.SLEEP_WAKE_EVERY,
        description="How often a sleeping bot looks for messages, such as 15m: so long may an answer take then. "
        "Telegram keeps messages for 24 hours.",
    )


class Spec(Part):
    """The bot that is wanted."""

    owner_id: TelegramId = Field(
        description="Telegram user id of the owner, a number such as 123456789 (@userinfobot tells it). Immutable.",
        json_schema_extra=cel(
            Rule(
                "self == oldSelf",
                "ownerId cannot be changed: the knowledge is the owner's; delete this PersonalBot and make one for "
                "the new owner",
            ),
            format="int64",
        ),
    )
    telegram: Telegram = Field(description=Telegram.__doc__)
    llm: LLM = Field(description=LLM.__doc__)
    knowledge: Knowledge = Field(Knowledge(), description=Knowledge.__doc__)
    access: Access = Field(Access(), description=Access.__doc__)
    state: State = Field(
        defaults.STATE, description="Running: there is a pod. Stopped: there is none; volume and status stay."
    )
    sleep: Sleep | None = Field(None, description=f"{Sleep.__doc__} Without it, the bot never sleeps.")
    request_timeout: Annotated[str, _duration("requestTimeout", "10s", "24h", "90s, 20m or 1h30m")] = Field(
        defaults.REQUEST_TIMEOUT, description="How long one request may take before the bot gives it up, such as 20m."
    )
    image: (
        Annotated[
            str,
            Field(
                min_length=1,
                max_length=512,
                pattern=rules.IMAGE,
                json_schema_extra=sentence(
                    "must be an image reference such as registry.example.com/personal-bot:1.2.3, without https://"
                ),
            ),
        ]
        | None
    ) = Field(None, description="Image of the bot; without it, the operator's configured one.")
    resources: Resources = Field(
        Resources(
            requests=Requests(cpu=defaults.CPU_REQUEST, memory=defaults.MEMORY_REQUEST),
            limits=Limits(cpu=defaults.CPU_LIMIT, memory=defaults.MEMORY_LIMIT),
        ),
        description=Resources.__doc__,
    )
    pod: Pod = Field(Pod(), description=Pod.__doc__)

    @property
    def collection(self) -> str:
        """The collection in the store, the default filled in."""
        return self.knowledge.collection or names.default_collection(self.owner_id)

    @property
    def storage(self) -> Storage | None:
        """The volume to make, the default filled in; None when a Qdrant server keeps the knowledge."""
        return self.knowledge.storage or (None if self.knowledge.qdrant else Storage())
