"""The chat page in Chromium, and a bot that really polls."""

import asyncio
import queue
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiogram
import pytest
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import BotCommand
from selenium import webdriver

from standins.telegram import Settings, TelegramStandIn
from support.chat_page.bot import PNG, make_dispatcher
from support.chat_page.page import Page, Server, errors_of


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """The stand-in and its bot in a thread of their own, since WebDriver blocks."""
    ready: queue.Queue[Server | BaseException] = queue.Queue()
    loop = asyncio.new_event_loop()
    finish = asyncio.Event()

    async def serve() -> None:
        settings = Settings(master_username="master_bot", sample_key="sk-standin-anna")
        async with TelegramStandIn.start(settings=settings) as telegram:
            master = await telegram.client.make_bot("master_bot", name="Master", can_manage_bots=True)
            session = AiohttpSession(api=TelegramAPIServer.from_base(telegram.url))
            bot = aiogram.Bot(master.token, session=session)
            await bot.set_my_commands([BotCommand(command="start", description="begin")])
            await bot.set_my_commands([BotCommand(command="start", description="начать")], language_code="ru")
            await bot.set_my_description("I show things.")
            dispatcher = make_dispatcher(bot)
            polling = asyncio.create_task(dispatcher.start_polling(bot, handle_signals=False))

            def run(work: Any) -> Any:  # noqa: ANN401 - a coroutine of any kind
                return asyncio.run_coroutine_threadsafe(work, loop).result(30)

            ready.put(Server(url=telegram.url, run=run, telegram=telegram))
            await finish.wait()
            await dispatcher.stop_polling()
            await polling

    def thread() -> None:
        try:
            loop.run_until_complete(serve())
        except BaseException as error:  # noqa: BLE001 - the waiting test shall fail with it
            ready.put(error)
        finally:
            loop.close()

    worker = threading.Thread(target=thread)
    worker.start()
    started = ready.get(timeout=60)
    if isinstance(started, BaseException):
        raise started

    yield started
    loop.call_soon_threadsafe(finish.set)
    worker.join(30)


@pytest.fixture(scope="module")
def downloads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the browser puts the files that it downloads."""
    return tmp_path_factory.mktemp("downloads")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory, downloads: Path) -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    profile = tmp_path_factory.mktemp("profile")
    for switch in (
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
        "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage", "--lang=en",
        f"--user-data-dir={profile}", "--window-size=1280,800",
    ):  # fmt: skip
        options.add_argument(switch)

    options.add_experimental_option("prefs", {"download.default_directory": str(downloads)})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService("/usr/bin/chromedriver"))
    yield driver
    driver.quit()


@pytest.fixture
def page(browser: webdriver.Chrome, server: Server, request: pytest.FixtureRequest, downloads: Path) -> Iterator[Page]:
    """A page of a person of this test's own; nothing went wrong in the browser when it is left."""
    yield Page(browser, server, request.node.name[:60], downloads)
    assert errors_of(browser) == []


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """An image file of one dot."""
    file = tmp_path / "dot.png"
    file.write_bytes(PNG)
    return file
