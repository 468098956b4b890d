"""A text that the LLM service cannot embed costs the document only that text's vector, and this is told."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp import web

from personal_bot.knowledge.library import Library
from personal_bot.llm.client import LLM
from personal_bot.models import Document, IncomingDocument, Loss
from support.library_fixtures import MakeLibrary

pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes have no effect in the local Qdrant")

Send = Callable[[str, bytes | str], IncomingDocument]
TakeIn = Callable[[Library, IncomingDocument], Awaitable[Document]]

BAD = "zebra"


@pytest.fixture
async def nan_service() -> AsyncIterator[str]:
    """A service that answers with NaN for texts of one word, as Ollama does for some."""

    async def embed(request: web.Request) -> web.Response:
        texts = (await request.json())["input"]
        data = [
            {"index": n, "embedding": [float("nan")] * 4 if BAD in text else [1.0, len(text) % 7, 0.5, 0.1]}
            for n, text in enumerate(texts)
        ]
        return web.Response(text=json.dumps({"data": data}), content_type="application/json")

    app = web.Application()
    app.router.add_post("/v1/embeddings", embed)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    await runner.cleanup()


async def test_the_document_is_in_its_loss_is_told_and_its_words_find_it(
    make_library: MakeLibrary, llm: LLM, nan_service: str, send: Send, take_in: TakeIn
) -> None:
    object.__setattr__(llm.config, "base_url", nan_service)
    library = await make_library()
    parts = [f"# Animal {n}\n" + f"Animal {n} eats grass. " * 150 for n in range(6)]
    parts[3] += f"The {BAD} lives in the savanna."
    document = await take_in(library, send("animals.md", "\n\n".join(parts)))
    assert document.losses == (Loss(kind="lost_vectors", count=1),)
    assert document.chunks > 6

    [kept] = await library.documents()
    assert kept.losses == document.losses
    [vector] = [
        event.vectors[0] async for event in llm.embed([f"Where does the {BAD} live?"]) if hasattr(event, "vectors")
    ]
    assert not any(vector)
    found = await library.search(f"Where does the {BAD} live?", None)
    assert BAD in found[0].text
