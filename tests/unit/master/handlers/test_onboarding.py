"""From «/start» to a bot that answers, with everything that can be refused or interrupted on the way."""

from datetime import timedelta
from typing import Any

import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession

from support.master_world import KEY, Talk, World, make_world
from support.memory_cluster import MemoryCluster


async def test_a_person_gets_a_bot_from_a_token_and_a_key(world: World, anna: Talk, cluster: MemoryCluster) -> None:
    new = await world.telegram.client.make_bot("anna_docs_bot")
    await anna.say("/start", "Step 1 of 3", "@BotFather")
    await anna.say(new.token, "@anna_docs_bot is yours", "Step 2 of 3", "the AI service")
    live = await anna.create("@anna_docs_bot is on its way")
    name = f"bot-{new.id}"
    cluster.come_up(name)
    done = await anna.hear("@anna_docs_bot is ready")

    assert done.id == live.id, "one message tells of the whole start"
    assert await anna.press(done, "💬 Open @anna_docs_bot") == {"url": "https://t.me/anna_docs_bot"}
    assert await anna.own_words() == ["/start"], "no message with a secret stays in the chat"
    bot = cluster.bots[name]
    assert bot["spec"]["ownerId"] == anna.id
    assert bot["metadata"]["labels"]["personalbots.io/owner-id"] == str(anna.id)
    [(secret, held)] = cluster.secrets.items()
    assert bot["spec"]["telegram"]["tokenSecretRef"] == {"name": secret, "key": "telegram-token"}
    assert bot["spec"]["llm"]["apiKeySecretRef"] == {"name": secret, "key": "openai-api-key"}
    assert held["stringData"] == {"telegram-token": new.token, "openai-api-key": KEY}
    assert held["metadata"]["ownerReferences"][0]["uid"] == bot["metadata"]["uid"]
    assert "personalbots.io/draft" not in held["metadata"]["labels"]
    assert not cluster.kept, "nothing is remembered of a conversation that is over"
    await world.until(lambda: "personalbots.io/live-message" not in cluster.bots[name]["metadata"]["annotations"])


async def test_the_whole_talk_is_in_the_persons_language(world: World, cluster: MemoryCluster) -> None:
    boris = await world.join("Борис", "ru")
    new = await world.telegram.client.make_bot("boris_docs_bot")
    await boris.say("/start", "Шаг 1 из 3")
    await boris.say(new.token, "@boris_docs_bot – ваш", "Шаг 2 из 3")
    await boris.create("@boris_docs_bot уже в пути")
    cluster.come_up(f"bot-{new.id}")
    await boris.hear("@boris_docs_bot готов")


async def test_the_token_is_found_in_a_forwarded_message_of_botfather(world: World, anna: Talk) -> None:
    new = await world.telegram.client.make_bot("anna_docs_bot")
    await anna.say("/start", "Step 1")
    told = f"Done! Congratulations. Use this token to access the HTTP API:\n{new.token}\nKeep your token secure."
    await anna.say(told, "Step 2 of 3")
    assert await anna.own_words() == ["/start"]


@pytest.mark.parametrize("text", ["1234567890:tooshort", "1234567890AAEabcdefghijklmnopqrstuvwxyz12345"])
async def test_what_is_no_token_is_refused_and_deleted_all_the_same(
    anna: Talk, cluster: MemoryCluster, text: str
) -> None:
    await anna.say("/start", "Step 1")
    await anna.say(text, "That is not a bot token")
    assert await anna.own_words() == ["/start"]
    assert not cluster.secrets


async def test_a_token_that_telegram_refuses_makes_nothing(world: World, anna: Talk, cluster: MemoryCluster) -> None:
    new = await world.telegram.client.make_bot("anna_docs_bot")
    await world.telegram.client.revoke_token("anna_docs_bot")
    await anna.say("/start", "Step 1")
    await anna.say(new.token, "Telegram does not know this token")
    assert await anna.own_words() == ["/start"]
    assert not cluster.secrets


async def test_the_master_bots_own_token_is_refused(world: World, anna: Talk) -> None:
    await anna.say("/start", "Step 1")
    await anna.say(world.master.token, "my own token")


