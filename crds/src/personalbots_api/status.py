"""What the operator writes into `status`. Readers are tolerant: they leave out what they do not know."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from personalbots_api.conditions import ConditionStatus, ConditionType, Phase
from personalbots_api.fields import Part, TelegramId

Count = Annotated[int, Field(ge=0, json_schema_extra={"format": "int64"})]


class Condition(Part):
    """One aspect of the bot's state, after the Kubernetes API conventions."""

    type: str = Field(
        min_length=1, max_length=316, description="Ready, LLMReady or KnowledgeReady; the page of reasons has them all."
    )
    status: ConditionStatus = Field(description="True, False or Unknown.")
    reason: str = Field(
        min_length=1, max_length=1024, description="One word for programs; the page of reasons says what to do."
    )
    message: str = Field("", max_length=32768, description="What happened and what to do, in a sentence.")
    observed_generation: Count | None = Field(
        None, description="The metadata.generation that this was found for: a smaller one is out of date."
    )
    last_transition_time: datetime = Field(description="When status last changed.")


class BotIdentity(Part):
    """Who the bot is on Telegram, as Telegram says."""

    id: TelegramId = Field(description="Telegram id of the bot.")
    username: str = Field(max_length=64, description="User name of the bot, without @.")


class LastTermination(Part):
    """How the bot's container last ended."""

    exit_code: int = Field(
        description="Exit code: 0 stopped, 64 bad arguments, 70 a bug, 77 token refused, 137 killed.",
        json_schema_extra={"format": "int32"},
    )
    reason: str = Field("", max_length=256, description="The bot's own reason, else the kubelet's, such as OOMKilled.")
    message: str = Field("", max_length=4096, description="What the bot said when it ended.")
    finished_at: datetime | None = Field(None, description="When it ended.")


class KnowledgeStatus(Part):
    """What the bot has read so far."""

    documents: Count = Field(0, description="Documents in the store.")
    chunks: Count = Field(0, description="Pieces that the documents were cut into.")
    bytes: Count = Field(0, description="Size of the store in bytes.")


class Status(Part):
    """What is known about the bot."""

    observed_generation: Count | None = Field(
        None, description="The metadata.generation that the operator last acted upon."
    )
    phase: Phase | None = Field(
        None,
        description=(
            "Pending: the pod is not running yet. Starting: it runs and does not poll Telegram yet. Running. Sleeping: "
            "nobody writes to it. Stopped: by wish. Failed: it cannot work until something is changed. Terminating: "
            "being deleted."
        ),
    )
    pod_name: str | None = Field(None, max_length=253, description="Name of the bot's pod.")
    image: str | None = Field(None, max_length=512, description="Image that the pod was made with.")
    bot: BotIdentity | None = Field(None, description=BotIdentity.__doc__)
    restarts: Count = Field(0, description="How often the container was started again in this pod.")
    last_termination: LastTermination | None = Field(None, description=LastTermination.__doc__)
    knowledge: KnowledgeStatus | None = Field(None, description=KnowledgeStatus.__doc__)
    budget_used_percent: int | None = Field(
        None,
        ge=0,
        le=999,
        description="How much of this month's spec.llm.budget is spent, in percent.",
        json_schema_extra={"format": "int32"},
    )
    last_activity_time: datetime | None = Field(None, description="When somebody last wrote to the bot, to the minute.")
    conditions: tuple[Condition, ...] = Field(
        (),
        max_length=16,
        description="Ready: the bot polls Telegram. LLMReady: the key works and the model answers. KnowledgeReady: "
        "the store opens and answers.",
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"]},
    )

    def condition(self, kind: ConditionType) -> Condition | None:
        """The condition of this type, None while it was never written."""
        return next((condition for condition in self.conditions if condition.type == kind), None)
