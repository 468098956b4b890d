from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from personalbots_operator.cache.bot import Bot
from personalbots_operator.cache.fields import InvalidSpecError
from personalbots_operator.cache.pod import Pod, Termination
from personalbots_operator.cache.spec import Spec
from personalbots_operator.cache.values import newer

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)
FIELDS = ("ownerId", "telegram", "llm", "knowledge", "access", "state", "requestTimeout", "image", "resources", "pod")


def test_a_bot_is_cut_down_to_what_a_decision_reads(bot: Callable[..., Bot]) -> None:
    anna = bot(status={"phase": "Running", "bot": {"id": 7}, "conditions": [{"type": "Ready", "reason": "Polling"}]})
    assert (str(anna.key), anna.pod_name, anna.bot_id, anna.phase, anna.reason) == (
        "bots/anna",
        "pbot-anna",
        7,
        "Running",
        "Polling",
    )
    assert anna.token is not None
    assert anna.token.secret == "anna"  # noqa: S105 - a Secret's name


@pytest.mark.parametrize(
    ("message", "reason", "said"),
    [
        ('{"reason": "TelegramUnauthorized", "message": "no.", "hint": "Ask."}', "TelegramUnauthorized", "no. Ask."),
        ("Traceback", "Error", "Traceback"),
        ('Traceback:\n  File "a", line 1\nImportError: no b\n', "Error", "ImportError: no b"),
        (
            "Fatal\nModuleNotFoundError: No module named 'c'\n\n  <no Python frame>",
            "Error",
            "ModuleNotFoundError: No module named 'c'",
        ),
        ("first\nlast", "Error", "last"),
        ("[1]", "Error", "[1]"),
        ("", "Error", ""),
    ],
)
def test_the_bots_own_words_go_before_the_kubelets(message: str, reason: str, said: str) -> None:
    ended = Termination.from_raw({"exitCode": 77, "reason": "Error", "message": message})
    assert (ended.exit_code, ended.reason, ended.message) == (77, reason, said)


def test_a_kill_for_memory_is_not_hidden_by_what_the_bot_wrote_before() -> None:
    message = '{"reason": "StoreFull", "message": "no space"}'
    ended = Termination.from_raw({"exitCode": 137, "reason": "OOMKilled", "message": message})
    assert (ended.reason, ended.message) == ("OOMKilled", "no space")


def test_resource_versions_are_compared_as_numbers() -> None:
    assert newer("1000", "999")
    assert not newer("999", "1000")
    assert not newer("5", "5")


def test_the_least_pod_can_be_read(pod: Callable[..., Pod]) -> None:
    least = Pod.from_raw({"metadata": {"name": "pbot-a", "uid": "u", "resourceVersion": "1"}})
    assert (least.phase, least.scheduled, least.ready_condition) == ("Pending", False, None)
    assert pod().ready


@settings(suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no failure
@given(st.dictionaries(st.sampled_from(FIELDS), JSON))
def test_no_spec_makes_the_operator_stumble(spec: dict[str, Any]) -> None:
    raw = {"metadata": {"name": "a", "namespace": "n", "uid": "u", "resourceVersion": "1"}, "spec": spec}
    try:
        Spec.from_json(Bot.from_raw(raw).spec_json)
    except InvalidSpecError as invalid:
        assert str(invalid).startswith("spec.")  # noqa: PT017 - most are refused, some are not


def test_a_spec_has_its_defaults_filled_in(bot: Callable[..., Bot]) -> None:
    spec = Spec.from_json(bot().spec_json)
    assert (spec.collection, spec.storage and spec.storage.size) == ("user_123456789", "1Gi")
    with_server = bot(spec={"knowledge": {"collection": "c", "qdrant": {"url": "http://q"}}})
    spec = Spec.from_json(with_server.spec_json)
    assert (spec.storage, spec.qdrant_url, spec.qdrant_key) == (None, "http://q", None)
