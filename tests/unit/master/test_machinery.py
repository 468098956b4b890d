"""Settings, logs, polling, sending, health: the parts that people never see."""

import io
import json
import logging
import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest
from aiogram.exceptions import ClientDecodeError, TelegramConflictError, TelegramNetworkError
from aiogram.methods import GetUpdates

from master_bot.health_server import serve
from master_bot.logs import JsonFormatter
from master_bot.metrics import Metrics
from master_bot.services.drafts import Draft, manifest
from master_bot.services.startup_messages import StartupMessage
from master_bot.settings import Settings, SettingsError
from master_bot.telegram.polling import _pause, _readable
from master_bot.views.choices import Choices
from support.master_world import Talk, World
from support.memory_cluster import MemoryCluster

TOKEN = "7712345678:AAEabcdefghijklmnopqrstuvwxyz12345"  # noqa: S105 - made up
SIZES = '{"small": {"limits": {"cpu": "1", "memory": "256Mi"}}, "large": {"limits": {"cpu": "2", "memory": "1Gi"}}}'


def test_settings_are_read_from_the_environment() -> None:
    settings = Settings.from_environment(
        {
            "MASTER_BOT_TOKEN_FILE": "/token",
            "MASTER_BOT_ADMIN_IDS": "1, 2,",
            "MASTER_BOT_LLM_BASE_URL": "http://llm/v1/",
            "MASTER_BOT_SIZES": SIZES,
            "MASTER_BOT_SIZE": "large",
            "MASTER_BOT_PORT": "",
            "PATH": "/bin",
        }
    )
    assert settings.token_file == Path("/token")
    assert settings.admin_ids == {1, 2}
    assert settings.llm_base_url == "http://llm/v1"
    assert settings.resources == {"limits": {"cpu": "2", "memory": "1Gi"}}
    assert settings.port == 8080


@pytest.mark.parametrize(
    ("name", "value"), [("ADMIN_IDS", "anna"), ("PORT", "http"), ("SIZES", "[1]"), ("SIZES", "{"), ("SIZE", "huge")]
)
def test_a_setting_that_cannot_be_used_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"MASTER_BOT_{name}"):
        Settings.from_environment({f"MASTER_BOT_{name}": value})


def test_a_new_bot_is_made_as_the_settings_say() -> None:
    settings = Settings.from_environment({"MASTER_BOT_SIZES": SIZES, "MASTER_BOT_STORAGE_SIZE": "5Gi"})
    draft = Draft(secret="bot-7-x", bot_id=7, username="anna_bot")  # noqa: S106 - a name
    choices = Choices(model="gpt-5-mini", size=settings.default_size, language="ru")
    raw = manifest(draft, choices, settings, owner_id=11).to_raw()
    assert raw == {
        "apiVersion": "personalbots.io/v1alpha1",
        "kind": "PersonalBot",
        "metadata": {
            "name": "bot-7",
            "labels": {
                "personalbots.io/bot": "bot-7",
                "personalbots.io/owner-id": "11",
                "app.kubernetes.io/managed-by": "master-bot",
            },
            "annotations": {"personalbots.io/username": "anna_bot", "personalbots.io/language": "ru"},
        },
        "spec": {
            "ownerId": 11,
            "telegram": {
                "tokenSecretRef": {"name": "bot-7-x", "key": "telegram-token"},
                "apiUrl": "https://api.telegram.org",
            },
            "llm": {
                "apiKeySecretRef": {"name": "bot-7-x", "key": "openai-api-key"},
                "baseUrl": "https://api.openai.com/v1",
                "model": "gpt-5-mini",
                "embeddingModel": "text-embedding-3-small",
            },
            "access": {"mode": "Owner"},
            "knowledge": {"storage": {"size": "5Gi"}},
            "resources": {"limits": {"cpu": "1", "memory": "256Mi"}},
        },
    }


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


def test_where_a_live_message_stands_survives_writing() -> None:
    assert StartupMessage.read("whatever") is None
    for begun in ("", "/2026-11-23T11:58:00+00:00"):
        place = StartupMessage.read(f"1/2/ru/2026-11-23T12:00:00+00:00/uid{begun}")
        assert place
        assert StartupMessage.read(place.write()) == place
        assert bool(place.begun) == bool(begun)