async def test_a_token_in_use_here_is_refused_and_only_its_owner_is_told_more(
    world: World, anna: Talk, cluster: MemoryCluster
) -> None:
    boris = await world.join("Boris")
    new = await world.telegram.client.make_bot("anna_docs_bot")
    cluster.put("by-kubectl", anna.id)
    cluster.report("by-kubectl", identity=(new.id, new.username), Ready=("True", "Polling", ""))
    await world.until(
        lambda: [bot.status.bot.id for bot in world.app.clients.cache.all() if bot.status.bot] == [new.id]
    )
    await anna.say("/start", "Step 1")
    await anna.say(new.token, "is one of your bots already")
    await boris.say("/start", "Step 1")
    refused = await boris.say(new.token, "is in use here already")
    assert str(anna.id) not in refused.text
    assert not cluster.secrets


async def test_a_foreign_webhook_is_removed_only_after_the_token_was_sent_a_second_time(
    world: World, anna: Talk, cluster: MemoryCluster
) -> None:
    new = await world.telegram.client.make_bot("anna_docs_bot")
    async with Bot(new.token, session=world.app.clients.telegram.session).context(auto_close=False) as other:
        await other.set_webhook("https://elsewhere.example/hook")
        await anna.say("/start", "Step 1")
        await anna.say(new.token, "connected to another service")
        assert (await other.get_webhook_info()).url
        assert not cluster.secrets
        await anna.say(new.token, "Step 2 of 3")
        assert not (await other.get_webhook_info()).url
    assert await anna.own_words() == ["/start"]


async def test_a_foreign_webhook_is_removed_by_a_button_and_after_a_restart_the_token_is_asked_for_again(
    world: World, anna: Talk, cluster: MemoryCluster
) -> None:
    new = await world.telegram.client.make_bot("anna_docs_bot")
    async with Bot(new.token, session=AiohttpSession(api=world.app.clients.telegram.session.api)) as other:
        await other.set_webhook("https://elsewhere.example/hook")
        await anna.say("/start", "Step 1")
        asked = await anna.say(new.token, "connected to another service")
        assert new.token not in str(cluster.kept), "a token is written nowhere"
        await world.stop()
        await world.start()
        await anna.press(asked, "🔌 Move it here")
        await anna.hear("send it once more")
        assert (await other.get_webhook_info()).url
        await anna.say("/start", "Step 1")
        asked = await anna.say(new.token, "connected to another service")
        await anna.press(asked, "🔌 Move it here")
        await anna.hear("Step 2 of 3", after=asked)
        assert not (await other.get_webhook_info()).url
    assert not [text for text in await anna.own_words() if ":" in text]


async def test_a_token_that_telegram_delivers_again_after_a_kill_is_no_agreement_to_move_the_bot(
    world: World, anna: Talk
) -> None:
    new = await world.telegram.client.make_bot("anna_docs_bot")
    async with Bot(new.token, session=AiohttpSession(api=world.app.clients.telegram.session.api)) as other:
        await other.set_webhook("https://elsewhere.example/hook")
        await anna.say("/start", "Step 1")
        asked = await anna.say(new.token, "connected to another service")
        await world.kill()
        await world.start()
        await anna.say("/help", "I make bots")
        assert (await other.get_webhook_info()).url, f"nobody has agreed below message {asked.id}"


async def test_a_telegram_that_is_away_is_no_refusal_of_the_token(world: World, anna: Talk) -> None:
    new = await world.telegram.client.make_bot("anna_docs_bot")
    await anna.say("/start", "Step 1")
    await world.telegram.client.fault(method="getMe", bot="anna_docs_bot", code=502, times=None)
    await anna.person.send(anna.with_, new.token)
    await world.telegram.client.clear_faults()
    await anna.hear("Step 2 of 3")


async def test_when_the_deletion_is_refused_the_person_is_told_to_do_it(world: World, anna: Talk) -> None:
    new = await world.telegram.client.make_bot("anna_docs_bot")
    await anna.say("/start", "Step 1")
    await world.telegram.client.fault(
        method="deleteMessage", code=400, description="Bad Request: message can't be deleted", times=1
    )
    sent = await anna.say(new.token)
    await anna.hear("Please delete it yourself", after=sent)
    await anna.hear("Step 2 of 3", after=sent)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"status": 401}, "does not accept this key"),
        ({"status": 429, "code": "insufficient_quota"}, "has no money left"),
        ({"status": 503}, "does not answer just now"),
    ],
)
async def test_a_key_that_the_service_refuses_makes_nothing_and_may_be_sent_again(
    world: World, anna: Talk, cluster: MemoryCluster, fault: dict[str, Any], said: str
) -> None:
    new = await world.telegram.client.make_bot("anna_docs_bot")
    await anna.say("/start", "Step 1")
    await anna.say(new.token, "Step 2 of 3")
    await world.llm.client.fault(endpoint="embeddings", times=None, **fault)
    await anna.say(KEY, said)
    assert not cluster.bots
    assert KEY not in await anna.own_words()
    await world.llm.client.clear_faults()
    await anna.create("is on its way")


