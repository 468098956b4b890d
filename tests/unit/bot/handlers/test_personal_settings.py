"""What people control by commands and buttons."""

import json

from personal_bot.texts import say
from support.bot_process import Scene

QUESTION = "What is the name of Anna's cat?"


async def test_settings_change_how_the_bot_speaks_and_what_it_asks_of_the_model(scene: Scene) -> None:
    await scene.process.start()
    await scene.knows_the_pets()
    await scene.anna.send(scene.bot.username, "/instructions Answer like a captain.")
    await scene.anna.wait(scene.bot.username, lambda m: m.text == say("en", "instructions_set"))
    await scene.anna.send(scene.bot.username, "/settings")
    page = await scene.anna.wait(scene.bot.username, lambda m: "Answer like a captain." in m.text)
    await scene.anna.press(page, say("en", "settings_length_short"), answer_within=5)
    await scene.anna.wait(scene.bot.username, lambda m: any("✓ Short answers" in row for row in m.buttons))
    await scene.anna.press(page, say("en", "settings_language_ru"), answer_within=5)
    await scene.anna.wait(scene.bot.username, lambda m: m.text.startswith(say("ru", "settings_title")))
    await scene.process.kill()
    await scene.process.start()
    question = await scene.anna.send(scene.bot.username, QUESTION)
    await scene.anna.wait(scene.bot.username, lambda m: say("ru", "sources") in m.text, after=question, timeout=30)
    asked = (await scene.llm.client.requests("chat/completions"))[-1]["body"]["messages"][0]["content"]
    assert asked.endswith("Answer like a captain.")
    assert "three sentences" in asked


async def test_the_owner_chooses_another_model_of_the_service(scene: Scene) -> None:
    await scene.process.start()
    await scene.anna.send(scene.bot.username, "/settings")
    page = await scene.anna.wait(scene.bot.username, lambda m: "Model: gpt-5-mini" in m.text, timeout=30)
    await scene.anna.press(page, say("en", "settings_models"), answer_within=5)
    models = await scene.anna.wait(scene.bot.username, lambda m: m.text.startswith("🤖"))
    assert models.buttons == (("✓ gpt-5-mini",), ("◀",))


async def test_what_is_used_is_told_logged_and_counted_and_a_spent_budget_ends_it(scene: Scene) -> None:
    scene.process.environment["PERSONAL_BOT_PRICE"] = "gpt-5-mini=1000/1000,text-embedding-3-small=1"
    await scene.process.start(monthly_budget="0.6")
    await scene.knows_the_pets()
    await scene.llm.client.fault(endpoint="chat/completions", status=429, retry_after=1)
    question = await scene.anna.send(scene.bot.username, QUESTION)
    await scene.anna.wait(scene.bot.username, lambda m: "Sources" in m.text, after=question, timeout=30)
    await scene.anna.send(scene.bot.username, "/usage")
    report = await scene.anna.wait(scene.bot.username, lambda m: m.text.startswith(say("en", "usage_title")))
    assert "requests: 2" in report.text
    assert "Budget: 0.60 USD" in report.text
    ended = [line for line in scene.process.lines() if line["message"] == "A request ends"]
    assert ended[-1]["prompt_tokens"] > 100
    assert ended[-1]["completion_tokens"] > 5
    _, metrics = await scene.process.get("/metrics")
    assert 'personalbot_llm_cost_total{model="gpt-5-mini"} 0.' in metrics
    assert 'personalbot_llm_tokens_total{direction="prompt",model="text-embedding-3-small"}' in metrics
    assert "personalbot_llm_waits 1.0" in metrics
    assert "personalbot_taken_in_chunks 1.0" in metrics
    assert "personalbot_document_bytes 105.0" in metrics
    for _ in range(3):
        question = await scene.anna.send(scene.bot.username, QUESTION)
        await scene.anna.wait(scene.bot.username, lambda m: not m.text.startswith("🔍"), after=question, timeout=30)
    await scene.anna.send(scene.bot.username, QUESTION)
    spent = say("en", "budget_spent", budget="0.60 USD")
    await scene.anna.wait(scene.bot.username, lambda m: m.text == spent, after=question, timeout=30)
    await scene.anna.wait(scene.bot.username, lambda m: m.text == say("en", "budget_nearly_spent"))


async def test_who_asks_to_be_forgotten_is(scene: Scene) -> None:
    boris = await scene.people.join("Boris", language_code="en")
    await scene.process.start(access_mode="AllowList", allowed_user_id=str(boris.id))
    await scene.knows_the_pets()
    await boris.send(scene.bot.username, "/instructions Answer like a captain.")
    question = await boris.send(scene.bot.username, f"{QUESTION} (a secret question)")
    await boris.wait(scene.bot.username, lambda m: "Sources" in m.text, after=question, timeout=30)
    await boris.send(scene.bot.username, "/forget")
    sure = await boris.wait(scene.bot.username, lambda m: m.text == say("en", "forget_sure"))
    assert sure.buttons == ((say("en", "forget_me"),), (say("en", "docs_no"),))
    await boris.press(sure, say("en", "forget_me"), answer_within=5)
    await boris.wait(scene.bot.username, lambda m: m.text == say("en", "forgotten"))
    data = scene.process.folder / "data"
    for name in ("dialogues", "preferences", "passages", "usage"):
        for file in (data / name).glob("*"):
            assert str(boris.id) not in file.name + file.read_text()
    assert "a secret question" not in scene.process.journal()
    assert (await scene.process.statusz())["knowledge"]["documents"] == 1


async def test_the_owner_can_have_the_documents_forgotten_too(scene: Scene) -> None:
    await scene.process.start()
    await scene.knows_the_pets()
    await scene.anna.send(scene.bot.username, "/forget")
    sure = await scene.anna.wait(scene.bot.username, lambda m: m.text == say("en", "forget_sure_owner"))
    await scene.anna.press(sure, say("en", "forget_documents"), answer_within=5)
    await scene.anna.wait(scene.bot.username, lambda m: m.text == say("en", "forgotten"))
    await scene.process.until_status(lambda status: status["knowledge"]["documents"] == 0)
    usage = [json.loads(file.read_text()) for file in (scene.process.folder / "data" / "usage").glob("*.json")]
    assert all(row[1] == 0 for month in usage for row in month["rows"])
