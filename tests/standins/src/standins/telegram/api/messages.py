"""Sending, changing and deleting messages of text; drafts and chat actions."""

import asyncio
from typing import Any, Final

from standins.telegram.api.arguments import Call
from standins.telegram.api.keyboards import apply_reply_keyboard, read_markup
from standins.telegram.entities import CAPTION_LIMIT, TEXT_LIMIT, utf16_length
from standins.telegram.errors import bad_request
from standins.telegram.markup import formatted
from standins.telegram.models import Chat, Draft, Json

DRAFT_LIVES: Final = 30.0  # seconds
ACTION_LIVES: Final = 5.0
DELETABLE: Final = 48 * 3600  # seconds: a bot may delete younger messages
ACTIONS: Final = frozenset({
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
    "choose_sticker", "find_location", "record_video_note", "upload_video_note",
})  # fmt: skip
_TOO_LONG: Final = {
    "sendmessage": "message is too long",
    "sendmessagedraft": "message is too long",
    "editmessagetext": "MESSAGE_TOO_LONG",
    "editmessagecaption": "MEDIA_CAPTION_TOO_LONG",
}
NOT_MODIFIED: Final = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current"
    " content and reply markup of the message"
)


def read_text(call: Call, name: str = "text", *, may_be_empty: bool = False) -> Json:
    """The formatted text of a call as message fields.

    Raises:
        ApiError: empty, too long after parsing, or badly formatted.
    """
    plain, found = formatted(
        call.text(name), parse_mode=call.text("parse_mode"),
        given=call.json("entities" if name == "text" else "caption_entities"),
    )  # fmt: skip
    if name == "text" and not plain and not may_be_empty:
        raise bad_request("text must be non-empty" if call.text(name) else "message text is empty")
    if utf16_length(plain) > (TEXT_LIMIT if name == "text" else CAPTION_LIMIT):
        raise bad_request(_TOO_LONG.get(call.method, "message caption is too long"))
    if not plain:
        return {}

    return {name: plain} | ({"entities" if name == "text" else "caption_entities": found} if found else {})


def writable_chat(call: Call) -> Chat:
    return call.world.chat_to_write_in(call.bot, call.chat_id())


def read_reply(call: Call, chat: Chat) -> Json:
    """What the message answers, as its ``reply_to_message``.

    Raises:
        ApiError: there is no such message.
    """
    parameters = call.json("reply_parameters") or {}
    number = parameters.get("message_id") or call.integer("reply_to_message_id")
    if not number:
        return {}

    answered = chat.messages.get(int(number))
    if answered:
        shown: Json = {"reply_to_message": {k: v for k, v in answered.items() if k != "reply_to_message"}}
        return shown | ({"quote": {"text": parameters["quote"], "position": 0}} if parameters.get("quote") else {})

    if parameters.get("allow_sending_without_reply") or call.flag("allow_sending_without_reply"):
        return {}

    raise bad_request("message to be replied not found")


def read_topic(call: Call, chat: Chat, reply: Json) -> Json:
    """The topic that the message goes to: the one that is asked for, else that of the message that it answers.

    Raises:
        ApiError: there is no such topic.
    """
    asked = call.integer("message_thread_id") if call.values.get("message_thread_id") else None
    topics = {one["message_thread_id"] for one in chat.messages.values() if one.get("is_topic_message")}
    if asked and asked not in topics:
        raise bad_request("message thread not found")

    topic = asked or reply.get("reply_to_message", {}).get("message_thread_id")
    return {"message_thread_id": topic, "is_topic_message": True} if topic in topics else {}


def post(call: Call, chat: Chat, content: Json) -> Json:
    """Send it: with its keyboard and what it answers, within the sending limits."""
    markup, reply = read_markup(call), read_reply(call, chat)
    topic = read_topic(call, chat, reply)
    call.world.limits.admit(call.bot.id, chat.person.id)
    apply_reply_keyboard(chat, markup)
    inline = {"reply_markup": markup} if markup and "inline_keyboard" in markup else {}
    message = call.world.new_message(chat, from_bot=True, content=reply | topic | content | inline)

    if markup and not inline:
        call.world.notify(chat, {"type": "keyboard", "keyboard": chat.keyboard})

    return message


def send_message(call: Call) -> Json:
    content = read_text(call)
    return post(call, writable_chat(call), content)


def _message(call: Call, missing: str) -> tuple[Chat, Json]:
    if not call.values.get("message_id"):
        raise bad_request("message identifier is not specified")

    chat = writable_chat(call)
    message = chat.messages.get(call.integer("message_id"))
    if not message:
        raise bad_request(missing)

    return chat, message


def edit(call: Call, fields: tuple[str, ...], content: Json) -> Json:
    """Replace these fields of a message and its keyboard, if that changes anything.

    Raises:
        ApiError: there is no such message, it is not the bot's, or nothing changes.
    """
    chat, message = _message(call, "message to edit not found")
    if not message["from"]["is_bot"]:
        raise bad_request("message can't be edited")
    if fields[:1] == ("text",) and "text" not in message:
        raise bad_request("there is no text in the message to edit")

    markup = read_markup(call)
    after = {key: value for key, value in message.items() if key not in {*fields, "reply_markup", "edit_date"}}
    after |= content | ({"reply_markup": markup} if markup and "inline_keyboard" in markup else {})
    if after == {key: value for key, value in message.items() if key != "edit_date"}:
        raise bad_request(NOT_MODIFIED)

    message.clear()
    message |= after | {"edit_date": int(call.world.clock.now())}
    call.world.notify(chat, {"type": "edited", "message": message})

    return message


