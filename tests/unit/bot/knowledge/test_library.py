"""The library on both stores, with real extraction and real embeddings."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from personal_bot.knowledge.library import Library, LibraryConfig
from personal_bot.knowledge.stores.store import StoreError
from personal_bot.knowledge.stores.store_embedded import EmbeddedStore
from personal_bot.llm.client import LLM
from personal_bot.llm.events import Embedded
from personal_bot.models import (
    Document,
    IncomingDocument,
    Ingested,
    IngestProgress,
    KnowledgeState,
    Passage,
    Place,
    RefusedError,
)
from standins.llm import LLMStandIn
from support.documents import pdf
from support.library_fixtures import MakeLibrary, MakeStore

Send = Callable[[str, bytes | str], IncomingDocument]
TakeIn = Callable[[Library, IncomingDocument], Awaitable[Document]]

pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes have no effect in the local Qdrant")


BIG = "\n\n".join(f"# Part {n}\n" + f"bread {n} " * 40 for n in range(34))  # more chunks than a batch


async def find(
    library: Library, llm: LLM, question: str, *, document_ids: frozenset[str] = frozenset()
) -> list[Passage]:
    vector = [event async for event in llm.embed([question])][-1]
    assert isinstance(vector, Embedded)
    return await library.search(question, vector.vectors[0], document_ids=document_ids)


async def test_a_document_is_found_once_it_is_taken_in(library: Library, llm: LLM, send: Send) -> None:
    pages = ["Bread is baked at dawn.\n" * 20, "The cat sleeps on the roof.\n" * 20]
    events = [event async for event in library.ingest(send("life.pdf", pdf(pages)))]
    assert IngestProgress(unit="pages", done=2, total=2) in events
    assert IngestProgress(unit="chunks", done=2, total=2) in events
    [document] = await library.documents()
    assert events[-1] == Ingested(document=document)
    assert (document.name, document.chunks) == ("life.pdf", 2)
    best = (await find(library, llm, "where does the cat sleep?"))[0]
    assert (best.document_name, best.document_id) == ("life.pdf", document.id)
    assert "roof" in best.text


async def test_a_passage_says_its_page(library: Library, llm: LLM, send: Send, take_in: TakeIn) -> None:
    pages = [
        f"{animal} lives in the {home}.\n" * 60 for animal, home in (("Fox", "wood"), ("Cat", "house"), ("Cod", "sea"))
    ]
    await take_in(library, send("animals.pdf", pdf(pages)))
    await take_in(library, send("other.md", "# Roof\n\n" + "tiles " * 60))
    passages = await find(library, llm, "roof tiles")
    assert {p.locator for p in passages if p.document_name == "other.md"} == {"Roof"}
    assert {p.place.kind for p in passages if p.document_name == "animals.pdf"} == {"page"}
    at_pages = [p for p in passages if p.place.kind == "page"]
    assert all(p.locator in {f"page {p.place.value}", f"pages {p.place.value}"} for p in at_pages)
    assert Place(kind="heading", value="Roof") in {p.place for p in passages}


async def test_the_same_file_again_costs_nothing(
    library: Library, service: LLMStandIn, send: Send, take_in: TakeIn
) -> None:
    first = await take_in(library, send("a.txt", "bread"))
    await service.client.fault(endpoint="embeddings", status=500, times=None)
    events = [event async for event in library.ingest(send("b.txt", "bread"))]
    assert events == [Ingested(document=first, already_known=True)]


async def test_a_new_version_replaces_the_old_one(library: Library, llm: LLM, send: Send, take_in: TakeIn) -> None:
    await take_in(library, send("price.txt", "Bread costs one euro."))
    newer = await take_in(library, send("price.txt", "Bread costs two euro."))
    assert await library.documents() == [newer]
    assert [p.text for p in await find(library, llm, "what does bread cost?")] == ["Bread costs two euro."]


async def test_a_deleted_document_is_found_no_more(library: Library, llm: LLM, send: Send, take_in: TakeIn) -> None:
    document = await take_in(library, send("a.txt", "bread and butter"))
    kept = await take_in(library, send("b.txt", "stars and stripes"))
    await library.delete(document.id)
    assert await library.documents() == [kept]
    assert {p.document_name for p in await find(library, llm, "bread butter")} == {"b.txt"}
    with pytest.raises(RefusedError, match="document_unknown"):
        await library.delete(document.id)


async def test_a_renamed_document_keeps_its_passages_and_its_name_after_a_restart(
    library: Library, llm: LLM, make_library: MakeLibrary, send: Send, take_in: TakeIn
) -> None:
    document = await take_in(library, send("a.txt", "bread and butter"))
    await take_in(library, send("b.txt", "stars and stripes"))
    with pytest.raises(RefusedError, match="document_name_taken"):
        await library.rename(document.id, "b.txt")
    await library.rename(document.id, "c.txt")
    await library.close()
    again = await make_library()
    assert (await find(again, llm, "bread butter"))[0].document_name == "c.txt"
    assert {d.name for d in await again.documents()} == {"b.txt", "c.txt"}


async def test_an_original_stays_as_long_as_its_document(library: Library, send: Send, take_in: TakeIn) -> None:
    first = await take_in(library, send("a.txt", "bread"))
    kept = library.original(first.id)
    assert kept
    assert kept.read_text() == "bread"
    newer = await take_in(library, send("a.txt", "butter"))
    assert library.original(first.id) is None
    with pytest.raises(RefusedError):
        await take_in(library, send("broken.pdf", "%PDF-1.7 broken"))
    assert [path.name for path in kept.parent.iterdir()] == [newer.id]
    await library.delete(newer.id)
    assert list(kept.parent.iterdir()) == []


async def test_what_a_killed_process_left_is_swept_up(
    library: Library, make_library: MakeLibrary, send: Send, take_in: TakeIn, tmp_path: Path
) -> None:
    kept = await take_in(library, send("a.txt", "bread"))
    await library.close()
    (tmp_path / "originals" / "left").write_text("left")
    (tmp_path / "work" / "left.jsonl.inside.0").write_text("left")
    await make_library()
    assert [path.name for path in (tmp_path / "originals").iterdir()] == [kept.id]
    assert list((tmp_path / "work").iterdir()) == []


async def test_documents_are_deleted_together(library: Library, send: Send, take_in: TakeIn) -> None:
    ids = [(await take_in(library, send(f"{n}.txt", f"bread {n}"))).id for n in range(3)]
    await library.delete(*ids[:2])
    assert [document.id for document in await library.documents()] == ids[2:]


async def test_a_search_can_be_kept_to_chosen_documents(
    library: Library, llm: LLM, send: Send, take_in: TakeIn
) -> None:
    await take_in(library, send("a.txt", "bread and butter"))
    chosen = await take_in(library, send("b.txt", "stars and stripes"))
    found = await find(library, llm, "bread", document_ids=frozenset({chosen.id}))
    assert {p.document_name for p in found} == {"b.txt"}
    assert await find(library, llm, "bread", document_ids=frozenset({"gone"})) == []


async def test_a_document_is_invisible_until_it_is_whole(
    library: Library, llm: LLM, send: Send, take_in: TakeIn
) -> None:
    await take_in(library, send("old.txt", "bread is old"))
    events = library.ingest(send("big.md", BIG))
    async for event in events:
        if isinstance(event, IngestProgress) and event.unit == "chunks" and event.done < event.total:
            assert {p.document_name for p in await find(library, llm, "bread")} == {"old.txt"}
            assert [d.name for d in await library.documents()] == ["old.txt"]
            break
    else:
        pytest.fail("taken in within one batch")
    await events.aclose()


async def test_a_stopped_intake_leaves_nothing(
    library: Library, llm: LLM, make_library: MakeLibrary, send: Send, tmp_path: Path
) -> None:
    events = library.ingest(send("big.md", BIG))
    async for event in events:
        if isinstance(event, IngestProgress) and event.unit == "chunks":
            break
    await events.aclose()
    await library.close()
    again = await make_library()
    assert await again.documents() == []
    assert await find(again, llm, "bread") == []
    assert list((tmp_path / "work").iterdir()) == []


async def test_documents_survive_a_restart(
    library: Library, llm: LLM, make_library: MakeLibrary, send: Send, take_in: TakeIn
) -> None:
    document = await take_in(library, send("a.txt", "bread and butter"))
    await library.close()
    again = await make_library()
    assert await again.documents() == [document]
    assert again.state() == KnowledgeState(ready=True, reason="Opened", documents=1, chunks=1, bytes=16)
    assert (await find(again, llm, "butter"))[0].text == "bread and butter"


async def test_two_people_send_the_same_file_at_once(library: Library, send: Send) -> None:
    async def taken(name: str) -> Ingested:
        event = [event async for event in library.ingest(send(name, "bread"))][-1]
        assert isinstance(event, Ingested)
        return event

    one, two = await asyncio.gather(taken("a.txt"), taken("b.txt"))
    assert one.document == two.document
    assert {one.already_known, two.already_known} == {False, True}


async def test_ten_documents_at_once_are_all_taken_in(library: Library, send: Send, take_in: TakeIn) -> None:
    await asyncio.gather(*(take_in(library, send(f"{n}.txt", f"bread number {n}")) for n in range(10)))
    assert library.state().documents == 10


async def test_a_document_that_is_refused_leaves_nothing(library: Library, send: Send) -> None:
    with pytest.raises(RefusedError, match="document_corrupt"):
        [event async for event in library.ingest(send("a.pdf", "%PDF-1.7 broken"))]
    assert library.state() == KnowledgeState(ready=True, reason="Opened")


async def test_a_document_over_the_limit_is_refused_with_the_limit(llm: LLM, send: Send, tmp_path: Path) -> None:
    library = await Library.open(LibraryConfig(data_dir=tmp_path, collection="c"), llm)
    await library.wait_open()
    incoming = send("a.txt", "")
    with incoming.path.open("wb") as file:
        file.truncate((512 << 20) + 1)
    with pytest.raises(RefusedError) as refused:
        [event async for event in library.ingest(incoming)]
    assert (refused.value.key, refused.value.values) == (
        "document_too_large",
        {"size": (512 << 20) + 1, "limit": 512 << 20},
    )
    await library.close()


async def test_a_store_that_is_away_is_said_and_tried_again(
    llm: LLM, make_store: MakeStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    store = make_store()
    opens = store.open
    failed = asyncio.Event()

    async def away_at_first() -> object:
        if not failed.is_set():
            failed.set()
            raise StoreError("StoreUnreachable", "away")
        return await opens()

    monkeypatch.setattr(store, "open", away_at_first)
    config = LibraryConfig(data_dir=tmp_path, collection="c")
    library = await Library.open(config, llm, stores=(store, make_store(".2")))
    assert library.state().reason == "Opening"
    with pytest.raises(RefusedError, match="store_opening"):
        await library.documents()
    await failed.wait()
    assert (library.state().ready, library.state().reason) == (False, "StoreUnreachable")
    with pytest.raises(RefusedError, match="store_unreachable"):
        await library.documents()
    await library.wait_open()
    assert library.state().ready
    await library.close()


async def test_a_full_volume_is_well_again_once_there_is_room(llm: LLM, send: Send, tmp_path: Path) -> None:
    room = {"enough": False}

    class Volume(EmbeddedStore):
        def has_room(self) -> bool:
            return room["enough"]

    config = LibraryConfig(data_dir=tmp_path, collection="c")
    library = await Library.open(config, llm, stores=(Volume(tmp_path / "c"), Volume(tmp_path / "c.2")))
    await library.wait_open()
    with pytest.raises(RefusedError, match="store_full"):
        [event async for event in library.ingest(send("a.txt", "bread"))]
    assert (library.state().ready, library.state().reason) == (False, "StoreFull")
    room["enough"] = True
    assert library.state().ready
    await library.close()


async def test_a_dropped_collection_is_gone(
    library: Library, make_library: MakeLibrary, send: Send, take_in: TakeIn
) -> None:
    await take_in(library, send("a.txt", "bread"))
    await library.drop()
    await library.close()
    assert await (await make_library()).documents() == []
