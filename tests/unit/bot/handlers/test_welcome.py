"""`/start` shows what the bot can do, and its buttons do it, in both languages."""

import pytest

from personal_bot.texts import say
from standins.telegram.client import Message, Person
from support.bot_process import Scene

CAT = "What is the cat of Anna called?"


async def started(scene: Scene, person: Person) -> Message:
    sent = await person.send(scene.bot.username, "/start")
    return await person.wait(scene.bot.username, lambda m: m.text.startswith("👋"), after=sent, timeout=30)


async def after_press(scene: Scene, person: Person, page: Message, label: str, *, has: str) -> Message:
    await person.press(page, label)
    return await person.wait(scene.bot.username, lambda m: has in m.text, after=page, timeout=30)


async def test_the_owner_finds_everything_behind_buttons_and_after_a_restart_too(scene: Scene) -> None:
    await scene.process.start()
    empty = await started(scene, scene.anna)
    assert empty.text == say("en", "start")
    assert empty.buttons == (("📚 Documents", "💬 Chats"), ("⚙️ Settings", "❓ Help"))
    await after_press(scene, scene.anna, empty, "📚 Documents", has=say("en", "docs_empty"))
    await after_press(scene, scene.anna, empty, "💬 Chats", has="Export chat history")
    await scene.knows_the_pets()
    page = await started(scene, scene.anna)
    assert page.buttons == (*empty.buttons, ("💡 What is pets.md about?",))
    await scene.process.kill()
    await scene.process.start()
    await after_press(scene, scene.anna, page, "📚 Documents", has="1. pets.md")
    await after_press(scene, scene.anna, page, "⚙️ Settings", has=say("en", "settings_title"))
    await after_press(scene, scene.anna, page, "❓ Help", has=say("en", "help"))
    await scene.llm.client.clear_requests()
    await scene.anna.press(page, "💡 What is pets.md about?")
    answer = await scene.anna.wait(
        scene.bot.username, lambda m: not m.draft and m.raw.get("reply_to_message") is not None, after=page, timeout=30
    )
    assert answer.raw["reply_to_message"]["message_id"] == page.id
    [asked] = await scene.llm.client.requests("embeddings")
    assert asked["body"]["input"] == ["What is pets.md about?"]


@pytest.mark.parametrize(
    ("mode", "example"), [("AllowList", "💡 О чём говорится в pets.md?"), ("Public", "💡 О чём эти документы?")]
)
async def test_guests_have_their_own_buttons_in_their_language_and_see_no_names_when_they_may_not(
    scene: Scene, mode: str, example: str
) -> None:
    boris = await scene.people.join("Boris", language_code="ru")
    await scene.process.start(access_mode=mode, **({"allowed_user_id": str(boris.id)} if mode == "AllowList" else {}))
    await scene.knows_the_pets()
    page = await started(scene, boris)
    assert page.text == say("ru", "start_guest")
    assert page.buttons == (("💬 Чаты", "⚙️ Настройки"), ("❓ Помощь",), (example,))
    await after_press(scene, boris, page, "⚙️ Настройки", has=say("ru", "settings_title"))
    await boris.press(page, example)
    await boris.wait(scene.bot.username, lambda m: m.raw.get("reply_to_message") is not None, after=page, timeout=30)
    asked = await scene.llm.client.requests("embeddings")
    assert asked[-1]["body"]["input"] == [example.removeprefix("💡 ")]
