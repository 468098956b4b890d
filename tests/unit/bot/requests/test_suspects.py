"""Who is blamed for a process that died: one that kills every time, and nobody who was only there."""

import asyncio

import pytest

from personal_bot.requests import suspects
from personal_bot.requests.suspects import GIVEN_UP, Suspects, calm, may_join, together
from personal_bot.texts import say
from support.bot_process import Scene

# The bot, in which a certain question always kills; what others wait for is short, so that the test is.
POISONED = """
import asyncio, os, signal
from personal_bot.answers.answerer import Answerer
from personal_bot.requests import suspects
suspects.FIRST_CALM = 0.2
healthy = Answerer.answer
async def answer(self, question):
    if "poison" in question.text:
        await asyncio.sleep(0.3)
        os.kill(os.getpid(), signal.SIGKILL)
    async for event in healthy(self, question):
        yield event
Answerer.answer = answer
from personal_bot.__main__ import main
main()
"""


@pytest.mark.parametrize(
    ("deaths", "seconds", "others"), [(0, 0, 16), (1, 0, 16), (2, 5, 15), (3, 10, 3), (4, 20, 0), (7, 60, 0)]
)
def test_each_further_death_costs_a_request_time_and_company(deaths: int, seconds: float, others: int) -> None:
    assert calm(deaths) == seconds
    if deaths > 1:
        assert together(deaths) - 1 == others


@pytest.mark.parametrize(
    ("deaths", "running", "may"),
    [(2, [2] * 15, True), (2, [2] * 16, False), (3, [2] * 4, False), (2, [4], False), (4, [2], False), (4, [], True)],
)
def test_the_most_suspected_decides_how_many_run_together(deaths: int, running: list[int], may: bool) -> None:  # noqa: FBT001 - a column of the table
    assert may_join(deaths, running) is may


async def test_the_least_suspected_go_first_and_one_that_is_alone_goes_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suspects, "FIRST_CALM", 0.0)
    trials, order = Suspects(), list[int]()
    three, go_on = asyncio.Event(), asyncio.Event()

    async def run(deaths: int) -> None:
        async with trials.trial(deaths, on_wait=lambda: None):
            order.append(deaths)
            if len(order) == 3:
                three.set()
            await go_on.wait()

    tasks = [asyncio.create_task(run(deaths)) for deaths in (2, 5, 4, 2, 0)]
    await three.wait()
    assert sorted(order) == [0, 2, 2]
    go_on.set()
    await asyncio.gather(*tasks)
    assert order[3:] == [4, 5]


@pytest.mark.timeout(400)
async def test_a_question_that_kills_every_time_is_given_up_and_costs_nobody_else_the_answer(scene: Scene) -> None:
    scene.process.program = ("-c", POISONED)
    boris = await scene.people.join("Boris")
    await scene.process.start(access_mode="Public")
    await scene.knows_the_pets()
    await scene.llm.client.fault(endpoint="chat/completions", tokens_per_second=25, times=None)
    poison = await scene.anna.send(scene.bot.username, "What does poison do?")
    asked = {(await boris.send(scene.bot.username, f"What is the name of Anna's cat? ({n})")).id for n in range(8)}

    async def restarts() -> int:
        """Start it again whenever it dies, as the kubelet does."""
        times = 0
        while True:
            await scene.process.end(limit=300)
            times += 1
            await scene.process.start(access_mode="Public")

    kubelet = asyncio.create_task(restarts())
    try:
        gave_up = say("en", "gave_up", times=GIVEN_UP)
        told = await scene.anna.wait(scene.bot.username, lambda m: m.text == gave_up, timeout=300, after=poison)
        assert told.raw["reply_to_message"]["message_id"] == poison.id
        answered: list[int] = []
        while set(answered) < asked:
            messages = await boris.messages(scene.bot.username)
            answered = [m.raw["reply_to_message"]["message_id"] for m in messages if "Sources\n" in m.text]
            await asyncio.sleep(0.1)
        assert sorted(answered) == sorted(asked)
    finally:
        kubelet.cancel()
        await asyncio.gather(kubelet, return_exceptions=True)
    await scene.process.until_status(lambda status: status["activity"]["inFlight"] == 0)
