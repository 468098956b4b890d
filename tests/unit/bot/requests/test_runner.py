"""What people get when they write to the bot, in good times and when it dies in the middle."""

import asyncio

import pytest

from personal_bot.text_keys import TextKey
from personal_bot.texts import say
from standins.telegram import Message
from support.bot_process import Scene

QUESTION = "What is the name of Anna's cat?"


async def half_answered(scene: Scene, *, tokens_per_second: int) -> tuple[Message, Message]:
    """Start the bot and ask it; give the question, and the message that its answer appears in bit by bit."""
    await scene.without_drafts()
    await scene.process.start()
    await scene.knows_the_pets()
    await scene.llm.client.fault(endpoint="chat/completions", tokens_per_second=tokens_per_second)
    question = await scene.anna.send(scene.bot.username, QUESTION)
    status = await scene.anna.wait(scene.bot.username, lambda m: m.text.startswith("✏️"), after=question)
    return question, status


async def test_an_answer_ends_in_the_status_message_with_sources_that_exist(scene: Scene) -> None:
    question, status = await half_answered(scene, tokens_per_second=8)
    assert status.buttons == ((say("en", "stop_button"),),)
    answer = await scene.anna.wait(scene.bot.username, lambda m: "Sources" in m.text, after=question, timeout=30)
    assert answer.id == status.id
    assert "Murka" in answer.text
    assert "[1] pets.md" in answer.text
    assert answer.buttons == (("[1]",), ("📄 PDF",))
    replies = [m for m in await scene.anna.messages(scene.bot.username) if m.from_bot and m.id > question.id]
    assert len(replies) == 1


async def test_killed_in_the_middle_of_an_answer_it_answers_in_the_same_message_once(scene: Scene) -> None:
    question, status = await half_answered(scene, tokens_per_second=8)
    await scene.process.kill()
    await scene.process.start()
    answer = await scene.anna.wait(scene.bot.username, lambda m: "Sources" in m.text, after=question, timeout=30)
    assert answer.id == status.id
    await scene.process.until_status(lambda status: status["activity"]["inFlight"] == 0)
    replies = [m for m in await scene.anna.messages(scene.bot.username) if m.from_bot and m.id > question.id]
    assert [reply.id for reply in replies] == [status.id]
    await scene.process.kill()
    await scene.process.start()
    await scene.process.ready()
    replies = [m for m in await scene.anna.messages(scene.bot.username) if m.from_bot and m.id > question.id]
    assert [reply.text for reply in replies] == [answer.text]


async def test_stopped_in_the_middle_of_an_answer_it_goes_on_in_the_next_process(scene: Scene) -> None:
    _, status = await half_answered(scene, tokens_per_second=1)
    assert scene.process.process
    scene.process.process.terminate()
    assert await scene.process.end(limit=5) == 0
    paused = await scene.anna.wait(scene.bot.username, lambda m: m.text == say("en", "going_on"))
    assert paused.id == status.id
    await scene.process.start()
    answer = await scene.anna.wait(scene.bot.username, lambda m: "Sources" in m.text, timeout=30)
    assert answer.id == status.id


async def test_messages_sent_while_it_was_away_are_answered_when_it_is_back(scene: Scene) -> None:
    await scene.anna.send(scene.bot.username, "/help")
    await scene.process.start()
    await scene.anna.wait(scene.bot.username, lambda m: m.text == say("en", "help"), timeout=30)


async def test_the_stop_button_ends_an_answer_with_what_there_is(scene: Scene) -> None:
    question, status = await half_answered(scene, tokens_per_second=2)
    told = await scene.anna.press(status, say("en", "stop_button"), answer_within=5)
    assert told
    assert told["text"] == say("en", "stopping")
    stopped = await scene.anna.wait(scene.bot.username, lambda m: say("en", "stopped") in m.text, after=question)
    assert stopped.id == status.id
    assert stopped.buttons == ()


async def test_the_stop_command_ends_what_runs(scene: Scene) -> None:
    await scene.process.start()
    await scene.knows_the_pets()
    await scene.llm.client.fault(endpoint="chat/completions", tokens_per_second=1)
    question = await scene.anna.send(scene.bot.username, QUESTION)
    await scene.anna.wait(scene.bot.username, lambda m: m.text.startswith("✏️"), after=question)
    await scene.anna.send(scene.bot.username, "/stop")
    await scene.anna.wait(scene.bot.username, lambda m: m.text.endswith(say("en", "stopped")), after=question)


async def test_a_stranger_is_refused_politely_in_his_language(scene: Scene) -> None:
    boris = await scene.people.join("Boris", language_code="ru")
    await scene.process.start()
    await boris.send(scene.bot.username, "Как зовут кошку?")
    await boris.wait(scene.bot.username, lambda m: m.text == say("ru", "not_for_you"), timeout=30)


