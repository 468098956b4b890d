"""A Telegram stand-in: a Bot API server with a chat page in the browser, for a first look, the tests and the demo."""

from standins.telegram.client import Group, Message, NewBot, Person, StandInError, TelegramClient
from standins.telegram.clock import Clock, ManualClock
from standins.telegram.server import TelegramStandIn
from standins.telegram.world import Settings

__all__ = [
    "Clock",
    "Group",
    "ManualClock",
    "Message",
    "NewBot",
    "Person",
    "Settings",
    "StandInError",
    "TelegramClient",
    "TelegramStandIn",
]
