"""The chat page in a real browser, driven over WebDriver, as a person uses it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from selenium import webdriver
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from standins.telegram import TelegramStandIn

IGNORED: Final = (NoSuchElementException, StaleElementReferenceException)  # while the page is changing
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """The stand-in and its bot, which run in a thread of their own."""

    url: str
    run: Callable[[Any], Any]
    telegram: TelegramStandIn


def errors_of(browser: webdriver.Chrome) -> list[str]:
    """What went wrong in the browser since this was asked last."""
    entries: list[dict[str, str]] = browser.get_log("browser")  # type: ignore[no-untyped-call] # selenium's own
    return [entry["message"] for entry in entries if entry["level"] == "SEVERE"]


class Page:
    """The page as a person uses it: by what is on the screen."""

    def __init__(self, browser: webdriver.Chrome, server: Server, name: str, downloads: Path) -> None:
        self.browser = browser
        self.server = server
        self.name = name
        self.downloads = downloads
        browser.get("about:blank")
        browser.get(f"{server.url}/?as={name}")
        self.one("account")

    def all(self, testid: str) -> list[WebElement]:
        found = self.browser.find_elements(By.CSS_SELECTOR, f"[data-testid='{testid}']")
        return [element for element in found if element.is_displayed()]

    def one(self, testid: str, text: str = "") -> WebElement:
        """The last element of this kind on the screen that shows this text; waited for."""

        def find() -> WebElement | None:
            return next((element for element in reversed(self.all(testid)) if text in element.text), None)

        return self.until(find, f"no {testid} with {text!r}")

    def gone(self, testid: str, text: str = "") -> None:
        WebDriverWait(self.browser, 20, ignored_exceptions=IGNORED).until(
            lambda _: not any(text in element.text for element in self.all(testid))
        )

    def open(self, username: str) -> None:
        row = (By.CSS_SELECTOR, f"[data-username='{username}']")
        self.until(lambda: self.browser.find_element(*row)).click()
        self.one("conversation")

    def until(self, condition: Callable[[], T | None], otherwise: str = "") -> T:
        """What the condition gives once that is true."""
        wait = WebDriverWait(self.browser, 20, ignored_exceptions=IGNORED)
        found = wait.until(lambda _: condition(), otherwise)
        assert found is not None
        return found

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
