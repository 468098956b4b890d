"""A stand-in that allows every address, whose time a test moves, and a receiver of webhooks."""

from collections.abc import AsyncIterator

import pytest

from standins.telegram import ManualClock, NewBot, Person, Settings, TelegramStandIn
from support.bot_api.plain_http import Call
from support.bot_api.receiver import Receiver
from support.bot_api.webhook_scene import WebhookScene


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def telegram(clock: ManualClock) -> AsyncIterator[TelegramStandIn]:
    async with TelegramStandIn.start(settings=Settings(local=True), clock=clock) as telegram:
        yield telegram


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver.start() as receiver:
        yield receiver


@pytest.fixture
def scene(  # noqa: PLR0913, PLR0917 - what it is made of
    telegram: TelegramStandIn, call: Call, receiver: Receiver, bot: NewBot, anna: Person, clock: ManualClock
) -> WebhookScene:
    return WebhookScene(telegram=telegram, call=call, receiver=receiver, bot=bot, anna=anna, clock=clock)
