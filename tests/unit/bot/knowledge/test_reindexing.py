# ruff: noqa: ANN401, F401, F811, PLR0913, PLR0917 - fixtures: imported, and of classes in a conftest
"""Another embedding model: the former index answers until the next one is whole, on both stores."""

import asyncio
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from personal_bot.knowledge.index import answering, on_volume
from personal_bot.knowledge.library import Library, LibraryConfig
from personal_bot.knowledge.stores.store import Manifest
from personal_bot.knowledge.stores.store_copy import copy
from personal_bot.knowledge.stores.store_embedded import EmbeddedStore
from standins.llm import LLMStandIn
from support.other_model import (
    LONG,
    NEW,
    OLD,
    Gated,
    Long,
    MakeLibrary,
    Send,
    TakeIn,
    changed,
    find,
    finished,
    llm,
    long,
    service,
    until,
    vector,
)

pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes have no effect in the local Qdrant")


async def models_asked(service: LLMStandIn) -> list[str]:
    return [request["body"]["model"] for request in await service.client.requests("embeddings")]


async def texts_embedded(service: LLMStandIn, model: str) -> list[str]:
    asked = [request["body"] for request in await service.client.requests("embeddings")]
    return [text for body in asked if body["model"] == model for text in body["input"]]


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
        one and Manifest(embedding_model="m", dimension=3, number=one[0], is_complete=one[1]) for one in (first, second)
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
    assert (state.reindexing.model, state.reindexing.total, state.reindexing.problem) == (NEW, chunks, None)
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
    assert (manifest.embedding_model, manifest.number, manifest.is_complete) == (NEW, 1, True)
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


async def test_a_question_under_way_at_the_switch_is_answered_and_vectors_are_not_mixed(
    library: Library, llm: Gated, make_library: MakeLibrary, make_store: Any, send: Send, take_in: TakeIn
) -> None:
    await take_in(library, send("a.txt", "bread and butter"))
    again = await changed(library, llm, make_library)
    former, asked, go_on = again._index.current, asyncio.Event(), asyncio.Event()  # noqa: SLF001
    chunks = former.chunks

    async def slow(wanted: Any) -> Any:
        asked.set()
        await go_on.wait()
        return await chunks(wanted)

    question = await vector(llm, "butter", model=OLD)
    assert await again.search("…", question, model=NEW) == []
    former.chunks = slow  # type: ignore[method-assign]
    search = asyncio.create_task(again.search("butter", None))
    await asked.wait()
    former.chunks = chunks  # type: ignore[method-assign]
    llm.gate.set()
    await until(lambda: again.embedding_model() == NEW)
    assert again._index.following is None  # noqa: SLF001
    go_on.set()
    assert (await search)[0].text == "bread and butter"
    assert await again.search("…", question, model=OLD) == []  # embedded before the switch
    assert await again.search("…", question, model=NEW) != []
    await until(lambda: finished(again))
    await again.close()
    store = make_store()
    assert await store.open() is None
    await store.close()


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
    assert (manifest.embedding_model, manifest.number, manifest.is_complete) == (NEW, 0, True)
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
    await library.close()
