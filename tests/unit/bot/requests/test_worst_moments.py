"""Killed between two steps that belong together, the bot neither forgets the first nor repeats it."""

import json
from pathlib import Path

import pytest

from personal_bot.models import Turn
from personal_bot.state.dialogues import Dialogues
from personal_bot.texts import say
from standins.telegram.client import Message
from support.bot_process import Scene
from support.exports import GARDEN, as_json

QUESTION = "What is the name of Anna's cat?"
DYING = """
import importlib, inspect, os, signal
owner = getattr(importlib.import_module({module!r}), {owner!r})
healthy = getattr(owner, {method!r})
def die():
    os.kill(os.getpid(), signal.SIGKILL)
def dying(*arguments, **named):
    {before} and die()
    result = healthy(*arguments, **named)
    return afterwards(result) if inspect.isawaitable(result) else die()
async def afterwards(result):
    await result
    die()
setattr(owner, {method!r}, dying)
from personal_bot.__main__ import main
main()
"""


def unfinished(scene: Scene) -> set[int]:
    """The updates that the bot's journal says are not done."""
    lines = [json.loads(line) for line in scene.process.journal().splitlines()]
    return {one["update"]["update_id"] for one in lines if "update" in one} - {
        one["id"] for one in lines if one.get("done")
    }


