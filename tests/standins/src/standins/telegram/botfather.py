"""@BotFather, built in: a person makes bots here and gets their tokens, with no account anywhere."""

import html
import re
from dataclasses import dataclass
from typing import Final

from standins.telegram.botfather_texts import TEXTS
from standins.telegram.markup import formatted
from standins.telegram.models import Bot, Chat, Json
from standins.telegram.world import UsernameRefusedError, World

USERNAME: Final = "BotFather"
NUMBER: Final = 93372553  # the id of the real one
COMMANDS: Final = ("newbot", "mybots", "token", "revoke", "deletebot", "cancel", "help")
_NAME_LIMIT: Final = 64


@dataclass(eq=False, slots=True, kw_only=True)  # changes: a conversation moves on
class _Talk:
    """Where a conversation stands: what is asked for, and the name that was given already."""

    asked: str
    name: str = ""


class BotFather:
    """Hears what people write and answers at once."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._talks: dict[int, _Talk] = {}
        self.bot = Bot(id=NUMBER, username=USERNAME, name=USERNAME, token="", owner=None, built_in=True)

        for language, texts in TEXTS.items():
            commands = [{"command": name, "description": texts[f"command_{name}"]} for name in COMMANDS]
            self.bot.commands["default", "" if language == "en" else language] = commands
            self.bot.texts["description", "" if language == "en" else language] = texts["description"]

        world.bots[NUMBER] = self.bot

    def hear(self, chat: Chat, text: str) -> None:
        talk = self._talks.get(chat.person.id)

        if text.startswith("/"):
            self._talks.pop(chat.person.id, None)
            self._command(chat, re.split(r"[\s@]", text[1:], maxsplit=1)[0].lower())
        elif talk and talk.asked == "name":
            self._hear_name(chat, talk, text)
        elif talk:
            self._hear_username(chat, talk, text.strip())
        else:
            self._say(chat, "help")

    def hear_button(self, chat: Chat, message: Json, data: str) -> None:
        action, _, number = data.partition(":")
        bot = self._world.bots.get(int(number)) if number.isdecimal() else None
        if not bot or bot.owner != chat.person.id:
            self._edit(chat, message, "gone", [])
            return

        username = bot.username

        if action == "delete!":
            self._world.delete_bot(bot)
            self._edit(chat, message, "deleted", [], username=username)
        elif action == "delete":
            rows = [[("yes_delete", f"delete!:{bot.id}")], [("back", f"bot:{bot.id}")]]
            self._edit(chat, message, "ask_delete", rows, username=username)
        else:
            if action == "revoke":
                self._world.replace_token(bot)

            key = {"token": "token", "revoke": "revoked"}.get(action, "bot")
            rows = [[("token_button", f"token:{bot.id}"), ("revoke_button", f"revoke:{bot.id}")],
                    [("delete_button", f"delete:{bot.id}")]]  # fmt: skip
            self._edit(chat, message, key, rows, username=username, name=bot.name, token=bot.token)

    def _command(self, chat: Chat, command: str) -> None:
        if command == "newbot":
            if len(self._world.bots_of(chat.person)) >= chat.person.quota:
                self._say(chat, "quota", limit=str(chat.person.quota))
                return

            self._talks[chat.person.id] = _Talk(asked="name")
            self._say(chat, "ask_name")
        elif command in {"mybots", "token", "revoke", "deletebot"}:
            self._list(chat, {"mybots": "bot", "deletebot": "delete"}.get(command, command))
        else:
            self._say(chat, "cancelled" if command == "cancel" else "help")

    def _list(self, chat: Chat, action: str) -> None:
        bots = self._world.bots_of(chat.person)
        rows = [[(f"@{bot.username}", f"{action}:{bot.id}")] for bot in bots]
        self._say(chat, "choose" if bots else "no_bots", rows)

    def _hear_name(self, chat: Chat, talk: _Talk, text: str) -> None:
        if not text.strip() or len(text) > _NAME_LIMIT:
            self._say(chat, "bad_name")
            return
        talk.name, talk.asked = text.strip(), "username"
        self._say(chat, "ask_username")

    def _hear_username(self, chat: Chat, talk: _Talk, text: str) -> None:
        username = text.removeprefix("@")
        if not username.lower().endswith("bot"):
            self._say(chat, "must_end_in_bot")
            return

        try:
            bot = self._world.make_bot(username, name=talk.name, owner=chat.person.id)
        except UsernameRefusedError as refusal:
            self._say(chat, refusal.reason)
            return

        del self._talks[chat.person.id]
        self._say(chat, "done", username=bot.username, token=bot.token)

    def _content(self, chat: Chat, key: str, rows: list[list[tuple[str, str]]], **values: str) -> Json:
        texts = TEXTS["ru" if chat.person.language_code.startswith("ru") else "en"]
        escaped = {name: html.escape(value) for name, value in values.items()}
        text, found = formatted(texts[key].format(**escaped), parse_mode="HTML")
        keyboard = [
            [{"text": texts.get(label, label), "callback_data": data} for label, data in row]
            for row in rows
        ]  # fmt: skip
        content: Json = {"text": text, "entities": found}

        return content | ({"reply_markup": {"inline_keyboard": keyboard}} if keyboard else {})

    def _say(self, chat: Chat, key: str, rows: list[list[tuple[str, str]]] | None = None, **values: str) -> None:
        self._world.new_message(chat, from_bot=True, content=self._content(chat, key, rows or [], **values))

    def _edit(self, chat: Chat, message: Json, key: str, rows: list[list[tuple[str, str]]], **values: str) -> None:
        message.pop("reply_markup", None)
        message |= self._content(chat, key, rows, **values)
        self._world.notify(chat, {"type": "edited", "message": message})
