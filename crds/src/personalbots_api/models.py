"""The `PersonalBot` resource, as it is read from and written to the API server.

    InvalidResource(ValueError)    what was read is no PersonalBot: `.problems` are sentences without the values

Raw dictionaries come in by `PersonalBot.from_raw` and go out by `PersonalBot.to_raw`; between them everything is
frozen. `spec.py`, `pod.py` and `status.py` hold the parts.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, Self

from pydantic import Field, ValidationError

from personalbots_api import names
from personalbots_api.conditions import ConditionStatus, ConditionType, Phase
from personalbots_api.fields import Part
from personalbots_api.pod import EnvVar, Limits, LocalObjectRef, Pod, Requests, Resources
from personalbots_api.spec import (
    LLM,
    Access,
    AccessMode,
    ApiKeySecretRef,
    Budget,
    DeletionPolicy,
    Knowledge,
    Price,
    Qdrant,
    QdrantKeySecretRef,
    Sleep,
    Spec,
    State,
    Storage,
    Telegram,
    TokenSecretRef,
)
from personalbots_api.status import (
    BotIdentity,
    Condition,
    KnowledgeStatus,
    LastTermination,
    Status,
)

__all__ = [
    "LLM",
    "Access",
    "AccessMode",
    "ApiKeySecretRef",
    "BotIdentity",
    "Budget",
    "Condition",
    "ConditionStatus",
    "ConditionType",
    "DeletionPolicy",
    "EnvVar",
    "InvalidResource",
    "Knowledge",
    "KnowledgeStatus",
    "LastTermination",
    "Limits",
    "LocalObjectRef",
    "Metadata",
    "PersonalBot",
    "Phase",
    "Pod",
    "Price",
    "Qdrant",
    "QdrantKeySecretRef",
    "Requests",
    "Resources",
    "Sleep",
    "Spec",
    "State",
    "Status",
    "Storage",
    "Telegram",
    "TokenSecretRef",
]


class InvalidResource(ValueError):  # noqa: N818 - it describes the resource
    """What was read does not fit the models, for one because it was accepted by an older schema.

    Attributes:
        problems: one sentence a field, such as "spec.ownerId: Field required"; never the refused values.
    """

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class Metadata(Part):
    """The part of `metadata` that somebody here needs."""

    name: str
    namespace: str = ""
    uid: str = ""
    generation: int = 0
    resource_version: str = ""
    creation_timestamp: datetime | None = None
    deletion_timestamp: datetime | None = None
    labels: dict[str, str] = Field(default_factory=dict)
    annotations: dict[str, str] = Field(default_factory=dict)
    finalizers: tuple[str, ...] = ()


class PersonalBot(Part):
    """A personal Telegram bot: the operator turns each into one pod."""

    api_version: Literal["personalbots.io/v1alpha1"] = "personalbots.io/v1alpha1"
    kind: Literal["PersonalBot"] = "PersonalBot"
    metadata: Metadata
    spec: Spec = Field(description="The bot that is wanted.")
    status: Status = Field(Status(), description="What is known about the bot; the operator writes it.")

    @classmethod
    def from_raw(cls, raw: Mapping[str, Any]) -> Self:
        """Read what the API server gave; unknown fields are left out.

        Raises:
            InvalidResource: it does not fit.
        """
        try:
            return cls.model_validate(raw)
        except ValidationError as error:
            found = error.errors(include_url=False, include_context=False, include_input=False)
            raise InvalidResource(
                tuple(f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in found)
            ) from None

    def to_raw(self) -> dict[str, Any]:
        """What to send to the API server: only what was set, so that it fills in its own defaults; no status."""
        said = self.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude_none=True, exclude={"status"})
        return {"apiVersion": self.api_version, "kind": self.kind} | said

    @property
    def pod_name(self) -> str:
        """The name of the bot's pod and of its volume claim."""
        return names.pod_name(self.metadata.name)
