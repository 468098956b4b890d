"""What the API server refuses, and the sentence that it says then."""

from typing import Any

import pytest

from support.cluster.schema import Kubectl, changed, try_out

pytestmark = pytest.mark.cluster

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
    answer = try_out(kubectl, namespace, changed(changes))
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
    answer = try_out(kubectl, namespace, changed(changes, standing))
    assert answer.returncode != 0
    assert sentence in answer.stderr


def test_a_refusal_does_not_repeat_a_token_that_was_pasted(kubectl: Kubectl, namespace: str) -> None:
    secrets = ("telegram.tokenSecretRef.name", "telegram.tokenSecretRef.key", "llm.apiKeySecretRef.name")
    for path in (*secrets, "llm.baseUrl"):
        bot = changed({f"spec.{path}": PASTED_TOKEN + " "})
        answer = kubectl("create", "-n", namespace, "--dry-run=server", "-f", "-", given=bot)
        assert answer.returncode != 0
        assert PASTED_TOKEN not in answer.stderr
