"""What a person does in their messenger, and what the bot hears of it."""

import secrets
from typing import Final

from standins.telegram.api.arguments import Upload
from standins.telegram.api.files import document_json, photo_json
from standins.telegram.botfather import BotFather
from standins.telegram.entities import CAPTION_LIMIT, TEXT_LIMIT, detected, to_json, trimmed, utf16_length
from standins.telegram.images import image_size
from standins.telegram.models import Bot, CallbackQuery, Chat, Json, Person
from standins.telegram.world import NotPossibleError, World

PHOTO_LIMIT: Final = 10 * 1024 * 1024


class People:
    """Acts of people. @BotFather, who is built in, answers at once."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._botfather = BotFather(world)

    def say(self, chat: Chat, text: str, *, reply_to: int | None = None) -> list[Json]:
        """Write to a bot. A text over Telegram's limit becomes several messages, as in messengers.

        Raises:
            NotPossibleError: the text is empty.
        """
        plain, _ = trimmed(text, [])
        if not plain:
            raise NotPossibleError("there is nothing to send")
        return [self._send(chat, _text_content(part), reply_to=reply_to) for part in _parts(plain, TEXT_LIMIT)]

    def send_file(
        self, chat: Chat, file: Upload, *, caption: str = "", as_photo: bool = False, reply_to: int | None = None
    ) -> Json:
        """Send a document, or a photo if asked to and it is one.

        Raises:
            NotPossibleError: the file is empty, or the caption too long.
        """
        data = file.data
        if not data:
            raise NotPossibleError("the file is empty")
        if utf16_length(caption) > CAPTION_LIMIT:
            raise NotPossibleError(f"a caption has at most {CAPTION_LIMIT} characters")

        photo = as_photo and image_size(data) is not None and len(data) <= PHOTO_LIMIT
        stored = self._world.store_file(
            chat.bot, file.name, file.likely_type(), data, kind="photos" if photo else "documents"
        )
        content: Json = {"photo": photo_json(stored)} if photo else {"document": document_json(stored)}

        if caption:
            text = _text_content(caption)
            content["caption"] = text["text"]
            content |= {"caption_entities": text["entities"]} if "entities" in text else {}

        return self._send(chat, content, reply_to=reply_to)

    def speak(self, chat: Chat, data: bytes) -> Json:
        """Send a voice message; every 2,000 bytes count as a second, about what messengers record.

        Raises:
            NotPossibleError: the recording is empty.
        """
        if not data:
            raise NotPossibleError("the recording is empty")

        stored = self._world.store_file(chat.bot, "voice.oga", "audio/ogg", data, kind="voice")
        voice: Json = {"duration": 1 + len(data) // 2000, "mime_type": "audio/ogg"}
        return self._send(chat, {"voice": voice | stored.as_json()})

    def share_contact(self, chat: Chat, whose: Person) -> Json:
        """Send somebody's contact."""
        phone = f"+1555{whose.id % 10**7:07d}"
        return self._send(chat, {"contact": {"phone_number": phone, "first_name": whose.name, "user_id": whose.id}})

    def forward(self, chat: Chat, text: str, author: Person, *, hidden: bool = False) -> Json:
        """Forward what somebody wrote; `hidden`: their settings keep others from learning who they are."""
        origin: Json = {"type": "user", "sender_user": author.as_user(), "date": int(self._world.clock.now())}
        if hidden:
            origin = {"type": "hidden_user", "sender_user_name": author.name, "date": int(self._world.clock.now())}
        return self._send(chat, _text_content(text) | {"forward_origin": origin})

    def choose_people(self, chat: Chat, label: str, chosen: list[Person]) -> Json:
        """Press a key that asks for people (``request_users``), and choose these.

        Raises:
            NotPossibleError: there is no such key, or it asks for fewer people.
        """
        rows = (chat.keyboard or {}).get("keyboard", [])
        key = next((key for row in rows for key in row if key["text"] == label and "request_users" in key), None)
        if not key:
            raise NotPossibleError(f"there is no key {label!r} that asks for people")

        asked = key["request_users"]
        if not 1 <= len(chosen) <= asked.get("max_quantity", 1):
            raise NotPossibleError(f"it asks for 1 to {asked.get('max_quantity', 1)} people")

        shared = [
            {"user_id": person.id}
            | ({"first_name": person.name} if asked.get("request_name") else {})
            | ({"username": person.username} if asked.get("request_username") and person.username else {})
            for person in chosen
        ]
        ids = [person.id for person in chosen]
        return self._send(chat, {"users_shared": {"request_id": asked["request_id"], "users": shared, "user_ids": ids}})

    def _send(self, chat: Chat, content: Json, *, reply_to: int | None = None) -> Json:
        if chat.bot.access is not None and chat.person.id not in {chat.bot.owner, *chat.bot.access}:
            raise NotPossibleError("this bot is only for people its owner has chosen")

        if chat.blocked:
            self.unblock(chat)

        chat.started = True
        answered = chat.messages.get(reply_to) if reply_to else None
        if answered:
            content |= {"reply_to_message": {k: v for k, v in answered.items() if k != "reply_to_message"}}

        message = self._world.new_message(chat, from_bot=False, content=content)
        self.read(chat, message["message_id"])
        self._hide_one_time_keyboard(chat)

        if chat.bot.built_in:
            chat.read_by_bot = message["message_id"]
            self._world.notify(chat, {"type": "read_by_bot", "up_to": chat.read_by_bot})
            self._botfather.hear(chat, message.get("text", ""))
        else:
            self._world.add_update(chat.bot, "message", dict(message))

        return message

    def _hide_one_time_keyboard(self, chat: Chat) -> None:
        if chat.keyboard and chat.keyboard.get("one_time_keyboard"):
            chat.keyboard = None
            self._world.notify(chat, {"type": "keyboard", "keyboard": None})

    def press(self, chat: Chat, message_id: int, row: int, column: int) -> Json:
        """Press a button under a message: ``query_id`` of a callback, or what else the button holds.

        Raises:
            NotPossibleError: there is no such button.
        """
        message = chat.messages.get(message_id, {})
        rows = message.get("reply_markup", {}).get("inline_keyboard", [])
        if not (0 <= row < len(rows) and 0 <= column < len(rows[row])):
            raise NotPossibleError("there is no such button")

        button = rows[row][column]
        if "callback_data" not in button:
            return {key: value for key, value in button.items() if key != "text"}

        query = CallbackQuery(
            id=str(secrets.randbits(62)), chat=chat, message_id=message_id, asked=self._world.clock.now()
        )
        self._world.queries[query.id] = query

        if chat.bot.built_in:
            query.answer = {"text": "", "show_alert": False, "url": ""}
            self._world.notify(chat, {"type": "callback_answer", "query_id": query.id, **query.answer})
            self._botfather.hear_button(chat, message, button["callback_data"])
        else:
            self._world.add_update(chat.bot, "callback_query", {
                "id": query.id, "from": chat.person.as_user(), "message": dict(message),
                "chat_instance": str(-chat.person.id - chat.bot.id), "data": button["callback_data"],
            })  # fmt: skip

        return {"query_id": query.id}

    def stop_draft(self, chat: Chat) -> None:
        """Press the stop button of a message that the bot is still writing.

        Raises:
            NotPossibleError: the bot is writing nothing that can be stopped.
        """
        if not chat.draft or not chat.draft.can_stop:
            raise NotPossibleError("there is no message in writing that can be stopped")

        draft = chat.draft
        self._world.add_update(chat.bot, "stopped_message_generation", {
            "chat": chat.as_json(), "draft_id": draft.draft_id,
        })  # fmt: skip

        if draft.keep_on_stop:
            draft.can_stop = False
            self._world.notify(chat, {"type": "draft", "draft": draft.as_json()})
        else:
            self._world.drop_draft(chat)

    def read(self, chat: Chat, up_to: int) -> None:
        if up_to > chat.read_by_person:
            chat.read_by_person = up_to
            self._world.notify(chat, {"type": "read_by_person", "up_to": up_to, "unread": chat.unread()})

    def block(self, chat: Chat) -> None:
        self._set_blocked(chat, blocked=True)

    def unblock(self, chat: Chat) -> None:
        self._set_blocked(chat, blocked=False)

    def _set_blocked(self, chat: Chat, *, blocked: bool) -> None:
        if chat.blocked == blocked or chat.bot.built_in:
            return

        chat.blocked = blocked
        states = ("member", "kicked") if blocked else ("kicked", "member")
        old, new = ({"user": chat.bot.as_user(), "status": state} | _ban_end(state) for state in states)
        self._world.add_update(chat.bot, "my_chat_member", {
            "chat": chat.as_json(), "from": chat.person.as_user(), "date": int(self._world.clock.now()),
            "old_chat_member": old, "new_chat_member": new,
        })  # fmt: skip
        self._world.notify(chat, {"type": "chat"})

    def edit(self, chat: Chat, message_id: int, text: str) -> Json:
        """Change a message of one's own; the bot is told.

        Raises:
            NotPossibleError: there is no such message of the person's, or it has no text.
        """
        message = chat.messages.get(message_id)
        if not message or message["from"]["is_bot"] or "text" not in message:
            raise NotPossibleError("MESSAGE_ID_INVALID")

        message.pop("entities", None)
        message |= _text_content(text) | {"edit_date": int(self._world.clock.now())}
        self._world.notify(chat, {"type": "edited", "message": message})
        self._world.add_update(chat.bot, "edited_message", dict(message))
        return message

    def delete(self, chat: Chat, message_id: int) -> None:
        """Delete a message for both; the bot is not told, as in Telegram."""
        if chat.messages.pop(message_id, None):
            self._world.notify(chat, {"type": "deleted", "message_ids": [message_id]})

    def clear(self, chat: Chat) -> None:
        """Delete the conversation; the bot cannot write until the person starts it again."""
        chat.messages.clear()
        chat.started, chat.keyboard = False, None
        self._world.drop_draft(chat)
        self._world.notify(chat, {"type": "chat"})

    def make_managed_bot(self, manager: Bot, person: Person, username: str, name: str) -> Bot:
        """Let a person make a bot with one tap; its manager is told and may fetch the token.

        Raises:
            NotPossibleError: the bot manages none, or the person has too many.
        """
        if not manager.can_manage_bots:
            raise NotPossibleError(f"@{manager.username} does not manage bots")
        if len(self._world.bots_of(person)) >= person.quota:
            raise NotPossibleError("BOT_CREATE_LIMIT_EXCEEDED")

        bot = self._world.make_bot(username, name=name, owner=person.id)
        bot.manager = manager.id
        chat = self._world.chat(manager, person)
        self._world.add_update(manager, "managed_bot", {"user": person.as_user(), "bot": bot.as_user()})

        if chat.started:
            self._send(chat, {"managed_bot_created": {"bot": bot.as_user()}})

        return bot


def _ban_end(state: str) -> Json:
    return {"until_date": 0} if state == "kicked" else {}


def _text_content(text: str) -> Json:
    found = to_json(text, detected(text, []))
    return {"text": text} | ({"entities": found} if found else {})


def _parts(text: str, limit: int) -> list[str]:
    """The text in pieces of at most `limit` UTF-16 units."""
    parts = [""]
    room = limit

    for character in text:
        units = utf16_length(character)
        if units > room:
            parts.append("")
            room = limit

        parts[-1] += character
        room -= units

    return parts
