"""The cluster with everything on it, as `make demo` makes it; brought up once, quick when it is there.

Tests run side by side in several processes; one that disturbs the others (the operator, the chart's values, the node,
what is counted over all bots) is marked `alone`, and runs after them.
"""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

import cluster
from cluster import Context, deploy, images
from standins.llm import LLMClient
from standins.telegram import TelegramClient
from support.installation import Installation, Setup, forwarded, new_setup
from support.recording import Recording, recording


@pytest.fixture(scope="session")
def here() -> Context:
    context = Context.read()
    cluster.up(context)
    return context


@pytest.fixture(scope="session")
def installed(here: Context) -> Installation:
    with here.locked():
        refs = images.load(here)
        deploy.standins(here, refs)
        deploy.chart(here, refs, deploy.for_standins())
    return Installation(here)


@pytest.fixture(scope="session", autouse=True)
def record(installed: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recording]:
    folder = Path(os.environ.get("PERSONALBOTS_RECORDING") or tmp_path_factory.mktemp("recording"))
    namespaces = (deploy.BOTS, deploy.NAMESPACE)
    kinds = ("pods", "personalbots", "events")
    with recording(installed.context, folder, kinds=kinds, namespaces=namespaces) as begun:
        yield begun
        begun.keep_secrets(installed.secrets)


@pytest.fixture(scope="session")
def telegram_url(installed: Installation) -> Iterator[str]:
    with forwarded(installed.context, deploy.STANDINS, "service/telegram", 8081) as url:
        yield url


@pytest.fixture(scope="session")
def llm_url(installed: Installation) -> Iterator[str]:
    with forwarded(installed.context, deploy.STANDINS, "service/llm", 8082) as url:
        yield url


@pytest.fixture
async def telegram(telegram_url: str) -> AsyncIterator[TelegramClient]:
    async with TelegramClient(telegram_url) as client:
        yield client


@pytest.fixture
async def llm(llm_url: str) -> AsyncIterator[LLMClient]:
    async with LLMClient(llm_url) as client:
        yield client


@pytest.fixture
async def setup(installed: Installation, telegram: TelegramClient, llm: LLMClient) -> AsyncIterator[Setup]:
    """Everything a PersonalBot needs; what the test makes of it, and the faults for it, are deleted afterwards."""
    found = await new_setup(installed, telegram)
    yield found
    await telegram.clear_faults(found.bot.username)
    await llm.clear_faults(found.key)
    installed.remove(found.name)
