"""Who may talk to the bot, and what it refuses. Pure.

People who may ask the bot get answers from its documents. The documents themselves, files, links and exports of a bot
are the owner's. In groups everybody, whether the bot answers them or not, decides what it keeps of them.
"""

import sys
from typing import Final

from personal_bot.settings import AccessMode, Settings
from personal_bot.telegram.buttons import DocumentsButton, ForgetButton, GroupButton, ImportButton, ScopeButton
from personal_bot.telegram.files import LARGEST_DOWNLOAD
from personal_bot.telegram.intents import (
    Command,
    Intent,
    LateEdit,
    Link,
    Press,
    Recording,
    Rename,
    Sender,
    StopWriting,
    Unreadable,
    Upload,
)
from personal_bot.telegram.updates import IN_GROUPS
from personal_bot.text_keys import TextKey

OWNER_ONLY: Final = frozenset({"docs", "group"})
"""Commands that are the owner's in private chats."""

_TELEGRAM: Final = "https://api.telegram.org"

Refused = tuple[TextKey, dict[str, object]]
"""The key of the sentence that refuses something, and the values that fill it."""


def may_talk(settings: Settings, user_id: int) -> bool:
    """Whether the bot answers this person."""
    if user_id == settings.user_id or settings.access_mode is AccessMode.PUBLIC:
        return True
    return settings.access_mode is AccessMode.ALLOW_LIST and user_id in settings.allowed_user_ids


def is_anonymous(sender: Sender) -> bool:
    """Whether somebody writes in the name of a group or a channel: nobody can tell who it is."""
    return sender.user_id < 0


def guests_choose(settings: Settings) -> bool:
    """Whether people other than the owner see the names of the documents, to choose from."""
    return settings.access_mode is not AccessMode.PUBLIC


def is_for_everybody(intent: Intent) -> bool:
    """Whether it is also for people whom the bot does not answer: they decide what it keeps of them."""
    match intent:
        case Command(name="forget"):
            return True
        case Command(sender=sender, name="group"):
            return not sender.private
        case Press(button=ForgetButton() | GroupButton()):
            return True
    return False


def refusal_of(intent: Intent, settings: Settings) -> Refused | None:  # noqa: PLR0911 - a table of cases
    """The sentence that refuses it, or None when it is allowed."""
    owner = intent.sender.user_id == settings.user_id
    if is_anonymous(intent.sender) and (not may_talk(settings, intent.sender.user_id) or _is_about_person(intent)):
        return "anonymous", {}
    if not may_talk(settings, intent.sender.user_id) and not is_for_everybody(intent):
        return "not_for_you", {}

    match intent:
        case Command(sender=sender, name=name) if not sender.private and name not in IN_GROUPS:
            return "private_only", {}
        case Command() | Press() | Upload() | Rename() if not owner and _is_owners(intent, settings):
            return "owner_only", {}
        case Link() if not settings.allow_links:
            return "links_off", {}
        case Upload(name=name, size=size) | Recording(name=name, size=size) if (size or 0) > _largest(settings):
            return "file_too_large", {"name": name}
        case Unreadable() | StopWriting():
            return "only_text_and_files", {}
        case LateEdit():
            return "edited_late", {}
    return None


def _is_about_person(intent: Intent) -> bool:
    """Whether it needs to know who asks."""
    return isinstance(intent, Command) and intent.name in {"forget", "export"}


def _is_owners(intent: Intent, settings: Settings) -> bool:
    """Whether only the owner may do it."""
    match intent:
        case Upload() | Rename() | Press(button=DocumentsButton() | ImportButton()):
            return True
        case Command(sender=sender, name=name) if name in OWNER_ONLY:
            return sender.private
        case Command(name="scope") | Press(button=ScopeButton()):
            return not guests_choose(settings)
    return False


def _largest(settings: Settings) -> int:
    """Bytes of a file that the bot can download; a Bot API server of one's own has no limit here."""
    return LARGEST_DOWNLOAD if settings.telegram_api_url == _TELEGRAM else sys.maxsize
