"""Groups: what bots in them hear and may do, asked for by a client that nobody here wrote (python-telegram-bot)."""

from collections.abc import AsyncIterator

import pytest
import telegram as ptb
import telegram.error as ptb_error
import telegram.request as ptb_request

from standins.telegram import NewBot, Person, TelegramStandIn
from standins.telegram.client import StandInError


@pytest.fixture
async def ours(telegram: TelegramStandIn, bot: NewBot) -> AsyncIterator[ptb.Bot]:
    patient = ptb_request.HTTPXRequest(read_timeout=60)
    async with ptb.Bot(bot.token, base_url=f"{telegram.url}/bot", request=patient, get_updates_request=patient) as ours:
        yield ours


async def heard(bot: ptb.Bot) -> list[ptb.Update]:
    """What came since this was asked last."""
    updates = await bot.get_updates()
    if updates:
        await bot.get_updates(offset=updates[-1].update_id + 1)
    return list(updates)


async def texts(bot: ptb.Bot) -> list[str | None]:
    return [update.effective_message.text for update in await heard(bot) if update.effective_message]


async def test_a_bot_is_told_who_added_it_and_what_became_of_it(
    telegram: TelegramStandIn, bot: NewBot, anna: Person, ours: ptb.Bot
) -> None:
    group = await telegram.client.make_group("Garden", anna)
    await group.add(bot, by=anna)
    await group.set_status(bot, "administrator", by=anna)
    await group.set_status(bot, "kicked", by=anna)
    updates = await heard(ours)
    changes = [update.my_chat_member for update in updates if update.my_chat_member]

    assert [(one.old_chat_member.status, one.new_chat_member.status) for one in changes] == [
        ("left", "member"), ("member", "administrator"), ("administrator", "kicked"),
    ]  # fmt: skip
    assert {(one.from_user.id, one.chat.type, one.chat.title) for one in changes} == {(anna.id, "supergroup", "Garden")}
    assert str(group.id).startswith("-100")

    joined = next(update.message for update in updates if update.message)
    assert joined.new_chat_members[0].id == bot.id

    with pytest.raises(ptb_error.Forbidden, match="bot was kicked from the supergroup chat"):
        await ours.send_message(group.id, "…")


async def test_in_privacy_mode_only_commands_and_replies_reach_a_bot(
    telegram: TelegramStandIn, bot: NewBot, anna: Person, ours: ptb.Bot
) -> None:
    other = await telegram.client.make_bot("other_bot")
    group = await telegram.client.make_group("Garden", anna)
    await group.add(bot, by=anna)
    await group.add(other, by=anna)
    await heard(ours)

    for said in ("hello", "@anna_docs_bot hello", "/start@other_bot", "/start", "/start@anna_docs_bot x"):
        await group.say(anna, said)

    assert await texts(ours) == ["/start@anna_docs_bot x"]

    sent = await ours.send_message(group.id, "Yes?")
    await group.say(anna, "/start")
    own = next(message for message in await group.messages() if message.id == sent.message_id)
    await group.say(anna, "an answer", reply_to=own)

    assert await texts(ours) == ["/start", "an answer"]


@pytest.mark.parametrize("by", ["setprivacy", "admin rights"])
async def test_without_privacy_mode_or_as_administrator_a_bot_hears_everything_and_edits_too(
    telegram: TelegramStandIn, bot: NewBot, anna: Person, ours: ptb.Bot, by: str
) -> None:
    group = await telegram.client.make_group("Garden", anna)

    if by == "setprivacy":
        await telegram.client.set_privacy(bot.username, enabled=False)
        assert (await ours.get_me()).can_read_all_group_messages

    await group.add(bot, by=anna)

    if by == "admin rights":
        await group.set_status(bot, "administrator", by=anna)

    await heard(ours)
    said = await group.say(anna, "hello")
    await group.edit(anna, said, "hello, all")
    updates = await heard(ours)

    assert updates[0].message
    assert updates[0].message.text == "hello"
    assert updates[1].edited_message
    assert (updates[1].edited_message.text, updates[1].edited_message.message_id) == ("hello, all", said.id)


async def test_a_change_of_privacy_mode_holds_only_for_groups_that_the_bot_is_added_to_later(
    telegram: TelegramStandIn, bot: NewBot, anna: Person, ours: ptb.Bot
) -> None:
    group = await telegram.client.make_group("Garden", anna)
    await group.add(bot, by=anna)
    await telegram.client.set_privacy(bot.username, enabled=False)
    await heard(ours)
    await group.say(anna, "hello")

    assert await texts(ours) == []


async def test_members_are_told_by_their_status(
    telegram: TelegramStandIn, bot: NewBot, anna: Person, ours: ptb.Bot
) -> None:
    boris, vera = await telegram.client.join("Boris"), await telegram.client.join("Vera")
    group = await telegram.client.make_group("Garden", anna)
    await group.add(bot, by=anna)
    await group.add(boris, by=anna)
    statuses = [(await ours.get_chat_member(group.id, who.id)).status for who in (anna, boris, vera, bot)]

    assert statuses == ["creator", "member", "left", "member"]

    await group.set_status(boris, "administrator", by=anna)
    assert {one.user.id for one in await ours.get_chat_administrators(group.id)} == {anna.id, boris.id}
    assert await ours.get_chat_member_count(group.id) == 3
    assert (await ours.get_chat(group.id)).title == "Garden"

    with pytest.raises(ptb_error.BadRequest, match=r"(?i)user not found"):
        await ours.get_chat_member(group.id, 12345)


