"""Who may make a bot here: everybody, who was invited, or nobody new; and how many.

An invitation is a signed time until which it is valid, so none has to be remembered. It is signed with the master bot's
own token, so it ends with that token too.
"""

import hmac
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from master_bot.kubernetes.bot_cache import BotCache
from master_bot.settings import Settings
from master_bot.telegram.person import Person
from master_bot.texts import fill

VALID: Final = timedelta(days=7)


def invitation(secret: str, now: datetime) -> str:
    """A code that opens the door for some days; 64 of A-Z, a-z, 0-9, _ and - is what a link may carry."""
    until = f"{int((now + VALID).timestamp()):x}"
    return f"{until}-{_signed(secret, until)}"


def valid(secret: str, code: str, now: datetime) -> bool:
    """Whether `code` is an invitation of ours that is not over."""
    until, _, signed = code.partition("-")
    try:
        over = int(until, 16) < now.timestamp()
    except ValueError:
        return False
    return not over and hmac.compare_digest(signed.encode(), _signed(secret, until).encode())


def refused(person: Person, cache: BotCache, settings: Settings, *, invited: bool, most: int) -> str | None:
    """Why this person may not make a bot (or another one) just now, in words; None when they may.

    `most`: how many they may have; 0: any number.
    """
    said, own = person.texts.admin, cache.of(person.id)
    if person.admin:
        return None
    if most and len(own) >= most:
        return fill(said.quota, count=len(own))
    if own or settings.invitations == "open" or (settings.invitations == "code" and invited):
        return None
    return said.only_invited if settings.invitations == "code" else said.closed


def _signed(secret: str, until: str) -> str:
    return hmac.new(secret.encode(), f"invitation {until}".encode(), sha256).hexdigest()[:24]