async def test_people_on_the_list_ask_but_do_not_change_the_documents(scene: Scene) -> None:
    boris = await scene.people.join("Boris", language_code="ru")
    await scene.process.start(access_mode="AllowList", allowed_user_id=str(boris.id))
    await scene.knows_the_pets()
    await boris.send(scene.bot.username, QUESTION)
    await boris.wait(scene.bot.username, lambda m: say("ru", "sources") in m.text, timeout=30)
    await boris.send_file(scene.bot.username, "a.md", b"# A\n\nText.")
    await boris.wait(scene.bot.username, lambda m: m.text == say("ru", "owner_only"))


async def test_over_the_limits_a_request_waits_and_shows_its_place(scene: Scene) -> None:
    scene.has_room_for_one_question()
    await scene.process.start()
    await scene.knows_the_pets()
    await scene.llm.client.fault(endpoint="chat/completions", tokens_per_second=5, times=None)
    questions = [await scene.anna.send(scene.bot.username, f"{QUESTION} ({n})") for n in range(3)]
    await scene.anna.wait(scene.bot.username, lambda m: m.text.startswith("⏳"))
    status = await scene.process.until_status(lambda status: status["activity"]["queued"] == 2)
    assert status["activity"]["inFlight"] == 1
    assert status["capacity"]["concurrency"] == 1
    await scene.llm.client.clear_faults()
    await asyncio.sleep(0)
    deadline = asyncio.get_running_loop().time() + 80
    while asyncio.get_running_loop().time() < deadline:
        replies = [m for m in await scene.anna.messages(scene.bot.username) if m.from_bot and m.id > questions[0].id]
        if sum("Sources" in m.text for m in replies) == 3:
            return
        await asyncio.sleep(0.1)
    pytest.fail(f"not all are answered: {[m.text for m in replies]}")


async def test_an_llm_that_is_away_is_said_to_be_and_the_next_question_is_answered(scene: Scene) -> None:
    await scene.process.start()
    await scene.knows_the_pets()
    (scene.process.folder / "key").write_text("sk-of-somebody-else")
    await scene.process.until_status(lambda status: status["llm"]["reason"] == "KeyRefused")
    question = await scene.anna.send(scene.bot.username, QUESTION)
    await scene.anna.wait(scene.bot.username, lambda m: m.text == say("en", "llm_key_refused"), after=question)
    (scene.process.folder / "key").write_text("sk-standin-a-good-key")
    await scene.process.until_status(lambda status: status["llm"]["ready"])
    question = await scene.anna.send(scene.bot.username, QUESTION)
    await scene.anna.wait(scene.bot.username, lambda m: "Sources" in m.text, after=question, timeout=30)


@pytest.mark.parametrize(
    ("name", "data", "key"),
    [
        ("empty.txt", b" ", "document_empty"),
        ("broken.pdf", b"%PDF-1.7 nothing follows", "document_corrupt"),
        ("picture.gif", b"GIF89a" + bytes(100), "document_type_unsupported"),
    ],
)
async def test_a_document_that_cannot_be_read_is_refused_with_its_sentence(
    scene: Scene, name: str, data: bytes, key: TextKey
) -> None:
    await scene.process.start()
    await scene.anna.send_file(scene.bot.username, name, data)
    refused = await scene.anna.wait(scene.bot.username, lambda m: m.text == say("en", key), timeout=30)
    assert refused.buttons == ()
    await scene.process.until_status(lambda status: status["knowledge"]["documents"] == 0)


async def test_a_blocked_bot_forgets_the_request_and_goes_on(scene: Scene) -> None:
    await scene.process.start()
    await scene.knows_the_pets()
    await scene.llm.client.fault(endpoint="chat/completions", tokens_per_second=8)
    await scene.anna.send(scene.bot.username, QUESTION)
    await scene.anna.wait(scene.bot.username, lambda m: m.text.startswith("✏️"))
    await scene.anna.block(scene.bot.username)
    await scene.process.until(lambda: '"outcome": "undeliverable"' in scene.process.log(), 30)
    await scene.anna.unblock(scene.bot.username)
    await scene.anna.send(scene.bot.username, "/help")
    await scene.anna.wait(scene.bot.username, lambda m: m.text == say("en", "help"))


async def test_telegram_asking_to_slow_down_loses_no_answer(scene: Scene) -> None:
    await scene.process.start()
    await scene.knows_the_pets()
    await scene.people.enforce_limits()
    await scene.people.fault(method="editMessageText", code=429, retry_after=2, times=2)
    await scene.llm.client.fault(endpoint="chat/completions", tokens_per_second=10)
    question = await scene.anna.send(scene.bot.username, QUESTION)
    await scene.anna.wait(scene.bot.username, lambda m: "Sources" in m.text, after=question, timeout=30)
