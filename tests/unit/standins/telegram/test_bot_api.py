"""What plain HTTP sees of the Bot API: ways to call it, its limits, its faults on demand."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

import aiohttp
import pytest

from standins.telegram import NewBot, Person, Settings, TelegramStandIn
from standins.telegram.update_queue import UPDATES_LIVE
from support.bot_api.plain_http import Call

UntilPolling = Callable[..., Awaitable[None]]
PNG: Final = bytes.fromhex("89504e470d0a1a0a0000000d494844520000000300000002") + b"rest"


@pytest.mark.parametrize("how", ["query", "form", "json", "multipart"])
async def test_arguments_come_in_four_ways(telegram: TelegramStandIn, bot: NewBot, anna: Person, how: str) -> None:
    await anna.send(bot.username, "/start")
    url, arguments = f"{telegram.url}/bot{bot.token}/SENDmessage", {"chat_id": str(anna.id), "text": "да & нет"}
    multipart = aiohttp.FormData(arguments, default_to_multipart=True)
    ways: dict[str, dict[str, Any]] = {
        "query": {"params": arguments}, "form": {"data": arguments}, "json": {"json": arguments},
        "multipart": {"data": multipart},
    }  # fmt: skip
    async with aiohttp.ClientSession() as session, session.post(url, **ways[how]) as response:
        assert (await response.json())["result"]["text"] == "да & нет"


async def test_what_does_not_exist_is_not_found(call: Call, bot: NewBot) -> None:
    assert (await call("flyToTheMoon")).body == {
        "ok": False, "error_code": 404, "description": "Not Found: method not found",
    }  # fmt: skip
    assert (await call("getMe", token="nonsense")).body["description"] == "Not Found"  # noqa: S106 - no token

    wrong = await call("getMe", token=bot.token[:-1] + ("x" if bot.token[-1] != "x" else "y"))
    assert (wrong.status, wrong.description) == (401, "Unauthorized")


async def test_a_revoked_token_ends_the_poll_that_used_it(
    telegram: TelegramStandIn, until_polling: UntilPolling, call: Call, bot: NewBot
) -> None:
    poll = asyncio.create_task(call("getUpdates", timeout=50))
    await until_polling()
    fresh = await telegram.client.revoke_token(bot.username)
    assert (await poll).description == "Unauthorized"
    assert (await call("getMe")).status == 401
    assert (await call("getMe", token=fresh)).result["id"] == bot.id


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"text": "a"}, "chat_id is empty"),
        ({"chat_id": "@somebody", "text": "a"}, "chat not found"),
        ({"chat_id": 5, "text": ""}, "message text is empty"),
        ({"chat_id": 5, "text": " \n "}, "text must be non-empty"),
        ({"chat_id": 5, "text": "a", "parse_mode": "BBCode"}, "unsupported parse_mode"),
        ({"text": "a", "reply_markup": "{"}, "can't parse reply_markup JSON object"),
        ({"text": "a", "reply_markup": {"inline_keyboard": [[{"text": "a"}]]}},
         "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"),
        ({"text": "a", "reply_markup": {"inline_keyboard": [[{"text": "a", "url": "no address"}]]}},
         "inline keyboard button URL 'no address' is invalid: Wrong HTTP URL"),
        ({"text": "a", "reply_parameters": {"message_id": 77}}, "message to be replied not found"),
    ],
)  # fmt: skip
async def test_bad_messages_are_refused(
    call: Call, bot: NewBot, anna: Person, arguments: dict[str, object], words: str
) -> None:
    await anna.send(bot.username, "/start")
    known = {"chat_id": anna.id} if "reply" in str(arguments) else {}
    answer = await call("sendMessage", **(known | arguments))
    assert (answer.status, answer.description) == (400, f"Bad Request: {words}")


async def test_a_reply_shows_what_it_answers(call: Call, bot: NewBot, anna: Person) -> None:
    asked = await anna.send(bot.username, "When?")
    sent = (await call("sendMessage", chat_id=anna.id, text="In May", reply_parameters={"message_id": asked.id})).result
    assert sent["reply_to_message"]["text"] == "When?"


async def test_updates_are_limited_and_kept_for_a_day(
    telegram: TelegramStandIn, call: Call, bot: NewBot, anna: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(101):
        await anna.send(bot.username, f"message {number}")

    assert len((await call("getUpdates", limit=500)).result) == 100
    assert len((await call("getUpdates", limit=0)).result) == 1

    [last] = (await call("getUpdates", offset=-1)).result
    assert last["message"]["text"] == "message 100"

    monkeypatch.setattr(telegram.world.clock, "now", lambda: time.time() + UPDATES_LIVE + 1)
    assert (await call("getUpdates")).result == []


async def test_only_updates_that_were_asked_for_come(call: Call, bot: NewBot, anna: Person) -> None:
    await call("getUpdates", allowed_updates=["callback_query"])
    await anna.send(bot.username, "unheard")
    assert (await call("getUpdates")).result == []

    await call("getUpdates", allowed_updates=[])
    await anna.send(bot.username, "heard")
    assert [update["message"]["text"] for update in (await call("getUpdates")).result] == ["heard"]


async def test_a_poller_that_goes_away_loses_nothing(
    until_polling: UntilPolling, call: Call, bot: NewBot, anna: Person
) -> None:
    poll = asyncio.create_task(call("getUpdates", timeout=50))
    await until_polling()
    poll.cancel()
    await until_polling(polling=False)
    await anna.send(bot.username, "anybody?")

    assert [update["message"]["text"] for update in (await call("getUpdates")).result] == ["anybody?"]


async def test_files_have_telegrams_limits(call: Call, bot: NewBot, anna: Person) -> None:
    large = await anna.send_file(bot.username, "large.bin", b"x" * (20 * 1024 * 1024 + 1))
    assert large.document is not None
    assert (await call("getFile", file_id=large.document["file_id"])).description == "Bad Request: file is too big"
    assert (await call("getFile", file_id="nonsense")).description == "Bad Request: invalid file_id"
    assert (await call("sendDocument", chat_id=anna.id)).description == (
        "Bad Request: there is no document in the request"
    )


async def test_a_self_hosted_server_lifts_the_limits() -> None:
    async with TelegramStandIn.start(settings=Settings(file_limit=2000 * 1024 * 1024)) as telegram:
        bot = await telegram.client.make_bot("anna_docs_bot")
        anna = await telegram.client.join("Anna")
        sent = await anna.send_file(bot.username, "large.bin", b"x" * (20 * 1024 * 1024 + 1))
        assert sent.document is not None

        address = f"{telegram.url}/bot{bot.token}/getFile?file_id={sent.document['file_id']}"
        async with aiohttp.ClientSession() as session, session.get(address) as response:
            assert (await response.json())["ok"]


async def test_a_file_sent_once_is_sent_again_by_its_id(call: Call, bot: NewBot, anna: Person) -> None:
    received = await anna.send_file(bot.username, "a.txt", b"words")
    assert received.document is not None
    again = (await call("sendDocument", chat_id=anna.id, document=received.document["file_id"])).result
    assert again["document"]["file_unique_id"] == received.document["file_unique_id"]


async def test_a_text_becomes_a_file_and_is_no_text_from_then_on(call: Call, bot: NewBot, anna: Person) -> None:
    received = await anna.send_file(bot.username, "a.txt", b"words")
    assert received.document is not None

    sent = (await call("sendMessage", chat_id=anna.id, text="soon")).result
    message = {"chat_id": anna.id, "message_id": sent["message_id"]}
    media = {"type": "document", "media": received.document["file_id"], "caption": "*here*", "parse_mode": "MarkdownV2"}
    edited = (await call("editMessageMedia", **message, media=media)).result

    assert (edited["message_id"], edited["caption"], "text" in edited) == (sent["message_id"], "here", False)
    assert edited["document"]["file_unique_id"] == received.document["file_unique_id"]
    assert (await call("editMessageText", **message, text="again")).description == (
        "Bad Request: there is no text in the message to edit"
    )


async def test_photos_have_a_size(telegram: TelegramStandIn, bot: NewBot, anna: Person) -> None:
    sent = await anna.send_file(bot.username, "p.png", PNG, as_photo=True, caption="look")
    assert sent.photo is not None
    assert (sent.photo[0]["width"], sent.photo[0]["height"], sent.text) == (3, 2, "look")

    form = aiohttp.FormData({"chat_id": str(anna.id), "photo": "attach://part"})
    form.add_field("part", PNG, filename="q.png")

    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{telegram.url}/bot{bot.token}/sendPhoto", data=form) as response,
    ):
        assert (await response.json())["result"]["photo"][0]["width"] == 3

    back = await anna.wait(bot.username, lambda message: message.photo is not None)
    assert await anna.download(back) == PNG


async def test_faults_strike_as_often_as_asked(
    telegram: TelegramStandIn, call: Call, bot: NewBot, anna: Person
) -> None:
    await anna.send(bot.username, "/start")
    await telegram.client.fault(method="sendMessage", bot=bot.username, code=500, times=2)
    answers = [await call("sendMessage", chat_id=anna.id, text="x") for _ in range(3)]
    assert [answer.status for answer in answers] == [500, 500, 200]

    await telegram.client.fault(code=403, description="Forbidden: user is deactivated", times=None)
    assert (await call("sendMessage", chat_id=anna.id, text="x")).description == "Forbidden: user is deactivated"

    await telegram.client.clear_faults(bot.username)
    assert (await call("getMe")).status == 403, "it was for all bots"

    await telegram.client.clear_faults()
    assert (await call("getMe")).result


async def test_a_dropped_call_leaves_it_open_whether_it_was_done(
    telegram: TelegramStandIn, call: Call, bot: NewBot, anna: Person
) -> None:
    await anna.send(bot.username, "/start")

    for drop in ("before", "after"):
        await telegram.client.fault(method="sendMessage", drop=drop)

        with pytest.raises(aiohttp.ClientError):
            await call("sendMessage", chat_id=anna.id, text=drop)

    assert [message.text for message in await anna.messages(bot.username)] == ["/start", "after"]
    assert [entry["code"] for entry in await telegram.client.calls(method="sendMessage")] == [0, 0]


async def test_a_delay_only_delays(telegram: TelegramStandIn, call: Call) -> None:
    await telegram.client.fault(method="getMe", delay=0.3)
    before = time.monotonic()
    assert (await call("getMe")).result
    assert time.monotonic() - before >= 0.3


async def test_sending_limits_are_enforced_when_asked(
    telegram: TelegramStandIn, call: Call, bot: NewBot, anna: Person
) -> None:
    await anna.send(bot.username, "/start")
    await telegram.client.enforce_limits()
    answers = [await call("sendMessage", chat_id=anna.id, text=str(number)) for number in range(5)]
    refused = [answer for answer in answers if answer.status == 429]

    assert refused

    seconds = refused[0].body["parameters"]["retry_after"]
    assert refused[0].description == f"Too Many Requests: retry after {seconds}"
    assert 1 <= seconds <= 3


async def test_calls_are_on_record(telegram: TelegramStandIn, call: Call, bot: NewBot) -> None:
    await call("getMe")
    await call("setMyCommands", commands=json.dumps([{"command": "Bad", "description": "x"}]))
    record = await telegram.client.calls(bot=bot.username)
    assert [(entry["method"], entry["code"]) for entry in record] == [("getme", 200), ("setmycommands", 400)]
    assert bot.token not in json.dumps(record)
