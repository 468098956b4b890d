"""The polling loops that bots are really run with: aiogram's dispatcher and python-telegram-bot's application."""

import asyncio

import aiogram
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from telegram import Update
from telegram.ext import ApplicationBuilder, CommandHandler, ContextTypes

from standins.telegram import NewBot, Person, TelegramStandIn


async def test_a_bot_of_aiogram_runs_here(telegram: TelegramStandIn, bot: NewBot, anna: Person) -> None:
    dispatcher = aiogram.Dispatcher()

    @dispatcher.message(aiogram.filters.CommandStart(deep_link=True))
    async def greet(message: aiogram.types.Message, command: aiogram.filters.CommandObject) -> None:
        assert message.from_user
        await message.answer(f"Hello {message.from_user.first_name}, you came by {command.args}")

    api = aiogram.Bot(bot.token, session=AiohttpSession(api=TelegramAPIServer.from_base(telegram.url)))
    running = asyncio.create_task(dispatcher.start_polling(api, handle_signals=False))
    await anna.send(bot.username, "/start invitation")
    await anna.wait(bot.username, lambda message: message.text == "Hello Anna, you came by invitation")
    await dispatcher.stop_polling()
    await running


async def test_a_bot_of_python_telegram_bot_runs_here(telegram: TelegramStandIn, bot: NewBot, anna: Person) -> None:
    async def greet(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.message
        assert update.effective_user
        await update.message.reply_text(f"Hello {update.effective_user.first_name}")

    builder = ApplicationBuilder().token(bot.token).base_url(f"{telegram.url}/bot")
    application = builder.base_file_url(f"{telegram.url}/file/bot").build()
    application.add_handler(CommandHandler("start", greet))

    async with application:
        assert application.updater
        await application.start()
        await application.updater.start_polling(timeout=10)
        await anna.send(bot.username, "/start")
        await anna.wait(bot.username, lambda message: message.text == "Hello Anna")
        await application.updater.stop()
        await application.stop()