async def test_a_wrong_key_is_refused(world: World, anna: Talk, cluster: MemoryCluster) -> None:
    new = await world.telegram.client.make_bot("anna_docs_bot")
    await anna.say("/start", "Step 1")
    await anna.say(new.token, "Step 2 of 3")
    await anna.say("sk-wrong-key-0123456789", "does not accept this key")
    await anna.say("two words", "not an API key")
    assert not cluster.bots
    assert await anna.own_words() == ["/start", "two words"]


async def test_the_token_sent_again_instead_of_the_key_is_deleted_and_explained(world: World, anna: Talk) -> None:
    new = await world.telegram.client.make_bot("anna_docs_bot")
    await anna.say("/start", "Step 1")
    await anna.say(new.token, "Step 2 of 3")
    await anna.say(new.token, "I have the token of @anna_docs_bot already")
    assert await anna.own_words() == ["/start"]


async def test_a_model_that_the_key_does_not_reach_is_named(cluster: MemoryCluster) -> None:
    async with make_world(cluster, llm_model="gpt-none") as world:
        await world.start()
        anna = await world.join()
        new = await world.telegram.client.make_bot("anna_docs_bot")
        await anna.say("/start", "Step 1")
        await anna.say(new.token, "Step 2 of 3")
        await anna.say(KEY, "does not offer the model gpt-none")


async def test_cancel_drops_the_secret_too(world: World, anna: Talk, cluster: MemoryCluster) -> None:
    new = await world.telegram.client.make_bot("anna_docs_bot")
    await anna.say("/start", "Step 1")
    await anna.say(new.token, "Step 2 of 3")
    assert len(cluster.secrets) == 1
    await anna.say("/cancel", "I dropped it, and the token and key that you sent me are deleted")
    assert not cluster.secrets
    assert not cluster.kept
    await anna.say("/cancel", "nothing to cancel")


async def test_cancel_does_not_claim_to_have_deleted_what_was_never_sent(anna: Talk) -> None:
    await anna.say("/start", "Step 1")
    told = await anna.say("/cancel", "I dropped it")
    assert "deleted" not in told.text


async def test_the_address_of_the_service_is_never_shown(world: World, anna: Talk) -> None:
    new = await world.telegram.client.make_bot("anna_docs_bot")
    await anna.say("/start", "Step 1")
    asked = await anna.say(new.token, "Your bot uses the AI service, and you pay")
    assert "http" not in asked.text


@pytest.mark.parametrize("command", ["newbot", "mybots"])
async def test_a_command_for_botfather_is_sent_there(anna: Talk, command: str) -> None:
    await anna.say(f"/{command}", f"/{command} is a command of @BotFather")


async def test_a_secret_out_of_place_is_deleted(anna: Talk) -> None:
    await anna.say("7712345678:AAEabcdefghijklmnopqrstuvwxyz1234567", "deleted the message to be safe")
    await anna.say("how are you?", "I did not understand")
    assert await anna.own_words() == ["how are you?"]


async def test_a_picture_is_asked_to_be_text(anna: Talk) -> None:
    await anna.say("/start", "Step 1")
    await anna.person.send_file(anna.with_, "token.txt", b"1234567890:x", caption="7712345678:AAEabcdefghijklmnop")
    await anna.hear("as a text message")
    assert await anna.own_words() == ["/start"]


async def test_a_draft_that_nobody_goes_on_with_expires_with_its_secret(cluster: MemoryCluster) -> None:
    async with make_world(cluster, draft_seconds=3600) as world:
        await world.start()
        anna = await world.join()
        new = await world.telegram.client.make_bot("anna_docs_bot")
        await anna.say("/start", "Step 1")
        await anna.say(new.token, "Step 2 of 3")
        await world.stop()
        world.passed = timedelta(seconds=3601)
        await world.start()
        await world.until(lambda: not cluster.secrets and not cluster.kept)


async def test_a_bot_that_somebody_else_made_meanwhile_is_not_taken_over(
    world: World, anna: Talk, cluster: MemoryCluster
) -> None:
    new = await world.telegram.client.make_bot("anna_docs_bot")
    await anna.say("/start", "Step 1")
    await anna.say(new.token, "Step 2 of 3")
    cluster.put(f"bot-{new.id}", owner_id=4711)
    await anna.create("is in use here already")
    assert cluster.bots[f"bot-{new.id}"]["spec"]["ownerId"] == 4711
    assert not cluster.secrets
