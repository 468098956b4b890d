"""The API server is away, or does something and the answer is lost: people are told, nothing is lost or doubled."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from master_bot.kubernetes.client import AwayError
from support.master_world import KEY, OTHER_KEY, SIZES, WORKS, Talk, World, make_bot_here, make_world, until_known
from support.memory_cluster import MemoryCluster

SORRY = "I cannot reach the servers just now"


@contextmanager
def away(cluster: MemoryCluster) -> Iterator[None]:
    cluster.away = True
    yield
    cluster.away = False


def lose(cluster: MemoryCluster, call: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Have the cluster do the next `call`, and nobody get its answer; the calls that were lost."""
    do, lost = getattr(cluster, call), list[str]()

    async def unheard(*args: Any, **named: Any) -> Any:  # noqa: ANN401 - passed through
        found = await do(*args, **named)
        if not lost:
            lost.append(call)
            raise AwayError("the API server does not answer: TimeoutError")
        return found

    monkeypatch.setattr(cluster, call, unheard)
    return lost


async def test_a_bot_is_made_once_however_often_the_api_server_is_away_on_the_way(
    world: World, anna: Talk, cluster: MemoryCluster
) -> None:
    new = await world.telegram.client.make_bot("anna_docs_bot")
    with away(cluster):
        await anna.say("/start", SORRY)
    await anna.say("/start", "Step 1 of 3")
    with away(cluster):
        await anna.say(new.token, SORRY, "send or press the same once more")
    await anna.say(new.token, "Step 2 of 3")
    with away(cluster):
        await anna.say(KEY, SORRY)
    screen = await anna.say(KEY, "Step 3 of 3")
    with away(cluster):
        await anna.press(screen, "✅ Create the bot")
        await anna.hear(SORRY, after=screen)
    await anna.press(screen, "✅ Create the bot")
    await anna.hear("is on its way", after=screen)
    cluster.come_up(f"bot-{new.id}")
    await anna.hear("is ready")
    assert len(cluster.bots) == len(cluster.secrets) == 1
    assert not [text for text in await anna.own_words() if new.token in text or KEY in text]


