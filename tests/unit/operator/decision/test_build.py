"""What is built is compared with YAML that a reviewer can read: tests/unit/operator/golden/*.yaml."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from personalbots_operator.cache.bot import Bot
from personalbots_operator.cache.pod import Volume
from personalbots_operator.cache.spec import Spec
from personalbots_operator.decision import build
from personalbots_operator.decision.template import spec_hash
from personalbots_operator.settings import Settings

GOLDEN = Path(__file__).parent / "golden"
QDRANT = {
    "knowledge": {
        "collection": "team",
        "qdrant": {"url": "http://qdrant:6333", "apiKeySecretRef": {"name": "q", "key": "qdrant-api-key"}},
        "deletionPolicy": "Delete",
    }
}
EVERYTHING = {
    "access": {"mode": "AllowList", "allowedUserIds": [5, 6]},
    "llm": {
        "budget": {
            "monthly": "7.50",
            "currency": "EUR",
            "prices": [{"model": "gpt-5-mini", "sent": "0.25", "written": "2"}, {"model": "text-", "sent": "0.02"}],
        }
    },
    "image": "registry.example.com/other:2",
    "resources": {"limits": {"cpu": "20m", "memory": "64Mi"}},
    "knowledge": {
        "storage": {"size": "2Gi", "storageClassName": "fast"},
        "deletionPolicy": "Delete",
        "links": "Fetch",
    },
    "pod": {
        "labels": {"team": "research", "personalbots.io/bot": "stolen"},
        "annotations": {"example.com/contact": "research"},
        "env": [{"name": "HTTPS_PROXY", "value": "http://$(HOST):3128"}],
        "nodeSelector": {"kubernetes.io/arch": "amd64"},
        "tolerations": [{"key": "bots", "operator": "Exists"}],
        "priorityClassName": "bots",
        "runtimeClassName": "gvisor",
        "imagePullPolicy": "Always",
        "imagePullSecrets": [{"name": "registry"}],
    },
}
CASES: dict[str, dict[str, Any]] = {"least": {}, "qdrant": QDRANT, "everything": EVERYTHING}


def compare(name: str, made: object) -> None:
    path = GOLDEN / f"{name}.yaml"
    made = json.loads(json.dumps(made))  # without YAML's anchors for what is used twice
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        path.write_text(yaml.safe_dump(made, sort_keys=False, width=120))
        pytest.fail(f"{path} was not there and has been written: read it")
    assert made == yaml.safe_load(path.read_text())


@pytest.mark.parametrize("case", CASES)
def test_the_pod_is_the_golden_one(case: str, bot: Callable[..., Bot], settings: Settings) -> None:
    anna = bot(spec=CASES[case], metadata={"annotations": {"personalbots.io/restartedAt": "2027-01-01T00:00:00Z"}})
    compare(f"pod-{case}", build.pod(anna, Spec.from_json(anna.spec_json), settings))


@pytest.mark.parametrize("case", ["least", "everything"])
def test_the_volume_claim_is_the_golden_one(case: str, bot: Callable[..., Bot]) -> None:
    anna = bot(spec=CASES[case])
    compare(f"volume-{case}", build.volume(anna, Spec.from_json(anna.spec_json)))


def test_the_cleanup_pod_is_the_golden_one(bot: Callable[..., Bot], settings: Settings) -> None:
    anna = bot(spec=QDRANT)
    compare("cleanup", build.cleanup_pod(anna, Spec.from_json(anna.spec_json), settings))


def test_a_bot_with_a_server_and_no_storage_has_no_volume(bot: Callable[..., Bot]) -> None:
    anna = bot(spec=QDRANT)
    assert build.volume(anna, Spec.from_json(anna.spec_json)) is None


def test_the_spec_cannot_bring_in_secrets_or_privileges(bot: Callable[..., Bot], settings: Settings) -> None:
    anna = bot(spec={"pod": {"hostNetwork": True, "volumes": [{"name": "v"}], "serviceAccountName": "admin"}})
    made = build.pod(anna, Spec.from_json(anna.spec_json), settings)["spec"]
    assert "hostNetwork" not in made
    assert "serviceAccountName" not in made
    assert [volume["name"] for volume in made["volumes"]] == ["secrets", "data", "tmp"]


@pytest.mark.parametrize(
    "change",
    [
        {"llm": {"model": "other"}},
        {"image": "other:1"},
        {"pod": {"env": [{"name": "A", "value": "b"}]}},
        {"access": {"mode": "Public"}},
        {"telegram": {"tokenSecretRef": {"name": "other"}}},
    ],
)
def test_another_spec_has_another_hash(change: dict[str, Any], bot: Callable[..., Bot]) -> None:
    one, other = (Spec.from_json(anna.spec_json) for anna in (bot(), bot(spec=change)))
    assert spec_hash(one) != spec_hash(other)


@pytest.mark.parametrize(
    "change",
    [
        {"state": "Stopped"},
        {"sleep": {"after": "1h"}},
        {"knowledge": {"deletionPolicy": "Delete"}},
        {"knowledge": {"storage": {"size": "2Gi"}}},
        {"resources": {"limits": {"memory": "512Mi"}}},
    ],
)
def test_fields_that_concern_no_pod_or_are_changed_in_place_are_not_in_the_hash(
    change: dict[str, Any], bot: Callable[..., Bot]
) -> None:
    one, other = (Spec.from_json(anna.spec_json) for anna in (bot(), bot(spec=change)))
    assert spec_hash(one) == spec_hash(other)


def test_the_volumes_owners_follow_the_deletion_policy_and_other_owners_stay(
    bot: Callable[..., Bot], volume: Callable[..., Volume]
) -> None:
    anna = bot()
    retain = Spec.from_json(anna.spec_json)
    delete = Spec.from_json(bot(spec={"knowledge": {"deletionPolicy": "Delete"}}).spec_json)
    other = {"kind": "Backup", "name": "b", "uid": "u"}
    there = volume(metadata={"ownerReferences": [other]})
    assert build.volume_owners(anna, retain, there) is None
    owned = build.volume_owners(anna, delete, there)
    assert owned == [other, build.owner_reference(anna)]
    there = volume(metadata={"ownerReferences": owned})
    assert build.volume_owners(anna, delete, there) is None
    assert build.volume_owners(anna, retain, there) == [other]
