# ruff: noqa: ANN401, PLR0913, PLR0917 - fixtures: `make_store` is of a class that cannot be imported from a conftest
"""Another embedding model: the former index answers until the next one is whole, on both stores."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from personal_bot.answers.answerer import Answerer, AnswererConfig
from personal_bot.knowledge.embedded import EmbeddedStore
from personal_bot.knowledge.index import answering, on_volume
from personal_bot.knowledge.library import Library, LibraryConfig
from personal_bot.knowledge.moving import copy
from personal_bot.knowledge.store import Manifest, StoreError
from personal_bot.llm.client import LLM, Embedded
from personal_bot.models import Answer, IncomingDocument, Question, Refusal
from standins.llm import Embedder, LLMStandIn
from standins.llm.calls import Settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
    from pathlib import Path

    from personal_bot.models import Document, Passage

    Send = Callable[[str, bytes | str], IncomingDocument]
    Long = Callable[..., IncomingDocument]
    TakeIn = Callable[[Library, IncomingDocument], Awaitable[Document]]
    MakeLibrary = Callable[[], Awaitable[Library]]

pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes have no effect in the local Qdrant")

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


async def models_asked(service: LLMStandIn) -> list[str]:
    return [request["body"]["model"] for request in await service.client.requests("embeddings")]


async def texts_embedded(service: LLMStandIn, model: str) -> list[str]:
    asked = [request["body"] for request in await service.client.requests("embeddings")]
    return [text for body in asked if body["model"] == model for text in body["input"]]


def finished(library: Library) -> bool:
    return library.embedding_model() == NEW and library.state().reindexing is None


@pytest.mark.parametrize(
    ("first", "second", "answers"),
    [
        (None, None, 0),
        ((0, True), None, 0),
        ((0, True), (1, False), 0),  # being filled
        ((0, True), (1, True), 1),  # the former is not removed yet
        (None, (1, True), 1),
        ((2, False), (1, True), 1),
        ((2, True), (1, True), 0),
        ((2, False), None, 0),  # somebody removed the whole one: what is there is better than nothing
    ],
)
def test_the_newest_whole_index_answers(
    first: tuple[int, bool] | None, second: tuple[int, bool] | None, answers: int
) -> None:
    manifests = [
        one and Manifest(embedding_model="m", dimension=3, number=one[0], complete=one[1]) for one in (first, second)
    ]
    assert answering(manifests) == answers


async def test_the_former_index_answers_with_its_model_until_the_next_one_is_whole(
    library: Library,
    llm: Gated,
    service: LLMStandIn,
    make_library: MakeLibrary,
    long: Long,
    send: Send,
    take_in: TakeIn,
) -> None:
    await take_in(library, send("a.txt", "The cat sleeps on the roof."))
    await take_in(library, long())
    chunks = library.state().chunks
    await service.client.clear_requests()
    llm.batches = 3  # one that tells the dimension, and two of chunks
    again = await changed(library, llm, make_library)
    await until(lambda: bool((state := again.state().reindexing) and state.done >= 33))
    state = again.state()
    assert state.ready
    assert state.reindexing
    assert (state.reindexing.model, state.reindexing.total, state.reindexing.problem) == (NEW, chunks, "")
    assert NEW in state.message
    assert (await find(again, llm, "where does the cat sleep?"))[0].document_name == "a.txt"
    assert (await models_asked(service))[-1] == OLD
    llm.gate.set()
    await until(lambda: finished(again))
    assert (again.state().documents, again.state().chunks, again.state().message) == (2, chunks, "")
    assert (await find(again, llm, "where does the cat sleep?"))[0].document_name == "a.txt"
    assert (await models_asked(service))[-1] == NEW


async def test_the_former_index_is_removed_and_the_next_one_is_there_after_a_restart(
    library: Library, llm: Gated, make_library: MakeLibrary, make_store: Any, send: Send, take_in: TakeIn
) -> None:
    document = await take_in(library, send("a.txt", "bread and butter"))
    llm.gate.set()
    again = await changed(library, llm, make_library)
    await until(lambda: finished(again))
    await again.close()
    first, second = make_store(), make_store(".2")
    assert await first.open() is None
    manifest = await second.open()
    assert (manifest.embedding_model, manifest.number, manifest.complete) == (NEW, 1, True)
    await first.close()
    await second.close()
    once_more = await make_library()
    assert await once_more.documents() == [document]
    assert once_more.state().reindexing is None
    third = await changed(once_more, llm, make_library, model=OLD)  # and back into the first place
    await until(lambda: third.embedding_model() == OLD and third.state().reindexing is None)
    assert (await find(third, llm, "butter"))[0].text == "bread and butter"


async def test_what_changes_meanwhile_is_searched_at_once_and_afterwards(
    library: Library, llm: Gated, make_library: MakeLibrary, send: Send, take_in: TakeIn, long: Long
) -> None:
    gone = await take_in(library, send("gone.txt", "stars and stripes"))
    renamed = await take_in(library, send("renamed.txt", "nuts and bolts"))
    await take_in(library, send("price.txt", "Bread costs one euro."))
    chat = await take_in(library, long(["apples are red", "pears are green", "plums are blue"], name="talk"))
    llm.batches = 4  # the dimension, and all documents but one, which is under way
    again = await changed(library, llm, make_library)
    await until(lambda: bool((state := again.state().reindexing) and not llm.batches and state.done >= 3))

    async def check() -> None:
        assert {document.name for document in await again.documents()} == {"new.txt", "b.txt", "price.txt", "talk"}
        assert (await find(again, llm, "honey and milk"))[0].document_name == "new.txt"
        assert (await find(again, llm, "nuts and bolts"))[0].document_name == "b.txt"
        assert [p.text for p in await find(again, llm, "what does bread cost?") if p.document_name == "price.txt"] == [
            "Bread costs two euro."
        ]
        said = "\n".join(p.text for p in await find(again, llm, "apples pears plums") if p.document_name == "talk")
        assert said == "apples are red\npears are yellow"
        assert all(p.document_name != "gone.txt" for p in await find(again, llm, "stars and stripes"))

    await again.delete(gone.id)
    await again.rename(renamed.id, "b.txt")
    await take_in(again, send("new.txt", "milk and honey"))
    await take_in(again, send("price.txt", "Bread costs two euro."))
    await take_in(again, long(["apples are red", "pears are yellow"], name="talk", extends=chat.id))
    assert again.embedding_model() == OLD
    await check()
    llm.gate.set()
    await until(lambda: finished(again))
    await check()
    await again.close()
    again = await make_library()
    await check()


@pytest.mark.parametrize("at", [1, 3, 4, 8, 11, *range(14, 20)])  # before or after a write
async def test_a_crash_at_any_write_leaves_everything_searchable_and_it_goes_on(
    library: Library, llm: Gated, make_store: Any, long: Long, send: Send, take_in: TakeIn, tmp_path: Path, at: int
) -> None:
    llm.gate.set()
    await take_in(library, send("a.txt", "The cat sleeps on the roof."))
    await take_in(library, long())
    await library.close()
    llm.config = replace(llm.config, embedding_model=NEW)
    crashed, passed = asyncio.Event(), 0

    async def point() -> None:
        nonlocal passed
        if passed == at:
            crashed.set()
            await asyncio.Event().wait()
        passed += 1

    def between(write: Any) -> Any:
        async def written(*args: Any) -> None:
            await point()
            await write(*args)
            await point()

        return written

    def breaking(store: Any) -> Any:
        for name in ("create", "put_manifest", "put_records", "add_chunks", "drop"):
            setattr(store, name, between(getattr(store, name)))
        return store

    places = (breaking(make_store()), breaking(make_store(".2")))
    config = LibraryConfig(data_dir=tmp_path, collection="user_1")
    dying = await Library.open(config, llm, stores=places)
    await until(lambda: crashed.is_set() or finished(dying))
    await dying.close()
    again = await Library.open(config, llm, stores=(make_store(), make_store(".2")))
    await again.wait_open()
    assert (await find(again, llm, "where does the cat sleep?"))[0].document_name == "a.txt"
    await until(lambda: finished(again))
    assert {document.name for document in await again.documents()} == {"a.txt", "long"}
    assert (await find(again, llm, "where does the cat sleep?"))[0].document_name == "a.txt"
    assert {p.document_name for p in await find(again, llm, "bread 33")} >= {"long"}
    await again.close()


async def test_what_is_embedded_already_is_not_embedded_again_after_a_crash(
    library: Library, llm: Gated, service: LLMStandIn, make_library: MakeLibrary, long: Long, take_in: TakeIn
) -> None:
    document = await take_in(library, long())
    llm.batches = 2
    await service.client.clear_requests()
    again = await changed(library, llm, make_library)
    await until(lambda: bool((state := again.state().reindexing) and state.done == 32))
    await again.close()
    llm.gate.set()
    again = await make_library()
    await until(lambda: finished(again))
    embedded = [text for text in await texts_embedded(service, NEW) if "bread" in text]
    assert len(embedded) == document.chunks == len(set(embedded))


async def test_a_former_model_that_is_gone_leaves_the_words_and_the_person_is_told(
    library: Library, llm: Gated, embedder: Embedder, make_library: MakeLibrary, send: Send, take_in: TakeIn
) -> None:
    await take_in(library, send("bread.md", "Rye bread bakes for 55 minutes in the oven."))
    async with LLMStandIn.start(embedder=embedder, settings=Settings(embedding_models=(NEW,))) as other:
        llm.config = replace(llm.config, base_url=other.url)
        again = await changed(library, llm, make_library)
        answerer = Answerer(AnswererConfig(request_timeout=30), again, llm)

        async def ask(text: str) -> Answer:
            question = Question(user_id=1, chat_id=1, text=text, language="en")
            answer = [event async for event in answerer.answer(question)][-1]
            assert isinstance(answer, Answer)
            return answer

        answer = await ask("How long does rye bread bake?")
        assert answer.words_only
        assert answer.sources
        with pytest.raises(Refusal, match="nothing_found_by_words"):
            await ask("Zyzzyva?")
        assert llm.state().ready
        await take_in(again, send("tea.md", "Green tea steeps for three minutes."))
        answer = await ask("How long does green tea steep?")
        assert [source.document_name for source in answer.sources][:1] == ["tea.md"]
        llm.gate.set()
        await until(lambda: finished(again))
        answer = await ask("How long does green tea steep?")
        assert not answer.words_only
        assert (await again.search("…", await vector(llm, "tea"), model=NEW))[0].document_name == "tea.md"


async def vector(llm: LLM, text: str) -> list[float]:
    event = [event async for event in llm.embed([text])][-1]
    assert isinstance(event, Embedded)
    return event.vectors[0]


async def test_a_model_that_is_not_offered_is_said_and_the_former_one_goes_on(
    library: Library, llm: Gated, make_library: MakeLibrary, send: Send, take_in: TakeIn
) -> None:
    await take_in(library, send("a.txt", "bread and butter"))
    again = await changed(library, llm, make_library, model="no-such-model")
    await until(lambda: bool((state := again.state().reindexing) and state.problem))
    state = again.state()
    assert state.ready
    assert state.reindexing
    assert state.reindexing.problem == "llm_model_missing"
    assert (await find(again, llm, "butter"))[0].text == "bread and butter"


async def test_back_to_the_former_model_removes_what_was_begun(
    library: Library, llm: Gated, make_library: MakeLibrary, make_store: Any, send: Send, take_in: TakeIn
) -> None:
    await take_in(library, send("a.txt", "bread and butter"))
    llm.batches = 1
    again = await changed(library, llm, make_library)
    await until(lambda: again._index.following is not None)  # noqa: SLF001 - the next index is begun
    back = await changed(again, llm, make_library, model=OLD)
    await until(lambda: back._index.following is None)  # noqa: SLF001
    assert (back.state().message, back.state().reindexing) == ("", None)
    await back.close()
    second = make_store(".2")
    assert await second.open() is None
    await second.close()


async def test_a_store_that_fails_meanwhile_is_tried_again(
    library: Library, llm: Gated, make_library: MakeLibrary, send: Send, take_in: TakeIn
) -> None:
    await take_in(library, send("a.txt", "bread and butter"))
    again = await changed(library, llm, make_library)
    other, failed = again._index.other, False  # noqa: SLF001 - the store of the next index
    adds = other.add_chunks

    async def full_at_first(generation: str, chunks: Any) -> None:
        nonlocal failed
        if not failed:
            failed = True
            raise StoreError("StoreFull", "full")
        await adds(generation, chunks)

    other.add_chunks = full_at_first  # type: ignore[method-assign]
    llm.gate.set()
    await until(lambda: bool((state := again.state().reindexing) and state.problem == "store_full"))
    assert again.state().ready  # the index that answers is well
    await until(lambda: finished(again))


async def test_a_copy_takes_the_index_that_answers(llm: Gated, send: Send, take_in: TakeIn, tmp_path: Path) -> None:
    llm.gate.set()
    config = LibraryConfig(data_dir=tmp_path, collection="c")
    library = await Library.open(config, llm)
    await library.wait_open()
    await take_in(library, send("a.txt", "bread and butter"))
    await library.close()
    llm.config = replace(llm.config, embedding_model=NEW)
    library = await Library.open(config, llm)
    await library.wait_open()
    await until(lambda: finished(library))
    await library.close()
    stores = on_volume(tmp_path / "knowledge" / "c")
    target = EmbeddedStore(tmp_path / "target")
    assert [document.name async for document, _, _ in copy(stores[1], target)] == ["a.txt"]
    manifest = await target.open()
    assert manifest
    assert (manifest.embedding_model, manifest.number, manifest.complete) == (NEW, 0, True)
    for store in (*stores, target):
        await store.close()


# Embeds everything anew, and says when it begins.
REINDEX = """
import asyncio, sys
from pathlib import Path
from personal_bot.knowledge.library import Library, LibraryConfig
from personal_bot.llm.client import LLM, LLMConfig