@pytest.mark.parametrize("call", ["create_secret", "patch_secret", "create_bot", "patch_bot", "forget_conversation"])
async def test_a_bot_is_made_once_when_it_is_made_and_the_answer_is_lost(
    world: World, anna: Talk, cluster: MemoryCluster, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = await world.telegram.client.make_bot("anna_docs_bot")
    await anna.say("/start", "Step 1 of 3")
    if call == "create_secret":
        lose(cluster, call, monkeypatch)
        await anna.say(new.token, SORRY)
    await anna.say(new.token, "Step 2 of 3")
    screen = await anna.say(KEY, "Step 3 of 3")
    if call != "create_secret":
        lose(cluster, call, monkeypatch)
    await anna.press(screen, "✅ Create the bot")
    if call in ("patch_secret", "create_bot"):
        await anna.hear(SORRY, after=screen)
        await anna.press(screen, "✅ Create the bot")
    live = await anna.hear("is on its way", after=screen)
    cluster.come_up(f"bot-{new.id}")
    assert (await anna.hear("is ready")).id == live.id
    [secret] = cluster.secrets.values()
    assert secret["metadata"]["ownerReferences"][0]["uid"] == cluster.bots[f"bot-{new.id}"]["metadata"]["uid"]


async def test_a_bot_made_with_one_tap_is_taken_over_by_itself_when_the_api_server_is_back(
    cluster: MemoryCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("master_bot.telegram.retry._CLUSTER_PAUSE", 0.1)
    async with make_world(cluster, can_manage_bots=True) as world:
        await world.start()
        anna = await world.join()
        await anna.say("/help", "I make bots")
        offer = await anna.say("/start", "Step 1 of 3")
        pressed: Any = await anna.press(offer, "✨ Make my bot")
        with away(cluster):
            username = pressed["url"].rpartition("/")[2]
            await anna.person.make_managed_bot("master_bot", username)
            await anna.hear(SORRY, "You need not do anything")
        await anna.hear(f"@{username} is yours", "Step 2 of 3")
        monkeypatch.setattr("master_bot.telegram.retry._CLUSTER_TIMEOUT", 0)
        with away(cluster):
            await anna.person.make_managed_bot("master_bot", "another_of_annas_bot")
            await anna.hear("still cannot reach the servers", "API Token")
        said = [message.text for message in await anna.person.messages(anna.with_) if SORRY in message.text]
        assert len(said) == 1, "it is said once, however often it is tried"


async def test_a_setting_is_changed_once_the_api_server_is_back(
    world: World, anna: Talk, cluster: MemoryCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, name = await make_bot_here(world, anna)
    await anna.press(await anna.say("/settings", "⚙️"), "Who may ask")
    choice = await anna.hear("You always may")
    with away(cluster):
        await anna.press(choice, "Everybody")
        await anna.hear(SORRY, after=choice)
    assert cluster.bots[name]["spec"]["access"]["mode"] == "Owner"
    lose(cluster, "patch_bot", monkeypatch)
    await anna.press(choice, "Everybody")
    await world.until(lambda: cluster.bots[name]["spec"]["access"]["mode"] == "Public")
    await anna.press(choice, "Everybody")
    await anna.hear("✅ Changed", after=choice)
    await anna.press(await anna.say("/settings", "everybody"), "New key")
    await anna.hear("send me the new key")
    with away(cluster):
        await anna.say(OTHER_KEY, SORRY, "send or press the same once more")
    await anna.say(OTHER_KEY, "has its new key")
    [secret] = cluster.secrets.values()
    assert secret["stringData"]["openai-api-key"] == OTHER_KEY
    assert OTHER_KEY not in await anna.own_words()


async def test_more_memory_is_one_step_however_often_its_button_is_pressed(
    cluster: MemoryCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = {**SIZES, "large": {"limits": {"memory": "1Gi"}}}
    async with make_world(cluster, sizes=steps) as world:
        await world.start()
        anna = await world.join()
        _, name = await make_bot_here(world, anna)
        cluster.report(name, Ready=("False", "OutOfMemory", ""))
        await world.until(lambda: "OutOfMemory" in str(world.app.services.notifications._observed))  # noqa: SLF001
        world.passed += timedelta(seconds=30)
        told = await anna.hear("needed more memory", "💡")
        lose(cluster, "patch_bot", monkeypatch)
        await anna.press(told, "📈 More memory")
        await anna.hear(SORRY, after=told)
        for _ in range(2):
            await anna.press(told, "📈 More memory")
            await anna.hear("has 384 MB of memory now", after=told)
        assert cluster.bots[name]["spec"]["resources"]["limits"]["memory"] == "384Mi"


async def test_a_bot_is_deleted_once_and_its_owner_is_told_though_the_answers_are_lost(
    world: World, anna: Talk, cluster: MemoryCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster.put("one", anna.id)
    cluster.report("one", Ready=WORKS)
    await until_known(world, "one")
    with away(cluster):
        await anna.say("/delete", SORRY)
    question = await anna.say("/delete", "Delete one?")
    with away(cluster):
        await anna.press(question, "Delete everything")
        await anna.hear(SORRY, after=question)
    assert cluster.bots["one"]["spec"].get("state") != "Stopped"
    lose(cluster, "patch_bot", monkeypatch)
    await anna.press(question, "Delete everything")
    await world.until(lambda: cluster.bots["one"]["spec"].get("state") == "Stopped")
    await anna.press(question, "Delete everything")
    await anna.hear("will be deleted within a minute. Shall it stay?", after=question)
    hidden = cluster._stamp  # noqa: SLF001 - the watch tells later that the bot is gone
    monkeypatch.setattr(cluster, "_stamp", lambda kind, raw: None if kind == "DELETED" else hidden(kind, raw))
    lose(cluster, "delete_bot", monkeypatch)
    world.passed += timedelta(seconds=61)
    answer = await anna.hear("is deleted, with all")
    assert answer.id == question.id
    assert not cluster.bots


async def test_a_bot_that_takes_long_to_go_is_told_of_once(
    world: World, anna: Talk, cluster: MemoryCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster.put("one", anna.id)
    question = await anna.say("/delete one", "Delete one?")
    await anna.press(question, "Delete everything")
    told = await anna.hear("will be deleted in a minute")
    await anna.person.delete(told)
    asked = 0

    async def finalized(*_: object, **__: object) -> None:
        nonlocal asked
        asked += 1
        cluster.bots["one"]["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
        cluster.report("one", Ready=("False", "Terminating", ""))

    monkeypatch.setattr(cluster, "delete_bot", finalized)
    monkeypatch.setattr("master_bot.app._ROUND", 0.05)
    world.passed += timedelta(seconds=61)
    await anna.hear("is deleted, with all")
    before = len(await anna.person.messages(anna.with_))
    await anna.say("/status", "is being deleted")
    assert (asked, len(await anna.person.messages(anna.with_))) == (1, before + 2)


async def test_a_broadcast_is_sent_once_the_api_server_is_back(cluster: MemoryCluster) -> None:
    async with make_world(cluster) as world:
        root, anna = await world.join("Root"), await world.join()
        world.settings = replace(world.settings, admin_ids=frozenset({root.id}))
        cluster.put("one", anna.id)
        await world.start()
        await anna.say("/help", "I make bots")
        asked = await root.say("/broadcast We are back soon.", "Send this to 1 people?")
        with away(cluster):
            await root.press(asked, "📣 Send it")
            await root.hear(SORRY, after=asked)
        await root.press(asked, "📣 Send it")
        await root.hear("Sent to 1 of 1 people")
        heard = [message for message in await anna.person.messages(anna.with_) if "back soon" in message.text]
        assert len(heard) == 1


async def test_debug_is_told_when_the_api_server_is_back(world: World, anna: Talk, cluster: MemoryCluster) -> None:
    cluster.put("one", anna.id)
    cluster.come_up("one")
    await until_known(world, "one")
    shown = await anna.say("/debug", "How it is")
    with away(cluster):
        await anna.say("/debug", SORRY)
        await anna.press(shown, "🔄 Refresh")
        await anna.hear(SORRY, after=shown)
        await anna.say("/logs", SORRY)
        await anna.say("/bots", "🟢 one – works")
        await anna.say("/help", "I make bots")
    await anna.press(shown, "🔄 Refresh")
    await anna.hear("How it is", after=shown)


async def test_an_apology_is_in_the_language_that_the_person_chose(
    world: World, anna: Talk, cluster: MemoryCluster
) -> None:
    cluster.put("one", anna.id)
    cluster.bots["one"]["metadata"]["annotations"] = {"personalbots.io/language": "ru"}
    cluster.report("one", Ready=WORKS)
    await world.until(lambda: (bot := world.app.clients.cache.get("one")) and bot.metadata.annotations)
    with away(cluster):
        await anna.say("/status", "серверы сейчас недоступны")


async def test_what_somebody_else_has_just_deleted_is_no_outage(
    world: World, anna: Talk, cluster: MemoryCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster.put("one", anna.id)
    await known_by_name(world, "one")
    patch = cluster.patch_bot

    async def too_late(*args: Any) -> Any:  # noqa: ANN401 - passed through
        cluster.bots.pop("one", None)
        return await patch(*args)

    monkeypatch.setattr(cluster, "patch_bot", too_late)
    await anna.say("/stop one", "That is no longer there")


async def known_by_name(world: World, name: str) -> None:
    await world.until(lambda: world.app.clients.cache.get(name))


async def test_it_starts_though_the_api_server_comes_and_goes(
    cluster: MemoryCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("master_bot.app._ROUND", 0.05)
    async with make_world(cluster) as world:
        lost = [*(lose(cluster, call, monkeypatch) for call in ("conversations", "record"))]
        await world.start()
        await (await world.join()).say("/help", "I make bots")
    assert lost == [["conversations"], ["record"]]
