"""Reading a PersonalBot: what people call it, and how it is by its status."""

import re
from copy import deepcopy

from master_bot.kubernetes.annotations import USERNAME_ANNOTATION
from master_bot.models import Raw
from personalbots_api import names
from personalbots_api.models import Condition, ConditionType, InvalidResourceError, PersonalBot


def parse_bot(raw: Raw) -> PersonalBot:
    """The resource, without fields that an older schema let through and that are invalid now: its owner still sees it.

    Raises:
        InvalidResourceError: it cannot be read even without them.
    """
    try:
        return PersonalBot.from_raw(raw)
    except InvalidResourceError as error:
        rest = deepcopy(dict(raw))
        for problem in error.problems:
            place, *deeper = problem.partition(":")[0].split(".")
            part = rest.get(place) if place == "spec" else None
            while part and deeper:
                inner = part.get(deeper[0])
                if len(deeper) == 1 or not isinstance(inner, dict):
                    part.pop(deeper[0], None)
                part, deeper = inner if isinstance(inner, dict) else None, deeper[1:]

        return PersonalBot.from_raw(rest)


def username(bot: PersonalBot) -> str | None:
    """The bot's name on Telegram, without @; None while it is unknown."""
    return bot.status.bot.username if bot.status.bot else bot.metadata.annotations.get(USERNAME_ANNOTATION)


def handle(bot: PersonalBot) -> str:
    """What people call the bot: @username, or the resource's name while that is unknown."""
    known = username(bot)
    return f"@{known}" if known else bot.metadata.name


def is_made_here(bot: PersonalBot) -> bool:
    """Whether the master bot made it, and with it its Secret."""
    return bot.metadata.labels.get(names.MANAGED_BY_LABEL) == names.MASTER_BOT


def bot_id(bot: PersonalBot) -> int | None:
    """The bot's id on Telegram; None while it is unknown."""
    if bot.status.bot:
        return bot.status.bot.id
    found = re.fullmatch(r"bot-(\d{1,16})", bot.metadata.name)
    return int(found[1]) if found else None


def is_being_deleted(bot: PersonalBot) -> bool:
    """Whether it is being deleted."""
    return bot.metadata.deletion_timestamp is not None


def condition(bot: PersonalBot, kind: ConditionType) -> Condition | None:
    """The condition, if it is about the present spec."""
    found = bot.status.condition(kind)
    return found if found and (found.observed_generation or 0) >= bot.metadata.generation else None


def is_asleep(bot: PersonalBot) -> bool:
    """Whether it has no pod because nobody writes to it."""
    ready = condition(bot, "Ready")
    return ready is not None and ready.reason == "Asleep"


def is_polling(bot: PersonalBot) -> bool:
    """Whether people who write to it are heard."""
    ready = condition(bot, "Ready")
    return ready is not None and ready.status == "True"
