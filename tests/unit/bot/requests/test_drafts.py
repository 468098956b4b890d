"""Answers in private chats are drafts, with Telegram's own stop button, until they are there."""

import itertools

from personal_bot.texts import say
from standins.telegram.client import Message
from support.bot_process import Scene

QUESTION = "What is the name of Anna's cat?"


async def replies(scene: Scene, question: Message) -> list[Message]:
    messages = await scene.anna.messages(scene.bot.username)
    return [m for m in messages if m.from_bot and not m.draft and m.id > question.id]


async def test_an_answer_in_writing_is_a_draft_and_ends_as_one_message(scene: Scene) -> None:
    await scene.process.start()
    await scene.knows_the_pets()
    await scene.llm.client.fault(endpoint="chat/completions", tokens_per_second=8)
    question = await scene.anna.send(scene.bot.username, QUESTION)
    draft = await scene.anna.wait(scene.bot.username, lambda m: m.draft and m.text.startswith("✏️"), timeout=20)
    assert draft.raw["can_stop"]
    assert await replies(scene, question) == []
    answer = await scene.anna.wait(scene.bot.username, lambda m: "Sources" in m.text, after=question, timeout=30)
    assert not answer.draft
    assert [m.id for m in await replies(scene, question)] == [answer.id]
    calls = await scene.people.calls(method="sendMessageDraft")
    begun = [call["at"] for call in calls if call["arguments"]["draft_id"] == calls[-1]["arguments"]["draft_id"]]
    assert all(later - earlier > 0.9 for earlier, later in itertools.pairwise(begun))


async def test_telegrams_stop_button_ends_an_answer_with_what_there_is(scene: Scene) -> None:
    await scene.process.start()
    await scene.knows_the_pets()
    await scene.llm.client.fault(endpoint="chat/completions", tokens_per_second=2)
    question = await scene.anna.send(scene.bot.username, QUESTION)
    await scene.anna.wait(scene.bot.username, lambda m: m.draft and m.text.startswith("✏️"), timeout=20)
    await scene.anna.stop_draft(scene.bot.username)
    stopped = await scene.anna.wait(
        scene.bot.username, lambda m: not m.draft and say("en", "stopped") in m.text, after=question
    )
    assert [m.id for m in await replies(scene, question)] == [stopped.id]
    await scene.process.until_status(lambda status: status["activity"]["inFlight"] == 0)


async def test_a_second_request_in_a_chat_has_a_message_of_its_own_with_its_own_button(scene: Scene) -> None:
    await scene.process.start()
    await scene.knows_the_pets()
    await scene.llm.client.fault(endpoint="chat/completions", tokens_per_second=2, times=2)
    await scene.anna.send(scene.bot.username, QUESTION)
    await scene.anna.wait(scene.bot.username, lambda m: m.draft, timeout=20)
    second = await scene.anna.send(scene.bot.username, f"{QUESTION} Again?")
    status = await scene.anna.wait(scene.bot.username, lambda m: not m.draft and bool(m.buttons), after=second)
    assert status.buttons == ((say("en", "stop_button"),),)
    await scene.anna.wait(scene.bot.username, lambda m: m.draft, timeout=5)  # a message hides it for a moment only
    await scene.anna.send(scene.bot.username, "/stop")
    await scene.process.until_status(lambda status: status["activity"]["inFlight"] == 0)


async def test_killed_while_a_draft_is_shown_it_answers_once(scene: Scene) -> None:
    await scene.process.start()
    await scene.knows_the_pets()
    await scene.llm.client.fault(endpoint="chat/completions", tokens_per_second=8)
    question = await scene.anna.send(scene.bot.username, QUESTION)
    await scene.anna.wait(scene.bot.username, lambda m: m.draft and m.text.startswith("✏️"), timeout=20)
    await scene.process.kill()
    await scene.process.start()
    await scene.anna.wait(scene.bot.username, lambda m: "Sources" in m.text, after=question, timeout=30)
    await scene.process.until_status(lambda status: status["activity"]["inFlight"] == 0)
    assert ["Sources" in m.text for m in await replies(scene, question)] == [True]


async def test_where_telegram_shows_no_drafts_it_is_asked_once_and_messages_are_edited(scene: Scene) -> None:
    await scene.without_drafts()
    await scene.process.start()
    await scene.knows_the_pets()
    for number in range(2):
        question = await scene.anna.send(scene.bot.username, f"{QUESTION} ({number})")
        await scene.anna.wait(scene.bot.username, lambda m: "Sources" in m.text, after=question, timeout=30)
    assert len(await scene.people.calls(method="sendMessageDraft")) == 1
