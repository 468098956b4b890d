"""People: what they do, what bots hear of it; @BotFather; managed bots."""

import re
from typing import Any

import pytest

from standins.telegram import NewBot, Person, StandInError, TelegramStandIn
from support.bot_api.plain_http import Call


async def updates(call: Call, kind: str, **options: object) -> list[dict[str, Any]]:
    return [update[kind] for update in (await call("getUpdates", **options)).result if kind in update]


async def test_the_same_name_is_the_same_person_even_on_another_server(telegram: TelegramStandIn) -> None:
    first, again, other = [(await telegram.client.join(name)).id for name in ("Anna", " anna ", "Boris")]
    async with TelegramStandIn.start() as another:
        assert first == again == (await another.client.join("Anna")).id != other


async def test_a_text_over_the_limit_goes_as_several_messages(call: Call, bot: NewBot, anna: Person) -> None:
    await anna.send(bot.username, "😀" * 2048 + "end")
    received = await updates(call, "message")
    assert [str(message["text"])[-3:] for message in received] == ["😀😀😀", "end"]


async def test_a_blocked_bot_hears_of_it_and_writing_unblocks(call: Call, bot: NewBot, anna: Person) -> None:
    await anna.send(bot.username, "/start")
    await anna.block(bot.username)
    await anna.send(bot.username, "back again")
    changes = [change["new_chat_member"]["status"] for change in await updates(call, "my_chat_member")]
    assert changes == ["kicked", "member"]


async def test_a_bot_is_told_what_a_person_changes(call: Call, bot: NewBot, anna: Person) -> None:
    sent = await anna.send(bot.username, "one")
    await anna.edit(sent, "two")
    [edited] = await updates(call, "edited_message")
    assert (edited["message_id"], edited["text"]) == (sent.id, "two")
    assert edited["edit_date"]
    assert [(one.text, one.edited) for one in await anna.messages(bot.username)] == [("two", True)]
    await call("sendMessage", chat_id=anna.id, text="the bot's")
    answer = (await anna.messages(bot.username))[-1]
    with pytest.raises(StandInError, match="MESSAGE_ID_INVALID"):
        await anna.edit(answer, "three")


async def test_a_draft_can_be_stopped_if_the_bot_lets_it(call: Call, bot: NewBot, anna: Person) -> None:
    await anna.send(bot.username, "/start")
    await call("sendMessageDraft", chat_id=anna.id, draft_id=5, text="One")

    with pytest.raises(StandInError, match="no message in writing that can be stopped"):
        await anna.stop_draft(bot.username)

    await call("sendMessageDraft", chat_id=anna.id, draft_id=5, text="One two", can_stop=True)
    await anna.stop_draft(bot.username)
    [stopped] = await updates(call, "stopped_message_generation")
    assert stopped["draft_id"] == 5
    assert not any(message.draft for message in await anna.messages(bot.username))


async def test_a_reply_keyboard_appears_and_goes(call: Call, bot: NewBot, anna: Person) -> None:
    await anna.send(bot.username, "/start")
    await call("sendMessage", chat_id=anna.id, text="Choose", reply_markup={"keyboard": [["A", "B"], ["C"]]})
    assert await anna.keyboard(bot.username) == [["A", "B"], ["C"]]
    await call("sendMessage", chat_id=anna.id, text="Thanks", reply_markup={"remove_keyboard": True})
    assert await anna.keyboard(bot.username) == []


async def test_waiting_says_what_the_bot_said_instead(call: Call, bot: NewBot, anna: Person) -> None:
    await anna.send(bot.username, "/start")
    await call("sendMessage", chat_id=anna.id, text="something else")
    with pytest.raises(TimeoutError, match="something else"):
        await anna.wait(bot.username, lambda message: message.text == "never", timeout=0.2)


async def test_waiting_after_a_message_overlooks_older_ones(call: Call, bot: NewBot, anna: Person) -> None:
    await anna.send(bot.username, "/start")
    await call("sendMessage", chat_id=anna.id, text="ready")
    asked = await anna.send(bot.username, "again?")
    with pytest.raises(TimeoutError):
        await anna.wait(bot.username, lambda message: message.text == "ready", timeout=0.2, after=asked)


