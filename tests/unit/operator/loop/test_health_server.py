import json
import logging

import aiohttp
import pytest
from aiohttp import web

from personalbots_common.json_logs import JsonFormatter
from personalbots_operator.cache.cache import Cache
from personalbots_operator.kube.client import Kind
from personalbots_operator.loop.health_server import application
from personalbots_operator.metrics import Metrics
from support.resources import BOT, merged


@pytest.mark.parametrize(
    ("wrong", "code", "text"), [(None, 200, "ok"), ("the watch is deaf", 503, "the watch is deaf")]
)
async def test_health_and_readiness_say_what_is_wrong(wrong: str | None, code: int, text: str) -> None:
    cache = Cache()
    status = {"phase": "Running", "conditions": [{"type": "Ready", "reason": "Polling"}]}
    cache.put(Kind.BOT, merged(BOT, {"status": status}))
    measured = []
    app = application(
        healthy=lambda: wrong, ready=lambda: wrong, metrics=Metrics(cache), measure=lambda: measured.append(1)
    )
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with aiohttp.ClientSession() as session:
        for path in ("/healthz", "/readyz"):
            async with session.get(url + path) as response:
                assert (response.status, (await response.text()).strip()) == (code, text)
        async with session.get(f"{url}/metrics") as response:
            metrics = await response.text()
    await runner.cleanup()
    assert 'personalbots_bots{phase="Running",reason="Polling"} 1.0' in metrics
    assert measured == [1]


def test_a_log_line_is_one_json_object_with_the_bot_and_the_reason() -> None:
    try:
        int("a bug")
    except ValueError as error:
        facts = (type(error), error, error.__traceback__)
    record = logging.LogRecord("operator", logging.ERROR, "f.py", 1, "[SPAWN] %s\nalive", ("bots/anna",), facts)
    record.bot, record.reason = "bots/anna", "Polling"
    text = JsonFormatter().format(record)
    assert "\n" not in text
    line = json.loads(text)
    assert (line["message"], line["bot"], line["reason"]) == ("[SPAWN] bots/anna\nalive", "bots/anna", "Polling")
    assert "ValueError" in line["exception"]
