"""A newer form of a document of chunks costs only what changed in it."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from personal_bot.knowledge.library import Library
from personal_bot.llm.client import LLM
from personal_bot.llm.events import Embedded
from personal_bot.models import Document, IncomingDocument, Ingested, IngestProgress, Passage
from standins.llm import LLMStandIn

pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes have no effect in the local Qdrant")

MANY = 300  # more than are compared at a time
TALK = [f"Anna (2024-05-01 09:{n % 60:02}): word{n} about the garden" for n in range(MANY)]


@pytest.fixture
def chunks(tmp_path: Path) -> Callable[..., IncomingDocument]:
    def chunks(texts: Sequence[str], *, extends: str = "", name: str = "💬 Garden") -> IncomingDocument:
        path = tmp_path / "chunks.jsonl"
        path.write_text("".join(json.dumps((text, "message", f"#{n}", "")) + "\n" for n, text in enumerate(texts)))
        return IncomingDocument(user_id=1, name=name, mime_type="x", path=path, extracted=True, extends=extends)

    return chunks


async def take_in(library: Library, incoming: IncomingDocument) -> tuple[Document, int]:
    """The document, and how many chunks were embedded."""
    events = [event async for event in library.ingest(incoming)]
    assert isinstance(events[-1], Ingested)
    return events[-1].document, max([event.done for event in events if isinstance(event, IngestProgress)], default=0)


async def found(library: Library, llm: LLM, words: str) -> list[Passage]:
    vector = [event async for event in llm.embed([words])][-1]
    assert isinstance(vector, Embedded)
    return await library.search(words, vector.vectors[0])


async def test_only_new_and_changed_chunks_are_embedded_and_the_document_stays_the_same(
    library: Library, llm: LLM, service: LLMStandIn, chunks: Callable[..., IncomingDocument]
) -> None:
    first, embedded = await take_in(library, chunks(TALK))
    assert embedded == MANY
    await service.client.clear_requests()
    more = [*TALK[:-1], TALK[-1] + " and a hose", "Boris (2024-06-01 10:00): the shed is red"]
    more[7] = "Anna (2024-05-01 09:07): edited about cucumbers"
    second, embedded = await take_in(library, chunks(more, extends=first.id))
    assert embedded == 3
    assert len(await service.client.requests("embeddings")) == 1
    assert (second.id, second.chunks) == (first.id, MANY + 1)
    assert [one.id for one in await library.documents()] == [first.id]
    assert "the shed is red" in (await found(library, llm, "the red shed"))[0].text
    assert "cucumbers" in (await found(library, llm, "cucumbers"))[0].text
    assert all("word7 " not in one.text for one in await found(library, llm, "word7"))


async def test_what_is_shorter_now_leaves_nothing_behind(
    library: Library, llm: LLM, chunks: Callable[..., IncomingDocument]
) -> None:
    first, _ = await take_in(library, chunks(TALK))
    shorter, embedded = await take_in(library, chunks(TALK[:10], extends=first.id, name="💬 Plot"))
    assert (shorter.name, shorter.chunks, embedded) == ("💬 Plot", 10, 0)
    assert library.state().chunks == 10
    passages = await found(library, llm, "word250 about the garden")
    assert passages
    assert all("word250" not in one.text for one in passages)


async def test_what_extends_a_document_that_is_gone_is_taken_in_whole(
    library: Library, chunks: Callable[..., IncomingDocument]
) -> None:
    document, embedded = await take_in(library, chunks(TALK[:5], extends="ab" * 32))
    assert (document.chunks, embedded) == (5, 5)
