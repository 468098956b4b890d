"""Real documents, a real store of each kind, and an LLM service with real embeddings."""

import io
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

import docx
import pytest
from qdrant_client import AsyncQdrantClient
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen import canvas

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


class Make:
    """Makes documents as people's programs make them."""

    @staticmethod
    def pdf(pages: Sequence[str], *, password: str = "") -> bytes:
        buffer = io.BytesIO()
        encryption = StandardEncryption(password, ownerPassword="owner") if password else None
        page = canvas.Canvas(buffer, encrypt=encryption)
        for text in pages:
            lines = page.beginText(60, 780)
            for line in text.splitlines():
                lines.textLine(line)
            page.drawText(lines)
            page.rect(50, 50, 20, 20)
            page.showPage()
        page.save()
        return buffer.getvalue()

    @staticmethod
    def docx(*parts: str) -> bytes:
        """Make a DOCX of paragraphs; "# x" and "## x" become headings, "a|b" a row of a table."""
        document = docx.Document()
        for part in parts:
            if part.startswith("#"):
                document.add_heading(part.lstrip("# "), part.count("#"))
            elif "|" in part:
                cells = part.split("|")
                row = document.add_table(rows=1, cols=len(cells)).rows[0].cells
                for cell, text in zip(row, cells, strict=True):
                    cell.text = text
            else:
                document.add_paragraph(part)
        buffer = io.BytesIO()
        document.save(buffer)
        return buffer.getvalue()


@pytest.fixture
def make() -> Make:
    return Make()


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
