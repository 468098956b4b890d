# ruff: noqa: ANN401, F401, F811, PLR0913, PLR0917 - fixtures: imported, and of classes in a conftest
"""Another embedding model, when not everything is there: a model is gone, a store is full, a mind is changed again."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from personal_bot.answers.answerer import Answerer, AnswererConfig
from personal_bot.knowledge.library import Library
from personal_bot.knowledge.stores.store import StoreError
from personal_bot.llm.events import Embedded
from personal_bot.models import Answer, Question, RefusedError
from standins.llm import Embedder, LLMStandIn
from standins.llm.calls import Settings
from support.other_model import (
    NEW,
    OLD,
    Gated,
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
        with pytest.raises(RefusedError, match="nothing_found_by_words"):
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


async def test_what_was_taken_in_without_vectors_gets_them_when_its_model_is_back(
    library: Library, llm: Gated, embedder: Embedder, make_library: MakeLibrary, send: Send, take_in: TakeIn
) -> None:
    await take_in(library, send("a.txt", "bread and butter"))
    offered = llm.config.base_url
    async with LLMStandIn.start(embedder=embedder, settings=Settings(embedding_models=(NEW,))) as other:
        llm.config = replace(llm.config, base_url=other.url)
        again = await changed(library, llm, make_library)
        gone = await take_in(again, send("gone.txt", "stars and stripes"))
        await take_in(again, send("tea.txt", "Green tea steeps for three minutes."))
    llm.config = replace(llm.config, base_url=offered)
    back = await changed(again, llm, make_library, model=OLD)
    tea = await vector(llm, "a hot drink")
    await until(lambda: all(record.vectors for record in back._index.list_complete()))  # noqa: SLF001
    assert "tea.txt" in {p.document_name for p in await back.search("…", tea, model=OLD)}
    await back.delete(gone.id)
    await back.close()
    back = await make_library()
    assert "tea.txt" in {p.document_name for p in await back.search("…", tea, model=OLD)}
    assert {document.name for document in await back.documents()} == {"a.txt", "tea.txt"}


async def test_a_service_that_answers_with_other_vectors_to_the_former_name_leaves_the_words(
    library: Library, llm: Gated, make_library: MakeLibrary, send: Send, take_in: TakeIn
) -> None:
    await take_in(library, send("bread.md", "Rye bread bakes for 55 minutes in the oven."))
    again = await changed(library, llm, make_library)
    embed = llm.embed

    async def one_model_for_all_names(texts: Sequence[str], *, model: str | None = None) -> Any:
        async for event in embed(texts, model=model):
            if isinstance(event, Embedded) and model == OLD:
                yield Embedded(vectors=[vector[:7] for vector in event.vectors])
            else:
                yield event

    llm.embed = one_model_for_all_names  # type: ignore[method-assign]
    await take_in(again, send("tea.md", "Green tea steeps for three minutes."))
    assert [p.document_name for p in await find(again, llm, "green tea")] == ["tea.md"]
    question = Question(user_id=1, chat_id=1, text="How long does green tea steep?", language="en")
    answer = [event async for event in Answerer(AnswererConfig(), again, llm).answer(question)][-1]
    assert isinstance(answer, Answer)
    assert answer.words_only
    llm.gate.set()
    await until(lambda: finished(again))
    assert "tea.md" in {p.document_name for p in await again.search("…", await vector(llm, "tea"), model=NEW)}


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


async def test_without_room_for_a_second_index_none_is_begun_until_there_is(
    library: Library,
    llm: Gated,
    make_library: MakeLibrary,
    make_store: Any,
    send: Send,
    take_in: TakeIn,
    monkeypatch: Any,
) -> None:
    await take_in(library, send("a.txt", "bread and butter"))
    room = {"enough": False}

    async def room_for_second(_store: Any, _more: int) -> bool:
        return room["enough"]

    monkeypatch.setattr(type(make_store()), "room_for_second", room_for_second)
    llm.gate.set()
    again = await changed(library, llm, make_library)
    await until(lambda: bool((state := again.state().reindexing) and state.problem == "store_full"))
    assert again._index.following is None  # noqa: SLF001 - new documents have the room
    assert again.state().ready
    room["enough"] = True
    await until(lambda: finished(again))
