"""A person at the chat page, in a headless browser."""

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from selenium import webdriver
from selenium.common import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--lang=en",
)  # fmt: skip


class Messenger:
    """What a person sees and does; every wait has a limit, and a failed one tells what the chat shows."""

    def __init__(self, driver: webdriver.Chrome, pictures: Path) -> None:
        self._driver = driver
        self._pictures = pictures

    def join(self, url: str, name: str, language: str = "en") -> None:
        """Open the page as somebody new, and give a name: all that it asks for."""
        self._driver.get(url)
        self._driver.execute_script("localStorage.clear()")
        self._driver.get(url)
        self._until(lambda: self._shown("join-name"), "the page asks for a name")
        self._one(f"language-{language}").click()
        self._one("join-name").send_keys(name)
        self._one("join-submit").click()
        self._until(lambda: self._all("chat-row"), "the list of chats")

    def open(self, username: str) -> None:
        """Go to a bot, in the list or by searching."""
        self.follow(f"#@{username}")
        current = f'[data-testid="chat-row"][aria-current="page"][data-username="{username}"]'
        self._until(lambda: self._driver.find_elements(By.CSS_SELECTOR, current), f"the chat with {username}")

    def follow(self, address: str) -> None:
        """Follow a link inside of the page."""
        self._driver.execute_script("location.hash = arguments[0]", address)

    def start(self) -> None:
        """Press the button that a chat with a new bot begins with."""
        self._until(lambda: self._shown("start-button"), "the start button")
        self._one("start-button").click()

    def write(self, text: str) -> None:
        """Write a message, and send it with Enter."""
        self._until(lambda: self._shown("composer-input"), "a place to write")
        self._one("composer-input").send_keys(text, Keys.ENTER)

    def attach(self, file: Path) -> None:
        """Send a file."""
        self._one("file-input").send_keys(str(file))

    def press(self, label: str, *, timeout: float = 30) -> None:
        """Press the newest button whose text has `label` in it."""

        def press() -> bool:
            buttons = [button for button in self._all("inline-button") if label in button.text]
            if buttons:
                self._driver.execute_script("arguments[0].click()", buttons[-1])
            return bool(buttons)

        self._until(press, f"a button {label!r}", timeout=timeout)

    def confirm(self) -> None:
        """Say yes to what the page asks."""
        self._until(lambda: self._shown("alert-ok"), "a question")
        self._one("alert-ok").click()

    def reads(self, *parts: str, timeout: float = 30, answering: bool = False, but: str = "") -> str:
        """Wait for a message of the bot's with all of `parts` in it, and give its text.

        Args:
            answering: it comes after the last that the person wrote.
            but: a text that it is not.
        """

        def newest() -> str | None:
            texts = self._answers() if answering else self.texts()
            return next((text for text in reversed(texts) if text != but and all(part in text for part in parts)), None)

        return str(self._until(newest, f"a message with {parts}", timeout=timeout))

    def texts(self, *, mine: bool = False) -> list[str]:
        """Give what the bot, or the person, has said in this chat, oldest first."""
        return [text for is_mine, text in self._said() if is_mine is mine]

    def _answers(self) -> list[str]:
        said = self._said()
        last = max((place for place, (is_mine, _) in enumerate(said) if is_mine), default=-1)
        return [text for _, text in said[last + 1 :]]

    def _said(self) -> list[tuple[bool, str]]:
        return [(message.get_attribute("data-from") == "me", message.text) for message in self._all("message")]

    def resize(self, width: int, height: int) -> None:
        """Have the page as large as a phone's or a desktop's screen."""
        self._driver.set_window_size(width, height)

    def picture(self, name: str) -> None:
        """Take a screenshot, to be looked at, when what passes by itself is over."""
        with contextlib.suppress(AssertionError):
            self._until(lambda: not self._all("toast"), "the end of a notice", timeout=8)
        self._driver.save_screenshot(str(self._pictures / f"{name}.png"))

    def _one(self, testid: str) -> WebElement:
        return self._driver.find_element(By.CSS_SELECTOR, f'[data-testid="{testid}"]')

    def _all(self, testid: str) -> list[WebElement]:
        return self._driver.find_elements(By.CSS_SELECTOR, f'[data-testid="{testid}"]')

    def _shown(self, testid: str) -> bool:
        return any(element.is_displayed() for element in self._all(testid))

    def _until(self, condition: Callable[[], object], what: str, *, timeout: float = 30) -> object:
        def probe(_: object) -> object:
            with contextlib.suppress(StaleElementReferenceException):
                return condition()
            return None

        try:
            return WebDriverWait(self._driver, timeout, poll_frequency=0.1).until(probe)
        except Exception as error:
            self._driver.save_screenshot(str(self._pictures / "failed.png"))
            raise AssertionError(f"no {what} within {timeout:.0f} s; the chat shows {self.texts()[-4:]}") from error


@contextlib.contextmanager
def messenger(pictures: Path) -> Iterator[Messenger]:
    """Start a browser with nothing in it, Debian's Chromium or Chrome."""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or shutil.which("google-chrome") or ""
    for flag in FLAGS:
        options.add_argument(flag)
    service = webdriver.ChromeService(shutil.which("chromedriver"))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        options.add_argument(f"--user-data-dir={profile}")
        driver = webdriver.Chrome(options, service)
        driver.set_window_size(1280, 860)
        try:
            yield Messenger(driver, pictures)
        finally:
            driver.quit()
