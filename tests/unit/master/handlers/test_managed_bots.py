"""A bot with one tap, where the master bot's account can manage bots."""

import pytest
from aiogram.types import Update

from support.master_world import KEY, make_managed_bot, make_world
from support.memory_cluster import MemoryCluster


async def test_one_tap_and_a_key_give_a_bot_that_only_its_owner_can_open(cluster: MemoryCluster) -> None:
    async with make_world(cluster, can_manage_bots=True) as world:
        await world.start()
        anna = await world.join()
        number, username = await make_managed_bot(anna)
        await anna.hear(f"@{username} is yours", "Step 2 of 3")
        await anna.create("is on its way")
        [secret] = cluster.secrets.values()
        bot = world.app.clients.telegram
        assert secret["stringData"]["telegram-token"] == await bot.get_managed_bot_token(user_id=number)
        assert cluster.bots[f"bot-{number}"]["spec"]["ownerId"] == anna.id
        access = await bot.get_managed_bot_access_settings(user_id=number)
        assert (access.is_access_restricted, access.added_users) == (True, [])
        said = [message.text for message in await anna.person.messages(anna.with_) if message.from_bot]
        assert len(said) == 4, "three steps and the live message; nothing about Telegram's own notice"


async def test_a_new_token_of_a_managed_bot_reaches_its_secret(cluster: MemoryCluster) -> None:
    async with make_world(cluster, can_manage_bots=True) as world:
        await world.start()
        anna = await world.join()
        number, username = await make_managed_bot(anna)
        await anna.hear("Step 2 of 3")
        await anna.create("is on its way")
        [secret] = cluster.secrets.values()
        before = secret["stringData"]["telegram-token"]
        bot = world.app.clients.telegram
        token = await bot.replace_managed_bot_token(user_id=number)
        assert token != before
        user = {"id": anna.id, "is_bot": False, "first_name": "Anna"}
        told = {"user": user, "bot": {"id": number, "is_bot": True, "first_name": "x", "username": username}}
        update = Update.model_validate({"update_id": 1, "managed_bot": told})
        await world.app.dispatcher.feed_update(bot, update)
        assert secret["stringData"]["telegram-token"] == token
        assert secret["stringData"]["openai-api-key"] == KEY


async def test_a_pasted_token_is_taken_too(cluster: MemoryCluster) -> None:
    async with make_world(cluster, can_manage_bots=True) as world:
        await world.start()
        anna = await world.join()
        new = await world.telegram.client.make_bot("anna_docs_bot")
        await anna.say("/start", "Step 1 of 3")
        await anna.say(new.token, "@anna_docs_bot is yours")


@pytest.mark.parametrize("can", [True, False])
async def test_the_way_over_botfather_is_explained_either_way(cluster: MemoryCluster, can: bool) -> None:  # noqa: FBT001 - a row
    async with make_world(cluster, can_manage_bots=can) as world:
        await world.start()
        anna = await world.join()
        offer = await anna.say("/start", "Step 1 of 3", "@BotFather", "/newbot")
        assert bool(offer.buttons) == can
