# ruff: noqa: ANN401 - as the method has it that is overridden
"""What the tests of another embedding model share: an LLM whose new model waits for a gate, and a long document."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from personal_bot.knowledge.library import Library
from personal_bot.llm.client import LLM
from personal_bot.llm.events import Embedded
from personal_bot.models import Document, IncomingDocument, Passage
from standins.llm import Embedder, LLMStandIn
from standins.llm.calls import Settings

Send = Callable[[str, bytes | str], IncomingDocument]
Long = Callable[..., IncomingDocument]
TakeIn = Callable[[Library, IncomingDocument], Awaitable[Document]]
MakeLibrary = Callable[[], Awaitable[Library]]

OLD, NEW = "text-embedding-3-small", "another-model"
LONG = [f"bread number {n}" for n in range(40)]  # more chunks than a batch


class Gated(LLM):
    """Embeds with the new model only while the gate is open, or for `batches` batches."""

    gate: asyncio.Event
    batches = 0

    async def embed(self, texts: Sequence[str], *, model: str | None = None) -> Any:
        if (model or self.config.embedding_model) == NEW:
            if self.batches:
                self.batches -= 1
            else:
                await self.gate.wait()
        async for event in super().embed(texts, model=model):
            yield event


@pytest.fixture
async def service(embedder: Embedder) -> AsyncIterator[LLMStandIn]:
    async with LLMStandIn.start(embedder=embedder, settings=Settings(embedding_models=(OLD, NEW))) as service:
        yield service


@pytest.fixture
async def llm(llm: LLM) -> AsyncIterator[Gated]:
    gated = Gated(llm.config)
    gated.gate = asyncio.Event()
    yield gated
    await gated.close()


@pytest.fixture
def long(tmp_path: Path) -> Long:
    """Makes a document of many chunks."""

    def long(texts: Sequence[str] = LONG, *, name: str = "long", extends: str = "") -> IncomingDocument:
        path = tmp_path / "chunks.jsonl"
        path.write_text("".join(json.dumps((text, "message", f"#{n}", "")) + "\n" for n, text in enumerate(texts)))
        return IncomingDocument(user_id=1, name=name, mime_type="x", path=path, extracted=True, extends=extends)

    return long


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not holds():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.01)


async def find(library: Library, llm: LLM, question: str) -> list[Passage]:
    """Search as the answerer does."""
    model, vector = library.embedding_model(), None
    async for event in llm.embed([question], model=model):
        if isinstance(event, Embedded):
            vector = event.vectors[0]
    return await library.search(question, vector, model=model)


async def changed(library: Library, llm: Gated, make_library: MakeLibrary, *, model: str = NEW) -> Library:
    """The bot starts again with another model."""
    await library.close()
    llm.config = replace(llm.config, embedding_model=model)
    return await make_library()


def finished(library: Library) -> bool:
    """Whether the new index answers, and the former one is removed."""
    task = library._reindexing._task  # noqa: SLF001 - nobody else is told when the former one is removed
    return library.embedding_model() == NEW and (task is None or task.done())


async def vector(llm: LLM, text: str, *, model: str | None = None) -> list[float]:
    event = [event async for event in llm.embed([text], model=model)][-1]
    assert isinstance(event, Embedded)
    return event.vectors[0]
