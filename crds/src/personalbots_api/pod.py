"""What a resource says about its pod: CPU and memory, and fields that are passed on as they are."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field

from personalbots_api import defaults, rules
from personalbots_api.fields import ObjectName, Part, Quantity
from personalbots_api.rules import Rule, at_least, cel, sentence


class Requests(Part):
    """What the pod is given for certain."""

    cpu: Quantity | None = Field(None, description="Cores, such as 50m.")
    memory: Quantity | None = Field(None, description="Bytes, such as 96Mi.")


class Limits(Part):
    """What the pod may never exceed. How many requests the bot answers at once follows from it."""

    model_config = ConfigDict(
        json_schema_extra=cel(
            at_least("self.cpu", "resources.limits.cpu", "10m", "1 is one core, 500m is half a core"),
            at_least("self.memory", "resources.limits.memory", "32Mi", "256 is 256 bytes, 256Mi is what is meant"),
        )
    )

    cpu: Quantity = Field(defaults.CPU_LIMIT, description="Cores, such as 500m or 1: the bot is slowed down above it.")
    memory: Quantity = Field(defaults.MEMORY_LIMIT, description="Bytes, such as 256Mi: the bot is killed above it.")


def _fits(resource: str) -> Rule:
    """The rule that the request for `resource` is within its limit. Ignores what is no quantity."""
    request, limit = f"self.requests.{resource}", f"self.limits.{resource}"
    return Rule(
        f"!has(self.requests) || !has({request}) || !has(self.limits) || !has({limit}) || "
        f"!isQuantity(string({request})) || !isQuantity(string({limit})) || "
        f"quantity(string({request})).compareTo(quantity(string({limit}))) <= 0",
        f"resources.requests.{resource} must not be more than resources.limits.{resource} "
        f"({Limits.model_fields[resource].default} when it is not given): lower the request or raise the limit",
    )


class Resources(Part):
    """CPU and memory of the bot's pod."""

    model_config = ConfigDict(
        json_schema_extra=cel(
            _fits("cpu"),
            _fits("memory"),
        )
    )

    requests: Requests | None = Field(
        None,
        description=f"What the pod is given for certain; what is left out is {defaults.CPU_REQUEST} and "
        f"{defaults.MEMORY_REQUEST}, or the limit if lower.",
    )
    limits: Limits = Field(Limits(), description=Limits.__doc__)


class EnvVar(Part):
    """One variable in the bot's environment: a plain value. Secrets are files, never variables."""

    model_config = ConfigDict(
        json_schema_extra=cel(
            Rule(
                "!self.name.startsWith('PERSONAL_BOT_') || !(self.name.endsWith('TOKEN') || self.name.endsWith('KEY'))",
                "pod.env must not carry the bot's token or keys: name their Secrets in telegram.tokenSecretRef and "
                "llm.apiKeySecretRef",
            ),
            Rule(
                f"!self.value.matches(r'{rules.LOOKS_LIKE_TOKEN}') && !self.value.matches(r'{rules.LOOKS_LIKE_KEY}')",
                "pod.env holds what looks like a token or an API key: delete it here, have it replaced where it came "
                "from, and put the new one into a Secret",
            ),
        )
    )

    name: Annotated[
        str,
        Field(
            min_length=1,
            max_length=128,
            pattern=rules.ENV_NAME,
            json_schema_extra=sentence("must be a variable's name of letters, digits and '_', such as HTTPS_PROXY"),
        ),
    ] = Field(description="Name of the variable.")
    value: str = Field("", max_length=4096, description="Its value, as it is: $(VAR) is not expanded.")


class LocalObjectRef(Part):
    """An object in the resource's own namespace."""

    name: ObjectName = Field(description="Its name.")


_OWN_KEYS: Final = Rule(
    "self.all(key, !key.startsWith('personalbots.io/') && !key.startsWith('app.kubernetes.io/'))",
    "must not hold keys under personalbots.io/ or app.kubernetes.io/: the operator sets those",
)
Short = Annotated[str, Field(max_length=63)]


class Pod(Part):
    """What is passed on to the pod as it is. Nothing here leads to privileges, the host, or a Secret's content."""

    annotations: dict[str, Annotated[str, Field(max_length=16384)]] = Field(
        {}, max_length=32, description="Annotations for the pod.", json_schema_extra=cel(_OWN_KEYS)
    )
    labels: dict[str, Short] = Field(
        {}, max_length=32, description="Labels for the pod.", json_schema_extra=cel(_OWN_KEYS)
    )
    env: tuple[EnvVar, ...] = Field(
        (),
        max_length=64,
        description="Variables for the bot's environment, plain values only.",
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"]},
    )
    node_selector: dict[str, Short] = Field(
        {}, max_length=32, description="Labels that a node must have to run the pod."
    )
    tolerations: tuple[Mapping[str, Any], ...] = Field(
        (), max_length=32, description="Taints of nodes that the pod may be scheduled onto all the same."
    )
    affinity: Mapping[str, Any] | None = Field(
        None, description="Nodes and neighbours that the pod wants or avoids, as in a pod's spec.affinity."
    )
    topology_spread_constraints: tuple[Mapping[str, Any], ...] = Field(
        (), max_length=8, description="How bots' pods are spread over nodes and zones, as in a pod's spec."
    )
    priority_class_name: ObjectName | None = Field(None, description="PriorityClass of the pod.")
    runtime_class_name: ObjectName | None = Field(None, description="RuntimeClass of the pod, such as gvisor.")
    image_pull_policy: Literal["Always", "IfNotPresent", "Never"] | None = Field(
        None, description="When the kubelet pulls the image; without it, the operator's setting."
    )
    image_pull_secrets: tuple[LocalObjectRef, ...] = Field(
        (),
        max_length=8,
        description="Secrets, in the resource's own namespace, with the registry's credentials.",
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"]},
    )
