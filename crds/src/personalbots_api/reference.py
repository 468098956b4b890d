"""Generates the reference pages in Markdown: the fields of the resource, and the conditions with their reasons."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from personalbots_api import conditions, names, rules

_PASSED_ON: Final = frozenset({"affinity", "tolerations", "topologySpreadConstraints"})


def resource_page(definition: Mapping[str, Any], *, note: str) -> str:
    """The page of the resource's fields, from its CustomResourceDefinition."""
    (version,) = definition["spec"]["versions"]
    properties = version["schema"]["openAPIV3Schema"]["properties"]
    lines = [
        f"<!-- {note} -->",
        "# PersonalBot",
        "",
        f"`{names.API_VERSION}`, kind `{names.KIND}`, namespaced, short name `{names.SHORT_NAME}`.",
        f"All of them: `kubectl get {names.CATEGORY}`. `kubectl explain {names.SHORT_NAME}.spec` shows the same.",
        f"Samples are in `crds/samples/`. A name has at most {names.MAX_NAME_LENGTH} letters, digits and -.",
        "",
        *_object("spec", properties["spec"]),
        *_object("status", properties["status"]),
        "## Columns of `kubectl get pbot`",
        "",
        "| column | field | meaning |",
        "| --- | --- | --- |",
        *(
            f"| {column['name']}{' (wide)' if column.get('priority') else ''} | `{column['jsonPath']}` | "
            f"{column['description']} |"
            for column in version["additionalPrinterColumns"]
        ),
        "",
        f"`kubectl get {names.SHORT_NAME} --field-selector spec.ownerId=123456789` lists one owner's bots.",
    ]
    return "\n".join(lines) + "\n"


def _object(path: str, schema: Mapping[str, Any]) -> Iterator[str]:
    """A heading, a table of the fields, what is refused, and then the objects inside it."""
    required = schema.get("required", ())
    yield from (f"## `{path}`", "", schema["description"], "", "| field | type | default | meaning |")
    yield "| --- | --- | --- | --- |"

    nested: list[tuple[str, Mapping[str, Any]]] = []
    for name, field in schema["properties"].items():
        inner = field.get("items", field)
        if "properties" in inner and name not in _PASSED_ON:
            nested.append((f"{path}.{name}{'[]' if 'items' in field else ''}", inner))
        default = "**required**" if name in required else _default(field)
        yield f"| `{name}` | {_type(field)} | {default} | {_cell(field['description'])} |"
    yield ""

    refusals = list(_refusals(schema))
    if refusals:
        yield from ("Refused by the API server:", "", *(f"- {_cell(refusal)}" for refusal in refusals), "")

    for below, inner in nested:
        yield from _object(below, inner)


def _refusals(schema: Mapping[str, Any]) -> Iterator[str]:
    for rule in schema.get(rules.CEL, ()):
        yield _refusal(rule, rule.get("fieldPath", "").removeprefix("."))
    for name, inner in schema["properties"].items():
        if "properties" not in inner:
            yield from (_refusal(rule, name) for rule in inner.get(rules.CEL, ()))


def _refusal(rule: Mapping[str, str], field: str) -> str:
    """The sentence, after the name of its field unless it begins with that."""
    return rule["message"] if rule["message"].startswith(field) else f"`{field}`: {rule['message']}"


def _type(field: Mapping[str, Any]) -> str:
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    if "x-kubernetes-int-or-string" in field:
        return "quantity"
    if "items" in field:
        inner = field["items"]
        return f"list of {'objects' if 'properties' in inner else _type(inner)}"
    if "additionalProperties" in field:
        return "map of strings"
    return {"date-time": "time"}.get(field.get("format", ""), str(field["type"]))


def _default(field: Mapping[str, Any]) -> str:
    default = field.get("default", "")
    return f"`{default}`" if isinstance(default, str | int) and default != "" else ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def conditions_page(*, note: str) -> str:
    """The page of conditions and reasons."""
    lines = [
        f"<!-- {note} -->",
        "# Conditions and reasons",
        "",
        "What `status.conditions` of a PersonalBot says, what it means, and what to do.",
        "A reason, once released, keeps its name and its meaning.",
        "`kubectl get pbot` shows the status and the reason of `Ready`, `kubectl describe pbot` all their sentences.",
        "",
    ]
    for kind in conditions.CONDITIONS:
        lines += [
            f"## {kind.type}",
            "",
            kind.meaning,
            "",
            "| reason | status | phase | meaning | what to do |",
            "| --- | --- | --- | --- | --- |",
            *(
                f"| `{reason.name}` | {reason.status} | {reason.phase or ''} | {_cell(reason.meaning)} | "
                f"{_cell(reason.remedy)} |"
                for reason in conditions.reasons(kind.type)
            ),
            "",
        ]
    return "\n".join(lines).rstrip() + "\n"
