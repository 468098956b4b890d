"""The CustomResourceDefinition, made from the models.

pydantic's JSON schema becomes a structural schema: references are resolved, nulls and titles are removed, a pattern
with a sentence becomes a CEL rule (the API server would answer with the bare expression), and a quantity may be an
integer.
"""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from personalbots_api import names, pod_schema, rules
from personalbots_api.models import PersonalBot

Schema = dict[str, Any]

_ROOT_RULES: Final = (
    rules.Rule(
        f"self.metadata.name.size() <= {names.MAX_NAME_LENGTH}",
        f"metadata.name must have at most {names.MAX_NAME_LENGTH} characters: the pod is called "
        f"{names.POD_PREFIX}<name>, and a pod's name ends at 63",
    ),
    rules.Rule(
        f"self.metadata.name.matches(r'{rules.DNS_LABEL}')",
        "metadata.name must be of lower-case letters, digits and '-', without dots, such as bot-7712345678",
    ),
)


class _Structural(GenerateJsonSchema):
    """pydantic's generator, with defaults as the API server needs them: complete, and without empty fields."""

    def encode_default(self, dft: Any) -> Any:  # noqa: ANN401 - any default
        if isinstance(dft, BaseModel):
            fields = dft.model_dump(mode="json", by_alias=True, exclude_none=True)
            return {key: value for key, value in fields.items() if value not in ([], {})}
        return super().encode_default(dft)


def schema() -> Schema:
    """The resource's schema as an OpenAPI v3 structural schema."""
    raw = PersonalBot.model_json_schema(by_alias=True, schema_generator=_Structural)
    root = _structural(raw, raw["$defs"])

    properties = root["properties"]
    properties["apiVersion"] = {"type": "string", "description": f"Always {names.API_VERSION}."}
    properties["kind"] = {"type": "string", "description": f"Always {names.KIND}."}
    properties["metadata"] = {"type": "object"}
    properties["status"].pop("default")

    pod = properties["spec"]["properties"]["pod"]
    pod.pop("default")
    pod["properties"]["affinity"] = pod_schema.AFFINITY
    pod["properties"]["tolerations"]["items"] = pod_schema.TOLERATION
    pod["properties"]["topologySpreadConstraints"]["items"] = pod_schema.TOPOLOGY_SPREAD_CONSTRAINT
    return {
        "type": "object",
        "description": root["description"],
        "required": ["spec"],
        "properties": properties,
        **rules.cel(*_ROOT_RULES),
    }


def _structural(found: Mapping[str, Any], defs: Mapping[str, Any]) -> Schema:
    """One node of pydantic's schema and what is under it."""
    node: Schema = dict(found)
    if "anyOf" in node:
        # The models only use "this or nothing": anything else fails here.
        (option,) = [option for option in node.pop("anyOf") if option.get("type") != "null"]
        node = option | node
    if "$ref" in node:
        node = defs[node.pop("$ref").removeprefix("#/$defs/")] | node

    node = {key: value for key, value in node.items() if key not in {"title", "$defs"}}
    if node.get("default") in (None, [], "") or (node.get("default") == {} and "additionalProperties" in node):
        node.pop("default", None)

    if "properties" in node:
        node["properties"] = {key: _structural(value, defs) for key, value in node["properties"].items()}
        hoisted = [rule for name, field in node["properties"].items() for rule in _hoisted(name, field)]
        if hoisted:
            node[rules.CEL] = hoisted + node.get(rules.CEL, [])
    for key in ("items", "additionalProperties"):
        if isinstance(node.get(key), Mapping):
            node[key] = _structural(node[key], defs)
    return _with_sentences(node)


def _hoisted(name: str, field: Schema) -> list[Schema]:
    """The rules of a discreet field, as rules of its object: the API server repeats a refused string, but no object."""
    if not field.pop(rules.DISCREET, False):
        return []
    return [
        {
            "rule": f"!has(self.{name}) || {each['rule'].replace('self', f'self.{name}')}",
            "message": each["message"],
            "fieldPath": f".{name}",
        }
        for each in field.pop(rules.CEL)
    ]


def _with_sentences(node: Schema) -> Schema:
    """The node with its pattern as a rule with a sentence, and a quantity that may be an integer."""
    is_quantity = node.get("x-kubernetes-int-or-string", False)
    if rules.SENTENCE in node:
        value = "string(self)" if is_quantity else "self"
        rule = rules.cel(rules.Rule(f"{value}.matches(r'{node.pop('pattern')}')", node.pop(rules.SENTENCE)))
        node[rules.CEL] = rule[rules.CEL] + node.get(rules.CEL, [])
    if is_quantity:
        node.pop("type")
        node["anyOf"] = [{"type": "integer"}, {"type": "string"}]
    return {key: node[key] for key in sorted(node, key=_reading_order)}


def _reading_order(key: str) -> tuple[int, str]:
    """Sorts what a field is to the front, and what is inside it to the end."""
    ends = {"description": -3, "type": -2, "default": -1, "required": 1, "properties": 2, "items": 2}
    return ends.get(key, 3 if key.startswith("x-") else 0), key


def _column(name: str, kind: str, path: str, description: str, *, wide: bool = False) -> Schema:
    column: Schema = {"name": name, "type": kind, "jsonPath": path, "description": description}
    return column | ({"priority": 1} if wide else {})


_READY: Final = '.status.conditions[?(@.type=="Ready")]'
COLUMNS: Final = (
    _column("Phase", "string", ".status.phase", "Where the bot is in its life."),
    _column("Ready", "string", f"{_READY}.status", "Whether the bot polls Telegram."),
    _column("Reason", "string", f"{_READY}.reason", "Why it does or does not."),
    _column("Bot", "string", ".status.bot.username", "User name on Telegram."),
    _column("Owner", "integer", ".spec.ownerId", "Telegram user id of the owner."),
    _column("Restarts", "integer", ".status.restarts", "Restarts of the container in this pod."),
    _column("Age", "date", ".metadata.creationTimestamp", "When the resource was made."),
    _column("Pod", "string", ".status.podName", "Name of the pod.", wide=True),
    _column("Image", "string", ".status.image", "Image that the pod was made with.", wide=True),
    _column("Documents", "integer", ".status.knowledge.documents", "Documents that the bot has read.", wide=True),
    _column("Last activity", "date", ".status.lastActivityTime", "When somebody last wrote to it.", wide=True),
)


def definition() -> Schema:
    """The whole CustomResourceDefinition."""
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {
            "name": f"{names.PLURAL}.{names.GROUP}",
            "labels": {names.PART_OF_LABEL: names.PROJECT},
        },
        "spec": {
            "group": names.GROUP,
            "scope": "Namespaced",
            "names": {
                "kind": names.KIND,
                "listKind": f"{names.KIND}List",
                "plural": names.PLURAL,
                "singular": names.SINGULAR,
                "shortNames": [names.SHORT_NAME],
                "categories": [names.CATEGORY],
            },
            "versions": [
                {
                    "name": names.VERSION,
                    "served": True,
                    "storage": True,
                    "subresources": {"status": {}},
                    "additionalPrinterColumns": list(COLUMNS),
                    "selectableFields": [{"jsonPath": ".spec.ownerId"}],
                    "schema": {"openAPIV3Schema": schema()},
                }
            ],
        },
    }
