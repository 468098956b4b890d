"""The models read what the API server gives and write only what was set."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from personalbots_api import names
from personalbots_api.models import (
    LLM,
    Access,
    ApiKeySecretRef,
    InvalidResourceError,
    Metadata,
    PersonalBot,
    Spec,
    Telegram,
    TokenSecretRef,
)

SAMPLES = Path(__file__).parents[3] / "crds/samples"
REFS: dict[str, Any] = {
    "telegram": {"tokenSecretRef": {"name": "a"}},
    "llm": {"apiKeySecretRef": {"name": "a"}},
}


def bot(**spec: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return {"metadata": {"name": "a"}, "spec": {"ownerId": 5, **REFS, **spec}}


def test_defaults_are_those_of_the_resource() -> None:
    spec = PersonalBot.from_raw(bot()).spec
    assert spec.telegram.api_url == "https://api.telegram.org"
    assert spec.telegram.token_secret_ref.key == names.TELEGRAM_TOKEN_KEY
    assert spec.llm.api_key_secret_ref.key == names.OPENAI_API_KEY_KEY
    assert (spec.state, spec.access.mode, spec.request_timeout) == ("Running", "Owner", "20m")
    assert spec.resources.requests is not None
    assert (spec.resources.requests.memory, spec.resources.limits.memory) == ("96Mi", "256Mi")


def test_knowledge_has_a_volume_unless_there_is_a_server() -> None:
    server = {"collection": "a", "qdrant": {"url": "http://qdrant:6333"}}
    embedded = PersonalBot.from_raw(bot()).spec
    assert embedded.storage is not None
    assert (embedded.storage.size, embedded.collection) == ("1Gi", "user_5")
    assert PersonalBot.from_raw(bot(knowledge=server)).spec.storage is None
    both = PersonalBot.from_raw(bot(knowledge=server | {"storage": {}})).spec
    assert both.storage is not None
    assert both.collection == "a"


def test_fields_of_a_newer_version_are_left_out() -> None:
    raw = bot(newField=1)
    raw["status"] = {"newer": True, "phase": "Running", "conditions": []}
    read = PersonalBot.from_raw(raw)
    assert read.status.phase == "Running"
    assert "newField" not in read.to_raw()["spec"]


def test_only_what_was_set_is_written() -> None:
    made = PersonalBot(
        metadata=Metadata(name="bot-1", namespace="bots"),
        spec=Spec(
            owner_id=5,
            telegram=Telegram(token_secret_ref=TokenSecretRef(name="bot-1")),
            llm=LLM(api_key_secret_ref=ApiKeySecretRef(name="bot-1"), model="m"),
            access=Access(mode="AllowList", allowed_user_ids=(7,)),
        ),
    )
    assert made.to_raw() == {
        "apiVersion": "personalbots.io/v1alpha1",
        "kind": "PersonalBot",
        "metadata": {"name": "bot-1", "namespace": "bots"},
        "spec": {
            "ownerId": 5,
            "telegram": {"tokenSecretRef": {"name": "bot-1"}},
            "llm": {"apiKeySecretRef": {"name": "bot-1"}, "model": "m"},
            "access": {"mode": "AllowList", "allowedUserIds": [7]},
        },
    }
    assert made.pod_name == "pbot-bot-1"


@pytest.mark.parametrize("sample", ["minimal.yaml", "full.yaml"])
def test_samples_are_written_as_they_were_read(sample: str) -> None:
    raw = yaml.safe_load((SAMPLES / sample).read_text())
    assert PersonalBot.from_raw(raw).to_raw() == raw


def test_samples_hold_placeholders_not_secrets() -> None:
    secret = yaml.safe_load((SAMPLES / "secret.yaml").read_text())
    assert all(value.startswith("REPLACE-WITH-") for value in secret["stringData"].values())


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"ownerId": "anna"}, "spec.ownerId"),
        ({"telegram": {}}, "spec.telegram.tokenSecretRef"),
        ({"llm": {"apiKeySecretRef": {"name": "A b"}}}, "spec.llm.apiKeySecretRef.name"),
        ({"telegram": {**REFS["telegram"], "apiUrl": "https://a:b@c"}}, "spec.telegram.apiUrl"),
        ({"state": "Paused"}, "spec.state"),
        ({"requestTimeout": "20"}, "spec.requestTimeout"),
        ({"image": "https://example.com/bot"}, "spec.image"),
        ({"resources": {"limits": {"memory": "256 MB"}}}, "spec.resources.limits.memory"),
    ],
)
def test_an_invalid_field_is_named_without_its_value(spec: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidResourceError) as caught:
        PersonalBot.from_raw(bot(**spec))
    assert [problem.split(":")[0] for problem in caught.value.problems] == [field]
    assert "a:b" not in str(caught.value)


def test_names_of_pods_lead_back_to_their_bots() -> None:
    longest = "a" * names.MAX_NAME_LENGTH
    assert len(names.pod_name(longest)) == 63
    assert names.bot_name(names.pod_name("anna")) == "anna"
    assert names.bot_name("nginx") is None
