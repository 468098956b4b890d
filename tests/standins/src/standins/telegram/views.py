"""What a person's screen shows of chats and bots."""

from urllib.parse import quote

from aiohttp import web

from standins.telegram.api.profile import commands_for, text_for
from standins.telegram.groups import Group, unread
from standins.telegram.models import Bot, Chat, Json, Person, StoredFile
from standins.telegram.world import World


def bot_view(bot: Bot, person: Person) -> Json:
    language = person.language_code.partition("-")[0]
    return {
        "id": bot.id,
        "username": bot.username,
        "name": text_for(bot, "name", language),
        "description": text_for(bot, "description", language),
        "short_description": text_for(bot, "short_description", language),
        "commands": commands_for(bot, person_id=person.id, language=language),
        "verified": bot.built_in,
    }


def chat_view(world: World, chat: Chat) -> Json:
    """A conversation as it is now; ``seq`` numbers the last event that it contains."""
    return {
        "seq": chat.person.feed.last,
        "bot": bot_view(chat.bot, chat.person),
        "messages": list(chat.messages.values()),
        "draft": chat.draft.as_json() if chat.draft else None,
        "action": chat.current_action(world.clock.now()),
        "keyboard": chat.keyboard,
        "started": chat.started,
        "blocked": chat.blocked,
        "read_by_bot": chat.read_by_bot,
        "read_by_person": chat.read_by_person,
        "unread": chat.unread(),
    }


def group_view(world: World, group: Group, person: Person) -> Json:
    """A group as a person's screen shows it, in the form of a chat with a bot."""
    bots = [world.bots[number] for number in group.present() if number in world.bots]
    commands = [command for bot in bots for command in bot_view(bot, person)["commands"]]
    newest = max(group.messages, default=0)
    return {
        "seq": person.feed.last,
        "bot": _group_entry(group) | {"commands": commands, "members": len(group.present())},
        "messages": list(group.messages.values()),
        "draft": None,
        "action": None,
        "keyboard": None,
        "started": True,
        "blocked": False,
        "read_by_bot": newest,
        "read_by_person": group.read.get(person.id, 0),
        "unread": unread(group, person),
    }


def _group_entry(group: Group) -> Json:
    return {
        "id": abs(group.id), "username": str(group.id), "name": group.peer.name, "group": True, "verified": False,
        "description": "", "short_description": "", "commands": [],
    }  # fmt: skip


def groups_view(groups: list[Group], person: Person) -> list[Json]:
    """The groups in the list on the left."""
    return [
        {
            "bot": _group_entry(group), "last": group.messages[max(group.messages)] if group.messages else None,
            "unread": unread(group, person), "pinned": False, "read_by_bot": max(group.messages, default=0),
        }
        for group in groups
    ]  # fmt: skip


def chats_view(world: World, person: Person) -> Json:
    """The list on the left: each chat with its last message, @BotFather and the master bot pinned."""
    pinned = [name.lower() for name in ("BotFather", world.settings.master_username) if name]
    bots = [bot for bot in world.bots.values() if person.id in bot.chats or bot.username.lower() in pinned]
    entries = []

    for bot in bots:
        chat = bot.chats.get(person.id) or Chat(bot=bot, person=person)
        last = chat.messages[max(chat.messages)] if chat.messages else None
        entries.append({
            "bot": bot_view(bot, person), "last": last, "unread": chat.unread(),
            "pinned": bot.username.lower() in pinned, "read_by_bot": chat.read_by_bot,
        })  # fmt: skip

    return {"seq": person.feed.last, "chats": entries}


def file_response(stored: StoredFile) -> web.Response:
    """A file for the browser: images are shown, everything else is saved."""
    shown = stored.mime_type.startswith("image/") and "svg" not in stored.mime_type
    return web.Response(body=stored.data, content_type=stored.mime_type, headers={
        "Content-Disposition": f"{'inline' if shown else 'attachment'}; filename*=UTF-8''{quote(stored.name)}",
        "X-Content-Type-Options": "nosniff",
    })  # fmt: skip
