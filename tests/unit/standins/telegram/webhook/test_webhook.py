"""What a receiver of webhooks sees of the server, and what getWebhookInfo tells."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web

from support.bot_api.receiver import answers
from support.bot_api.webhook_scene import WebhookScene

UntilPolling = Callable[..., Awaitable[None]]
HOUR = 3600


async def pending(scene: WebhookScene) -> int:
    return int((await scene.info()).result["pending_update_count"])


async def test_an_update_is_posted_as_getupdates_gives_it_and_forgotten_on_a_2xx(scene: WebhookScene) -> None:
    await scene.write("before")
    [waiting] = (await scene.call("getUpdates")).result
    await scene.set_webhook(secret_token="Aa0_-")  # noqa: S106 - no secret
    await scene.write("after")
    await scene.until_delivered(2)

    assert scene.receiver.updates[0] == waiting
    assert scene.receiver.texts == ["before", "after"]
    assert scene.receiver.headers[0]["X-Telegram-Bot-Api-Secret-Token"] == "Aa0_-"
    assert scene.receiver.headers[0]["Content-Type"] == "application/json"
    assert await pending(scene) == 0
    assert (await scene.anna.view(scene.bot.username))["read_by_bot"] == 2

    await scene.call("deleteWebhook")
    assert await scene.texts() == []


@pytest.mark.parametrize("status", [199 + 102, 403, 404, 429, 500, 503])
async def test_any_other_status_keeps_it_and_is_told(scene: WebhookScene, status: int) -> None:
    scene.receiver.answer = answers(status, Retry_After="9")
    await scene.set_webhook()
    await scene.write("hello")
    await scene.until_delivered(1)

    info = (await scene.info()).result
    assert info["last_error_message"].startswith(f"Wrong response from the webhook: {status} ")
    assert info["last_error_date"] == int(scene.clock.now())
    assert info["pending_update_count"] == 1
    assert (await scene.anna.view(scene.bot.username))["read_by_bot"] == 0


async def test_retry_after_is_obeyed_to_the_second(scene: WebhookScene) -> None:
    scene.receiver.answer = answers(429, 429, Retry_After="30")
    await scene.set_webhook()
    await scene.write("hello")
    for attempt in (1, 2):
        await scene.until_delivered(attempt)
        await scene.clock.advance(29)
        assert len(scene.receiver.updates) == attempt
        await scene.clock.advance(1)

    await scene.until_delivered(3)
    assert len({update["update_id"] for update in scene.receiver.updates}) == 1


async def test_without_it_the_second_attempt_comes_at_once_and_then_ever_later(scene: WebhookScene) -> None:
    scene.receiver.answer = answers(*[500] * 5)
    await scene.set_webhook()
    await scene.write("hello")
    await scene.until_delivered(2)
    for attempt, wait in ((2, 2), (3, 4), (4, 8)):
        await scene.clock.advance(wait - 0.5)
        assert len(scene.receiver.updates) == attempt
        await scene.clock.advance(0.5)
        await scene.until_delivered(attempt + 1)


async def test_after_a_failure_only_that_chat_waits(scene: WebhookScene) -> None:
    boris = await scene.telegram.client.join("Boris")
    scene.receiver.answer = lambda update: web.Response(
        status=429 if update["message"]["from"]["id"] == scene.anna.id else 200, headers={"Retry-After": "60"}
    )
    await scene.set_webhook()
    await scene.write("one")
    await scene.write("two")
    await boris.send(scene.bot.username, "three")
    await scene.until_delivered(2)
    await boris.send(scene.bot.username, "four")
    await scene.until_delivered(3)
    assert scene.receiver.texts == ["one", "three", "four"]


async def test_chats_are_served_side_by_side_up_to_max_connections(scene: WebhookScene) -> None:
    await scene.set_webhook(max_connections=3)
    await scene.write("the first success allows more than one connection")
    await scene.until_delivered(1)

    scene.receiver.hold = asyncio.Event()
    people = [await scene.telegram.client.join(f"Person {number}") for number in range(5)]
    for person in people:
        await person.send(scene.bot.username, "a")
        await person.send(scene.bot.username, "b")

    await scene.receiver.until(lambda: scene.receiver.under_way == 3)
    scene.receiver.hold.set()
    await scene.until_delivered(11)
    assert scene.receiver.most == 3
    for person in people:
        own = [u["message"]["text"] for u in scene.receiver.updates if u["message"]["from"]["id"] == person.id]
        assert own == ["a", "b"]


async def test_a_minute_without_an_answer_is_a_failure(scene: WebhookScene) -> None:
    scene.receiver.hold = asyncio.Event()
    await scene.set_webhook()
    await scene.write("hello")
    await scene.receiver.until_received(1)
    await scene.clock.advance(59)
    assert "last_error_message" not in (await scene.info()).result

    await scene.clock.advance(1)
    await scene.until_delivered(1)
    assert (await scene.info()).result["last_error_message"] == "Read timeout expired"
    await scene.receiver.until(lambda: len(scene.receiver.updates) == 2 and scene.receiver.under_way == 1)


async def test_nobody_who_listens_is_told_only_by_getwebhookinfo(scene: WebhookScene) -> None:
    scene.receiver.port = 9
    await scene.set_webhook()
    await scene.write("hello")
    await scene.until_delivered(1)
    assert (await scene.info()).result["last_error_message"] == "Connection refused"


async def test_a_deleted_webhook_breaks_off_its_requests_and_getupdates_gives_what_was_not_acknowledged(
    scene: WebhookScene,
) -> None:
    scene.receiver.hold = asyncio.Event()
    await scene.set_webhook()
    for text in ("one", "two"):
        await scene.write(text)

    await scene.receiver.until_received(1)
    assert (await scene.call("deleteWebhook")).body["description"] == "Webhook was deleted"
    await scene.receiver.until(lambda: scene.receiver.under_way == 0)
    assert await scene.texts() == ["one", "two"]
    assert (await scene.info()).result["url"] == ""
    assert (await scene.call("deleteWebhook")).body["description"] == "Webhook is already deleted"


@pytest.mark.parametrize("method", ["deleteWebhook", "setWebhook"])
async def test_what_waits_is_dropped_only_when_asked(scene: WebhookScene, method: str) -> None:
    scene.receiver.answer = answers(500, 500, 500)
    await scene.set_webhook()
    await scene.write("hello")
    await scene.receiver.until_received(1)
    assert (await scene.call(method, drop_pending_updates=True)).result
    assert await scene.texts() == []


async def test_410_removes_the_webhook_only_after_23_hours_of_it(scene: WebhookScene) -> None:
    scene.receiver.answer = lambda _: web.Response(status=410, headers={"Retry-After": "3600"})
    await scene.set_webhook()
    await scene.write("hello")
    for hour in range(1, 25):
        await scene.until_delivered(hour)
        assert (await scene.info()).result["url"], hour
        await scene.clock.advance(HOUR + 1)
        await scene.write(f"hour {hour}")

    async with asyncio.timeout(10):
        while (await scene.info()).result["url"]:  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0.01)

    assert "hour 24" in await scene.texts()


async def test_a_method_in_the_reply_is_carried_out_from_a_2xx_alone(scene: WebhookScene) -> None:
    said = iter([(500, "sendMessage"), (200, "getMe"), (200, "setWebhook"), (201, "sendMessage")])

    def answer(_: dict[str, object]) -> web.Response:
        status, method = next(said)
        body = {"method": method, "chat_id": scene.anna.id, "text": f"{method} {status}", "url": ""}
        return web.json_response(body, status=status)

    scene.receiver.answer = answer
    await scene.set_webhook()
    await scene.write("one")
    await scene.until_delivered(2)
    await scene.write("two")
    await scene.write("three")
    seen = await scene.anna.wait(scene.bot.username, lambda message: message.from_bot)
    assert seen.text == "sendMessage 201"
    assert [entry["method"] for entry in await scene.telegram.client.calls(bot=scene.bot.username)] == [
        "setwebhook", "sendmessage",
    ]  # fmt: skip


async def test_updates_that_are_not_allowed_are_dropped_when_they_occur(scene: WebhookScene) -> None:
    await scene.set_webhook(allowed_updates=["my_chat_member"])
    await scene.write("unheard")
    await scene.anna.block(scene.bot.username)
    await scene.until_delivered(1)
    await scene.call("deleteWebhook")
    assert (await scene.call("getUpdates", allowed_updates=["message"])).result == []
    assert [list(update) for update in scene.receiver.updates] == [["update_id", "my_chat_member"]]


@pytest.mark.parametrize("kind", ["no answer", "answer lost", "wrong certificate"])
async def test_faults_of_telegrams_side_bring_the_same_update_again(scene: WebhookScene, kind: str) -> None:
    await scene.telegram.client.webhook_fault(kind, bot=scene.bot.username)  # type: ignore[arg-type] # one of the three
    await scene.set_webhook()
    await scene.write("hello")
    await scene.clock.advance(60 if kind == "no answer" else 0)
    await scene.until_delivered(1)
    await scene.clock.advance(2)  # before a new connection
    await scene.until_delivered(2)

    words = {"no answer": "Read timeout expired", "wrong certificate": "SSL error {error:0A000086:SSL routines"}
    assert (await scene.info()).result.get("last_error_message", "").startswith(words.get(kind, ""))
    assert scene.receiver.texts == (["hello", "hello"] if kind == "answer lost" else ["hello"])
    assert len({update["update_id"] for update in scene.receiver.updates}) == 1


async def test_after_an_hour_away_everything_comes_at_once(scene: WebhookScene) -> None:
    await scene.set_webhook()
    await scene.telegram.client.set_away(away=True)
    for number in range(3):
        await scene.write(f"message {number}")

    await scene.clock.advance(HOUR)
    assert scene.receiver.updates == []

    await scene.telegram.client.set_away(away=False)
    await scene.until_delivered(3)
    assert scene.receiver.texts == ["message 0", "message 1", "message 2"]
    assert scene.receiver.updates[0]["message"]["date"] < scene.clock.now() - HOUR + 1


async def test_a_poll_that_waits_while_telegram_is_away_gets_everything_at_the_end(
    scene: WebhookScene, until_polling: UntilPolling
) -> None:
    poll = asyncio.create_task(scene.call("getUpdates", timeout=50))
    await until_polling()
    await scene.telegram.client.set_away(away=True)
    for number in range(3):
        await scene.write(f"message {number}")

    await scene.telegram.client.set_away(away=False)
    assert len((await poll).result) == 3
