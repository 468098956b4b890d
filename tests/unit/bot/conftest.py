"""A bot process for each test that asks for a `scene`."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from standins.llm import Embedder, LLMStandIn
from standins.telegram import TelegramStandIn
from support.bot_process import KEY, BotProcess, Scene


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return Embedder()


@pytest.fixture(scope="session")
def bytecode(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Compiled modules, as in the image: without them a start takes three times as long."""
    return tmp_path_factory.mktemp("bytecode")


@pytest.fixture
async def scene(tmp_path: Path, bytecode: Path, embedder: Embedder) -> AsyncIterator[Scene]:
    async with TelegramStandIn.start() as telegram, LLMStandIn.start(embedder=embedder) as llm:
        people = telegram.client
        anna = await people.join("Anna", language_code="en")
        bot = await people.make_bot("anna_docs_bot", owner_id=anna.id)
        (tmp_path / "token").write_text(bot.token + "\n")
        (tmp_path / "key").write_text(KEY)
        process = BotProcess(
            flags={
                "user-id": str(anna.id),
                "collection": "user_anna",
                "bot-token-file": str(tmp_path / "token"),
                "openai-key-file": str(tmp_path / "key"),
                "telegram-api-url": telegram.url,
                "llm-base-url": llm.url,
                "data-dir": str(tmp_path / "data"),
                "port": "0",
            },
            environment={"PERSONAL_BOT_TERMINATION_LOG": str(tmp_path / "termination")},
            folder=tmp_path,
            bytecode=bytecode,
        )
        try:
            yield Scene(telegram=telegram, people=people, llm=llm, anna=anna, bot=bot, process=process)
        finally:
            if process.process and process.process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.process.kill()
                await process.process.wait()
