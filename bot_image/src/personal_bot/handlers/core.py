"""The parts that the bot needs for its first poll, and that everything after it uses.

This module and what it imports are loaded before the first poll: nothing heavy may get in here.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from personal_bot.models import Secrets
from personal_bot.requests.admission import Admission
from personal_bot.requests.costs import Meter
from personal_bot.requests.journal import Journal
from personal_bot.settings import Settings
from personal_bot.state.usage import Usage
from personal_bot.telegram.client import Connection, Me
from personal_bot.telegram.polling import PollState


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """The parts of the bot that are there from the start; `me` waits until the bot knows who it is."""

    settings: Settings
    secrets: Secrets
    connection: Connection
    poll_state: PollState
    journal: Journal
    meter: Meter
    admission: Admission
    usage: Usage
    me: Callable[[], Awaitable[Me]]
