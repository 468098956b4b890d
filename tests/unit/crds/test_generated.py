"""The generated files are fresh, and the CRD keeps to what `kubectl explain` and the API server need."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from personalbots_api import conditions, crd, generate, rules

SCHEMA = crd.schema()
Node = tuple[str, dict[str, Any]]


def nodes(path: str, schema: dict[str, Any]) -> Iterator[Node]:
    """Every field under the schema, with its path."""
    yield path, schema
    for name, field in schema.get("properties", {}).items():
        yield from nodes(f"{path}.{name}", field)
    for key, mark in (("items", "[]"), ("additionalProperties", "{}")):
        if key in schema:
            yield from nodes(path + mark, schema[key])


FIELDS = [node for part in ("spec", "status") for node in nodes(part, SCHEMA["properties"][part])]
RULES = [(path, rule) for path, field in [("", SCHEMA), *FIELDS] for rule in field.get(rules.CEL, ())]


def test_generated_files_are_fresh() -> None:
    stale = generate.stale(generate.CHECKOUT)
    assert not stale, f"run `{generate.COMMAND}` and commit {stale}"


def test_a_stale_file_is_noticed(tmp_path: Path) -> None:
    (tmp_path / generate.CHART).mkdir(parents=True)
    for source in (generate.VERSION, f"{generate.CHART}/values.schema.json", f"{generate.CHART}/Chart.yaml"):
        (tmp_path / source).write_text((generate.CHECKOUT / source).read_text())
    for path, text in generate.outputs(tmp_path).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    assert generate.stale(tmp_path) == []
    page = tmp_path / "docs/reference/conditions.md"
    page.write_text(page.read_text() + "\n")
    assert generate.stale(tmp_path) == ["docs/reference/conditions.md"]


def test_every_field_says_what_it_is_for() -> None:
    silent = [path for path, field in FIELDS if not path.endswith(("[]", "{}")) and not field.get("description")]
    assert silent == []


def test_every_list_map_and_text_has_a_bound() -> None:
    def unbounded(field: dict[str, Any]) -> bool:
        kind = field.get("type")
        if kind == "object" and "additionalProperties" in field:
            return "maxProperties" not in field
        if kind == "string":
            return not ({"maxLength", "enum"} & set(field)) and field.get("format") != "date-time"
        return kind == "array" and "maxItems" not in field

    assert [path for path, field in FIELDS if unbounded(field)] == []


def test_no_field_accepts_anything() -> None:
    assert "x-kubernetes-preserve-unknown-fields" not in yaml.safe_dump(SCHEMA)


def test_no_field_is_refused_by_a_bare_pattern() -> None:
    assert [path for path, field in FIELDS if "pattern" in field] == []


def test_only_keys_that_kubernetes_knows_are_left_in_the_schema() -> None:
    unknown = {key for _, field in FIELDS for key in field if key.startswith("x-") and "kubernetes" not in key}
    assert unknown == set()
    assert not {"$ref", "$defs", "title", "const"} & {key for _, field in FIELDS for key in field}


@pytest.mark.parametrize(("path", "rule"), RULES, ids=lambda value: value if isinstance(value, str) else "")
def test_every_rule_has_a_sentence_on_what_to_write(path: str, rule: dict[str, str]) -> None:
    assert re.search(r"\b(must|cannot|has no effect|looks like)\b", rule["message"]), path
    assert 20 < len(rule["message"]) < 300, path
    assert "\n" not in rule["rule"] + rule["message"], path


def test_columns_show_fields_that_exist() -> None:
    for column in crd.COLUMNS:
        path = re.sub(r"\[\?.*?\]", "[]", column["jsonPath"])
        if not path.startswith(".metadata"):
            place: dict[str, Any] = SCHEMA
            for step in path.removeprefix(".").split("."):
                place = place["properties"][step.removesuffix("[]")]
                place = place["items"] if step.endswith("[]") else place
            assert "type" in place


def test_defaults_of_objects_are_complete_since_the_api_server_checks_them_as_they_are() -> None:
    spec = SCHEMA["properties"]["spec"]["properties"]
    assert spec["access"]["default"] == {"mode": "Owner"}
    assert spec["knowledge"]["default"] == {"deletionPolicy": "Retain", "links": "Refuse"}
    assert spec["resources"]["default"]["limits"] == {"cpu": "1", "memory": "256Mi"}


def test_the_pages_have_every_field_and_every_reason() -> None:
    pages = generate.outputs(generate.CHECKOUT)
    for reason in conditions.CATALOGUE:
        assert f"| `{reason.name}` | {reason.status} |" in pages["docs/reference/conditions.md"]
    for path, _ in FIELDS:
        if "affinity" not in path and "tolerations" not in path and "topologySpread" not in path:
            name = path.split(".")[-1].rstrip("[]{}")
            assert f"`{name}`" in pages["docs/reference/personalbot.md"], path
    for _, rule in RULES:
        text = rule["message"].replace("<", "&lt;")
        assert text in pages["docs/reference/personalbot.md"] or "metadata.name" in text


def test_the_chart_keeps_the_crd_when_it_is_uninstalled() -> None:
    template = generate.outputs(generate.CHECKOUT)["charts/personalbots/templates/crd.yaml"]
    assert "helm.sh/resource-policy: keep" in template
    assert "{{- if .Values.crds.install }}" in template
    assert template.count("{{") == 3, "a description or a rule would be read as a template"


def test_the_chart_and_the_packages_have_the_version_of_the_one_file() -> None:
    root = generate.CHECKOUT
    version = (root / "VERSION").read_text().strip()
    chart = yaml.safe_load((root / generate.CHART / "Chart.yaml").read_text())
    assert {chart["appVersion"], chart["version"]} == {version}
    for folder in ("common", "crds", "operator", "bot_image", "master_bot", "tests/standins"):
        project = tomllib.loads((root / folder / "pyproject.toml").read_text())
        assert project["project"]["dynamic"] == ["version"], folder
        assert (root / folder / project["tool"]["hatch"]["version"]["path"]).resolve() == root / "VERSION"
