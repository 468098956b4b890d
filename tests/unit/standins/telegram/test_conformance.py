"""One scenario, driven by three clients that nobody here wrote; every refusal is Telegram's own, word for word."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import pytest

from standins.telegram import NewBot, Person, TelegramStandIn
from support.bot_api.client import BotClient, refused

UntilPolling = Callable[..., Awaitable[None]]
SECOND_POLLER: Final = "terminated by other getUpdates request; make sure that only one bot instance is running"
NOT_MODIFIED: Final = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current"
    " content and reply markup of the message"
)


async def started(anna: Person, bot: NewBot) -> None:
    await anna.send(bot.username, "/start")


async def test_get_me_tells_who_the_bot_is(client: BotClient, bot: NewBot) -> None:
    me = await client.get_me()
    assert (me["id"], me["username"], me["is_bot"]) == (bot.id, bot.username, True)


async def test_a_token_that_nobody_was_given_is_unauthorized(stranger: BotClient) -> None:
    with refused("Unauthorized"):
        await stranger.get_me()


async def test_updates_come_in_order_until_an_offset_confirms_them(
    client: BotClient, bot: NewBot, anna: Person
) -> None:
    for text in ("one", "two", "three"):
        await anna.send(bot.username, text)

    first = await client.get_updates()
    assert [update["message"]["text"] for update in first] == ["one", "two", "three"]
    assert [update["message"]["text"] for update in await client.get_updates()] == ["one", "two", "three"]

    left = await client.get_updates(offset=first[1]["update_id"] + 1)
    assert [update["message"]["text"] for update in left] == ["three"]
    assert await client.get_updates(offset=left[0]["update_id"] + 1) == []


async def test_a_long_poll_ends_as_soon_as_somebody_writes(
    client: BotClient, until_polling: UntilPolling, bot: NewBot, anna: Person
) -> None:
    poll = asyncio.create_task(client.get_updates(timeout=50))
    await until_polling()
    await anna.send(bot.username, "привет")

    async with asyncio.timeout(5):
        updates = await poll

    message = updates[0]["message"]
    assert message["text"] == "привет"
    assert (message["from"]["id"], message["from"]["first_name"], message["from"]["language_code"]) == (
        anna.id, "Anna", "ru",
    )  # fmt: skip
    assert (message["chat"]["id"], message["chat"]["type"]) == (anna.id, "private")


async def test_a_newer_poller_ends_the_older_one(
    client: BotClient,
    second_client: BotClient,
    until_polling: UntilPolling,
    bot: NewBot,
    anna: Person,
) -> None:
    older = asyncio.create_task(client.get_updates(timeout=50))
    await until_polling()
    newer = asyncio.create_task(second_client.get_updates(timeout=50))

    with refused("Conflict", SECOND_POLLER):
        await older

    again = asyncio.create_task(client.get_updates(timeout=50))

    with refused("Conflict", SECOND_POLLER):
        await newer

    await anna.send(bot.username, "still there?")
    assert (await again)[0]["message"]["text"] == "still there?"


async def test_what_a_bot_sends_a_person_sees(client: BotClient, bot: NewBot, anna: Person) -> None:
    await started(anna, bot)
    sent = await client.send(anna.id, "<b>Hello</b> 🙂 <i>you</i>", html=True)
    seen = await anna.wait(bot.username, lambda message: "Hello" in message.text)
    assert (seen.text, seen.id) == ("Hello 🙂 you", sent["message_id"])
    assert seen.entities == [
        {"type": "bold", "offset": 0, "length": 5},
        {"type": "italic", "offset": 9, "length": 3},  # the emoji counts as two
    ]


async def test_an_edit_is_shown_and_the_same_edit_again_is_refused(
    client: BotClient, bot: NewBot, anna: Person
) -> None:
    await started(anna, bot)
    sent = await client.send(anna.id, "thinking")
    edited = await client.edit(anna.id, sent["message_id"], "an answer")
    assert (edited["text"], edited["message_id"]) == ("an answer", sent["message_id"])
    assert "edit_date" in edited
    assert (await anna.wait(bot.username, lambda message: message.edited)).text == "an answer"

    with refused("Bad Request", NOT_MODIFIED):
        await client.edit(anna.id, sent["message_id"], "an answer")

    with refused("Bad Request", "message to edit not found"):
        await client.edit(anna.id, 987_654, "an answer")


async def test_a_deleted_message_is_gone_and_cannot_be_deleted_twice(
    client: BotClient, bot: NewBot, anna: Person
) -> None:
    await started(anna, bot)
    sent = await client.send(anna.id, "a secret")
    await client.delete(anna.id, sent["message_id"])
    assert [message.text for message in await anna.messages(bot.username)] == ["/start"]

    with refused("Bad Request", "message to delete not found"):
        await client.delete(anna.id, sent["message_id"])


@pytest.mark.parametrize("name", ["contract.pdf", "Договор № 7.pdf"])
async def test_a_document_goes_down_and_up_unchanged(client: BotClient, bot: NewBot, anna: Person, name: str) -> None:
    content = bytes(range(256)) * 1000
    await anna.send_file(bot.username, name, content, caption="read this")
    [update] = await client.get_updates()
    document = update["message"]["document"]

    assert (document["file_name"], document["file_size"], document["mime_type"]) == (
        name, len(content), "application/pdf",
    )  # fmt: skip
    assert update["message"]["caption"] == "read this"
    assert await client.download(document["file_id"]) == content

    sent = await client.send_document(anna.id, name, content[::-1], caption="and back")
    assert (sent["document"]["file_name"], sent["caption"]) == (name, "and back")

    seen = await anna.wait(bot.username, lambda message: message.document is not None)
    assert await anna.download(seen) == content[::-1]


async def test_a_pressed_button_gets_its_answer_once(client: BotClient, bot: NewBot, anna: Person) -> None:
    await started(anna, bot)
    await client.send(anna.id, "Shall I?", button="Yes")
    question = await anna.wait(bot.username, lambda message: bool(message.buttons))
    assert question.buttons == (("Yes",),)

    pressing = asyncio.create_task(anna.press(question, "Yes", answer_within=10))
    updates = await client.get_updates(timeout=10)
    updates = [u for u in updates if "callback_query" in u] or await client.get_updates(
        offset=updates[-1]["update_id"] + 1, timeout=10
    )
    query = updates[0]["callback_query"]

    assert (query["data"], query["message"]["message_id"], query["from"]["id"]) == ("Yes", question.id, anna.id)

    await client.answer_query(query["id"], "Noted")
    answer = await pressing
    assert answer is not None
    assert answer["text"] == "Noted"

    with refused("Bad Request", "query is too old and response timeout expired or query ID is invalid"):
        await client.answer_query(query["id"], "again")


async def test_a_draft_is_shown_until_the_message_takes_its_place(client: BotClient, bot: NewBot, anna: Person) -> None:
    await started(anna, bot)
    await client.draft(anna.id, 7, "The contr")
    await client.draft(anna.id, 7, "The contract ends")
    shown = await anna.wait(bot.username, lambda message: message.draft)

    assert shown.text == "The contract ends"

    await client.send(anna.id, "The contract ends in May.")
    assert [(message.text, message.draft) for message in await anna.messages(bot.username)] == [
        ("/start", False), ("The contract ends in May.", False),
    ]  # fmt: skip


async def test_too_many_requests_say_how_long_to_wait(
    client: BotClient, telegram: TelegramStandIn, bot: NewBot, anna: Person
) -> None:
    await started(anna, bot)
    await telegram.client.fault(method="sendMessage", code=429, retry_after=7)

    with refused("Too Many Requests", retry_after=7):
        await client.send(anna.id, "hello")

    assert (await client.send(anna.id, "hello"))["text"] == "hello"


async def test_a_webhook_and_polling_exclude_each_other(client: BotClient, until_polling: UntilPolling) -> None:
    poll = asyncio.create_task(client.get_updates(timeout=50))
    await until_polling()
    await client.set_webhook("https://example.com/hook")

    with refused("Conflict", "terminated by setWebhook request"):
        await poll

    active = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
    with refused("Conflict", active):
        await client.get_updates()

    await client.delete_webhook()
    assert await client.get_updates() == []


async def test_lengths_are_counted_after_parsing(client: BotClient, bot: NewBot, anna: Person) -> None:
    await started(anna, bot)
    await client.send(anna.id, "<b>" + "я" * 4096 + "</b>", html=True)
    sent = await client.send(anna.id, "short")

    with refused("Bad Request", "message is too long"):
        await client.send(anna.id, "x" * 4097)

    with refused("Bad Request", "MESSAGE_TOO_LONG"):
        await client.edit(anna.id, sent["message_id"], "x" * 4097)

    with refused("Bad Request", "message caption is too long"):
        await client.send_document(anna.id, "a.txt", b"a", caption="x" * 1025)

    await client.send(anna.id, "ok", button="я" * 32)

    with refused("Bad Request", "BUTTON_DATA_INVALID"):
        await client.send(anna.id, "no", button="я" * 33)


async def test_a_bot_reaches_only_people_who_let_it(client: BotClient, bot: NewBot, anna: Person) -> None:
    with refused("Bad Request", "chat not found"):
        await client.send(anna.id, "hello")

    await started(anna, bot)
    await client.send(anna.id, "hello")
    await anna.block(bot.username)

    with refused("Forbidden", "bot was blocked by the user"):
        await client.send(anna.id, "hello?")

    await anna.unblock(bot.username)
    await anna.clear(bot.username)

    with refused("Forbidden", "bot can't initiate conversation with a user"):
        await client.send(anna.id, "hello?")

    await started(anna, bot)
    await client.send(anna.id, "hello again")


async def test_bad_markup_is_refused_with_its_place(client: BotClient, bot: NewBot, anna: Person) -> None:
    await started(anna, bot)

    with refused("Bad Request", "can't parse entities: Can't find end tag corresponding to start tag \"b\""):
        await client.send(anna.id, "привет <b>мир", html=True)

    with refused("Bad Request", 'can\'t parse entities: Unsupported start tag "p" at byte offset 13'):
        await client.send(anna.id, "привет <p>мир</p>", html=True)


async def test_commands_are_kept_by_language(client: BotClient, telegram: TelegramStandIn, bot: NewBot) -> None:
    await client.set_commands({"start": "begin"}, "")
    await client.set_commands({"start": "начать"}, "ru")

    for name, language, words in (("Boris", "ru", "начать"), ("Bob", "de", "begin")):
        person = await telegram.client.join(name, language_code=language)
        shown = await telegram.client.request("GET", f"people/{person.id}/chats/{bot.username}")
        assert shown["bot"]["commands"] == [{"command": "start", "description": words}]
