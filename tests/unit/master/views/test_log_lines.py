"""What people see of a bot's log."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from master_bot.views.log_lines import is_log, readable_line


def line(**said: object) -> str:
    return json.dumps({"time": "2026-11-24T17:41:11.482+00:00", "level": "info", "logger": "personal_bot.app", **said})


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (line(message="Asked to stop"), "17:41:11 Asked to stop"),
        (line(message="Ends", outcome="answered", elapsed=0.8), "17:41:11 Ends"),
        (line(message="Slow", level="warning", seconds=9), "17:41:11 ⚠️ Slow (seconds 9)"),
        (line(message="No store", level="WARNING"), "17:41:11 ⚠️ No store"),
        (line(message="A bug", level="error", exception="Trace\nKeyError: 1"), "17:41:11 ❌ A bug\nTrace\nKeyError: 1"),
        ("exec: no such file", "exec: no such file"),
        ('{"message": 7}', '{"message": 7}'),
        ("[]", "[]"),
        ("7", "7"),
    ],
)  # fmt: skip
def test_a_bots_line_is_read_as_a_sentence_and_any_other_stays(raw: str, shown: str) -> None:
    assert readable_line(raw) == shown


def test_what_the_kubelet_says_instead_of_a_log_is_no_part_of_it() -> None:
    assert not is_log("unable to retrieve container logs for containerd://9718f6")
    assert is_log(line(message="Asked to stop"))


@given(st.text())
def test_no_line_is_too_strange(raw: str) -> None:
    assert isinstance(readable_line(raw), str)
