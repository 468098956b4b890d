"""Killed again and again at random moments, the bot answers everything once."""

import asyncio
import os
import random
from collections import Counter

import pytest

from standins.telegram.client import Person
from support.bot_process import Scene

STANDSTILL = 90.0  # seconds; a question that has seen many deaths waits for up to 60
KILLS = int(os.environ.get("PERSONALBOTS_KILLS", "6"))


async def answers(scene: Scene, person: Person) -> Counter[int]:
    """How often each question of a person is answered, by the question's message."""
    messages = await person.messages(scene.bot.username)
    return Counter(m.raw["reply_to_message"]["message_id"] for m in messages if m.from_bot and "Sources\n" in m.text)


async def everything_answered(scene: Scene, people: list[Person], asked: dict[int, set[int]]) -> None:
    """Wait for as long as it takes, while it goes on: a backlog may be long, but never stands still."""
    loop = asyncio.get_running_loop()
    left, since = -1, loop.time()
    while left:
        missing = sum([len(asked[person.id] - (await answers(scene, person)).keys()) for person in people])
        if missing != left:
            left, since = missing, loop.time()
        assert loop.time() < since + STANDSTILL, f"{left} are not answered: {scene.process.log()[-2000:]}"
        await asyncio.sleep(0.1)


@pytest.mark.timeout(600)
async def test_killed_at_random_moments_it_loses_no_question_and_answers_none_twice(scene: Scene) -> None:
    chance = random.Random(4)  # noqa: S311 - moments, no secrets
    people = [scene.anna, await scene.people.join("Boris"), await scene.people.join("Clara")]
    await scene.process.start(access_mode="Public")
    await scene.knows_the_pets()
    await scene.llm.client.fault(endpoint="chat/completions", tokens_per_second=25, times=None)
    asked: dict[int, set[int]] = {person.id: set() for person in people}
    for number in range(KILLS):
        for person in chance.sample(people, 2):
            question = await person.send(scene.bot.username, f"What is the name of Anna's cat? ({number})")
            asked[person.id].add(question.id)
        await asyncio.sleep(chance.uniform(0.05, 3))
        await scene.process.kill()
        await scene.process.start(access_mode="Public")
    await everything_answered(scene, people, asked)
    await scene.process.until_status(lambda status: status["activity"]["inFlight"] + status["activity"]["queued"] == 0)
    for person in people:
        assert await answers(scene, person) == Counter(asked[person.id])
