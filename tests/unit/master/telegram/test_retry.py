"""Messages go out in their order, however often Telegram asks to wait, and nobody waits for another chat."""

import asyncio
from functools import partial

from support.master_world import Talk, World


async def asked_to_wait(world: World) -> None:
    await world.until(lambda: world.app.clients.metrics.registry.get_sample_value("masterbot_telegram_waits_total"))


async def texts(talk: Talk) -> list[str]:
    return [message.text for message in await talk.person.messages(talk.with_) if message.from_bot]


async def test_a_chat_that_has_to_wait_keeps_its_order_and_does_not_delay_another(world: World, anna: Talk) -> None:
    boris, bot = await world.join("Boris"), world.app.clients.telegram
    await anna.say("/start", "Step 1")
    await boris.say("/start", "Step 1")
    await world.telegram.client.fault(method="sendMessage", code=429, retry_after=1)
    async with asyncio.TaskGroup() as group:
        group.create_task(bot.send_message(anna.id, "first"))
        await asked_to_wait(world)
        group.create_task(bot.send_message(anna.id, "second"))
        group.create_task(bot.send_message(anna.id, "third"))
        await bot.send_message(boris.id, "at once")
        assert (await texts(boris))[-1] == "at once"
        assert len(await texts(anna)) == 1, "all of Anna's are still waiting"
    assert (await texts(anna))[1:] == ["first", "second", "third"]


async def test_edits_that_a_newer_one_has_overtaken_are_dropped(world: World, anna: Talk) -> None:
    bot = world.app.clients.telegram
    await anna.say("/start", "Step 1")
    message = await bot.send_message(anna.id, "0 %")
    edit = partial(bot.edit_message_text, chat_id=anna.id, message_id=message.message_id)
    await world.telegram.client.fault(method="editMessageText", code=429, retry_after=1)
    async with asyncio.TaskGroup() as group:
        group.create_task(edit("10 %"))
        await asked_to_wait(world)
        group.create_task(edit("20 %"))
        group.create_task(edit("30 %"))
        group.create_task(bot.send_message(anna.id, "done"))
    calls = await world.telegram.client.calls(method="editMessageText")
    assert [call["code"] for call in calls] == [429, 200], "20 % was never sent"
    assert (await texts(anna))[1:] == ["30 %", "done"]


async def test_a_message_with_a_secret_goes_at_once_even_where_others_wait(world: World, anna: Talk) -> None:
    bot = world.app.clients.telegram
    asked = await anna.say("/start", "Step 1")
    await world.telegram.client.fault(method="sendMessage", code=429, retry_after=1)
    async with asyncio.TaskGroup() as group:
        group.create_task(bot.send_message(anna.id, "later"))
        await asked_to_wait(world)
        await bot.delete_message(anna.id, asked.id)
        assert await texts(anna) == []


async def test_a_message_that_came_too_fast_is_sent_again_after_what_telegram_asks(world: World, anna: Talk) -> None:
    await world.telegram.client.fault(method="sendMessage", code=429, retry_after=1, times=2)
    await anna.say("/help", "I make bots")
    assert [call["code"] for call in await world.telegram.client.calls(method="sendMessage")] == [429, 429, 200]
