"""Living with bots: what people see of theirs, what they can do, and that nobody touches another's."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from aiogram.types import Chat, Message, Update, User

from master_bot.views.keyboards import Act, BotButton
from support.master_world import WORKS, Talk, World, forge_press, make_world, until_known
from support.memory_cluster import MemoryCluster


async def test_the_list_shows_a_light_and_a_state_in_words(world: World, anna: Talk, cluster: MemoryCluster) -> None:
    cluster.put("one", anna.id)
    cluster.report("one", identity=(1, "one_bot"), Ready=WORKS)
    cluster.put("two", anna.id, state="Stopped")
    cluster.report("two", identity=(2, "two_bot"), Ready=("False", "Stopped", ""))
    cluster.put("three", anna.id)
    cluster.report("three", identity=(3, "three_bot"), Ready=("False", "TokenRefused", ""))
    cluster.put("foreign", 4711)
    cluster.report("foreign", identity=(4, "foreign_bot"), Ready=WORKS)
    await until_known(world, "foreign")
    shown = await anna.say("/bots", "Your bots")
    assert "🟢 @one_bot – works" in shown.text
    assert "⚪️ @two_bot – stopped" in shown.text
    assert "🔴 @three_bot – Telegram refuses the token" in shown.text
    assert "foreign" not in shown.text
    assert shown.buttons == (("@one_bot",), ("@three_bot",), ("@two_bot",))
    used: dict[str, Any] = {"knowledge": {"documents": 12, "chunks": 1, "bytes": 1}}
    used |= {"lastActivityTime": (world.now() - timedelta(hours=3)).isoformat()}
    cluster.bots["one"]["status"] |= used
    cluster.report("one", identity=(1, "one_bot"), Ready=WORKS)
    await world.until(lambda: (bot := world.app.clients.cache.get("one")) and bot.status.last_activity_time)
    await anna.say("/bots", "🟢 @one_bot – works\ndocuments: 12 · last used 3 h ago")


async def test_a_command_without_a_name_means_the_only_bot_or_asks_which(
    world: World, anna: Talk, cluster: MemoryCluster
) -> None:
    await anna.say("/status", "You have no bot yet")
    cluster.put("one", anna.id)
    cluster.report("one", identity=(1, "one_bot"), Ready=WORKS)
    await until_known(world, "one")
    await anna.say("/status", "@one_bot – works")
    cluster.put("two", anna.id)
    cluster.report("two", identity=(2, "two_bot"), Ready=("False", "CrashLoop", ""))
    await until_known(world, "two")
    lines = await anna.say("/status", "🟢 @one_bot – works", "🔴 @two_bot – keeps crashing")
    assert lines.buttons == (("@one_bot",), ("@two_bot",))
    which = await anna.say("/debug", "Which bot?")
    assert which.buttons == (("@one_bot",), ("@two_bot",))
    await anna.press(which, "@two_bot")
    await anna.hear("@two_bot – keeps crashing")


@pytest.mark.parametrize("name", ["one", "@one_bot", "ONE_BOT", "https://t.me/one_bot", "7712345678"])
async def test_a_bot_is_found_by_all_its_names(world: World, anna: Talk, cluster: MemoryCluster, name: str) -> None:
    for other, number in (("one", 7712345678), ("two", 2)):
        cluster.put(other, anna.id)
        cluster.report(other, identity=(number, f"{other}_bot"), Ready=WORKS)
        await until_known(world, other)
    await anna.say(f"/status {name}", "@one_bot – works")


async def test_stop_resume_and_restart(world: World, anna: Talk, cluster: MemoryCluster) -> None:
    cluster.put("one", anna.id)
    cluster.report("one", identity=(1, "one_bot"), Ready=WORKS)
    await until_known(world, "one")
    await anna.say("/resume", "is not stopped")
    stopped = await anna.say("/stop", "is being stopped")
    assert cluster.bots["one"]["spec"]["state"] == "Stopped"
    await anna.say("/stop", "is stopped already")
    await anna.say("/restart", "nothing to restart")
    await anna.press(stopped, "Resume")
    await anna.hear("@one_bot is on its way")
    assert cluster.bots["one"]["spec"]["state"] == "Running"
    cluster.come_up("one")
    await anna.hear("@one_bot is ready")
    await anna.say("/restart", "@one_bot is on its way")
    assert "personalbots.io/restartedAt" in cluster.bots["one"]["metadata"]["annotations"]


async def test_a_restart_is_not_over_while_the_old_pod_is_there(
    world: World, anna: Talk, cluster: MemoryCluster
) -> None:
    cluster.put("one", anna.id)
    cluster.come_up("one")
    await until_known(world, "one")
    await anna.say("/restart", "is on its way", "⏳ storage ready")


@pytest.mark.parametrize(
    ("button", "policy", "said"),
    [
        ("Delete the bot, keep what it read", "Retain", "kept for you"),
        ("Delete everything", "Delete", "with all that it has read"),
    ],
)
async def test_delete_asks_first_and_does_what_was_chosen(  # noqa: PLR0913, PLR0917 - fixtures and a row of the table
    world: World,
    anna: Talk,
    cluster: MemoryCluster,
    button: str,
    policy: str,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cluster.put("one", anna.id)
    cluster.report("one", identity=(1, "one_bot"), Ready=WORKS)
    await until_known(world, "one")
    policies = []
    delete = cluster.delete_bot

    async def watched(bot: Any, *, unchanged: bool = False) -> None:  # noqa: ANN401 - passed through
        policies.append(cluster.bots["one"]["spec"].get("knowledge", {}).get("deletionPolicy", "Retain"))
        await delete(bot, unchanged=unchanged)

    monkeypatch.setattr(cluster, "delete_bot", watched)
    question = await anna.say("/delete", "Delete @one_bot?")
    assert "one" in cluster.bots
    await anna.press(question, button)
    answer = await anna.hear("is stopped and will be deleted in a minute", said)
    assert answer.id == question.id
    assert cluster.bots["one"]["spec"]["state"] == "Stopped"
    assert not policies
    world.passed += timedelta(seconds=61)
    answer = await anna.hear("is deleted", said)
    assert answer.id == question.id
    assert not answer.buttons
    assert policies == [policy]
    assert "one" not in cluster.bots


@pytest.mark.parametrize("state", ["Running", "Stopped"])
async def test_a_deletion_can_be_undone_within_a_minute(
    world: World, anna: Talk, cluster: MemoryCluster, state: str
) -> None:
    cluster.put("one", anna.id, state=state)
    await anna.press(await anna.say("/delete one", "Delete one?"), "Delete everything")
    told = await anna.hear("will be deleted in a minute")
    await anna.say("/resume one", "Shall it stay?")
    await world.kill()
    await world.start()
    await anna.press(told, "↩️ Undo")
    await anna.hear("one stays")
    world.passed += timedelta(seconds=61)
    await asyncio.sleep(2.5)
    assert cluster.bots["one"]["spec"]["state"] == state
    assert "personalbots.io/deletion" not in cluster.bots["one"]["metadata"]["annotations"]


async def test_a_deletion_that_was_begun_is_carried_out_after_a_restart(
    world: World, anna: Talk, cluster: MemoryCluster
) -> None:
    cluster.put("one", anna.id)
    await anna.press(await anna.say("/delete one", "Delete one?"), "Delete everything")
    told = await anna.hear("will be deleted in a minute")
    await world.kill()
    world.passed += timedelta(seconds=61)
    await world.start()
    assert (await anna.hear("is deleted, with all")).id == told.id
    assert not cluster.bots


async def test_no_deletes_nothing(world: World, anna: Talk, cluster: MemoryCluster) -> None:
    cluster.put("one", anna.id)
    cluster.report("one", Ready=WORKS)
    await until_known(world, "one")
    question = await anna.say("/delete", "Delete one?")
    await anna.press(question, "No, keep the bot")
    await anna.hear("one stays")
    assert "one" in cluster.bots


@pytest.mark.parametrize("command", ["status", "debug", "logs", "restart", "stop", "resume", "delete"])
async def test_a_guessed_name_of_anothers_bot_is_answered_as_if_there_were_none(
    world: World, anna: Talk, cluster: MemoryCluster, command: str
) -> None:
    cluster.put("boris", 4711)
    cluster.report("boris", identity=(5, "boris_bot"), Ready=WORKS)
    await until_known(world, "boris")
    before = str(cluster.bots)
    foreign = await anna.say(f"/{command} @boris_bot", "no bot of that name")
    missing = await anna.say(f"/{command} @nobody_bot", "no bot of that name")
    assert foreign.text == missing.text
    assert str(cluster.bots) == before


@pytest.mark.parametrize("act", list(Act))
async def test_forged_buttons_do_not_reach_anothers_bot(
    world: World, anna: Talk, cluster: MemoryCluster, act: Act
) -> None:
    cluster.put("boris", 4711)
    cluster.report("boris", identity=(5, "boris_bot"), Ready=WORKS)
    before = str(cluster.bots)
    await forge_press(world, anna, BotButton(act=act, name="boris").pack())
    await anna.hear("no bot of that name")
    assert str(cluster.bots) == before


@pytest.mark.parametrize("data", ["b:x", "b:zz:one", "b:c:../../secrets/x", "l:abc", "nonsense", "b:c:one:two"])
async def test_nonsense_in_a_button_harms_nothing(world: World, anna: Talk, data: str) -> None:
    await forge_press(world, anna, data)
    assert not [m for m in await anna.person.messages(anna.with_) if "went wrong" in m.text]


async def test_administrators_see_and_touch_all_bots(cluster: MemoryCluster) -> None:
    async with make_world(cluster) as world:
        talk = Talk(await world.telegram.client.join("Root"), world.master.username, world)
        world.settings = replace(world.settings, admin_ids=frozenset({talk.id}))
        await world.start()
        for number in range(20):
            cluster.put(f"bot-{number:02}", 1000 + number)
            cluster.report(f"bot-{number:02}", Ready=WORKS)
        await until_known(world, "bot-19")
        first = await talk.say("/bots", "All bots (20)", "owner 1000")
        assert first.buttons[-1] == ("▶️",)
        await talk.press(first, "▶️")
        second = await talk.hear("owner 1008")
        assert second.buttons[-1] == ("◀️", "▶️")
        await talk.say("/stop bot-07", "is being stopped")
        assert cluster.bots["bot-07"]["spec"]["state"] == "Stopped"


async def test_a_cluster_that_is_away_is_an_apology_with_a_number_and_no_traceback(
    world: World, anna: Talk, cluster: MemoryCluster
) -> None:
    cluster.put("one", anna.id)
    cluster.report("one", Ready=WORKS)
    await until_known(world, "one")
    cluster.away = True
    said = await anna.say("/status", "I cannot reach the servers just now", "tell the administrator this number")
    assert "Traceback" not in said.text
    cluster.away = False
    await anna.say("/status", "one – works")


async def test_a_bot_that_an_older_schema_let_through_is_still_its_owners(
    world: World, anna: Talk, cluster: MemoryCluster
) -> None:
    cluster.put("one", anna.id, resources={"limits": {"memory": "300Mi"}})
    cluster.bots["one"]["spec"] |= {"requestTimeout": 20, "access": {"mode": "Public", "allowedUserIds": ["x"]}}
    cluster.report("one", Ready=("False", "InvalidSpec", "spec.requestTimeout must be text."))
    await until_known(world, "one")
    await anna.say("/debug", "one – settings do not fit", "spec.requestTimeout must be text.")
    await anna.say("/settings", "Memory: 300 MB", "everybody")
    await anna.say("/stop", "is being stopped")
    assert cluster.bots["one"]["spec"]["state"] == "Stopped"
    assert cluster.bots["one"]["spec"]["requestTimeout"] == 20


async def test_in_a_group_nothing_is_done_but_to_ask_for_a_private_chat(world: World, anna: Talk) -> None:
    user = User(id=anna.id, is_bot=False, first_name="Anna", language_code="en")
    message = Message(message_id=1, date=world.now(), chat=Chat(id=-100, type="group"), text="/bots", from_user=user)
    await world.app.dispatcher.feed_update(world.app.clients.telegram, Update(update_id=1, message=message))
    [call] = await world.telegram.client.calls(method="sendMessage")
    assert call["code"] == 400, "the stand-in has no such group"
