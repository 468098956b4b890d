"""From a question to an answer, on real passages."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from personal_bot.answers.answerer import Answerer, AnswererConfig
from personal_bot.answers.prompt import messages
from personal_bot.knowledge.library import Library
from personal_bot.llm.client import LLM
from personal_bot.models import (
    Answer,
    AnswerEvent,
    Document,
    IncomingDocument,
    Passage,
    Question,
    RefusedError,
    Stage,
    StageReached,
    TextSoFar,
    Turn,
    Waiting,
)
from standins.llm import LLMStandIn

Send = Callable[[str, bytes | str], IncomingDocument]
TakeIn = Callable[[Library, IncomingDocument], Awaitable[Document]]

pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes have no effect in the local Qdrant")

FACTS = "# Bread\nRye bread bakes for 55 minutes in the oven.\n# Tea\nGreen tea steeps for three minutes."


def ask(text: str, language: str = "en", *turns: Turn) -> Question:
    return Question(user_id=1, chat_id=1, text=text, language=language, dialogue=turns)


@pytest.fixture
async def answerer(library: Library, llm: LLM) -> Answerer:
    return Answerer(AnswererConfig(request_timeout=30), library, llm)


async def run(answerer: Answerer, question: Question) -> tuple[list[AnswerEvent], Answer]:
    events = [event async for event in answerer.answer(question)]
    assert isinstance(events[-1], Answer)
    return events, events[-1]


async def test_an_answer_comes_in_stages_with_its_source(
    answerer: Answerer, library: Library, send: Send, take_in: TakeIn
) -> None:
    document = await take_in(library, send("kitchen.md", FACTS))
    events, answer = await run(answerer, ask("How long does rye bread bake?"))
    stages = [event.stage for event in events if isinstance(event, StageReached)]
    assert stages == [Stage.SEARCHING, Stage.READING, Stage.THINKING, Stage.WRITING]
    assert any(isinstance(event, TextSoFar) for event in events)
    assert "55 minutes" in answer.text
    assert "[1]" in answer.text
    assert [source.document_id for source in answer.sources] == [document.id]
    assert not answer.cut_short
    assert answerer.state().reason == "KeyAccepted"


async def test_what_is_not_in_the_documents_is_said_not_to_be(
    answerer: Answerer, library: Library, send: Send, take_in: TakeIn
) -> None:
    await take_in(library, send("kitchen.md", FACTS))
    _, answer = await run(answerer, ask("Какая столица у Франции?", "ru"))
    assert answer.sources == ()


async def test_without_documents_the_person_is_told_what_to_do(answerer: Answerer, service: LLMStandIn) -> None:
    with pytest.raises(RefusedError, match="no_documents"):
        await run(answerer, ask("How long does rye bread bake?"))
    assert await service.client.requests("chat/completions") == []


async def test_a_rate_limit_is_shown_and_waited_out(
    answerer: Answerer, library: Library, service: LLMStandIn, send: Send, take_in: TakeIn
) -> None:
    await take_in(library, send("kitchen.md", FACTS))
    await service.client.fault(status=429, retry_after=1, times=1)
    events, answer = await run(answerer, ask("How long does rye bread bake?"))
    assert [1 < event.seconds < 2 for event in events if isinstance(event, Waiting)] == [True]
    assert answer.sources


async def test_the_time_limit_ends_an_answer_with_what_there_is(
    library: Library, llm: LLM, service: LLMStandIn, send: Send, take_in: TakeIn
) -> None:
    await take_in(library, send("kitchen.md", FACTS))
    await service.client.fault(endpoint="chat/completions", tokens_per_second=1, times=1)
    answerer = Answerer(AnswererConfig(request_timeout=4), library, llm)
    _, answer = await run(answerer, ask("How long does rye bread bake?"))
    assert answer.cut_short
    assert answer.text


async def test_the_time_limit_without_any_text_is_a_sentence(
    library: Library, llm: LLM, service: LLMStandIn, send: Send, take_in: TakeIn
) -> None:
    await take_in(library, send("kitchen.md", FACTS))
    await service.client.fault(status=429, retry_after=20, times=None)
    answerer = Answerer(AnswererConfig(request_timeout=0.5), library, llm)
    with pytest.raises(RefusedError, match="answer_took_too_long"):
        await run(answerer, ask("How long does rye bread bake?"))


async def test_many_questions_at_once_are_not_mixed_up(
    answerer: Answerer, library: Library, send: Send, take_in: TakeIn
) -> None:
    await take_in(library, send("kitchen.md", FACTS))
    questions = ["How long does rye bread bake?", "How long does green tea steep?"] * 6
    answers = await asyncio.gather(*(run(answerer, ask(question)) for question in questions))
    for question, (_, answer) in zip(questions, answers, strict=True):
        assert ("55 minutes" if "bread" in question else "three minutes") in answer.text


async def test_an_answer_can_be_cancelled_at_any_event(
    answerer: Answerer, library: Library, send: Send, take_in: TakeIn
) -> None:
    await take_in(library, send("kitchen.md", FACTS))
    complete, _ = await run(answerer, ask("How long does rye bread bake?"))
    for stop_after in range(1, min(6, len(complete))):
        events = answerer.answer(ask("How long does rye bread bake?"))
        for _ in range(stop_after):
            await anext(events)
        await events.aclose()
    _, answer = await run(answerer, ask("How long does rye bread bake?"))
    assert answer.sources


def passage(text: str) -> Passage:
    return Passage(document_id="d", document_name="a.pdf", locator="page 3", position=0, text=text, score=1)


def test_the_prompt_numbers_passages_and_tells_where_they_stand() -> None:
    [system, request] = messages(ask("Why?", "ru"), [passage("One."), passage("Two.")])
    assert "Russian" in str(system.get("content"))
    content = str(request.get("content"))
    assert "[1] (a.pdf, page 3)\nOne." in content
    assert "[2] (a.pdf, page 3)\nTwo." in content
    assert content.endswith("Question: Why?")


def test_a_numbered_line_in_a_document_does_not_pass_for_a_passage() -> None:
    content = str(messages(ask("Why?"), [passage("References\n[2] Smith")])[1].get("content"))
    assert "\n[2]" not in content


def test_the_dialogue_stands_between_the_instructions_and_the_question() -> None:
    request = messages(ask("And tea?", "en", Turn(question="Bread?", answer="55 [1].")), [passage("One.")])
    assert [message["role"] for message in request] == ["system", "user", "assistant", "user"]


def test_the_persons_length_and_instructions_go_into_the_prompt() -> None:
    question = replace(ask("Why?"), length="short", instructions="Call me captain.")
    content = str(messages(question, [passage("One.")])[0].get("content"))
    assert "at most three sentences" in content
    assert content.endswith("Call me captain.")


async def test_a_follow_up_is_searched_by_the_question_that_it_means(
    answerer: Answerer, library: Library, service: LLMStandIn, send: Send, take_in: TakeIn
) -> None:
    await take_in(library, send("kitchen.md", FACTS))
    turn = Turn(question="How long does green tea steep?", answer="Three minutes [1].")
    _, answer = await run(answerer, ask("And rye bread?", "en", turn))
    assert answer.sources
    rewriting, _ = await service.client.requests("chat/completions")
    assert "standalone" in rewriting["body"]["messages"][0]["content"]
    searched = (await service.client.requests("embeddings"))[-1]["body"]["input"][0]
    assert "rye bread" in searched
    assert "steep" in searched
    assert "\n" not in searched


async def test_a_question_that_cannot_be_rewritten_is_searched_with_the_one_before_it(
    answerer: Answerer, library: Library, service: LLMStandIn, send: Send, take_in: TakeIn
) -> None:
    await take_in(library, send("kitchen.md", FACTS))
    await service.client.fault(endpoint="chat/completions", status=400, times=1)
    _, answer = await run(answerer, ask("And rye bread?", "en", Turn(question="How long?", answer="")))
    assert answer.sources
    searched = (await service.client.requests("embeddings"))[-1]["body"]["input"][0]
    assert searched == "How long?\nAnd rye bread?"


async def test_only_the_chosen_documents_are_searched(
    answerer: Answerer, library: Library, send: Send, take_in: TakeIn
) -> None:
    await take_in(library, send("kitchen.md", FACTS))
    other = await take_in(library, send("garden.md", "# Roses\nRoses are cut in March."))
    question = replace(ask("How long does rye bread bake?"), document_ids=frozenset({other.id}))
    _, answer = await run(answerer, question)
    assert "55" not in answer.text
    assert {source.document_id for source in answer.sources} <= {other.id}


async def test_a_window_smaller_than_thought_is_tried_once_more_with_the_best_passages(
    answerer: Answerer, library: Library, service: LLMStandIn, send: Send, take_in: TakeIn
) -> None:
    for name in ("kitchen.md", "bakery.md", "oven.md"):
        await take_in(library, send(name, f"{FACTS}\n# {name}"))
    await service.client.fault(endpoint="chat/completions", status=400, code="context_length_exceeded")
    _, answer = await run(answerer, ask("How long does rye bread bake?"))
    assert "55 minutes" in answer.text
    asked = [request["body"]["messages"] for request in await service.client.requests("chat/completions")]
    assert len(str(asked[1])) < len(str(asked[0]))


async def test_a_request_that_never_fits_is_told_as_too_long(
    answerer: Answerer, library: Library, service: LLMStandIn, send: Send, take_in: TakeIn
) -> None:
    for name in ("kitchen.md", "bakery.md", "oven.md"):
        await take_in(library, send(name, f"{FACTS}\n# {name}"))
    await service.client.fault(endpoint="chat/completions", status=400, code="context_length_exceeded", times=None)
    with pytest.raises(RefusedError, match="llm_too_long"):
        await run(answerer, ask("How long does rye bread bake?"))
    assert len(await service.client.requests("chat/completions")) == 2
