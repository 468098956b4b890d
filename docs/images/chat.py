"""Makes chat.png: a conversation with a real bot on the chat page, all in this machine's processes.

    .venv/bin/python docs/images/chat.py

Needs Chromium and its driver.
"""  # noqa: INP001 - a script, no package

import asyncio
import shutil
import sys
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from standins.llm import LLMStandIn
from standins.telegram import TelegramStandIn
from standins.telegram.client import Message

PICTURE = Path(__file__).with_suffix(".png")
BOT = "anna_library_bot"
LEASE = """\
# Rental agreement

The flat is at 5 Oak Street, second floor. It has three rooms and a balcony.

## Payment

The rent is 900 euros a month. It is due on the third working day of each month, by bank transfer.
Heating and water are paid separately, about 140 euros a month.

## Deposit

A deposit of 1,800 euros is paid before the keys are handed over. The landlord returns the deposit within 60 days \
after the tenant has moved out, less the cost of repairs.

## Pets

A cat may be kept. Dogs need the landlord's consent.
"""
QUESTIONS = {"900 euros": "How much is the rent, and when is it due?", "60 days": "When do I get the deposit back?"}


@asynccontextmanager
async def bot(*arguments: str) -> AsyncGenerator[None]:
    """Run the bot until the block ends."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "personal_bot", *arguments, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.terminate()
        await process.wait()


def photograph(url: str) -> None:
    """Open the page and take its picture when the last answer is on it."""
    options = webdriver.ChromeOptions()
    for switch in ("--headless=new", "--no-sandbox", "--hide-scrollbars", "--window-size=1000,930", "--lang=en"):
        options.add_argument(switch)
    service = webdriver.ChromeService(shutil.which("chromedriver"))
    with webdriver.Chrome(options=options, service=service) as browser:
        browser.get(url)
        WebDriverWait(browser, 20).until(lambda page: page.find_element(By.TAG_NAME, "body").text.count("Sources") > 1)
        WebDriverWait(browser, 10).until(
            lambda page: page.execute_script("return document.getAnimations().every(a => a.playState != 'running')")
        )
        browser.save_screenshot(str(PICTURE))


async def main() -> None:
    """Have the conversation, and take its picture."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with TelegramStandIn.start() as telegram, LLMStandIn.start() as llm:
            anna = await telegram.client.join("Anna")
            made = await telegram.client.make_bot(BOT, name="Anna's library", owner_id=anna.id)
            (folder / "token").write_text(made.token)
            (folder / "key").write_text("sk-standin-anna")
            async with bot(
                *("--user-id", str(anna.id), "--collection", "anna", "--data-dir", str(folder / "data"), "--port", "0"),
                *("--bot-token-file", str(folder / "token"), "--openai-key-file", str(folder / "key")),
                *("--telegram-api-url", telegram.url, "--llm-base-url", llm.url),
            ):
                await anna.send_file(BOT, "lease.md", LEASE.encode())
                await anna.wait(BOT, lambda message: "✅" in message.text, timeout=60)
                for answer, question in QUESTIONS.items():
                    await anna.send(BOT, question)
                    await anna.wait(BOT, partial(_ends_with_sources, answer), timeout=60)
                await asyncio.to_thread(photograph, f"{telegram.url}/?as=Anna#@{BOT}")


def _ends_with_sources(answer: str, message: Message) -> bool:
    return answer in message.text and "Sources" in message.text


if __name__ == "__main__":
    asyncio.run(main())