def test_a_second_poller_is_waited_out_and_a_passing_fault_is_not() -> None:
    get = GetUpdates()
    conflict = TelegramConflictError(method=get, message="Conflict: terminated by other getUpdates request")
    passing = TelegramNetworkError(method=get, message="reset")
    assert [_pause(conflict, failures) for failures in range(6)] == [5, 10, 15, 30, 30, 30]
    assert [_pause(passing, failures) for failures in range(4)] == [1, 1, 5, 10]


async def test_an_update_that_cannot_be_read_does_not_block_the_others(world: World) -> None:
    user = {"id": 1, "is_bot": False, "first_name": "A"}
    message = {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}, "from": user, "text": "hi"}
    data = {"ok": True, "result": [{"update_id": 1, "message": {"text": 5}}, {"update_id": 2, "message": message}]}
    first, second = _readable(ClientDecodeError("no", ValueError(), data), world.app.clients.telegram)
    assert (first.update_id, first.message) == (1, None)
    assert second.message is not None
    with pytest.raises(ClientDecodeError):
        _readable(ClientDecodeError("no", ValueError(), "<html>"), world.app.clients.telegram)


async def test_a_message_that_came_too_fast_is_sent_again_after_what_telegram_asks(world: World, anna: Talk) -> None:
    await world.telegram.client.fault(method="sendMessage", code=429, retry_after=1, times=2)
    await anna.say("/help", "I make bots")
    assert [call["code"] for call in await world.telegram.client.calls(method="sendMessage")] == [429, 429, 200]


async def test_a_conflict_is_not_ready_and_passes(world: World, anna: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("master_bot.telegram.polling._PAUSES", (0.1,))
    await world.telegram.client.fault(method="getUpdates", code=409, times=3)
    await anna.say("/help", "I make bots")
    assert world.app.unready() == ""
    monkeypatch.setattr("master_bot.app._POLL_OVERDUE", 0)
    assert world.app.unready() == "getUpdates has not come back lately"


async def test_menus_are_set_in_every_language(world: World, anna: Talk) -> None:
    await anna.say("/help", "I make bots")
    calls = await world.telegram.client.calls(method="setMyCommands")
    assert {call["arguments"].get("language_code") for call in calls} == {None, "ru"}


async def test_health_ready_and_metrics_are_served() -> None:
    why = "not yet"
    metrics = Metrics()
    metrics.commands.labels("status").inc()
    async with (
        serve(0, host="127.0.0.1", metrics=metrics, unready=lambda: why) as port,
        aiohttp.ClientSession() as http,
    ):
        base = f"http://127.0.0.1:{port}"
        async with http.get(f"{base}/healthz") as response:
            assert response.status == 200
        async with http.get(f"{base}/readyz") as response:
            assert (response.status, await response.text()) == (503, "not yet")
        why = ""
        async with http.get(f"{base}/readyz") as response:
            assert response.status == 200
        async with http.get(f"{base}/metrics") as response:
            assert 'masterbot_commands_total{command="status"} 1.0' in await response.text()


async def test_nothing_secret_is_kept_in_a_conversation(world: World, anna: Talk, cluster: MemoryCluster) -> None:
    new = await world.telegram.client.make_bot("anna_docs_bot")
    await anna.say("/start", "Step 1")
    await anna.say(new.token, "Step 2 of 3")
    [kept] = cluster.kept.values()
    assert new.token not in str(kept)
    assert new.token.partition(":")[2] not in str(kept)


def test_all_of_aiograms_models_still_build_when_it_is_imported_quickly() -> None:
    # In a process of its own, for here aiogram may have been imported before.
    code = """
import sys
import master_bot
from master_bot.quick_aiogram import aiogram_models
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


def test_it_starts_by_its_name_and_says_what_is_wrong_with_its_settings() -> None:
    command = [sys.executable, "-m", "master_bot"]
    environment = {"MASTER_BOT_PORT": "http", "PATH": "/usr/bin"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 78
    assert "MASTER_BOT_PORT" in json.loads(done.stdout)["message"]
