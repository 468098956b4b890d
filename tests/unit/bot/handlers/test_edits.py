"""Questions that people change after they sent them."""

from personal_bot.texts import say
from standins.telegram.client import Message
from support.bot_process import Scene

CAT, DOG = "What is the name of Anna's cat?", "What is the name of Boris's dog?"


async def answers(scene: Scene, question: Message) -> list[str]:
    messages = await scene.anna.messages(scene.bot.username)
    return [m.text for m in messages if m.from_bot and not m.draft and m.id > question.id]


async def test_a_changed_question_is_answered_anew_and_the_answer_in_writing_stops(scene: Scene) -> None:
    await scene.process.start()
    await scene.knows_the_pets()
    await scene.llm.client.fault(endpoint="chat/completions", tokens_per_second=2, times=1)
    asked = await scene.anna.send(scene.bot.username, DOG)
    await scene.anna.wait(scene.bot.username, lambda m: m.draft and m.text.startswith("✏️"), timeout=20)

    await scene.anna.edit(asked, CAT)
    await scene.anna.wait(scene.bot.username, lambda m: "Murka" in m.text and not m.draft, after=asked, timeout=30)
    await scene.process.until_status(lambda status: status["activity"]["inFlight"] == 0)
    assert any(say("en", "stopped") in text for text in await answers(scene, asked))


async def test_a_change_of_an_earlier_message_is_told_to_come_late_and_one_that_nobody_sees_is_nothing(
    scene: Scene,
) -> None:
    await scene.process.start()
    first = await scene.anna.send(scene.bot.username, "Is it?")
    await scene.anna.wait(scene.bot.username, lambda m: m.from_bot and not m.draft, after=first, timeout=30)
    last = await scene.anna.send(scene.bot.username, "/new")
    await scene.anna.wait(scene.bot.username, lambda m: m.from_bot and not m.draft, after=last, timeout=30)

    await scene.anna.edit(first, "Is it?")
    await scene.anna.edit(last, "/new or not")
    await scene.anna.edit(first, "Was it?")
    await scene.anna.wait(scene.bot.username, lambda m: m.text == say("en", "edited_late"), after=last, timeout=30)
    assert (await answers(scene, last))[1:] == [say("en", "edited_late")]