class Fate:
    """Ends the bot's process at one step, and lets the next one live."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    async def dies(self, moment: str, step: str) -> None:
        """Go on as a process that is killed right `before` or `after` this method (module:class.method)."""
        await self._scene.process.until(lambda: not unfinished(self._scene))
        await self._scene.process.kill()
        module, _, name = step.partition(":")
        owner, _, method = name.partition(".")
        code = DYING.format(module=module, owner=owner, method=method, before=moment == "before")
        self._scene.process.program = ("-c", code)
        await self._scene.process.start()

    async def lives(self) -> None:
        """Wait for that death, and go on as a process that lives."""
        assert await self._scene.process.end() == -9
        self._scene.process.program = ("-m", "personal_bot")
        await self._scene.process.start()


async def replies(scene: Scene, since: Message) -> list[Message]:
    """What the bot has sent since, when nothing is left to do."""
    await scene.process.until(lambda: not unfinished(scene))
    messages = await scene.anna.messages(scene.bot.username)
    return [m for m in messages if m.from_bot and not m.draft and m.id > since.id]


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_the_dialogue_keeps_an_answer_once_when_the_bot_dies_over_keeping_it(scene: Scene, moment: str) -> None:
    await scene.process.start()
    await scene.knows_the_pets()
    fate = Fate(scene)
    await fate.dies(moment, "personal_bot.state.dialogues:Dialogues.add")
    question = await scene.anna.send(scene.bot.username, QUESTION)
    await fate.lives()
    await scene.anna.wait(scene.bot.username, lambda m: "Sources" in m.text, after=question, timeout=30)
    assert len(await replies(scene, question)) == 1
    kept = Dialogues(scene.process.folder / "data" / "dialogues").turns(chat_id=scene.anna.id, user_id=scene.anna.id)
    assert [turn.question for turn in kept] == [QUESTION]


def test_a_dialogue_of_the_time_before_its_turns_had_requests_goes_on(tmp_path: Path) -> None:
    here, first, second = {"chat_id": 1, "user_id": 1}, Turn(question="a", answer="b"), Turn(question="c", answer="d")
    (tmp_path / "1_1.json").write_text('[{"question": "a", "answer": "b"}]')
    dialogues = Dialogues(tmp_path)
    for _ in range(2):
        dialogues.add(second, request_id=7, **here)
    dialogues.add(second, request_id=8, **here)
    dialogues.restore([second, Turn(question="e", answer="f")], **here)
    assert dialogues.turns(**here) == (Turn(question="e", answer="f"), first, second, second)


async def test_a_message_that_the_bot_died_over_before_it_knew_its_id_stays_true(scene: Scene) -> None:
    await scene.without_drafts()
    await scene.process.start()
    await scene.knows_the_pets()
    fate = Fate(scene)
    await fate.dies("before", "personal_bot.requests.journal:Journal.sent")
    question = await scene.anna.send(scene.bot.username, QUESTION)
    await fate.lives()
    await scene.anna.wait(scene.bot.username, lambda m: "Sources" in m.text, after=question, timeout=30)
    left, answer = await replies(scene, question)
    assert (left.text, left.buttons) == (say("en", "answer_comes"), ())
    assert "Sources" in answer.text


@pytest.mark.parametrize("step", ["answered", "finish"])
async def test_a_chart_comes_once_with_the_ranking_below_it(scene: Scene, step: str) -> None:
    await scene.process.start()
    await scene.anna.send_file(scene.bot.username, "result.json", as_json(GARDEN))
    await scene.anna.wait(scene.bot.username, lambda m: m.text.startswith("✅"), timeout=120)
    fate = Fate(scene)
    await fate.dies("before", f"personal_bot.requests.journal:Journal.{step}")
    asked = await scene.anna.send(scene.bot.username, "/top")
    await fate.lives()
    await scene.anna.wait(scene.bot.username, lambda m: "Busiest" in m.text, after=asked, timeout=30)
    chart, ranking = await replies(scene, asked)
    assert chart.photo
    assert chart.text == say("en", "top_caption", chat="all chats", period="")
    assert "1. Anna Petrova" in ranking.text
    await scene.process.until(lambda: not list((scene.process.folder / "data" / "answer-files").iterdir()))


@pytest.mark.parametrize("step", ["answered", "finish"])
async def test_a_document_comes_back_once_and_stays(scene: Scene, step: str) -> None:
    await scene.process.start()
    await scene.knows_the_pets()
    await scene.anna.send(scene.bot.username, "/docs")
    listed = await scene.anna.wait(scene.bot.username, lambda m: m.text.startswith("📚"))
    await scene.anna.press(listed, "1")
    card = await scene.anna.wait(scene.bot.username, lambda m: m.text.startswith("📄"))
    fate = Fate(scene)
    await fate.dies("before", f"personal_bot.requests.journal:Journal.{step}")
    await scene.anna.press(card, say("en", "docs_download"))
    await fate.lives()
    await scene.anna.wait(scene.bot.username, lambda m: m.document is not None, after=card, timeout=30)
    (file,) = await replies(scene, card)
    assert (await scene.anna.download(file)).startswith(b"# Pets")
    assert list((scene.process.folder / "data" / "originals").iterdir())


async def test_what_a_document_left_elsewhere_goes_with_it_when_the_bot_dies_over_deleting_it(scene: Scene) -> None:
    await scene.process.start()
    await scene.knows_the_pets()
    question = await scene.anna.send(scene.bot.username, QUESTION)
    await scene.anna.wait(scene.bot.username, lambda m: "Sources" in m.text, after=question, timeout=30)
    await scene.anna.send(scene.bot.username, "/docs")
    listed = await scene.anna.wait(scene.bot.username, lambda m: m.text.startswith("📚"))
    await scene.anna.press(listed, "1")
    card = await scene.anna.wait(scene.bot.username, lambda m: m.text.startswith("📄"))
    await scene.anna.press(card, say("en", "docs_delete"))
    sure = await scene.anna.wait(scene.bot.username, lambda m: m.text == say("en", "docs_sure", name="pets.md"))
    fate = Fate(scene)
    await fate.dies("before", "personal_bot.knowledge.index:Index.remove")
    await scene.anna.press(sure, say("en", "docs_yes"))
    await fate.lives()
    await scene.process.until(lambda: not unfinished(scene))
    await scene.process.until_status(lambda status: status["knowledge"]["ready"])
    assert not list((scene.process.folder / "data" / "passages").iterdir())
