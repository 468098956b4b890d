"""The table of handlers: which one an intent goes to, and what a handler may answer."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from personal_bot.handlers.messenger import Messenger
from personal_bot.requests.runner import Job
from personal_bot.telegram.buttons import Button, Page
from personal_bot.telegram.intents import Command, Intent, Press

Outcome = Page | Job | Intent | None
"""A page to show, a job for the queue, another intent that this one stands for, or nothing more to do."""

Handler = Callable[[Any, int], Awaitable[Outcome]]
"""Handles an intent of its kind; the number is the id of the request, which is that of the update."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Routes:
    """Handlers by the kind of intent, the kind of button and the name of the command.

    Attributes:
        group_commands: go before `commands` in groups.
        unknown_command: for names that are in no table.
    """

    intents: Mapping[type[Any], Handler]
    buttons: Mapping[type[Button], Handler]
    commands: Mapping[str, Handler]
    group_commands: Mapping[str, Handler]
    unknown_command: Handler

    def handler_of(self, intent: Intent) -> Handler:
        """The handler that an intent goes to."""
        match intent:
            case Press():
                return self.buttons[type(intent.button)]
            case Command(sender=sender, name=name) if not sender.private and name in self.group_commands:
                return self.group_commands[name]
            case Command(name=name):
                return self.commands.get(name, self.unknown_command)
        return self.intents[type(intent)]


def answered(messenger: Messenger, handler: Handler) -> Handler:
    """The handler of a button which answers the press first, so that the button stops blinking at once."""

    async def handle(press: Press[Button], request_id: int) -> Outcome:
        await messenger.answer(press)
        return await handler(press, request_id)

    return handle
