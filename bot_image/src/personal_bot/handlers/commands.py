"""The commands' names, and what the small ones and the stop button do."""

from typing import Final

from personal_bot.archives.chat_query import COMMANDS
from personal_bot.handlers.messenger import Messenger
from personal_bot.requests.runner import Runner
from personal_bot.state.dialogues import Dialogues
from personal_bot.telegram.buttons import CloseButton, Page, StopButton
from personal_bot.telegram.intents import Command, Press
from personal_bot.texts import say

NAMES: Final = (
    "start",
    "help",
    "docs",
    "scope",
    *COMMANDS,
    "group",
    "new",
    "stop",
    "settings",
    "instructions",
    "usage",
    "forget",
    "export",
)
"""All commands, in the order of the menu."""


class Commands:
    """Answers the commands that are no more than a sentence, and the buttons that only stop or close something."""

    def __init__(self, *, messenger: Messenger, dialogues: Dialogues, runner: Runner) -> None:
        self._messenger = messenger
        self._dialogues = dialogues
        self._runner = runner

    async def help(self, command: Command, _: int) -> None:
        """Say what the bot can do."""
        await self._messenger.say(command.sender, "help")
        await self._messenger.say(command.sender, "help_chats")

    async def new(self, command: Command, _: int) -> Page:
        """Begin a new dialogue."""
        sender = command.sender
        self._dialogues.forget(chat_id=sender.chat_id, user_id=sender.user_id)
        return Page(say(sender.language, "new"))

    async def stop(self, command: Command, _: int) -> Page:
        """Stop all of the person's requests in the chat."""
        sender = command.sender
        stopped = self._runner.stop(user_id=sender.user_id, chat_id=sender.chat_id)
        return Page(say(sender.language, "stopping" if stopped else "nothing_to_stop"))

    async def ask(self, command: Command, _: int) -> Page:
        """Say how to ask; with a question behind it, the command is read as that question."""
        return Page(say(command.sender.language, "ask_how"))

    async def unknown(self, command: Command, _: int) -> Page:
        """Say that there is no such command."""
        return Page(say(command.sender.language, "unknown_command"))

    async def press_stop(self, press: Press[StopButton], _: int) -> Page | None:
        """Stop one request."""
        sender = press.sender
        stopped = self._runner.stop(user_id=sender.user_id, request_id=press.button.request_id)
        await self._messenger.answer(press, "stopping" if stopped else "nothing_to_stop")

        # A process that died before it could journal this message has left it behind.
        return Page(say(sender.language, "stopped")) if not stopped and sender.private else None

    async def press_close(self, press: Press[CloseButton], _: int) -> None:
        """Take the message with the button away."""
        await self._messenger.remove(press)