async def test_a_bot_can_leave_and_then_writes_no_more(
    telegram: TelegramStandIn, bot: NewBot, anna: Person, ours: ptb.Bot
) -> None:
    group = await telegram.client.make_group("Garden", anna, supergroup=False)
    await group.add(bot, by=anna)
    assert await ours.leave_chat(group.id)

    with pytest.raises(ptb_error.Forbidden, match="bot is not a member of the group chat"):
        await ours.send_message(group.id, "…")

    with pytest.raises(StandInError, match="CHAT_ADMIN_REQUIRED"):
        await group.set_status(bot, "administrator", by=anna)


async def test_a_group_that_is_upgraded_tells_its_new_id_and_is_written_to_no_more(
    telegram: TelegramStandIn, bot: NewBot, anna: Person, ours: ptb.Bot
) -> None:
    group = await telegram.client.make_group("Garden", anna, supergroup=False)
    await group.add(bot, by=anna)
    await heard(ours)
    made = await group.upgrade(by=anna)
    messages = [update.message for update in await heard(ours) if update.message]

    assert (messages[0].chat.id, messages[0].migrate_to_chat_id) == (group.id, made.id)
    assert (messages[1].chat.id, messages[1].migrate_from_chat_id) == (made.id, group.id)
    assert messages[1].message_id == 1

    with pytest.raises(ptb_error.ChatMigrated) as moved:
        await ours.send_message(group.id, "…")

    assert moved.value.new_chat_id == made.id
    assert (await ours.send_message(made.id, "here")).chat.type == "supergroup"


async def test_buttons_in_a_group_are_pressed_by_whoever_sees_them(
    telegram: TelegramStandIn, bot: NewBot, anna: Person, ours: ptb.Bot
) -> None:
    boris = await telegram.client.join("Boris")
    group = await telegram.client.make_group("Garden", anna)
    await group.add(bot, by=anna)
    await group.add(boris, by=anna)
    keys = ptb.InlineKeyboardMarkup([[ptb.InlineKeyboardButton("Yes", callback_data="yes")]])
    sent = await ours.send_message(group.id, "Shall I?", reply_markup=keys)
    shown = await group.wait(lambda message: message.id == sent.message_id)
    await group.press(boris, shown, "Yes")
    query = next(update.callback_query for update in await heard(ours) if update.callback_query)

    assert (query.from_user.id, query.data) == (boris.id, "yes")
    assert query.message
    assert query.message.chat.id == group.id
    assert await ours.answer_callback_query(query.id, "Thank you")


async def test_drafts_are_for_private_chats_and_a_group_takes_twenty_messages_a_minute(
    telegram: TelegramStandIn, bot: NewBot, anna: Person, ours: ptb.Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")  # its coming form of retry_after; without, a warning
    group = await telegram.client.make_group("Garden", anna)
    await group.add(bot, by=anna)

    with pytest.raises(ptb_error.BadRequest, match=r"(?i)textdraft_peer_invalid"):
        await ours.send_message_draft(group.id, 1, "…")

    await telegram.client.enforce_limits()

    for number in range(20):
        await ours.send_message(group.id, str(number))

    with pytest.raises(ptb_error.RetryAfter):
        await ours.send_message(group.id, "21")


async def test_everybody_in_a_group_has_it_on_their_screen_until_they_have_read_it(
    telegram: TelegramStandIn, bot: NewBot, anna: Person, ours: ptb.Bot
) -> None:
    boris, stranger = await telegram.client.join("Boris"), await telegram.client.join("Stranger")
    group = await telegram.client.make_group("Garden", anna)
    await group.add(boris, by=anna)
    await group.add(bot, by=anna)
    said = await ours.send_message(group.id, "Good evening")

    async def unread(person: Person) -> list[int]:
        entries = await telegram.client.request("GET", f"people/{person.id}/groups")
        return [entry["unread"] for entry in entries]

    assert [await unread(person) for person in (anna, boris, stranger)] == [[1], [3], []]
    await telegram.client.request(
        "POST", f"groups/{group.id}/read", json={"person": boris.id, "up_to": said.message_id}
    )
    assert await unread(boris) == [0]
    screen = await telegram.client.request("GET", f"people/{boris.id}/groups/{group.id}")
    assert [message.get("text") for message in screen["messages"]] == [None, None, "Good evening"]
    assert screen["bot"]["members"] == 3


async def test_what_a_bot_says_stands_in_the_topic_that_it_names_or_answers(
    telegram: TelegramStandIn, bot: NewBot, anna: Person, ours: ptb.Bot
) -> None:
    group = await telegram.client.make_group("Garden", anna)
    await group.add(bot, by=anna)
    asked = await group.say(anna, "/ask", message_thread_id=3, is_topic_message=True)

    named = await ours.send_message(group.id, "named", message_thread_id=3)
    answered = await ours.send_message(group.id, "answered", reply_to_message_id=asked.id)
    general = await ours.send_message(group.id, "general")
    assert [one.message_thread_id for one in (named, answered, general)] == [3, 3, None]
    assert named.is_topic_message
    with pytest.raises(ptb_error.BadRequest, match="Message thread not found"):
        await ours.send_message(group.id, "nowhere", message_thread_id=4)
