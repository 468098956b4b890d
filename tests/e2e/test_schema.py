"""What the API server refuses, and the sentence that it says then; and what it takes."""

import json
import subprocess
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from cluster import tools
from cluster.context import Context

pytestmark = pytest.mark.cluster

CHECKOUT = Path(__file__).parents[2]
CRD = CHECKOUT / "crds/personalbots.io_personalbots.yaml"
SAMPLES = CHECKOUT / "crds/samples"
NAMESPACE = "schema-tests"
GOOD: dict[str, Any] = yaml.safe_load((SAMPLES / "minimal.yaml").read_text())

Kubectl = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def kubectl(here: Context) -> Kubectl:
    program = tools.path(here, "kubectl")

    def run(*arguments: str, given: object = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - our own program, our own arguments
            [program, f"--kubeconfig={here.kubeconfig}", *arguments],
            input=json.dumps(given) if given is not None else None,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    if run("get", "crd", "personalbots.personalbots.io").returncode:
        assert run("apply", "--server-side", "-f", str(CRD)).returncode == 0
        assert run("wait", "--for=condition=established", "crd/personalbots.personalbots.io").returncode == 0
    return run


@pytest.fixture(scope="module")
def namespace(kubectl: Kubectl) -> Iterator[str]:
    kubectl("create", "namespace", NAMESPACE)
    yield NAMESPACE
    kubectl("delete", "namespace", NAMESPACE, "--wait=false")


@pytest.fixture(scope="module")
def standing(kubectl: Kubectl, namespace: str) -> dict[str, Any]:
    """A resource that is there, stopped so that no operator makes a pod of it."""
    bot = changed(
        {
            "metadata.name": "standing",
            "spec.state": "Stopped",
            "spec.knowledge": {
                "collection": "user_1",
                "storage": {"size": "2Gi", "storageClassName": "standard"},
            },
        }
    )
    made = kubectl("apply", "-n", namespace, "-f", "-", given=bot)
    assert made.returncode == 0, made.stderr
    return bot


def changed(changes: dict[str, Any], original: dict[str, Any] = GOOD) -> dict[str, Any]:
    """The resource with these changes: a path to a value, None takes the field away."""
    bot = deepcopy(original)
    bot["metadata"]["namespace"] = NAMESPACE
    for path, value in changes.items():
        *folders, last = path.split(".")
        place = bot
        for folder in folders:
            place = place.setdefault(folder, {})
        if value is None:
            place.pop(last, None)
        else:
            place[last] = deepcopy(value)
    return bot


# Put together from parts: nothing that looks like a secret stands in the repository.
PASTED_TOKEN = "7712345678" + ":" + "A" * 35
PASTED_KEY = "sk" + "-" + "a" * 32

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a name that is too long": ({"metadata.name": "a" * 59}, "metadata.name must have at most 58 characters"),
    "a name with dots": ({"metadata.name": "my.bot"}, "lower-case letters, digits and '-', without dots"),
    "no owner": ({"spec.ownerId": None}, "spec.ownerId: Required value"),
    "an owner that is no number": ({"spec.ownerId": "@anna"}, "spec.ownerId in body must be of type integer"),
    "an owner that is a group": (
        {"spec.ownerId": -100123},
        "spec.ownerId in body should be greater than or equal to 1",
    ),
    "an owner that Telegram cannot have": ({"spec.ownerId": 2**52}, "should be less than or equal to 4503599627370495"),
    "no token": ({"spec.telegram": None}, "spec.telegram: Required value"),
    "no Secret for the token": ({"spec.telegram": {}}, "spec.telegram.tokenSecretRef: Required value"),
    "no key": ({"spec.llm": None}, "spec.llm: Required value"),
    "a token where the Secret's name belongs": (
        {"spec.telegram.tokenSecretRef.name": PASTED_TOKEN},
        "a token or key itself never belongs here: put it into a Secret",
    ),
    "a token where the Secret's key belongs": (
        {"spec.telegram.tokenSecretRef.key": PASTED_TOKEN},
        "must be a key inside the Secret, such as telegram-token",
    ),
    "an address that is none": ({"spec.telegram.apiUrl": "telegram"}, "must be an http:// or https:// address"),
    "an address of another protocol": ({"spec.llm.baseUrl": "ftp://example.com"}, "must be an http:// or https://"),
    "an address with a password": (
        {"spec.llm.baseUrl": "https://anna:pw@example.com/v1"},
        "with no user name, password",
    ),
    "an address with a key in its query": ({"spec.llm.baseUrl": "https://example.com/v1?key=x"}, "query or fragment"),
    "an address with a space": ({"spec.llm.baseUrl": "https://example .com"}, "must be an http:// or https:// address"),
    "an empty model": ({"spec.llm.model": ""}, "spec.llm.model in body should be at least 1 chars long"),
    "a model with a space": ({"spec.llm.model": "gpt 5"}, "must be a model's name as the LLM server lists it"),
    "a collection with a slash": ({"spec.knowledge.collection": "a/b"}, "must be a collection's name of letters"),
    "a collection that is too long": ({"spec.knowledge.collection": "a" * 129}, "may not be more than 128 bytes"),
    "a server without a collection": (
        {"spec.knowledge.qdrant": {"url": "http://qdrant:6333"}},
        "knowledge.collection must be given with knowledge.qdrant, such as user_123456789",
    ),
    "a server without an address": (
        {"spec.knowledge": {"collection": "a", "qdrant": {}}},
        "spec.knowledge.qdrant.url: Required value",
    ),
    "a deletion policy that is none": (
        {"spec.knowledge.deletionPolicy": "Keep"},
        'Unsupported value: "Keep": supported values: "Retain", "Delete"',
    ),
    "a link policy that is none": (
        {"spec.knowledge.links": "Open"},
        'Unsupported value: "Open": supported values: "Refuse", "Fetch"',
    ),
    "a volume whose size is none": ({"spec.knowledge.storage.size": "big"}, "must be a quantity such as"),
    "a volume of one byte": ({"spec.knowledge.storage.size": 1}, "must be at least 64Mi (mind the unit"),
    "a storage class with capitals": (
        {"spec.knowledge.storage.storageClassName": "Fast SSD"},
        "must be a Kubernetes name: lower-case letters",
    ),
    "an access mode that is none": (
        {"spec.access.mode": "Private"},
        'supported values: "Owner", "AllowList", "Public"',
    ),
    "an allow list without anybody": (
        {"spec.access": {"mode": "AllowList"}},
        "access.allowedUserIds must name at least one Telegram user id",
    ),
    "an allow list that is empty": (
        {"spec.access": {"mode": "AllowList", "allowedUserIds": []}},
        "access.allowedUserIds must name at least one Telegram user id",
    ),
    "an allow list for the owner alone": (
        {"spec.access": {"mode": "Owner", "allowedUserIds": [5]}},
        "access.allowedUserIds has no effect unless access.mode is AllowList",
    ),
    "an allow list for everybody": (
        {"spec.access": {"mode": "Public", "allowedUserIds": [5]}},
        "access.allowedUserIds has no effect unless access.mode is AllowList",
    ),
    "a person who is allowed twice": (
        {"spec.access": {"mode": "AllowList", "allowedUserIds": [5, 5]}},
        "Duplicate value: 5",
    ),
    "too many people": (
        {"spec.access": {"mode": "AllowList", "allowedUserIds": list(range(1, 1002))}},
        "must have at most 1000 items",
    ),
    "a state that is none": ({"spec.state": "Paused"}, 'supported values: "Running", "Stopped"'),
    "a timeout without a unit": (
        {"spec.requestTimeout": "20"},
        "must be a duration in whole hours, minutes and seconds",
    ),
    "a timeout in words": ({"spec.requestTimeout": "soon"}, "such as 90s, 20m or 1h30m"),
    "a timeout that is too short": ({"spec.requestTimeout": "5s"}, "requestTimeout must be between 10s and 24h"),
    "a timeout that is too long": ({"spec.requestTimeout": "25h"}, "requestTimeout must be between 10s and 24h"),
    "an image that is an address": ({"spec.image": "https://example.com/bot"}, "must be an image reference"),
    "an image with a space": ({"spec.image": "bot image"}, "must be an image reference such as"),
    "memory that is no quantity": ({"spec.resources.limits.memory": "256 MB"}, "must be a quantity such as 500m or 1"),
    "memory without its unit": ({"spec.resources.limits.memory": 256}, "must be at least 32Mi (mind the unit: 256 is"),
    "cpu of next to nothing": ({"spec.resources.limits.cpu": "1m"}, "resources.limits.cpu must be at least 10m"),
    "a request above its limit": (
        {"spec.resources": {"requests": {"memory": "512Mi"}, "limits": {"memory": "256Mi"}}},
        "resources.requests.memory must not be more than resources.limits.memory",
    ),
    "a request above the limit that is not said": (
        {"spec.resources": {"requests": {"cpu": "2"}}},
        "resources.requests.cpu must not be more than resources.limits.cpu (1 when it is not given)",
    ),
    "a variable with a bad name": (
        {"spec.pod.env": [{"name": "1A", "value": ""}]},
        "must be a variable's name of letters",
    ),
    "a variable that holds a token": (
        {"spec.pod.env": [{"name": "A", "value": PASTED_TOKEN}]},
        "pod.env holds what looks like a token or an API key",
    ),
    "a variable that holds a key": (
        {"spec.pod.env": [{"name": "A", "value": PASTED_KEY}]},
        "pod.env holds what looks like a token or an API key",
    ),
    "a variable of the bot's that would hold a key": (
        {"spec.pod.env": [{"name": "PERSONAL_BOT_OPENAI_KEY", "value": "x"}]},
        "pod.env must not carry the bot's token or keys",
    ),
    "a variable from a Secret": (
        {"spec.pod.env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}]},
        'unknown field "spec.pod.env[0].valueFrom"',
    ),
    "a variable twice": (
        {"spec.pod.env": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]},
        "Duplicate value",
    ),
    "a label of the operator's": (
        {"spec.pod.labels": {"personalbots.io/bot": "other"}},
        "must not hold keys under personalbots.io/ or app.kubernetes.io/",
    ),
    "an annotation of the operator's": (
        {"spec.pod.annotations": {"personalbots.io/spec-hash": "x"}},
        "must not hold keys under personalbots.io/ or app.kubernetes.io/",
    ),
    "a toleration of an effect that is none": (
        {"spec.pod.tolerations": [{"key": "a", "effect": "Never"}]},
        'supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
    ),
    "an affinity that is none": ({"spec.pod.affinity": {"nodes": "a"}}, 'unknown field "spec.pod.affinity.nodes"'),
    "an affinity with a misspelt field": (
        {"spec.pod.affinity.nodeAffinity.required": []},
        'unknown field "spec.pod.affinity.nodeAffinity.required"',
    ),
    "a spread without its label": (
        {"spec.pod.topologySpreadConstraints": [{"maxSkew": 1, "whenUnsatisfiable": "DoNotSchedule"}]},
        "spec.pod.topologySpreadConstraints[0].topologyKey: Required value",
    ),
    "a pull policy that is none": (
        {"spec.pod.imagePullPolicy": "Sometimes"},
        'supported values: "Always", "IfNotPresent", "Never"',
    ),
    "a way to privileges": (
        {"spec.pod.securityContext": {"privileged": True}},
        'unknown field "spec.pod.securityContext"',
    ),
    "the host's network": ({"spec.pod.hostNetwork": True}, 'unknown field "spec.pod.hostNetwork"'),
    "a misspelt field": ({"spec.acces": {"mode": "Public"}}, 'unknown field "spec.acces"'),
    "no spec at all": ({"spec": None}, "spec: Required value"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_wrong_is_refused_with_a_sentence(case: str, kubectl: Kubectl, namespace: str) -> None:
    changes, sentence = REFUSED[case]
    answer = kubectl("apply", "-n", namespace, "--dry-run=server", "-f", "-", given=changed(changes))
    assert answer.returncode != 0
    assert sentence in answer.stderr


CHANGES_REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "another owner": ({"spec.ownerId": 987654321}, "ownerId cannot be changed: the knowledge is the owner's"),
    "another collection": ({"spec.knowledge.collection": "user_2"}, "knowledge.collection cannot be changed"),
    "no collection any more": ({"spec.knowledge.collection": None}, "knowledge.collection cannot be changed"),
    "a smaller volume": ({"spec.knowledge.storage.size": "1Gi"}, "a volume never shrinks"),
    "another storage class": ({"spec.knowledge.storage.storageClassName": "fast"}, "a volume keeps its class"),
}


@pytest.mark.parametrize("case", CHANGES_REFUSED)
def test_what_cannot_be_changed_is_refused_with_a_sentence(
    case: str, kubectl: Kubectl, namespace: str, standing: dict[str, Any]
) -> None:
    changes, sentence = CHANGES_REFUSED[case]
    answer = kubectl("apply", "-n", namespace, "--dry-run=server", "-f", "-", given=changed(changes, standing))
    assert answer.returncode != 0
    assert sentence in answer.stderr


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
    answer = kubectl("apply", "-n", namespace, "--dry-run=server", "-f", "-", given=changed(ACCEPTED[case]))
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
    answer = kubectl("apply", "-n", namespace, "--dry-run=server", "-f", "-", given=changed(changes, standing))
    assert answer.returncode == 0, answer.stderr


@pytest.mark.parametrize("sample", ["minimal.yaml", "full.yaml"])
def test_the_samples_are_taken(sample: str, kubectl: Kubectl, namespace: str) -> None:
    bot = changed({}, yaml.safe_load((SAMPLES / sample).read_text()))
    answer = kubectl("apply", "-n", namespace, "--dry-run=server", "-f", "-", given=bot)
    assert answer.returncode == 0, answer.stderr


def test_a_refusal_does_not_repeat_a_token_that_was_pasted(kubectl: Kubectl, namespace: str) -> None:
    for path in (
        "spec.telegram.tokenSecretRef.name",
        "spec.telegram.tokenSecretRef.key",
        "spec.llm.apiKeySecretRef.name",
        "spec.llm.baseUrl",
    ):
        answer = kubectl(
            "create", "-n", namespace, "--dry-run=server", "-f", "-", given=changed({path: PASTED_TOKEN + " "})
        )
        assert answer.returncode != 0
        assert PASTED_TOKEN not in answer.stderr


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
    answer = kubectl(
        "patch",
        "pbot",
        name,
        "-n",
        namespace,
        "--subresource=status",
        "--type=merge",
        "-p",
        json.dumps(patch),
        "-o",
        "json",
    )
    found = json.loads(answer.stdout)
    assert (found["spec"]["state"], found["status"]["restarts"]) == ("Stopped", 3)
