"""The chat page in a real browser: Chromium, driven over WebDriver, and a bot that really polls."""

import asyncio
import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import aiogram
import pytest
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import (
    BotCommand,
    BufferedInputFile,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    KeyboardButtonRequestManagedBot,
    ReplyKeyboardMarkup,
)
from aiogram.types import Message as BotMessage
from selenium import webdriver
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from standins.telegram import Settings, TelegramStandIn

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d494844520000000100000001080600000"
    "01f15c4890000000d49444154789c6360f8cf500f0003820180e4a1fd2a0000000049454e44ae426082"
)
IGNORED = (NoSuchElementException, StaleElementReferenceException)  # while the page is changing
T = TypeVar("T")
BUTTONS = InlineKeyboardMarkup(
    inline_keyboard=[
        [
            InlineKeyboardButton(text="Toast", callback_data="toast"),
            InlineKeyboardButton(text="Alert", callback_data="alert"),
        ],
        [InlineKeyboardButton(text="Invite", url="https://t.me/master_bot?start=from_anna")],
    ]
)
MANAGED = KeyboardButtonRequestManagedBot(request_id=1, suggested_username="made_here_bot")
KEYS = ReplyKeyboardMarkup(
    keyboard=[[KeyboardButton(text="Blue"), KeyboardButton(text="Make one", request_managed_bot=MANAGED)]]
)


def make_dispatcher(bot: aiogram.Bot) -> aiogram.Dispatcher:
    """A bot that shows each thing the page can show."""
    dispatcher = aiogram.Dispatcher()

    @dispatcher.callback_query()
    async def pressed(query: CallbackQuery) -> None:
        await query.answer("You pressed it", show_alert=query.data == "alert")

    @dispatcher.message(aiogram.F.document)
    async def document(message: BotMessage) -> None:
        content = await bot.download(message.document)
        await message.answer_document(BufferedInputFile(content.read()[::-1], "reversed.txt"), caption="reversed")

    @dispatcher.message(aiogram.F.photo)
    async def photo(message: BotMessage) -> None:
        await message.answer_photo(BufferedInputFile(PNG, "dot.png"))

    @dispatcher.message(aiogram.F.text == "draft")
    async def draft(message: BotMessage) -> None:
        await bot.send_chat_action(message.chat.id, "typing")
        await bot.send_message_draft(message.chat.id, 1, text="Half a sen", can_stop=True)

    @dispatcher.stopped_message_generation()
    async def stopped(event: Any) -> None:  # noqa: ANN401 - aiogram's own
        await bot.send_message(event.chat.id, "Stopped.")

    @dispatcher.message(aiogram.F.text == "edit")
    async def edit(message: BotMessage) -> None:
        sent = await message.answer("before")
        await sent.edit_text("after")
        await (await message.answer("soon gone")).delete()

    @dispatcher.message(aiogram.F.text == "rich")
    async def rich(message: BotMessage) -> None:
        text = (
            "<b>bold</b> <tg-spoiler>secret</tg-spoiler> t.me/master_bot /help &lt;script&gt;"
            '<pre><code class="language-python">print("😀")</code></pre>'
            "<blockquote expandable>1\n2\n3\n4\n5</blockquote>"
        )
        await message.reply(text, parse_mode="HTML")

    @dispatcher.message(aiogram.F.text == "keys")
    async def keys(message: BotMessage) -> None:
        await message.answer("Choose", reply_markup=KEYS)

    @dispatcher.message()
    async def echo(message: BotMessage) -> None:
        await message.answer(f"echo: {message.text}", reply_markup=BUTTONS)

    return dispatcher


@dataclass(frozen=True)
class Server:
    url: str
    stop_bot: Callable[[], None]
    run: Callable[[Any], Any]
    telegram: TelegramStandIn


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

            ready.put(Server(telegram.url, lambda: run(dispatcher.stop_polling()), run, telegram))
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
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    profile, downloads = tmp_path_factory.mktemp("profile"), tmp_path_factory.mktemp("downloads")
    for switch in (
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
        "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage", "--lang=en",
        f"--user-data-dir={profile}", "--window-size=1280,800",
    ):  # fmt: skip
        options.add_argument(switch)
    options.add_experimental_option("prefs", {"download.default_directory": str(downloads)})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService("/usr/bin/chromedriver"))
    driver.downloads = downloads
    yield driver
    driver.quit()


class Page:
    """The page as a person uses it: by what is on the screen."""

    def __init__(self, browser: webdriver.Chrome, server: Server, name: str) -> None:
        self.browser = browser
        self.server = server
        self.name = name
        browser.get("about:blank")
        browser.get(f"{server.url}/?as={name}")
        self.one("account")

    def all(self, testid: str) -> list[WebElement]:
        found = self.browser.find_elements(By.CSS_SELECTOR, f"[data-testid='{testid}']")
        return [element for element in found if element.is_displayed()]

    def one(self, testid: str, text: str = "") -> WebElement:
        """The last element of this kind on the screen that shows this text; waited for."""

        def look(_: object) -> WebElement | None:
            return next((element for element in reversed(self.all(testid)) if text in element.text), None)

        return WebDriverWait(self.browser, 20, ignored_exceptions=IGNORED).until(look, f"no {testid} with {text!r}")

    def gone(self, testid: str, text: str = "") -> None:
        WebDriverWait(self.browser, 20, ignored_exceptions=IGNORED).until(
            lambda _: not any(text in element.text for element in self.all(testid))
        )

    def open(self, username: str) -> None:
        row = (By.CSS_SELECTOR, f"[data-username='{username}']")
        self.until(lambda: self.browser.find_element(*row)).click()
        self.one("conversation")

    def until(self, condition: Callable[[], T]) -> T:
        """What the condition gives once that is true."""
        wait = WebDriverWait(self.browser, 20, ignored_exceptions=IGNORED)
        return wait.until(lambda _: condition())

    def choose(self, text: str) -> None:
        """Take an entry of the menu that is open."""
        entries = self.one("context-menu").find_elements(By.TAG_NAME, "button")
        next(entry for entry in entries if entry.text == text).click()

    def upload(self, file: Path) -> None:
        self.browser.find_element(By.CSS_SELECTOR, "[data-testid='file-input']").send_keys(str(file))

    def write_elsewhere(self, text: str) -> None:
        """Let the same person write to the bot from another device."""

        async def write() -> None:
            person = await self.server.telegram.client.join(self.name)
            await person.send("master_bot", text)

        self.server.run(write())

    def set_connected(self, *, connected: bool) -> None:
        """Let the server close this person's streams of events at once, or keep them open again."""

        async def switch() -> None:
            person = await self.server.telegram.client.join(self.name)
            feed = self.server.telegram.world.people[person.id].feed
            feed.close()
            feed.closed = not connected

        self.server.run(switch())

    def start(self, username: str = "master_bot") -> None:
        self.open(username)
        self.one("start-button").click()
        self.one("message", "/start")

    def type(self, *keys: str) -> None:
        self.one("composer-input").send_keys(*keys)

    def say(self, text: str) -> None:
        self.type(text, Keys.ENTER)


@pytest.fixture
def page(browser: webdriver.Chrome, server: Server, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page of a person of this test's own; nothing went wrong in the browser when it is left."""
    yield Page(browser, server, request.node.name[:60])
    problems = [entry["message"] for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
    assert problems == []


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """An image file of one dot."""
    file = tmp_path / "dot.png"
    file.write_bytes(PNG)
    return file
