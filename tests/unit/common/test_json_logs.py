"""Log lines are JSON, and never hold a secret."""

import json
import logging
import subprocess
import sys

import pytest

from personalbots_common.json_logs import JsonFormatter

TOKEN = "7712345678:AAH-abcdefghijklmnopqrstuvwxyz_12345"  # noqa: S105 - looks like one, and is none


def line(formatter: JsonFormatter, **fields: object) -> dict[str, object]:
    record = logging.makeLogRecord({"name": "bot", "levelname": "INFO", "msg": "said"} | fields)
    return dict(json.loads(formatter.format(record)))


def test_a_line_is_one_json_object_with_its_extra_fields() -> None:
    formatted = line(JsonFormatter(lambda: ()), msg="two\nlines", user_id=7, elapsed=1.5)
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
    formatter = JsonFormatter(lambda: ("my-very-own-key",))
    for fields in ({"msg": text}, {"url": text}, {"nested": {"deep": [text]}}, {"msg": "%s", "args": (text,)}):
        formatted = json.dumps(line(formatter, **fields))
        assert "***" in formatted
        for secret in (TOKEN, "abcdefgh12345678", "my-very-own-key"):
            assert secret not in formatted


def test_secrets_are_masked_in_exceptions() -> None:
    error = ValueError(f"cannot reach /bot{TOKEN}/getMe")
    formatted = line(JsonFormatter(lambda: ()), exc_info=(type(error), error, None))
    assert "ValueError" in str(formatted["exception"])
    assert TOKEN not in str(formatted)


def test_a_secret_that_json_escapes_is_masked_too() -> None:
    secret = 'quote"and\\backslash'  # noqa: S105
    assert "backslash" not in json.dumps(line(JsonFormatter(lambda: (secret,)), msg=f"it is {secret}"))


def test_a_secret_that_has_changed_is_masked_from_then_on() -> None:
    secrets = ["first-secret"]
    formatter = JsonFormatter(lambda: secrets)
    secrets[0] = "second-secret"
    assert line(formatter, msg="second-secret")["message"] == "***"


def test_only_the_fields_that_were_asked_for_are_written() -> None:
    formatted = line(JsonFormatter(fields=("bot",)), bot="bots/anna", k8s_ref={"uid": 1})
    assert formatted["bot"] == "bots/anna"
    assert "k8s_ref" not in formatted
    assert set(line(JsonFormatter(fields=("bot",)))) == {"time", "level", "logger", "message"}


SET_UP = """
import asyncio, logging, threading, warnings
from personalbots_common import json_logs
json_logs.set_up("INFO")
json_logs.set_up("info", secrets=lambda: ["blue"], chatty=["chatty"])
logging.getLogger("chatty").info("unheard")
logging.getLogger("mine").info("heard once, in blue")
warnings.warn("a warning")
threading.Thread(target=lambda: 1 / 0).start()
async def forgotten():
    asyncio.get_running_loop().call_soon(lambda: [][0])
    await asyncio.sleep(0.01)
async def main():
    asyncio.get_running_loop().set_exception_handler(json_logs.log_loop_error)
    await forgotten()
asyncio.run(main())
raise ValueError("not caught")
"""


def test_everything_is_logged_as_json_also_warnings_and_what_nobody_caught() -> None:
    done = subprocess.run([sys.executable, "-c", SET_UP], capture_output=True, text=True, check=False)  # noqa: S603
    lines = [json.loads(text) for text in done.stdout.splitlines()]
    assert lines[0]["message"] == "heard once, in ***"
    assert "a warning" in lines[1]["message"]
    assert [line["exception"].splitlines()[-1].split(":")[0] for line in lines[2:]] == [
        "ZeroDivisionError",
        "IndexError",
        "ValueError",
    ]
    assert done.stderr == ""
    assert done.returncode == 1
