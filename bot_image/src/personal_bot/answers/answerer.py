"""From a question to an answer: search, read, ask the model, check its citations."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from personal_bot.answers.citations import check
from personal_bot.answers.context_window import newest, room_in, window_of
from personal_bot.answers.prompt import messages
from personal_bot.answers.rewriting import search_text
from personal_bot.knowledge.library import Library
from personal_bot.llm.client import LLM, FormerModelGoneError
from personal_bot.llm.events import Embedded, Finished, Written
from personal_bot.llm.protocol import Message
from personal_bot.models import (
    Answer,
    AnswerEvent,
    LLMState,
    Passage,
    Question,
    RefusedError,
    Stage,
    StageReached,
    TextSoFar,
    Waiting,
)

_TOO_LONG_SHARE: Final = 3  # of the passages that were too many, one in so many is tried

_Event = TypeVar("_Event")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswererConfig:
    """How answers are made.

    Attributes:
        request_timeout: seconds after which an answer ends with what there is.
    """

    request_timeout: float = 1200.0


class Answerer:
    """Answers questions from a library; answers to several questions may run at the same time."""

    def __init__(self, config: AnswererConfig, library: Library, llm: LLM) -> None:
        self._config = config
        self._library = library
        self._llm = llm

    def state(self) -> LLMState:
        """Give what requests to the LLM service have shown."""
        return self._llm.state()

    async def answer(self, question: Question) -> AsyncGenerator[AnswerEvent]:
        """Answer a question; the last event is `Answer`. May be left or cancelled at any time.

        Raises:
            RefusedError: there is no answer, and why.
        """
        deadline = asyncio.get_running_loop().time() + self._config.request_timeout
        events = self._events(question)
        written, found = "", list[Passage]()

        async with contextlib.aclosing(events):
            try:
                async for event in _until(deadline, events):
                    if isinstance(event, list):
                        found = event
                        continue
                    written = event.text if isinstance(event, TextSoFar) else written
                    yield event
            except TimeoutError:
                if not written:
                    raise RefusedError("answer_took_too_long", seconds=round(self._config.request_timeout)) from None
                yield _answer(Finished(text=written, complete=False), found)

    async def _events(self, question: Question) -> AsyncGenerator[AnswerEvent | list[Passage]]:
        """Search, read and write; what was found comes as a list of passages on the way."""
        yield StageReached(stage=Stage.SEARCHING)
        if not await self._library.documents():
            raise RefusedError("no_documents")
        searched = _searched(question)

        model = question.model or self._llm.config.model
        room = room_in(window_of(model, told=self._llm.windows.get(model)))
        text = await search_text(self._llm, question)
        embedder = self._library.embedding_model()
        vector: list[float] | None = None
        async for event in self._vector(text, embedder):
            if isinstance(event, Embedded):
                vector = None if event.without else event.vectors[0]
            else:
                yield event

        by_words = not vector or not self._library.comparable(vector, embedder)
        found = await self._library.search(text, vector, model=embedder, document_ids=searched, budget=room.passages)
        if not found:
            raise _nothing(question, by_words=by_words)
        yield found

        yield StageReached(stage=Stage.READING)
        dialogue = newest(question.dialogue, within=room.dialogue)
        try:
            async for reply in self._replies(replace(question, dialogue=dialogue), found, model):
                yield replace(reply, words_only=by_words) if isinstance(reply, Answer) else reply
        except RefusedError as refusal:
            if refusal.key != "llm_too_long" or len(found) + len(dialogue) == 1:
                raise
            # The window is smaller than was thought: once more, with the best passages and without what was said.
            found = found[: max(1, len(found) // _TOO_LONG_SHARE)]
            yield found
            async for reply in self._replies(replace(question, dialogue=()), found, model):
                yield replace(reply, words_only=by_words) if isinstance(reply, Answer) else reply

    async def _replies(
        self, question: Question, found: list[Passage], model: str
    ) -> AsyncGenerator[StageReached | Waiting | TextSoFar | Answer]:
        """Answer from these passages."""
        async with contextlib.aclosing(self._written(messages(question, found), model)) as replies:
            async for reply in replies:
                yield _answer(reply, found) if isinstance(reply, Finished) else reply

    async def _vector(self, text: str, model: str) -> AsyncGenerator[Waiting | Embedded]:
        """Embed a question; a model that is offered no more gives nothing, and words alone decide."""
        with contextlib.suppress(FormerModelGoneError):
            async for event in self._llm.embed([text], model=model):
                yield event

    async def _written(
        self, request: list[Message], model: str
    ) -> AsyncGenerator[StageReached | Waiting | TextSoFar | Finished]:
        """Let the model write, with the stages of it."""
        yield StageReached(stage=Stage.THINKING)
        writing = False
        async with contextlib.aclosing(self._llm.chat(request, model=model)) as replies:
            async for reply in replies:
                match reply:
                    case Written():
                        if not writing:
                            writing = True
                            yield StageReached(stage=Stage.WRITING)
                        yield TextSoFar(text=reply.text)
                    case _:
                        yield reply


def _searched(question: Question) -> frozenset[str]:
    """The ids of the documents that are searched; none: all.

    Raises:
        RefusedError: the person may read none of them.
    """
    if question.readable is None:
        return question.document_ids
    searched = question.readable & (question.document_ids or question.readable)
    if not searched:
        raise RefusedError("nothing_shared")
    return searched


def _nothing(question: Question, *, by_words: bool) -> RefusedError:
    if question.document_ids:
        return RefusedError("nothing_found_in_scope", count=len(question.document_ids))
    return RefusedError("nothing_found_by_words") if by_words else RefusedError("nothing_found")


def _answer(finished: Finished, passages: list[Passage]) -> Answer:
    checked = check(finished.text, passages=len(passages))
    return Answer(
        text=checked.text,
        sources=tuple(passages[number - 1] for number in checked.cited),
        prompt_tokens=finished.prompt_tokens,
        completion_tokens=finished.completion_tokens,
        cut_short=not finished.complete,
    )


async def _until(deadline: float, events: AsyncGenerator[_Event]) -> AsyncGenerator[_Event]:
    """Pass events on until the deadline (of the loop's clock).

    Raises:
        TimeoutError: the deadline has come.
    """
    loop = asyncio.get_running_loop()
    while True:
        try:
            async with asyncio.timeout_at(max(deadline, loop.time())):
                event = await anext(events)
        except StopAsyncIteration:
            return

        yield event
