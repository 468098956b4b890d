from collections.abc import AsyncIterator
from typing import Final

import openai
import pytest

from standins.llm import Embedder, LLMStandIn

GOOD_KEY: Final = "sk-standin-anna"


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return Embedder()


@pytest.fixture
async def llm(embedder: Embedder) -> AsyncIterator[LLMStandIn]:
    async with LLMStandIn.start(embedder=embedder) as llm:
        yield llm


@pytest.fixture
async def client(llm: LLMStandIn) -> AsyncIterator[openai.AsyncOpenAI]:
    """The real client, as the bots use it, but without retries, so that each refusal is seen."""
    async with openai.AsyncOpenAI(base_url=llm.url, api_key=GOOD_KEY, max_retries=0, timeout=20) as client:
        yield client
