from collections.abc import Callable

import pytest

from personalbots_operator.cache.bot import Bot
from personalbots_operator.cache.pod import Pod, Termination
from personalbots_operator.cache.values import newer


def test_a_bot_is_reduced_to_what_a_decision_reads(bot: Callable[..., Bot]) -> None:
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
    ("message", "reason", "words"),
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
def test_the_bots_own_words_are_preferred_to_the_kubelets(message: str, reason: str, words: str) -> None:
    ended = Termination.from_raw({"exitCode": 77, "reason": "Error", "message": message})
    assert (ended.exit_code, ended.reason, ended.message) == (77, reason, words)


def test_a_kill_for_memory_is_not_hidden_by_what_the_bot_wrote_before() -> None:
    message = '{"reason": "StoreFull", "message": "no space"}'
    ended = Termination.from_raw({"exitCode": 137, "reason": "OOMKilled", "message": message})
    assert (ended.reason, ended.message) == ("OOMKilled", "no space")


def test_resource_versions_are_compared_as_numbers() -> None:
    assert newer("1000", "999")
    assert not newer("999", "1000")
    assert not newer("5", "5")


def test_the_smallest_pod_can_be_read(pod: Callable[..., Pod]) -> None:
    least = Pod.from_raw({"metadata": {"name": "pbot-a", "uid": "u", "resourceVersion": "1"}})
    assert (least.phase, least.scheduled, least.ready_condition) == ("Pending", False, None)
    assert pod().ready
