"""The master bot may be killed at any moment: the person goes on as if nothing had happened."""

import asyncio

import pytest

from support.master_world import KEY, Talk, World, make_managed_bot, make_world, restart
from support.memory_cluster import MemoryCluster


async def test_the_conversation_goes_on_after_a_restart_at_each_step(
    world: World, anna: Talk, cluster: MemoryCluster
) -> None:
    new = await world.telegram.client.make_bot("anna_docs_bot")
    await anna.say("/start", "Step 1 of 3")
    await restart(world)
    await anna.say(new.token, "Step 2 of 3")
    await restart(world)
    screen = await anna.say(KEY, "Step 3 of 3")
    await restart(world)
    await anna.say("Library", "Name here: Library")
    await restart(world)
    await anna.press(screen, "✅ Create the bot")
    live = await anna.hear("is on its way")
    await world.until(lambda: "live-message" in str(cluster.bots[f"bot-{new.id}"]["metadata"]))
    await restart(world)
    cluster.come_up(f"bot-{new.id}")
    done = await anna.hear("is ready")
    assert done.id == live.id, "the message that was there is taken up again"
    assert len(cluster.bots) == len(cluster.secrets) == 1
    assert await anna.own_words() == ["/start", "Library"]


@pytest.mark.parametrize("method", ["deleteMessage", "getMe", "getWebhookInfo", "sendMessage"])
async def test_a_token_that_was_being_checked_is_not_lost(
    world: World, anna: Talk, cluster: MemoryCluster, method: str
) -> None:
    new = await world.telegram.client.make_bot("anna_docs_bot")
    await anna.say("/start", "Step 1 of 3")
    await world.telegram.client.fault(method=method, delay=30)
    sent = await anna.say(new.token)
    await world.until(lambda: world.app.poller._running)  # noqa: SLF001 - that it is being handled
    await asyncio.sleep(0.3)
    await restart(world)
    answer = await anna.hear("key", after=sent)
    assert "@anna_docs_bot" in answer.text
    await anna.create("is on its way")
    assert len(cluster.secrets) == 1


@pytest.mark.parametrize("method", ["getManagedBotToken", "setManagedBotAccessSettings"])
async def test_a_bot_made_with_one_tap_is_not_lost(cluster: MemoryCluster, method: str) -> None:
    async with make_world(cluster, can_manage_bots=True) as world:
        await world.start()
        anna = await world.join()
        await world.telegram.client.fault(method=method, delay=30)
        number, username = await make_managed_bot(anna)
        await world.until(lambda: world.app.poller._running)  # noqa: SLF001 - that it is being handled
        await asyncio.sleep(0.3)
        await restart(world)
        await anna.hear(f"@{username} is yours", "Step 2 of 3")
        await anna.create("is on its way")
        assert (list(cluster.bots), len(cluster.secrets)) == ([f"bot-{number}"], 1)


async def test_a_key_that_was_being_checked_is_not_lost(world: World, anna: Talk, cluster: MemoryCluster) -> None:
    new = await world.telegram.client.make_bot("anna_docs_bot")
    await anna.say("/start", "Step 1 of 3")
    await anna.say(new.token, "Step 2 of 3")
    await world.llm.client.fault(endpoint="embeddings", delay=30)
    await anna.say(KEY)
    await world.until(lambda: KEY not in str(world.telegram.world) and world.app.poller._running)  # noqa: SLF001
    await asyncio.sleep(0.3)
    await restart(world)
    await anna.press(await anna.hear("Step 3 of 3"), "✅ Create the bot")
    await anna.hear("is on its way")
    assert list(cluster.bots) == [f"bot-{new.id}"]


@pytest.mark.parametrize("broken", ["create_bot", "patch_secret", "patch_bot"])
async def test_a_kill_between_any_two_writes_leaves_one_bot_and_one_secret(
    world: World, anna: Talk, cluster: MemoryCluster, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = await world.telegram.client.make_bot("anna_docs_bot")
    await anna.say("/start", "Step 1 of 3")
    await anna.say(new.token, "Step 2 of 3")
    done = getattr(cluster, broken)
    reached = asyncio.Event()

    async def hang(*args: object) -> object:
        result = await done(*args)
        reached.set()
        await asyncio.sleep(30)
        return result

    with monkeypatch.context() as patched:
        screen = await anna.say(KEY, "Step 3 of 3")
        patched.setattr(cluster, broken, hang)
        await anna.press(screen, "✅ Create the bot")
        await asyncio.wait_for(reached.wait(), 5)
        await world.kill()
    await world.start()
    await anna.hear("is on its way")
    cluster.come_up(f"bot-{new.id}")
    await anna.hear("is ready")
    assert list(cluster.bots) == [f"bot-{new.id}"]
    [secret] = cluster.secrets.values()
    assert secret["metadata"]["ownerReferences"][0]["uid"] == cluster.bots[f"bot-{new.id}"]["metadata"]["uid"]


async def test_stopping_confirms_what_was_handled(world: World, anna: Talk) -> None:
    await anna.say("/help", "I make bots")
    before = len(await anna.person.messages(anna.with_))
    await world.stop()
    await world.start()
    await anna.say("/bots", "You have no bot yet")
    assert len(await anna.person.messages(anna.with_)) == before + 2, "nothing was answered twice"


async def test_a_hundred_people_at_once_are_not_mixed_up(world: World, cluster: MemoryCluster) -> None:
    async def come(number: int) -> None:
        talk = await world.join(f"Person {number}", "ru" if number % 2 else "en")
        new = await world.telegram.client.make_bot(f"person{number}_bot")
        await talk.say("/start")
        await talk.person.wait(talk.with_, lambda m: "@BotFather" in m.text, timeout=60)
        await talk.say(new.token)
        await talk.person.wait(talk.with_, lambda m: f"@person{number}_bot" in m.text, timeout=60)
        await talk.say(KEY)
        screen = await talk.person.wait(talk.with_, lambda m: bool(m.buttons), timeout=60)
        await talk.press(screen, screen.buttons[0][0])
        await world.until(lambda: f"bot-{new.id}" in cluster.bots, timeout=60)
        bot = cluster.bots[f"bot-{new.id}"]
        assert bot["spec"]["ownerId"] == talk.id
        held = cluster.secrets[bot["spec"]["telegram"]["tokenSecretRef"]["name"]]
        assert held["stringData"]["telegram-token"] == new.token

    await asyncio.gather(*(come(number) for number in range(100)))
    assert len(cluster.bots) == len(cluster.secrets) == 100
