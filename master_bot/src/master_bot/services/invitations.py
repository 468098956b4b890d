"""Who may make a bot here: everybody, people with an invitation, or nobody new; and how many.

An invitation is the time until which it is valid, signed with the master bot's own token. So none has to be kept, and
all of them end when that token is replaced.
"""

import hmac
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from master_bot.kubernetes.quotas import Quotas
from master_bot.services.clients import Clients
from master_bot.telegram.person import Person
from master_bot.texts import fill

VALID: Final = timedelta(days=7)
"""How long an invitation is good."""


class Invitations:
    """Decides whether a person may make a bot (or another one) now."""

    def __init__(self, clients: Clients, quotas: Quotas) -> None:
        self._clients = clients
        self._quotas = quotas

    def code(self) -> str:
        """A new invitation."""
        return invitation(self._clients.telegram.token, self._clients.now())

    def is_valid(self, code: str) -> bool:
        """Whether `code` is an invitation of ours that is not over."""
        return is_valid(self._clients.telegram.token, code, self._clients.now())

    def objection(self, person: Person, *, invited: bool) -> str | None:
        """Why this person may not make a bot, in words; None when they may."""
        words, mode = person.texts.admin, self._clients.settings.invitations
        own, most = self._clients.cache.of(person.id), self._quotas.of(person.id)

        if person.admin:
            return None

        if most and len(own) >= most:
            return fill(words.quota, count=len(own))

        if own or mode == "open" or (mode == "code" and invited):
            return None

        return words.only_invited if mode == "code" else words.closed


def invitation(secret: str, now: datetime) -> str:
    """A code that is valid for some days. A link may carry 64 of A-Z, a-z, 0-9, _ and -."""
    until = f"{int((now + VALID).timestamp()):x}"
    return f"{until}-{_signed(secret, until)}"


def is_valid(secret: str, code: str, now: datetime) -> bool:
    """Whether `code` was signed with `secret` and is not over."""
    until, _, signed = code.partition("-")
    try:
        over = int(until, 16) < now.timestamp()
    except ValueError:
        return False

    return not over and hmac.compare_digest(signed.encode(), _signed(secret, until).encode())


def _signed(secret: str, until: str) -> str:
    return hmac.new(secret.encode(), f"invitation {until}".encode(), sha256).hexdigest()[:24]