def edit_message_text(call: Call) -> Json:
    return edit(call, ("text", "entities"), read_text(call))


def edit_message_caption(call: Call) -> Json:
    return edit(call, ("caption", "caption_entities"), read_text(call, "caption"))


def edit_message_reply_markup(call: Call) -> Json:
    return edit(call, (), {})


def delete_message(call: Call) -> bool:
    """Delete a message for both.

    Raises:
        ApiError: there is no such message, or it is too old.
    """
    chat, message = _message(call, "message to delete not found")
    if message["date"] < call.world.clock.now() - DELETABLE:
        raise bad_request("message can't be deleted for everyone")
    _delete(call, chat, [message["message_id"]])
    return True


def delete_messages(call: Call) -> bool:
    """Delete up to 100 messages; those that do not exist are skipped.

    Raises:
        ApiError: none or too many are named.
    """
    chat, numbers = writable_chat(call), call.json("message_ids")
    if not isinstance(numbers, list) or not numbers:
        raise bad_request("message identifiers are not specified")
    if len(numbers) > 100:
        raise bad_request("too many message identifiers specified")

    _delete(call, chat, [int(number) for number in numbers if int(number) in chat.messages])
    return True


def _delete(call: Call, chat: Chat, numbers: list[int]) -> None:
    for number in numbers:
        del chat.messages[number]
    if numbers:
        call.world.notify(chat, {"type": "deleted", "message_ids": numbers})


def copy_message(call: Call) -> Json:
    """Another message of the same bot's, without the link to it.

    Raises:
        ApiError: there is no such message.
    """
    chat = writable_chat(call)
    source = call.bot.chats.get(call.integer("from_chat_id"))
    original = source.messages.get(call.integer("message_id")) if source else None
    if not original:
        raise bad_request("message to copy not found")

    kept = ("text", "entities", "document", "photo", "caption", "caption_entities")
    message = post(call, chat, {key: original[key] for key in kept if key in original})
    return {"message_id": message["message_id"]}


def send_message_draft(call: Call) -> bool:
    """Show a message that is still being written; it disappears after 30 seconds, or when the bot sends the message.

    Raises:
        ApiError: the draft has no id, or the chat is a group.
    """
    draft_id = call.integer("draft_id")
    if not draft_id:
        raise bad_request("DRAFT_ID_INVALID")

    content = read_text(call, may_be_empty=True)
    chat, world = writable_chat(call), call.world
    if chat.person.id < 0:
        raise bad_request("TEXTDRAFT_PEER_INVALID")

    if chat.draft and chat.draft.expiry:
        chat.draft.expiry.cancel()

    expiry = asyncio.get_running_loop().call_later(DRAFT_LIVES, world.drop_draft, chat)
    chat.draft = Draft(
        draft_id=draft_id,
        text=content.get("text", ""),
        entities=content.get("entities", []),
        can_stop=call.flag("can_stop"),
        keep_on_stop=call.flag("keep_on_stop"),
        date=int(call.world.clock.now()),
        expiry=expiry,
    )
    world.notify(chat, {"type": "draft", "draft": chat.draft.as_json()})

    return True


def send_chat_action(call: Call) -> bool:
    """Show what the bot is doing, for five seconds.

    Raises:
        ApiError: there is no such action.
    """
    action = call.text("action")
    if action not in ACTIONS:
        raise bad_request("wrong parameter action in request")

    chat = writable_chat(call)
    chat.action = (action, call.world.clock.now() + ACTION_LIVES)
    call.world.notify(chat, {"type": "action", "action": action, "seconds": ACTION_LIVES})

    return True


def get_chat(call: Call) -> Json:
    """What a bot may know of a chat.

    Raises:
        ApiError: it does not know the chat.
    """
    chat_id = call.chat_id()
    chat = call.bot.chats.get(chat_id) if isinstance(chat_id, int) else None
    if not chat:
        raise bad_request("chat not found")

    rights: dict[str, Any] = {"accent_color_id": chat.person.id % 7, "max_reaction_count": 11}
    return chat.as_json() | rights | {"accepted_gift_types": dict.fromkeys(
        ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), False
    )}  # fmt: skip


def answer_callback_query(call: Call) -> bool:
    """Stop the button's waiting sign, with a toast, an alert, or nothing. Once, within 30 seconds or so.

    Raises:
        ApiError: the button was pressed too long ago, or has its answer; the text is too long.
    """
    query = call.world.queries.get(call.text("callback_query_id"))
    too_old = query and call.world.clock.now() - query.asked > 60
    if not query or query.chat.bot is not call.bot or too_old or query.answer is not None:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    if utf16_length(call.text("text")) > 200:
        raise bad_request("MESSAGE_TOO_LONG")

    query.answer = {"text": call.text("text"), "show_alert": call.flag("show_alert"), "url": call.text("url")}
    call.world.notify(query.chat, {"type": "callback_answer", "query_id": query.id, **query.answer})
    return True