async def test_a_button_that_is_not_there_is_named(call: Call, bot: NewBot, anna: Person) -> None:
    await anna.send(bot.username, "/start")
    keyboard = {"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}, {"text": "Help", "url": "example.com"}]]}
    await call("sendMessage", chat_id=anna.id, text="Well?", reply_markup=keyboard)
    question = await anna.wait(bot.username, lambda message: message.text == "Well?")
    with pytest.raises(StandInError, match=re.escape("there are ['Yes', 'Help']")):
        await anna.press(question, "No")

    assert await anna.press(question, "Help") == {"url": "http://example.com"}


@pytest.mark.parametrize(
    ("username", "reason"),
    [("nobody", "invalid"), ("a_bot", None), ("bot", "invalid"), ("1st_bot", "invalid"), ("ANNA_docs_BOT", "occupied")],
)
async def test_usernames_of_bots_follow_telegrams_rules(
    telegram: TelegramStandIn, bot: NewBot, username: str, reason: str | None
) -> None:
    assert bot.username == "anna_docs_bot"

    if reason is None:
        made = await telegram.client.make_bot(username)
        assert re.fullmatch(rf"{made.id}:[A-Za-z0-9_-]{{35}}", made.token)
    else:
        with pytest.raises(StandInError, match=reason):
            await telegram.client.make_bot(username)


async def test_botfather_makes_a_bot_whose_token_works(call: Call, bot: NewBot, anna: Person) -> None:
    async def tell(text: str) -> str:
        sent = await anna.send("BotFather", text)
        return (await anna.wait("BotFather", lambda message: message.from_bot, after=sent)).text

    assert "имя" in await tell("/newbot")
    assert "юзернейм" in await tell("Мой помощник")
    assert "кончаться на bot" in await tell("helper")
    assert "уже занят" in await tell(bot.username)
    assert "не подойдёт" in await tell("9_bot")

    done = await tell("@my_helper_bot")
    token = re.search(r"\d+:[\w-]{35}", done)
    assert token

    me = (await call("getMe", token=token.group())).result
    assert (me["username"], me["first_name"]) == ("my_helper_bot", "Мой помощник")

    await tell("/mybots")
    [choice] = [message for message in await anna.messages("BotFather") if message.buttons]
    await anna.press(choice, "@my_helper_bot")
    await anna.press(choice, "Новый токен")

    assert (await call("getMe", token=token.group())).status == 401

    await anna.press(choice, "Удалить")
    await anna.press(choice, "Да, удалить")
    assert (await anna.messages("BotFather"))[-1].text == "Бота @my_helper_bot больше нет."


async def test_botfather_shows_people_only_their_own_bots(telegram: TelegramStandIn, anna: Person) -> None:
    boris = await telegram.client.join("Boris", language_code="en")
    await telegram.client.make_bot("secret_docs_bot", owner_id=boris.id)
    await anna.send("BotFather", "/mybots")
    assert [message.text for message in await anna.messages("BotFather") if message.from_bot] == [
        "У вас ещё нет ботов. Создайте первого: /newbot."
    ]


async def test_a_manager_makes_bots_for_people_and_holds_their_tokens(
    telegram: TelegramStandIn, call: Call, bot: NewBot, anna: Person
) -> None:
    with pytest.raises(StandInError, match="does not manage bots"):
        await anna.make_managed_bot(bot.username, "made_for_anna_bot")

    manager = await telegram.client.make_bot("manager_bot", can_manage_bots=True)
    await anna.send(manager.username, "/start")
    await anna.make_managed_bot(manager.username, "made_for_anna_bot", name="Anna's own")
    assert (await call("getMe", token=manager.token)).result["can_manage_bots"]

    [made] = await updates(call, "managed_bot", token=manager.token)
    assert made["user"]["id"] == anna.id

    number = made["bot"]["id"]
    token = (await call("getManagedBotToken", token=manager.token, user_id=number)).result
    assert (await call("getMe", token=token)).result["username"] == "made_for_anna_bot"
    assert (await call("getManagedBotToken", user_id=number)).status == 400

    fresh = (await call("replaceManagedBotToken", token=manager.token, user_id=number)).result
    assert (await call("getMe", token=token)).status == 401
    assert (await call("getMe", token=fresh)).status == 200

    await call("setManagedBotAccessSettings", token=manager.token, user_id=number, is_access_restricted=True)
    await anna.send("made_for_anna_bot", "mine")
    boris = await telegram.client.join("Boris")
    with pytest.raises(StandInError, match="only for people its owner has chosen"):
        await boris.send("made_for_anna_bot", "mine too?")


async def test_ticks_tell_whether_the_bot_has_taken_the_message(call: Call, bot: NewBot, anna: Person) -> None:
    sent = await anna.send(bot.username, "are you there?")
    [update] = (await call("getUpdates")).result
    assert (await anna.view(bot.username))["read_by_bot"] == 0
    await call("getUpdates", offset=update["update_id"] + 1)
    assert (await anna.view(bot.username))["read_by_bot"] == sent.id
