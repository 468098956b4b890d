"""Answers come as files: on request, as chosen, or when a text would take too many messages."""

from support.bot_process import Scene
from support.pdf_text import words_of

QUESTION = "What is the name of Anna's cat?"


async def test_the_button_under_an_answer_gives_it_as_a_pdf(scene: Scene) -> None:
    await scene.process.start()
    await scene.knows_the_pets()
    await scene.anna.send(scene.bot.username, QUESTION)
    answer = await scene.anna.wait(scene.bot.username, lambda m: "Sources" in m.text and not m.draft, timeout=30)
    await scene.anna.press(answer, "📄 PDF")
    sent = await scene.anna.wait(scene.bot.username, lambda m: m.document is not None, timeout=30)
    assert sent.document
    assert (sent.document["file_name"], sent.text) == ("What is the name of Anna s cat.pdf", QUESTION)
    assert sent.raw["reply_to_message"]["message_id"] == answer.id
    words = words_of(await scene.anna.download(sent))
    assert "Murka" in words
    assert "Sources [1] pets.md" in words


async def test_answers_come_as_the_file_that_is_chosen_in_the_settings(scene: Scene) -> None:
    await scene.process.start()
    await scene.knows_the_pets()
    await scene.anna.send(scene.bot.username, "/settings")
    page = await scene.anna.wait(scene.bot.username, lambda m: m.text.startswith("⚙️"))
    assert ("✓ 💬 Text", "📄 PDF", "📝 Markdown") in page.buttons
    await scene.anna.press(page, "📝 Markdown")
    await scene.anna.wait(scene.bot.username, lambda m: "✓ 📝 Markdown" in sum(m.buttons, ()))
    await scene.anna.send(scene.bot.username, QUESTION)
    sent = await scene.anna.wait(scene.bot.username, lambda m: m.document is not None, timeout=30)
    assert "Murka" in sent.text
    assert sent.buttons == (("[1]",),)
    text = (await scene.anna.download(sent)).decode()
    assert text.startswith(f"# {QUESTION}\n\n")
    assert text.endswith("## Sources\n\n1. pets.md\n")


async def test_a_file_comes_once_whatever_happens(scene: Scene) -> None:
    await scene.process.start()
    await scene.knows_the_pets()
    await scene.anna.send(scene.bot.username, "/settings")
    page = await scene.anna.wait(scene.bot.username, lambda m: m.text.startswith("⚙️"))
    await scene.anna.press(page, "📄 PDF", answer_within=10)
    # Telegram takes the file, and the answer to that is lost; then the bot is killed while it tries again.
    await scene.people.fault(method="editMessageMedia", drop="after", times=1)
    await scene.people.fault(method="editMessageMedia", delay=60, times=1)
    question = await scene.anna.send(scene.bot.username, QUESTION)
    first = await scene.anna.wait(scene.bot.username, lambda m: m.document is not None, after=question, timeout=60)
    await scene.process.kill()
    await scene.people.clear_faults()
    await scene.process.start()
    await scene.process.until(lambda: '"done": true' in scene.process.journal().splitlines()[-1], 60)
    replies = [m for m in await scene.anna.messages(scene.bot.username) if m.from_bot and m.id > question.id]
    assert [(m.id, m.document is not None) for m in replies] == [(first.id, True)]
    assert "Murka" in words_of(await scene.anna.download(replies[0]))
    await scene.process.until(lambda: not list((scene.process.folder / "data" / "answer-files").iterdir()))


async def test_an_older_bot_api_server_gets_the_file_as_a_new_message(scene: Scene) -> None:
    await scene.people.fault(
        method="editMessageMedia", code=400, description="Bad Request: message can't be edited", times=None
    )
    await scene.process.start()
    await scene.knows_the_pets()
    await scene.anna.send(scene.bot.username, QUESTION)
    answer = await scene.anna.wait(scene.bot.username, lambda m: "Sources" in m.text and not m.draft, timeout=30)
    await scene.anna.press(answer, "📄 PDF")
    await scene.anna.wait(scene.bot.username, lambda m: m.document is not None, timeout=30)
