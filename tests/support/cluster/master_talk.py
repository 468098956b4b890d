"""A person's talk with the deployed master bot."""

import secrets
from typing import Final

from cluster import deploy
from standins.telegram import Message, NewBot, Person
from support.cluster.installation import Installation

MASTER: Final = deploy.MASTER_USERNAME


class Talk:
    """What a person says to the master bot, and what it answers."""

    def __init__(self, person: Person, installed: Installation) -> None:
        self.person = person
        self.installed = installed
        self.key = f"sk-standin-{secrets.token_hex(16)}"
        installed.secrets.add(self.key)

    async def say(self, text: str, *expected: str, timeout: float = 60) -> Message:
        """Send a text, and wait for an answer that holds all of `expected`."""
        sent = await self.person.send(MASTER, text)
        return await self.hear(*expected, after=sent, timeout=timeout)

    async def hear(self, *expected: str, after: Message | None = None, timeout: float = 60) -> Message:
        """Wait for a message that holds all of `expected`."""

        def fits(message: Message) -> bool:
            return all(part in message.text for part in expected)

        return await self.person.wait(MASTER, fits, after=after, timeout=timeout)

    async def create(self) -> Message:
        """Send the key, take the last step as it is offered, and give the message that shows the bot coming up."""
        screen = await self.say(self.key, "Step 3 of 3", timeout=90)
        await self.person.press(screen, "✅ Create the bot")
        return await self.hear("is on its way", after=screen, timeout=90)

    async def onboard(self, bot: NewBot) -> Message:
        """Get a bot, up to the message that says it is ready."""
        await self.say("/start", "Step 1 of 3")
        await self.say(bot.token, "Step 2 of 3")
        return await self.ready(await self.create())

    async def ready(self, live: Message) -> Message:
        """Wait until the message that shows a bot coming up says that it is ready."""
        return await self.person.wait(MASTER, lambda m: m.id == live.id and "is ready" in m.text, timeout=120)
