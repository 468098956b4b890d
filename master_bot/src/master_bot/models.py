"""What the master bot notes on a bot's resource, and a few questions about the resource."""

import re
from collections.abc import Iterable, Mapping
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any, Final

from personalbots_api import names
from personalbots_api.models import Condition, ConditionType, InvalidResourceError, PersonalBot

Raw = Mapping[str, Any]

USERNAME_ANNOTATION: Final = f"{names.GROUP}/username"
"""The bot's name on Telegram as it was when it was made: what to call it before it has run."""
LIVE_ANNOTATION: Final = f"{names.GROUP}/live-message"
"""Where the message stands that shows the bot coming up (see `live.Place`)."""
MANAGED_ANNOTATION: Final = f"{names.GROUP}/managed"
"""Set on a bot that Telegram made through the master bot, which can replace its token and open it to others."""
TITLE_ANNOTATION: Final = f"{names.GROUP}/title"
"""What its owner calls it."""
PEOPLE_ANNOTATION: Final = f"{names.GROUP}/people"
"""JSON: what people of its access list are called, by their Telegram user ids."""
LANGUAGE_ANNOTATION: Final = f"{names.GROUP}/language"
"""The language that its owner chose to be spoken with."""
MUTED_ANNOTATION: Final = f"{names.GROUP}/muted"
"""Set when its owner wants to be told nothing unasked."""
TOLD_ANNOTATION: Final = f"{names.GROUP}/told"
"""The causes that its owner was told of and that are not over, separated by commas."""
IMAGE_ANNOTATION: Final = f"{names.GROUP}/known-image"
"""The image that it ran when its owner last knew of it."""
GROWN_ANNOTATION: Final = f"{names.GROUP}/grown-by"
"""The message whose button last gave it more memory."""
DELETION_ANNOTATION: Final = f"{names.GROUP}/deletion"
"""When and how it is to be deleted (see `deletion.Doom`)."""

_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


def readable(raw: Raw) -> PersonalBot:
    """The resource, without what an older schema let through and nobody can read: its owner still sees it.

    Raises:
        InvalidResourceError: what is left is none.
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
    """The bot's name on Telegram, without @; None until somebody knew it."""
    return bot.status.bot.username if bot.status.bot else bot.metadata.annotations.get(USERNAME_ANNOTATION)


def handle(bot: PersonalBot) -> str:
    """What people call the bot: @username, or the resource's name while that is unknown."""
    known = username(bot)
    return f"@{known}" if known else bot.metadata.name


def title(bot: PersonalBot) -> str:
    """What its owner calls it; empty when that is nothing."""
    return bot.metadata.annotations.get(TITLE_ANNOTATION, "")


def language(bots: Iterable[PersonalBot]) -> str | None:
    """The language that the owner of these bots chose, by the newest bot; None when they chose none."""
    chosen = [
        (bot.metadata.creation_timestamp or _LONG_AGO, bot.metadata.annotations[LANGUAGE_ANNOTATION])
        for bot in bots
        if LANGUAGE_ANNOTATION in bot.metadata.annotations
    ]
    return max(chosen)[1] if chosen else None


def ours(bot: PersonalBot) -> bool:
    """Whether the master bot made it, and so its Secret."""
    return bot.metadata.labels.get(names.MANAGED_BY_LABEL) == names.MASTER_BOT


def managed(bot: PersonalBot) -> bool:
    """Whether Telegram made it through the master bot."""
    return MANAGED_ANNOTATION in bot.metadata.annotations


def bot_id(bot: PersonalBot) -> int | None:
    """The bot's id on Telegram; None until somebody knew it."""
    if bot.status.bot:
        return bot.status.bot.id
    found = re.fullmatch(r"bot-(\d{1,16})", bot.metadata.name)
    return int(found[1]) if found else None


def going(bot: PersonalBot) -> bool:
    """Whether it is being deleted."""
    return bot.metadata.deletion_timestamp is not None


def doomed(bot: PersonalBot) -> bool:
    """Whether it is to be deleted within a minute, if that is not undone."""
    return DELETION_ANNOTATION in bot.metadata.annotations


def condition(bot: PersonalBot, kind: ConditionType) -> Condition | None:
    """The condition, when it speaks of the present spec."""
    found = bot.status.condition(kind)
    return found if found and (found.observed_generation or 0) >= bot.metadata.generation else None


def sleeps(bot: PersonalBot) -> bool:
    """Whether it has no pod since nobody writes to it."""
    ready = condition(bot, "Ready")
    return ready is not None and ready.reason == "Asleep"


def polls(bot: PersonalBot) -> bool:
    """Whether people who write to it are heard."""
    ready = condition(bot, "Ready")
    return ready is not None and ready.status == "True"
