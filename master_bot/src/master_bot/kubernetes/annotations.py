"""What the master bot notes on a bot's resource, as annotations."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from personalbots_api import names
from personalbots_api.models import PersonalBot

USERNAME_ANNOTATION: Final = f"{names.GROUP}/username"
"""The bot's name on Telegram when it was made: what to call it before it has run."""
STARTUP_MESSAGE_ANNOTATION: Final = f"{names.GROUP}/live-message"
"""The message that shows the bot starting (see `startup_messages.StartupMessage`)."""
MANAGED_ANNOTATION: Final = f"{names.GROUP}/managed"
"""Set on a bot that Telegram made through the master bot, which can replace its token and open it to others."""
TITLE_ANNOTATION: Final = f"{names.GROUP}/title"
"""What its owner calls it."""
PEOPLE_ANNOTATION: Final = f"{names.GROUP}/people"
"""JSON: what people of its access list are called, by their Telegram user ids."""
LANGUAGE_ANNOTATION: Final = f"{names.GROUP}/language"
"""The language in which its owner wants to be written to."""
MUTED_ANNOTATION: Final = f"{names.GROUP}/muted"
"""Set when its owner wants to be told nothing unasked."""
NOTIFIED_ANNOTATION: Final = f"{names.GROUP}/told"
"""The causes that its owner was told of and that are not over yet, separated by commas."""
IMAGE_ANNOTATION: Final = f"{names.GROUP}/known-image"
"""The image that it ran when its owner last knew of it."""
GROWN_ANNOTATION: Final = f"{names.GROUP}/grown-by"
"""The message whose button last gave it more memory."""
PENDING_DELETION_ANNOTATION: Final = f"{names.GROUP}/deletion"
"""When and how it is to be deleted (see `deletions.PendingDeletion`)."""

_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


def title(bot: PersonalBot) -> str:
    """What its owner calls it; empty when that is nothing."""
    return bot.metadata.annotations.get(TITLE_ANNOTATION, "")


def chosen_language(bots: Iterable[PersonalBot]) -> str | None:
    """The language that the owner of these bots chose, by the newest bot; None when they chose none."""
    chosen = [
        (bot.metadata.creation_timestamp or _LONG_AGO, bot.metadata.annotations[LANGUAGE_ANNOTATION])
        for bot in bots
        if LANGUAGE_ANNOTATION in bot.metadata.annotations
    ]
    return max(chosen)[1] if chosen else None


def is_managed(bot: PersonalBot) -> bool:
    """Whether Telegram made it through the master bot."""
    return MANAGED_ANNOTATION in bot.metadata.annotations


def is_deletion_pending(bot: PersonalBot) -> bool:
    """Whether it will be deleted within a minute, unless that is undone."""
    return PENDING_DELETION_ANNOTATION in bot.metadata.annotations


def people(bot: PersonalBot) -> dict[str, str]:
    """What the people on the access list are called, by their Telegram user ids."""
    try:
        found = json.loads(bot.metadata.annotations.get(PEOPLE_ANNOTATION, "{}"))
    except ValueError:
        return {}

    return {str(i): str(name) for i, name in found.items()} if isinstance(found, dict) else {}
