"""What a bot says of itself: getMe, its commands, name and descriptions, by language."""

import re
from typing import Any, Final

from standins.telegram.api.arguments import Call
from standins.telegram.errors import bad_request
from standins.telegram.models import Bot, Json

_COMMAND: Final = re.compile(r"[a-z0-9_]{1,32}")
_LIMITS: Final = {"name": 64, "description": 512, "short_description": 120}


def get_me(call: Call) -> Json:
    return call.bot.as_me()


def _scope(call: Call) -> str:
    scope: Json = call.json("scope") or {"type": "default"}
    if scope.get("type") == "chat":
        return f"chat:{scope.get('chat_id')}"
    return str(scope.get("type", "default"))


def set_my_commands(call: Call) -> bool:
    """Keep the commands of one scope and language.

    Raises:
        ApiError: too many, or one is malformed.
    """
    given = call.json("commands")
    if not isinstance(given, list):
        raise bad_request("can't parse commands JSON object")
    if len(given) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")

    commands = [_command(entry) for entry in given]
    call.bot.commands[_scope(call), call.text("language_code")] = commands
    _notify_all(call)

    return True


def _command(entry: Any) -> Json:  # noqa: ANN401 - what a bot sent
    if not isinstance(entry, dict) or not isinstance(entry.get("command"), str):
        raise bad_request("can't parse BotCommand: Can't find field \"command\"")

    command, words = entry["command"].strip().removeprefix("/"), str(entry.get("description", "")).strip()
    if not _COMMAND.fullmatch(command):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(words) <= 256:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")

    return {"command": command, "description": words}


def get_my_commands(call: Call) -> list[Json]:
    return call.bot.commands.get((_scope(call), call.text("language_code")), [])


def delete_my_commands(call: Call) -> bool:
    call.bot.commands.pop((_scope(call), call.text("language_code")), None)
    _notify_all(call)
    return True


def commands_for(bot: Bot, *, person_id: int, language: str) -> list[Json]:
    """The commands a person is shown: the narrowest scope first, in each their language before none.

    https://core.telegram.org/bots/api#determining-list-of-commands
    """
    for scope in (f"chat:{person_id}", "all_private_chats", "default"):
        for code in (language, ""):
            if commands := bot.commands.get((scope, code)):
                return commands

    return []


def text_for(bot: Bot, kind: str, language: str) -> str:
    fallback = bot.name if kind == "name" else ""
    return bot.texts.get((kind, language)) or bot.texts.get((kind, "")) or fallback


def _set_text(call: Call, kind: str) -> bool:
    words = call.text(kind)
    if len(words) > _LIMITS[kind]:
        raise bad_request(f"bot {kind.replace('_', ' ')} is too long")

    if words:
        call.bot.texts[kind, call.text("language_code")] = words
    else:
        call.bot.texts.pop((kind, call.text("language_code")), None)

    _notify_all(call)
    return True


def set_my_name(call: Call) -> bool:
    return _set_text(call, "name")


def set_my_description(call: Call) -> bool:
    return _set_text(call, "description")


def set_my_short_description(call: Call) -> bool:
    return _set_text(call, "short_description")


def get_my_name(call: Call) -> Json:
    return {"name": text_for(call.bot, "name", call.text("language_code"))}


def get_my_description(call: Call) -> Json:
    return {"description": text_for(call.bot, "description", call.text("language_code"))}


def get_my_short_description(call: Call) -> Json:
    return {"short_description": text_for(call.bot, "short_description", call.text("language_code"))}


def set_chat_menu_button(call: Call) -> bool:
    call.bot.menu_buttons[call.integer("chat_id")] = call.json("menu_button") or {"type": "default"}
    return True


def get_chat_menu_button(call: Call) -> Json:
    return call.bot.menu_buttons.get(call.integer("chat_id"), {"type": "default"})


def close(call: Call) -> bool:
    call.bot.end_poll()
    return True


def _notify_all(call: Call) -> None:
    for chat in call.bot.chats.values():
        call.world.notify(chat, {"type": "chat"})
