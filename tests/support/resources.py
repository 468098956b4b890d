"""Resources and pods as the API server shows them."""

import copy
from typing import Any

Raw = dict[str, Any]
NOW = 1_800_000_000.0
CREATED = "2027-01-15T07:59:00Z"  # a minute before NOW


def merged(base: Raw, change: Raw) -> Raw:
    """`base` with `change` merged into it, as a merge patch does, without removals."""
    result = copy.deepcopy(base)
    for name, value in change.items():
        both = isinstance(value, dict) and isinstance(result.get(name), dict)
        result[name] = merged(result[name], value) if both else copy.deepcopy(value)
    return result


BOT: Raw = {
    "metadata": {
        "name": "anna",
        "namespace": "bots",
        "uid": "bot-uid",
        "resourceVersion": "100",
        "generation": 1,
        "creationTimestamp": CREATED,
    },
    "spec": {
        "ownerId": 123456789,
        "telegram": {
            "tokenSecretRef": {"name": "anna", "key": "telegram-token"},
            "apiUrl": "https://api.telegram.org",
        },
        "llm": {
            "apiKeySecretRef": {"name": "anna", "key": "openai-api-key"},
            "baseUrl": "https://api.openai.com/v1",
            "model": "gpt-5-mini",
            "embeddingModel": "text-embedding-3-small",
        },
        "knowledge": {"deletionPolicy": "Retain"},
        "access": {"mode": "Owner"},
        "state": "Running",
        "requestTimeout": "20m",
        "resources": {"requests": {"cpu": "50m", "memory": "96Mi"}, "limits": {"cpu": "1", "memory": "256Mi"}},
        "pod": {},
    },
}
POD: Raw = {
    "metadata": {
        "name": "pbot-anna",
        "namespace": "bots",
        "uid": "pod-uid",
        "resourceVersion": "200",
        "creationTimestamp": CREATED,
        "labels": {"personalbots.io/bot": "anna"},
        "annotations": {},
        "ownerReferences": [{"kind": "PersonalBot", "name": "anna", "uid": "bot-uid", "controller": True}],
    },
    "spec": {
        "nodeName": "node-1",
        "containers": [{"name": "bot", "image": "registry.example.com/bot:1", "resources": BOT["spec"]["resources"]}],
    },
    "status": {
        "phase": "Running",
        "podIP": "10.0.0.7",
        "conditions": [{"type": "PodScheduled", "status": "True"}, {"type": "Ready", "status": "True"}],
        "containerStatuses": [
            {
                "name": "bot",
                "containerID": "containerd://1",
                "ready": True,
                "started": True,
                "restartCount": 0,
                "state": {"running": {"startedAt": CREATED}},
            }
        ],
    },
}
VOLUME: Raw = {
    "metadata": {
        "name": "pbot-anna",
        "namespace": "bots",
        "uid": "volume-uid",
        "resourceVersion": "150",
        "labels": {"personalbots.io/bot": "anna", "personalbots.io/owner-id": "123456789"},
    },
    "spec": {"resources": {"requests": {"storage": "1Gi"}}},
    "status": {"phase": "Bound"},
}
