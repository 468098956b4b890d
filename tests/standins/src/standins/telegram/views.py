"""What a person's screen shows of chats and bots."""

from standins.telegram.api.profile import commands_for, text_for
from standins.telegram.models import Bot, Chat, Json, Person
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
