"""What is said to the bot itself is answered at once, without a search and without the LLM service."""

import pytest

from personal_bot.texts import known, say
from support.bot_process import Scene


async def test_the_bot_answers_for_itself_without_a_search_in_both_languages(scene: Scene) -> None:
    boris = await scene.people.join("Boris", language_code="ru")
    await scene.process.start(access_mode="AllowList", allowed_user_id=str(boris.id))
    await scene.knows_the_pets()
    await scene.llm.client.clear_requests()

    for person, text, answer in (
        (scene.anna, "hello", say("en", "talk_hello")),
        (scene.anna, "Thanks!", say("en", "talk_thanks")),
        (scene.anna, "What can you do?", say("en", "start")),
        (scene.anna, "Who can read this?", say("en", "talk_readers_some")),
        (scene.anna, "What documents do you have?", "1. pets.md"),
        (boris, "привет", say("ru", "talk_hello_guest")),
        (boris, "Спасибо, пока!", say("ru", "talk_farewell")),
        (boris, "Что ты умеешь?", say("ru", "start_guest")),
        (boris, "Кто это видит?", say("ru", "talk_readers_guest")),
        (boris, "Какие у тебя документы?", say("ru", "scope_all", total=1)),
    ):
        said = await person.send(scene.bot.username, text)
        told = await person.wait(scene.bot.username, lambda m: bool(m.text), after=said, timeout=30)
        assert answer in told.text

    assert await scene.llm.client.requests("embeddings") == []
    assert await scene.llm.client.requests("chat/completions") == []


@pytest.mark.parametrize(("mode", "key"), [("Owner", "talk_readers_owner"), ("Public", "talk_readers_all")])
async def test_who_can_read_it_is_said_as_it_is(scene: Scene, mode: str, key: str) -> None:
    await scene.process.start(access_mode=mode)
    said = await scene.anna.send(scene.bot.username, "Who can see my documents?")
    answer = await scene.anna.wait(scene.bot.username, lambda m: bool(m.text), after=said, timeout=30)
    assert answer.text == say("en", known(key))


async def test_a_guest_of_a_public_bot_is_told_no_names_of_documents(scene: Scene) -> None:
    boris = await scene.people.join("Boris", language_code="en")
    await scene.process.start(access_mode="Public")
    await scene.knows_the_pets()
    said = await boris.send(scene.bot.username, "What documents do you have?")
    answer = await boris.wait(scene.bot.username, lambda m: bool(m.text), after=said, timeout=30)
    assert answer.text == say("en", "talk_documents_guest")
