"""Questions that come with a file."""

from personal_bot.texts import say
from support.bot_process import Scene

RENT = b"# Rent\n\nThe rent of the flat is 950 euros a month.\n"


async def test_what_stands_below_a_file_is_answered_from_it_once_it_is_in(scene: Scene) -> None:
    await scene.process.start()
    await scene.knows_the_pets()
    sent = await scene.anna.send_file(scene.bot.username, "rent.md", RENT, caption="What is the rent of the flat?")
    answer = await scene.anna.wait(
        scene.bot.username, lambda m: "Sources" in m.text and not m.draft, after=sent, timeout=60
    )
    assert answer.text.startswith("✅")
    assert "950" in answer.text
    assert "pets.md" not in answer.text

    known = await scene.anna.send_file(scene.bot.username, "rent.md", RENT, caption="How many euros is the rent?")
    again = await scene.anna.wait(
        scene.bot.username, lambda m: "Sources" in m.text and not m.draft, after=known, timeout=60
    )
    assert "950" in again.text


async def test_a_question_below_a_file_that_cannot_be_read_gets_the_reason(scene: Scene) -> None:
    await scene.process.start()
    sent = await scene.anna.send_file(scene.bot.username, "a.pdf", b"%PDF-1.4 broken", caption="What is the rent?")
    await scene.anna.wait(scene.bot.username, lambda m: m.text == say("en", "document_corrupt"), after=sent, timeout=60)
    assert not await scene.llm.client.requests("chat/completions")