async def main(data_dir, url):
    llm = LLM(LLMConfig(base_url=url, model="m", embedding_model="another-model", key_provider=lambda: "sk-standin-a"))
    library = await Library.open(LibraryConfig(data_dir=data_dir, collection="c"), llm)
    await library.wait_open()
    print("open", flush=True)
    await asyncio.Event().wait()

asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
"""


async def test_killed_again_and_again_it_comes_to_its_end(
    llm: Gated, service: LLMStandIn, long: Long, take_in: TakeIn, tmp_path: Path
) -> None:
    llm.gate.set()
    config = LibraryConfig(data_dir=tmp_path, collection="c")
    library = await Library.open(config, llm)
    await library.wait_open()
    documents = {
        (await take_in(library, long([f"{text} of bakery{n}" for text in LONG], name=f"{n}"))).id for n in range(3)
    }
    await library.close()
    for delay in (0.0, 0.05, 0.1, 0.2, 0.3, 0.5):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", REINDEX, str(tmp_path), service.url, stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout
        assert await process.stdout.readline() == b"open\n"
        await asyncio.sleep(delay)  # not for luck: where the blow falls is what is varied
        process.send_signal(signal.SIGKILL)
        await process.wait()
    llm.config = replace(llm.config, embedding_model=NEW)
    library = await Library.open(config, llm)
    await library.wait_open()
    assert {document.id for document in await library.documents()} == documents
    await until(lambda: finished(library))
    for number in range(3):
        assert (await find(library, llm, f"bakery{number}"))[0].document_name == f"{number}"
    with contextlib.suppress(Refusal):
        await library.close()
