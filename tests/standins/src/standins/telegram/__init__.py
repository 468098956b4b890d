"""A Telegram stand-in: a Bot API server with a chat page in the browser, for a first look, the tests and the demo."""

from standins.telegram.client import Group, Message, NewBot, Person, StandInError, TelegramClient
from standins.telegram.server import TelegramStandIn
from standins.telegram.world import Settings

__all__ = ["Group", "Message", "NewBot", "Person", "Settings", "StandInError", "TelegramClient", "TelegramStandIn"]
