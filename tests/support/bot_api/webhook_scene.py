"""A bot with a webhook, a person who writes to it, and a time that the test moves."""

import asyncio
from dataclasses import dataclass

from standins.telegram import ManualClock, Message, NewBot, Person, TelegramStandIn
from support.bot_api.plain_http import Answer, Call
from support.bot_api.receiver import Receiver


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookScene:
    """The stand-in, and both ends of the webhook."""

    telegram: TelegramStandIn
    call: Call
    receiver: Receiver
    bot: NewBot
    anna: Person
    clock: ManualClock

    async def set_webhook(self, **arguments: object) -> None:
        """Make the receiver the bot's webhook."""
        await self.clock.advance(1)  # setWebhook may be called once a second
        answer = await self.call("setWebhook", url=f"http://127.0.0.1:{self.receiver.port}/hook", **arguments)
        assert answer.body == {"ok": True, "result": True, "description": "Webhook was set"}

    async def write(self, text: str) -> Message:
        """Let Anna write to the bot."""
        return await self.anna.send(self.bot.username, text)

    async def until_delivered(self, count: int) -> None:
        """Return once so many requests to the webhook are over, whatever came of them."""
        async with asyncio.timeout(10):
            while len(await self.telegram.client.deliveries(self.bot.username)) < count:  # noqa: ASYNC110 - nothing tells
                await asyncio.sleep(0.005)

    async def info(self) -> Answer:
        return await self.call("getWebhookInfo")

    async def texts(self) -> list[str]:
        """What getUpdates gives."""
        return [update["message"]["text"] for update in (await self.call("getUpdates")).result]
