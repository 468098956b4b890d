"""The cluster with everything on it, as `make demo` makes it; brought up once, quick when it is there.

Tests run side by side in several processes. After those run, by itself, each test that is marked

- `disruptive`: it takes something away from the others (the operator, the chart's values, the node, the API server);
- `serial`: the others would disturb it (it counts or shows all bots).

One that looks at what the whole run left behind is marked `last`: nothing comes after it.
"""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

import cluster
from cluster import Context, deploy, images
from standins.llm import LLMClient
from standins.telegram import TelegramClient
from support.cluster.installation import Installation, Setup, forwarded, new_setup
from support.cluster.recording import Recording, recording


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.get_closest_marker("last") is not None)


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
    """Everything that a PersonalBot needs; afterwards the bot and the faults for it are deleted."""
    found = await new_setup(installed, telegram)

    yield found

    await telegram.clear_faults(found.bot.username)
    await llm.clear_faults(found.key)
    installed.remove(found.name)
