"""The chart as Helm renders it, and what the API server says about rights."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import yaml

from cluster import Context, kube

CHECKOUT: Final = Path(__file__).parents[3]
CHART: Final = str(CHECKOUT / "charts/personalbots")

Objects = list[dict[str, Any]]


def render(here: Context, **values: Any) -> Objects:  # noqa: ANN401 - JSON
    """Give the objects that Helm makes of the chart with these values."""
    words = ("template", "personalbots", CHART, "--namespace", "personalbots", "--values", "-")
    rendered = kube.helm(here, *words, stdin=json.dumps(values))
    return [found for found in yaml.safe_load_all(rendered) if found]


def of_kind(objects: Objects, *kinds: str) -> Objects:
    """Give the objects of these kinds."""
    return [found for found in objects if found["kind"] in kinds]


def environment(objects: Objects, name: str) -> dict[str, str]:
    """Give the environment variables of the Deployment whose name ends so."""
    (deployment,) = [found for found in of_kind(objects, "Deployment") if found["metadata"]["name"].endswith(name)]
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    return {variable["name"]: variable["value"] for variable in container["env"]}


def allowed(here: Context, who: str, namespace: str, questions: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Give those of the (verb, resource[/subresource]) that somebody may do in a namespace, asked in one call.

    Args:
        here: the cluster to ask.
        who: the full name of a ServiceAccount, or `user:` and the name of a person.
        namespace: where.
        questions: what to ask for.
    """
    asked = list(questions)
    user = who.removeprefix("user:")
    groups = ["system:serviceaccounts", "system:authenticated"] if user == who else ["system:authenticated"]
    body = {
        "apiVersion": "v1",
        "kind": "List",
        "items": [_review(user, groups, namespace, verb, resource) for verb, resource in asked],
    }

    words = ("create", "-f", "-", "-o", r'jsonpath={.status.allowed}{"\n"}')
    answers = kube.kubectl(here, *words, stdin=json.dumps(body)).splitlines()
    return {question for question, answer in zip(asked, answers, strict=True) if answer == "true"}


def _review(user: str, groups: list[str], namespace: str, verb: str, resource: str) -> dict[str, Any]:
    kind, _, subresource = resource.partition("/")
    plural, _, group = kind.partition(".")
    attributes = {
        "namespace": namespace,
        "verb": verb,
        "group": group,
        "resource": plural,
        "subresource": subresource,
    }
    return {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SubjectAccessReview",
        "spec": {"user": user, "groups": groups, "resourceAttributes": attributes},
    }
