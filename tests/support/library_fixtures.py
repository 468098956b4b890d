"""A real store of each kind, and an LLM service with real embeddings."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from qdrant_client import AsyncQdrantClient

from personal_bot.knowledge.library import Library, LibraryConfig
from personal_bot.knowledge.stores.store import Store
from personal_bot.knowledge.stores.store_embedded import EmbeddedStore
from personal_bot.knowledge.stores.store_qdrant import ServerStore
from personal_bot.llm.client import LLM, LLMConfig
from personal_bot.models import Document, IncomingDocument, Ingested
from standins.llm import Embedder, LLMStandIn

MakeStore = Callable[..., Store]
MakeLibrary = Callable[[], Awaitable[Library]]

KEY = "sk-standin-anna"


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return Embedder()


@pytest.fixture
async def service(embedder: Embedder) -> AsyncIterator[LLMStandIn]:
    async with LLMStandIn.start(embedder=embedder) as service:
        yield service


@pytest.fixture
async def llm(service: LLMStandIn) -> AsyncIterator[LLM]:
    config = LLMConfig(
        base_url=service.url,
        model="gpt-5-mini",
        embedding_model="text-embedding-3-small",
        key_provider=lambda: KEY,
        timeout=20,
    )
    client = LLM(config)
    yield client
    await client.close()


@pytest.fixture(params=["embedded", "server"])
async def make_store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[MakeStore]:
    """Give a maker of stores over one and the same collection, or another place of it.

    The server's side is judged against qdrant-client's own implementation of the server.
    """
    if request.param == "embedded":
        yield lambda place="": EmbeddedStore(tmp_path / f"collection{place}")
        return
    peer = AsyncQdrantClient(":memory:")

    class Shared(ServerStore):
        async def close(self) -> None:
            self._client = None  # the collection lives in the client here

    yield lambda place="": Shared(f"collection{place}", lambda: peer)
    await peer.close()


@pytest.fixture
async def make_library(make_store: MakeStore, llm: LLM, tmp_path: Path) -> AsyncIterator[MakeLibrary]:
    opened: list[Library] = []

    async def open_library() -> Library:
        config = LibraryConfig(data_dir=tmp_path, collection="user_1")
        library = await Library.open(config, llm, stores=(make_store(), make_store(".2")))
        opened.append(library)
        await library.wait_open()
        return library

    yield open_library
    for library in opened:
        await library.close()


@pytest.fixture
async def library(make_library: MakeLibrary) -> Library:
    return await make_library()


@pytest.fixture
def send(tmp_path: Path) -> Callable[..., IncomingDocument]:
    def send(name: str, content: bytes | str) -> IncomingDocument:
        path = tmp_path / f"sent-{name}"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return IncomingDocument(user_id=1, name=name, mime_type="application/octet-stream", path=path)

    return send


@pytest.fixture
def take_in() -> Callable[[Library, IncomingDocument], Awaitable[Document]]:
    async def take_in(library: Library, incoming: IncomingDocument) -> Document:
        events = [event async for event in library.ingest(incoming)]
        assert isinstance(events[-1], Ingested)
        return events[-1].document

    return take_in
