"""The stand-in, judged by `qdrant-client`: the same calls go to it and to the client's own implementation.

With QDRANT_URL (and QDRANT_API_KEY) in the environment the calls go to that server instead of the stand-in.
"""

import os
import warnings
from collections.abc import AsyncIterator

import pytest
from qdrant_client import AsyncQdrantClient

from standins.qdrant import QdrantStandIn
from support.qdrant_twins import Twins

REAL = os.environ.get("QDRANT_URL")


@pytest.fixture(scope="session")
def real() -> bool:
    """Whether the tests run on a real server."""
    return bool(REAL)


@pytest.fixture
async def url() -> AsyncIterator[str]:
    if REAL:
        yield REAL
        return

    async with QdrantStandIn.start() as qdrant:
        yield qdrant.url


@pytest.fixture
async def server(url: str) -> AsyncIterator[AsyncQdrantClient]:
    """The client that speaks to the server over HTTP."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a key over plain HTTP
        client = AsyncQdrantClient(url=url, api_key=os.environ.get("QDRANT_API_KEY"), check_compatibility=False)

    yield client
    await client.close()


@pytest.fixture
async def twins(server: AsyncQdrantClient) -> AsyncIterator[Twins]:
    local = AsyncQdrantClient(":memory:")
    twins = Twins(server=server, local=local)
    yield twins
    await twins.clean()
    await local.close()
