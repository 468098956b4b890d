"""Logs, menus and a quick import: the parts that people never see."""

import io
import json
import logging
import subprocess
import sys

from personalbots_common.json_logs import JsonFormatter
from support.master_world import Talk, World
from support.observed_bots import TOKEN


def test_log_lines_are_json_with_secrets_masked() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    logger = logging.getLogger("test of masking")
    logger.propagate = False
    logger.addHandler(handler)
    try:
        int(TOKEN)
    except ValueError:
        logger.exception("token %s", TOKEN, extra={"key": "sk-abcdefghijklmnop"})
    line = json.loads(stream.getvalue())
    assert line["message"] == "token 7712345678:***"
    assert line["key"] == "sk-***"
    assert TOKEN not in stream.getvalue()
    assert "ValueError" in line["exception"]


async def test_menus_are_set_in_every_language(world: World, anna: Talk) -> None:
    await anna.say("/help", "I make bots")
    calls = await world.telegram.client.calls(method="setMyCommands")
    assert {call["arguments"].get("language_code") for call in calls} == {None, "ru"}


def test_all_of_aiograms_models_still_build_when_it_is_imported_quickly() -> None:
    # In a process of its own, for here aiogram may have been imported before.
    code = """
import sys
import master_bot
from personalbots_common.light_aiogram import aiogram_models
import aiogram.types, aiogram.methods
models = set(aiogram_models())
late = [model for model in models if not model.__pydantic_complete__]
assert len(late) > 300, "nothing was postponed"
for model in models:
    if not getattr(model, "__parameters__", None) and not model.__pydantic_generic_metadata__["parameters"]:
        model.model_rebuild()
        assert model.__pydantic_complete__, model
print(len(models))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 500
