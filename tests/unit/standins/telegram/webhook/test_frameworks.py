"""The webhook servers that bots are really run with: aiogram's on aiohttp, python-telegram-bot's on Tornado."""

import asyncio
import socket
from typing import Final

import aiogram
import pytest
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.methods import SendMessage
from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application
from aiohttp import web
from telegram import Update
from telegram.ext import ApplicationBuilder, CommandHandler, ContextTypes

from standins.telegram import Clock, NewBot, Person, TelegramStandIn

SECRET: Final = "a-secret_of-the-test"  # noqa: S105 - no secret

UNAUTHORIZED: Final = "Wrong response from the webhook: 401 Unauthorized"


@pytest.fixture
def clock() -> Clock:
    """The real time, as these servers have it."""
    return Clock()


@pytest.fixture
def port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("in_background", [True, False])
async def test_a_bot_of_aiogram_gets_its_updates_and_may_answer_in_the_reply(
    telegram: TelegramStandIn, bot: NewBot, anna: Person, port: int, *, in_background: bool
) -> None:
    dispatcher = aiogram.Dispatcher()

    @dispatcher.message()
    async def greet(message: aiogram.types.Message) -> SendMessage:
        return message.answer(f"Hello, {message.text}")

    api = aiogram.Bot(bot.token, session=AiohttpSession(api=TelegramAPIServer.from_base(telegram.url)))
    app = web.Application()
    handler = SimpleRequestHandler(dispatcher, api, handle_in_background=in_background, secret_token=SECRET)
    handler.register(app, path="/hook")
    setup_application(app, dispatcher, bot=api)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()

    await api.set_webhook(f"http://127.0.0.1:{port}/hook", secret_token=SECRET)
    await anna.send(bot.username, "one")
    await anna.wait(bot.username, lambda message: message.text == "Hello, one")
    info = await api.get_webhook_info()
    assert (info.pending_update_count, info.last_error_message) == (0, None)

    await asyncio.sleep(1)  # setWebhook is allowed once a second
    await api.set_webhook(f"http://127.0.0.1:{port}/hook", secret_token="another")  # noqa: S106 - no secret
    await anna.send(bot.username, "two")
    async with asyncio.timeout(10):
        while (await api.get_webhook_info()).last_error_message != UNAUTHORIZED:  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0.05)

    await api.delete_webhook()
    await runner.cleanup()


async def test_a_bot_of_python_telegram_bot_gets_its_updates(
    telegram: TelegramStandIn, bot: NewBot, anna: Person, port: int
) -> None:
    async def greet(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.message
        await update.message.reply_text("Hello")

    builder = ApplicationBuilder().token(bot.token).base_url(f"{telegram.url}/bot")
    application = builder.base_file_url(f"{telegram.url}/file/bot").build()
    application.add_handler(CommandHandler("start", greet))

    async with application:
        assert application.updater
        await application.start()
        await application.updater.start_webhook(
            listen="127.0.0.1", port=port, url_path="hook", webhook_url=f"http://127.0.0.1:{port}/hook",
            secret_token=SECRET,
        )  # fmt: skip
        await anna.send(bot.username, "/start")
        await anna.wait(bot.username, lambda message: message.text == "Hello")
        info = await application.bot.get_webhook_info()
        assert (info.url, info.pending_update_count) == (f"http://127.0.0.1:{port}/hook", 0)

        await application.updater.stop()
        await application.stop()
