"""Answers stand in the topic of the question."""

from typing import Any

import pytest

from personal_bot.texts import say
from support.bot_process import Scene

TOPIC: dict[str, Any] = {"message_thread_id": 1, "is_topic_message": True}


@pytest.mark.parametrize("text", ["/ask What is the name of Anna's cat?", "/ask", "/help", "@anna_docs_bot why?"])
async def test_whatever_the_bot_says_to_a_message_of_a_topic_stands_in_that_topic(scene: Scene, text: str) -> None:
    await scene.people.set_privacy(scene.bot.username, enabled=False)
    await scene.process.start()
    group = await scene.people.make_group("Garden", scene.anna)
    await scene.anna.send(scene.bot.username, "/start")
    await group.add(scene.bot, by=scene.anna)
    await group.wait(lambda m: m.from_bot, timeout=30)

    asked = await group.say(scene.anna, text, **TOPIC)
    await group.wait(lambda m: m.from_bot and m.text != say("en", "answer_comes"), after=asked, timeout=30)
    said = [m for m in await group.messages() if m.from_bot and m.id > asked.id]
    assert said
    assert all(m.raw.get("message_thread_id") == 1 for m in said)


async def test_an_answer_whose_topic_is_gone_comes_all_the_same(scene: Scene) -> None:
    await scene.people.set_privacy(scene.bot.username, enabled=False)
    await scene.process.start()
    group = await scene.people.make_group("Garden", scene.anna)
    await scene.anna.send(scene.bot.username, "/start")
    await group.add(scene.bot, by=scene.anna)
    await group.wait(lambda m: m.from_bot, timeout=30)

    gone = "Bad Request: message thread not found"
    await scene.people.fault(method="sendMessage", code=400, description=gone, times=1)
    asked = await group.say(scene.anna, "/ask", **TOPIC)
    await group.wait(lambda m: m.from_bot, after=asked, timeout=30)
