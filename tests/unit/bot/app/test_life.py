"""How the bot's process starts, lives and ends, seen from outside."""

import asyncio
import json
import time

import pytest

from personal_bot.handlers.commands import NAMES
from personal_bot.handlers.permissions import OWNER_ONLY
from personal_bot.telegram.updates import IN_GROUPS
from personal_bot.texts import known, say
from support.bot_process import Scene


async def test_a_bot_that_polls_is_ready_and_says_who_it_is(scene: Scene) -> None:
    await scene.process.start()
    await scene.process.ready()
    status = await scene.process.until_status(lambda status: status["bot"] is not None)
    assert status["bot"] == {"id": scene.bot.id, "username": "anna_docs_bot"}
    assert status["polling"]["reason"] == "Polling"
    assert status["polling"]["lastCompleted"].endswith("Z")
    assert status["activity"] == {"lastMessage": None, "inFlight": 0, "queued": 0}
    status = await scene.process.until_status(lambda status: status["knowledge"]["ready"])
    assert status["knowledge"]["reason"] == "Opened"
    status = await scene.process.until_status(lambda status: status["llm"]["ready"] is not None)
    assert status["llm"]["reason"] == "KeyAccepted"
    assert (await scene.process.get("/healthz"))[0] == 200
    code, metrics = await scene.process.get("/metrics")
    assert code == 200
    assert "personalbot_active_requests 0.0" in metrics


async def test_the_menu_of_commands_is_set_in_each_language(scene: Scene) -> None:
    await scene.process.start()
    await scene.process.ready()
    await scene.anna.send(scene.bot.username, "/start")  # before that Telegram knows no chat of the owner's
    menus: dict[tuple[str, str], list[str]] = {}
    while len(menus) < 6:
        calls = [call["arguments"] for call in await scene.people.calls(method="setMyCommands")]
        menus = {
            (json.loads(call.get("scope", "{}")).get("type", "default"), call.get("language_code", "")): [
                one["description"] for one in json.loads(call["commands"])
            ]
            for call in calls
        }
        await asyncio.sleep(0.05)
    for language, code in (("en", ""), ("ru", "ru")):
        assert menus["all_group_chats", code] == [say(language, known(f"command_{name}")) for name in IN_GROUPS]
        assert menus["chat", code] == [say(language, known(f"command_{name}")) for name in NAMES]
        guests = [name for name in NAMES if name not in OWNER_ONLY]
        assert menus["default", code] == [say(language, known(f"command_{name}")) for name in guests]


async def test_sigterm_ends_it_within_five_seconds_with_exit_code_0(scene: Scene) -> None:
    await scene.process.start()
    await scene.process.ready()
    assert scene.process.process
    started = time.monotonic()
    scene.process.process.terminate()
    assert await scene.process.end() == 0
    assert time.monotonic() - started < 5


async def test_a_refused_token_ends_it_with_exit_code_77_and_the_reason(scene: Scene) -> None:
    await scene.people.revoke_token(scene.bot.username)
    await scene.process.start()
    assert await scene.process.end() == 77
    message = scene.process.termination()
    assert message["reason"] == "TelegramUnauthorized"
    assert "@BotFather" in message["hint"]
    assert scene.bot.token not in scene.process.log()


async def test_what_is_no_token_at_all_ends_it_with_exit_code_77(scene: Scene) -> None:
    (scene.process.folder / "token").write_text("no token")
    await scene.process.start()
    assert await scene.process.end() == 77


@pytest.mark.parametrize(
    ("flag", "value", "said"),
    [
        ("user-id", "anna", "'anna' is no Telegram user id"),
        ("telegram-api-url", "nowhere", "'nowhere' is no address"),
        ("request-timeout", "soon", "'soon' is no duration"),
        ("bot-token-file", "/nowhere", "/nowhere cannot be read"),
    ],
)
async def test_bad_arguments_end_it_with_exit_code_64_and_a_sentence(
    scene: Scene, flag: str, value: str, said: str
) -> None:
    await scene.process.start(**{flag: value})
    assert await scene.process.end() == 64
    message = scene.process.termination()
    assert message["reason"] == "BadArguments"
    assert said in message["message"]


async def test_another_poller_makes_it_not_ready_and_it_comes_back_when_alone(scene: Scene) -> None:
    await scene.process.start()
    await scene.process.ready()
    await scene.people.fault(method="getUpdates", code=409, times=1)
    await scene.anna.send(scene.bot.username, "/help")  # ends the long poll, and the next one meets the fault
    status = await scene.process.until_status(lambda status: status["polling"]["conflicts"] == 1)
    assert status["polling"]["reason"] == "TokenHeldElsewhere"
    assert (await scene.process.get("/readyz"))[0] == 503
    assert (await scene.process.get("/healthz"))[0] == 200
    await scene.process.ready(limit=40)


async def test_it_waits_for_a_telegram_that_is_away(scene: Scene) -> None:
    await scene.people.fault(method="getUpdates", code=502, times=2)
    await scene.process.start()
    status = await scene.process.until_status(lambda status: status["polling"]["reason"] == "TelegramUnreachable")
    assert "cannot be reached" in status["polling"]["message"]
    await scene.process.ready()


async def test_a_new_token_on_the_disk_is_used_without_a_restart(scene: Scene) -> None:
    await scene.process.start()
    await scene.process.ready()
    token = await scene.people.revoke_token(scene.bot.username)
    (scene.process.folder / "token").write_text(token)
    await scene.anna.send(scene.bot.username, "/help")
    await scene.anna.wait(scene.bot.username, lambda m: m.text == say("en", "help"), timeout=30)
    assert scene.process.process
    assert scene.process.process.returncode is None


async def test_a_new_key_on_the_disk_is_used_without_a_restart(scene: Scene) -> None:
    (scene.process.folder / "key").write_text("sk-of-somebody-else")
    await scene.process.start()
    await scene.process.until_status(lambda status: status["llm"]["reason"] == "KeyRefused")
    (scene.process.folder / "key").write_text("sk-standin-another-key")
    await scene.process.until_status(lambda status: status["llm"]["ready"])


async def test_no_secret_is_ever_in_the_log_the_status_or_the_termination_message(scene: Scene) -> None:
    await scene.people.fault(method="getMe", code=500, times=1)
    await scene.process.start(log_level="debug")
    await scene.process.ready()
    await scene.knows_the_pets()
    said = scene.process.log() + json.dumps(await scene.process.statusz()) + scene.process.journal()
    assert scene.bot.token not in said
    assert "sk-standin" not in said


async def test_a_volume_that_cannot_be_written_is_said_to_be_one(scene: Scene) -> None:
    (scene.process.folder / "data").write_text("a file where the folder should be")
    await scene.process.start()
    assert await scene.process.end() == 70
    assert "cannot be written" in scene.process.termination()["message"]
