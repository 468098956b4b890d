"""What one person's requests may take from others, and how long a request may go on, on a bot that runs."""

import time

from personal_bot.texts import say
from support.bot_process import Scene

QUESTION = "What is the name of Anna's cat?"
LIMIT = 6  # seconds that a request may run
GRACE = 5  # seconds in which the work of a request ends by itself


async def test_twenty_questions_of_one_person_do_not_delay_another(scene: Scene) -> None:
    scene.has_room_for_one_question()
    boris = await scene.people.join("Boris")
    await scene.process.start(access_mode="Public")
    await scene.knows_the_pets()
    await scene.llm.client.fault(endpoint="chat/completions", tokens_per_second=8, times=None)
    annas = {(await scene.anna.send(scene.bot.username, f"{QUESTION} ({number})")).id for number in range(20)}
    await scene.process.until_status(lambda status: status["activity"]["queued"] == len(annas) - 1)
    question = await boris.send(scene.bot.username, QUESTION)
    await boris.wait(scene.bot.username, lambda m: "Sources" in m.text and not m.draft, after=question, timeout=60)
    messages = await scene.anna.messages(scene.bot.username)
    answered = {m.raw["reply_to_message"]["message_id"] for m in messages if m.from_bot and "Sources\n" in m.text}
    assert len(annas & answered) <= 2  # the one that ran already, and one beside his
    assert (await scene.process.statusz())["activity"]["queued"] >= len(annas) - 4


async def test_the_time_limit_ends_a_question_with_what_there_is(scene: Scene) -> None:
    await scene.process.start()
    await scene.knows_the_pets()
    await scene.process.kill()
    await scene.process.start(request_timeout=f"{LIMIT}s")
    await scene.process.until_status(lambda status: status["knowledge"]["ready"])
    await scene.llm.client.fault(endpoint="chat/completions", tokens_per_second=1)
    asked, started = await scene.anna.send(scene.bot.username, QUESTION), time.monotonic()
    cut_short = say("en", "cut_short")
    answer = await scene.anna.wait(
        scene.bot.username, lambda m: cut_short in m.text and not m.draft, after=asked, timeout=30
    )
    assert LIMIT - 1 < time.monotonic() - started < LIMIT + GRACE
    assert answer.text.startswith("The cat")
    await scene.llm.client.fault(endpoint="chat/completions", delay=60)
    asked = await scene.anna.send(scene.bot.username, f"{QUESTION} Again?")
    nothing = say("en", "answer_took_too_long", seconds=LIMIT)
    await scene.anna.wait(scene.bot.username, lambda m: m.text == nothing, after=asked, timeout=30)
    asked = await scene.anna.send(scene.bot.username, QUESTION)
    await scene.anna.wait(scene.bot.username, lambda m: "Sources" in m.text, after=asked, timeout=30)


async def test_the_time_limit_ends_a_document_whose_vectors_never_come(scene: Scene) -> None:
    await scene.process.start(request_timeout="1s")
    await scene.process.until_status(lambda status: status["knowledge"]["ready"])
    await scene.llm.client.fault(endpoint="embeddings", delay=60, times=None)
    sent = await scene.anna.send_file(scene.bot.username, "pets.md", b"# Pets\n\nThe cat is called Murka.\n")
    timed_out = say("en", "timed_out", minutes=1)
    await scene.anna.wait(scene.bot.username, lambda m: m.text == timed_out, after=sent, timeout=30)
    status = await scene.process.until_status(lambda status: status["activity"]["inFlight"] == 0)
    assert status["knowledge"]["documents"] == 0
