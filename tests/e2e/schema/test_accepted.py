"""What the API server accepts, the defaults that it fills in, and what kubectl shows and explains."""

import json
from typing import Any

import pytest
import yaml

from support.cluster.schema import CRD, SAMPLES, Kubectl, changed, try_out

pytestmark = pytest.mark.cluster

ACCEPTED: dict[str, dict[str, Any]] = {
    "the longest name": {"metadata.name": "a" * 58},
    "an owner with a large id": {"spec.ownerId": 2**52 - 1},
    "a Bot API server in the cluster": {"spec.telegram.apiUrl": "http://telegram.standins:8081"},
    "an address with a port and a path": {"spec.llm.baseUrl": "http://10.0.0.7:8000/openai/v1/"},
    "an IPv6 address": {"spec.llm.baseUrl": "http://[fd00::7]:8000/v1"},
    "a model with a vendor": {"spec.llm.model": "meta-llama/Llama-3.3-70B-Instruct:free"},
    "whole numbers for quantities": {"spec.resources.limits": {"cpu": 2, "memory": 268435456}},
    "limits alone": {"spec.resources": {"limits": {"memory": "64Mi"}}},
    "a request alone": {"spec.resources": {"requests": {"cpu": "10m"}}},
    "a server for the knowledge": {"spec.knowledge": {"collection": "a", "qdrant": {"url": "http://qdrant:6333"}}},
    "a volume with its defaults": {"spec.knowledge.storage": {}},
    "an allow list": {"spec.access": {"mode": "AllowList", "allowedUserIds": [5, 7]}},
    "everybody": {"spec.access.mode": "Public"},
    "a timeout in parts": {"spec.requestTimeout": "1h30m15s"},
    "an image by digest": {"spec.image": "registry.example.com:5000/bots/personal-bot@sha256:" + "0" * 64},
    "labels and annotations of one's own": {
        "spec.pod": {"labels": {"team": "a", "example.com/b": ""}, "annotations": {"example.com/x": "y"}}
    },
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_what_is_right_is_taken(case: str, kubectl: Kubectl, namespace: str) -> None:
    answer = try_out(kubectl, namespace, changed(ACCEPTED[case]))
    assert answer.returncode == 0, answer.stderr


@pytest.mark.parametrize(
    "changes",
    [
        {"spec.knowledge.storage.size": "3Gi"},
        {"spec.state": "Running"},
        {"spec.access": {"mode": "Public"}},
        {"spec.llm.model": "gpt-5"},
        {"spec.resources": {"limits": {"memory": "512Mi"}}},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_what_may_be_changed_is_taken(
    changes: dict[str, Any], kubectl: Kubectl, namespace: str, standing: dict[str, Any]
) -> None:
    answer = try_out(kubectl, namespace, changed(changes, standing))
    assert answer.returncode == 0, answer.stderr


@pytest.mark.parametrize("sample", ["minimal.yaml", "full.yaml"])
def test_the_samples_are_taken(sample: str, kubectl: Kubectl, namespace: str) -> None:
    bot = changed({}, yaml.safe_load((SAMPLES / sample).read_text()))
    answer = try_out(kubectl, namespace, bot)
    assert answer.returncode == 0, answer.stderr


def test_defaults_are_filled_in_by_the_api_server(kubectl: Kubectl, namespace: str) -> None:
    answer = kubectl("create", "-n", namespace, "--dry-run=server", "-o", "json", "-f", "-", given=changed({}))
    spec = json.loads(answer.stdout)["spec"]
    assert spec["telegram"] == {
        "apiUrl": "https://api.telegram.org",
        "tokenSecretRef": {"name": "my-bot", "key": "telegram-token"},
    }
    assert spec["llm"]["model"] == "gpt-5-mini"
    assert spec["resources"] == {
        "requests": {"cpu": "50m", "memory": "96Mi"},
        "limits": {"cpu": "1", "memory": "256Mi"},
    }
    assert (spec["state"], spec["access"], spec["knowledge"]) == (
        "Running",
        {"mode": "Owner"},
        {"deletionPolicy": "Retain", "links": "Refuse"},
    )


def test_kubectl_explain_teaches_every_field(kubectl: Kubectl) -> None:
    schema = yaml.safe_load(CRD.read_text())["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    for part in ("spec", "spec.telegram", "spec.llm", "spec.knowledge", "spec.access", "spec.pod", "status"):
        said = kubectl("explain", f"pbot.{part}")
        assert said.returncode == 0, said.stderr
        place = schema
        for step in part.split("."):
            place = place["properties"][step]
        for name, field in place["properties"].items():
            assert name in said.stdout
            assert field["description"].split()[0] in said.stdout


def test_kubectl_get_finds_bots_by_short_name_category_and_owner(
    kubectl: Kubectl, namespace: str, standing: dict[str, Any]
) -> None:
    columns = kubectl("get", "pbot", "-n", namespace).stdout.splitlines()[0].split()
    assert columns == ["NAME", "PHASE", "READY", "REASON", "BOT", "OWNER", "RESTARTS", "AGE"]
    wide = kubectl("get", "bots", "-n", namespace, "-o", "wide").stdout.splitlines()[0]
    assert all(column in wide for column in ("POD", "IMAGE", "DOCUMENTS", "LAST ACTIVITY"))
    owner = standing["spec"]["ownerId"]
    assert "standing" in kubectl("get", "pbot", "-n", namespace, f"--field-selector=spec.ownerId={owner}").stdout
    assert "standing" not in kubectl("get", "pbot", "-n", namespace, "--field-selector=spec.ownerId=1").stdout


def test_status_is_written_apart_from_the_spec(kubectl: Kubectl, namespace: str, standing: dict[str, Any]) -> None:
    name = standing["metadata"]["name"]
    patch = {"spec": {"state": "Running"}, "status": {"restarts": 3}}
    how = ("--subresource=status", "--type=merge", "-p", json.dumps(patch), "-o", "json")
    answer = kubectl("patch", "pbot", name, "-n", namespace, *how)
    found = json.loads(answer.stdout)
    assert (found["spec"]["state"], found["status"]["restarts"]) == ("Stopped", 3)
