"""A stand-in per test, and the clients of the Bot API that nobody here wrote."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

import aiohttp
import pytest

from standins.telegram import NewBot, Person, TelegramStandIn
from support.bot_api.aiogram_client import Aiogram
from support.bot_api.client import BotClient
from support.bot_api.plain_http import Answer, Call, PlainHttp
from support.bot_api.ptb_client import PythonTelegramBot

CLIENTS: Final[dict[str, Callable[[str, str], BotClient]]] = {
    "aiogram": Aiogram,
    "python-telegram-bot": PythonTelegramBot,
    "plain HTTP": PlainHttp,
}


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramStandIn]:
    async with TelegramStandIn.start() as telegram:
        yield telegram


@pytest.fixture
async def bot(telegram: TelegramStandIn) -> NewBot:
    return await telegram.client.make_bot("anna_docs_bot", name="Anna's documents")


@pytest.fixture
async def anna(telegram: TelegramStandIn) -> Person:
    return await telegram.client.join("Anna", language_code="ru")


@pytest.fixture
async def call(telegram: TelegramStandIn, bot: NewBot) -> AsyncIterator[Call]:
    """Call a method as JSON, by the bot's token or another."""
    async with aiohttp.ClientSession() as session:

        async def perform(method: str, *, token: str = bot.token, **arguments: object) -> Answer:
            async with session.post(f"{telegram.url}/bot{token}/{method}", json=arguments) as response:
                return Answer(status=response.status, body=await response.json())

        yield perform


@pytest.fixture(params=CLIENTS)
def make_client(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, telegram: TelegramStandIn
) -> Callable[[str], BotClient]:
    """Make a client for a token; by each of the libraries in turn."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")  # else python-telegram-bot warns of what is to come
    return lambda token: CLIENTS[request.param](telegram.url, token)


@pytest.fixture
async def client(make_client: Callable[[str], BotClient], bot: NewBot) -> AsyncIterator[BotClient]:
    client = make_client(bot.token)
    yield client
    await client.close()


@pytest.fixture
async def second_client(make_client: Callable[[str], BotClient], bot: NewBot) -> AsyncIterator[BotClient]:
    """Another process with the same token, by the same library."""
    second = make_client(bot.token)
    yield second
    await second.close()


@pytest.fixture
async def stranger(make_client: Callable[[str], BotClient]) -> AsyncIterator[BotClient]:
    """A bot whose token has the right shape and was given to nobody."""
    stranger = make_client(f"7000000001:{'A' * 35}")
    yield stranger
    await stranger.close()


@pytest.fixture
def until_polling(telegram: TelegramStandIn) -> Callable[..., Awaitable[None]]:
    """Return once a long poll waits at the server, or none does any more."""

    async def wait(*, polling: bool = True) -> None:
        async with asyncio.timeout(10):
            while any(bot.poll for bot in telegram.world.bots.values()) != polling:  # noqa: ASYNC110 - nothing tells
                await asyncio.sleep(0.01)

    return wait
