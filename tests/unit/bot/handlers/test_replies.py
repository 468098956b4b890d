"""Questions about a message that somebody replies to."""

from support.bot_process import Scene


async def test_a_reply_asks_about_the_message_that_it_answers(scene: Scene) -> None:
    await scene.process.start()
    await scene.knows_the_pets()
    earlier = await scene.anna.send(scene.bot.username, "/help")
    reply = await scene.anna.send(scene.bot.username, "What is the name of Anna's cat?", reply_to=earlier)
    await scene.anna.wait(scene.bot.username, lambda m: "Murka" in m.text and not m.draft, after=reply, timeout=30)
    *_, asked = await scene.llm.client.requests("chat/completions")
    assert "/help\n\nWhat is the name of Anna's cat?" in asked["body"]["messages"][-1]["content"]
