"""Answers whose sources can be looked at, and questions that are answered from chosen documents."""

import asyncio

import pytest

from personal_bot.texts import say
from support.bot_process import Scene

QUESTION = "What is the name of Anna's cat?"


async def test_tapping_a_number_shows_its_passage_also_after_a_kill(scene: Scene) -> None:
    await scene.process.start()
    await scene.knows_the_pets()
    question = await scene.anna.send(scene.bot.username, QUESTION)
    answer = await scene.anna.wait(scene.bot.username, lambda m: "Sources" in m.text, after=question, timeout=30)
    assert answer.buttons == (("[1]",), ("📄 PDF",))
    await scene.process.kill()
    await scene.process.start()
    await scene.anna.press(answer, "[1]", answer_within=10)
    passage = await scene.anna.wait(scene.bot.username, lambda m: "called Murka" in m.text, after=answer)
    assert passage.text.startswith("[1] pets.md")
    assert [entity["type"] for entity in passage.entities] == ["bold", "expandable_blockquote"]
    await scene.anna.press(passage, say("en", "source_close"), answer_within=5)
    async with asyncio.timeout(10):
        while passage.id in [message.id for message in await scene.anna.messages(scene.bot.username)]:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("step", ["docs", "forget"])
async def test_of_a_document_that_is_deleted_no_passage_is_shown_or_kept(scene: Scene, step: str) -> None:
    """Nor the answers that rest on it, and neither those of other people."""
    boris = await scene.people.join("Boris", language_code="en")
    await scene.process.start(access_mode="Public")
    await scene.knows_the_pets()
    question = await boris.send(scene.bot.username, QUESTION)
    answer = await boris.wait(scene.bot.username, lambda m: "Sources" in m.text, after=question, timeout=30)
    kept = scene.process.folder / "data" / "passages"
    assert "Murka" in "".join(file.read_text() for file in kept.iterdir())
    if step == "docs":
        await scene.anna.send(scene.bot.username, "/docs")
        listed = await scene.anna.wait(scene.bot.username, lambda m: m.text.startswith("📚"))
        await scene.anna.press(listed, "1", answer_within=5)
        card = await scene.anna.wait(scene.bot.username, lambda m: m.text.startswith("📄"))
        await scene.anna.press(card, say("en", "docs_delete"), answer_within=5)
        sure = await scene.anna.wait(scene.bot.username, lambda m: m.text == say("en", "docs_sure", name="pets.md"))
        await scene.anna.press(sure, say("en", "docs_yes"), answer_within=5)
    else:
        await scene.anna.send(scene.bot.username, "/forget")
        asked = await scene.anna.wait(scene.bot.username, lambda m: m.text == say("en", "forget_sure_owner"))
        await scene.anna.press(asked, say("en", "forget_documents"), answer_within=5)
    await scene.process.until_status(lambda status: status["knowledge"]["documents"] == 0)
    await scene.process.until(lambda: not list(kept.iterdir()))
    said = await boris.press(answer, "[1]", answer_within=5)
    assert said
    assert said["text"] == say("en", "source_gone")


async def test_that_the_documents_do_not_hold_it_is_said_once(scene: Scene) -> None:
    await scene.process.start()
    await scene.knows_the_pets()
    question = await scene.anna.send(scene.bot.username, "Which team won the chess olympiad of 1972?")
    answer = await scene.anna.wait(
        scene.bot.username, lambda m: "do not say anything" in m.text and not m.draft, after=question, timeout=30
    )
    assert "Sources" not in answer.text
    assert say("en", "no_support") not in answer.text
    assert answer.buttons == ()


async def test_the_choice_of_documents_survives_a_restart(scene: Scene) -> None:
    await scene.process.start()
    await scene.knows_the_pets()
    await scene.anna.send_file(scene.bot.username, "garden.md", b"# Roses\n\nRoses are cut in March, says Anna.\n")
    await scene.anna.wait(scene.bot.username, lambda m: m.text.startswith("✅ garden.md"), timeout=30)
    await scene.anna.send(scene.bot.username, "/scope")
    listed = await scene.anna.wait(scene.bot.username, lambda m: "Tap those" in m.text)
    await scene.anna.press(listed, "☐ garden.md", answer_within=5)
    await scene.anna.wait(scene.bot.username, lambda m: "1 of 2" in m.text)
    await scene.process.kill()
    await scene.process.start()
    question = await scene.anna.send(scene.bot.username, QUESTION)
    answer = await scene.anna.wait(
        scene.bot.username, lambda m: say("en", "scope_note", count=1) in m.text, after=question, timeout=30
    )
    assert "Murka" not in answer.text
    await scene.anna.press(listed, say("en", "scope_everything"), answer_within=5)
    question = await scene.anna.send(scene.bot.username, QUESTION)
    answer = await scene.anna.wait(scene.bot.username, lambda m: "Murka" in m.text, after=question, timeout=30)
    assert "/scope" not in answer.text


async def test_strangers_of_a_public_bot_are_not_shown_its_documents(scene: Scene) -> None:
    boris = await scene.people.join("Boris", language_code="ru")
    await scene.process.start(access_mode="Public")
    await boris.send(scene.bot.username, "/scope")
    await boris.wait(scene.bot.username, lambda m: m.text == say("ru", "owner_only"), timeout=30)
