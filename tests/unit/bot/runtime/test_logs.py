"""Log lines are JSON, and never hold a secret."""

from __future__ import annotations

import json
import logging

import pytest

from personal_bot.logs import JSONFormatter, mask

TOKEN = "7712345678:AAH-abcdefghijklmnopqrstuvwxyz_12345"  # noqa: S105 - looks like one, and is none


def line(formatter: JSONFormatter, **fields: object) -> dict[str, object]:
    record = logging.makeLogRecord({"name": "bot", "levelname": "INFO", "msg": "said"} | fields)
    return dict(json.loads(formatter.format(record)))


def test_a_line_is_one_json_object_with_its_extra_fields() -> None:
    formatted = line(JSONFormatter(lambda: ()), msg="two\nlines", user_id=7, elapsed=1.5)
    assert formatted["message"] == "two\nlines"
    assert (formatted["user_id"], formatted["elapsed"], formatted["level"]) == (7, 1.5, "info")


@pytest.mark.parametrize(
    "text",
    [
        f"POST https://api.telegram.org/bot{TOKEN}/getUpdates failed",
        "401: Incorrect API key provided: sk-proj-abcdefgh12345678",
        "Authorization: Bearer abcdefgh12345678.xyz",
        "the key is my-very-own-key",
    ],
)
def test_secrets_are_masked_wherever_they_stand(text: str) -> None:
    formatter = JSONFormatter(lambda: ("my-very-own-key",))
    for fields in ({"msg": text}, {"url": text}, {"nested": {"deep": [text]}}, {"msg": "%s", "args": (text,)}):
        formatted = json.dumps(line(formatter, **fields))
        assert "***" in formatted
        for secret in (TOKEN, "abcdefgh12345678", "my-very-own-key"):
            assert secret not in formatted


def test_secrets_are_masked_in_exceptions() -> None:
    error = ValueError(f"cannot reach /bot{TOKEN}/getMe")
    formatted = line(JSONFormatter(lambda: ()), exc_info=(type(error), error, None))
    assert "ValueError" in str(formatted["exception"])
    assert TOKEN not in str(formatted)


def test_a_secret_that_json_escapes_is_masked_too() -> None:
    secret = 'quote"and\\backslash'  # noqa: S105
    assert "backslash" not in json.dumps(line(JSONFormatter(lambda: (secret,)), msg=f"it is {secret}"))


def test_a_secret_that_has_changed_is_masked_from_then_on() -> None:
    secrets = ["first-secret"]
    formatter = JSONFormatter(lambda: secrets)
    secrets[0] = "second-secret"
    assert line(formatter, msg="second-secret")["message"] == "***"


def test_what_is_no_secret_stays() -> None:
    assert mask("user 12345678 at 12:30:45, risk-free", ()) == "user 12345678 at 12:30:45, risk-free"
