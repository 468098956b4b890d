"""The `PersonalBot` resource, as it is read from and written to the API server.

    InvalidResourceError(ValueError)    what was read does not fit: `.problems` are sentences without the values

`PersonalBot.from_raw` and `PersonalBot.to_raw` convert from and to the API server's dictionaries; everything between
is frozen. `spec.py`, `pod.py` and `status.py` hold the parts.
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
    "InvalidResourceError",
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


class InvalidResourceError(ValueError):
    """What was read does not fit the models, perhaps because an older schema accepted it.

    Attributes:
        problems: one sentence for each field, such as "spec.ownerId: Field required"; never the refused values.
    """

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class Metadata(Part):
    """The fields of `metadata` that are used here."""

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
            InvalidResourceError: it does not fit the models.
        """
        try:
            return cls.model_validate(raw)
        except ValidationError as error:
            # Without the input: somebody may have put a token into the wrong field.
            found = error.errors(include_url=False, include_context=False, include_input=False)
            problems = tuple(f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in found)
            raise InvalidResourceError(problems) from None

    def to_raw(self) -> dict[str, Any]:
        """What to send to the API server: only what was set, so that it fills in its own defaults; no status."""
        set_fields = self.model_dump(
            mode="json", by_alias=True, exclude_unset=True, exclude_none=True, exclude={"status"}
        )
        return {"apiVersion": self.api_version, "kind": self.kind} | set_fields

    @property
    def pod_name(self) -> str:
        """The name of the bot's pod and of its volume claim."""
        return names.pod_name(self.metadata.name)
