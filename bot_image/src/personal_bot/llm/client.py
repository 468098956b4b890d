"""The LLM service as the bot uses it: chat in a stream, embeddings, and a check of the key.

Requests are async generators: what is asked to be waited out comes as `Waiting`, then what was asked for. Retries are
decided in `faults`: the service's own Retry-After is honoured and shown.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from personal_bot.llm.errors import ATTEMPTS, Fault, GiveUp, decide
from personal_bot.llm.protocol import ServiceError, Wire
from personal_bot.models import LLMState, Refusal, Waiting

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence
    from pathlib import Path

    from personal_bot.llm.protocol import Message

SHORT = 512  # numbers in a vector: a third of the disk, the page cache and the time of a search, for 1% of quality
_SHORTENED_MODELS = "text-embedding-3-"
_CUTS_RETRIED = 2
_NOT_OFFERED = frozenset({400, 404, 405, 415, 501})  # by a service without this endpoint or model, or of this format
_OF_A_MODEL = frozenset({"ModelMissing", "RateLimited"})
_GONE = frozenset({"llm_model_missing", "llm_rejected"})  # as services say that they do not offer a model
_ACCEPTED = LLMState(ready=True, reason="KeyAccepted")


@dataclass(frozen=True, kw_only=True)
class LLMConfig:
    """Where the LLM service is and what to ask of it.

    Attributes:
        base_url: up to and with ``/v1``.
        model: answers.
        embedding_model: makes vectors of texts.
        transcription_model: writes down what is spoken.
        key_provider: gives the key as it is on the disk now; asked before each request, so a new key works at once.
        timeout: seconds without a byte after which an attempt has failed.
        longest_wait: seconds; a service that asks to wait longer is not waited for.
        allow: is asked before each request; raises `Refusal` when there shall be none.
        on_usage: is told the model and the tokens, sent and written, of each request that was answered.
    """

    base_url: str
    model: str
    embedding_model: str
    transcription_model: str = "gpt-4o-mini-transcribe"
    key_provider: Callable[[], str]
    timeout: float = 60.0
    longest_wait: float = 600.0
    allow: Callable[[], None] = lambda: None
    on_usage: Callable[[str, int, int], None] = lambda *_: None


@dataclass(frozen=True, kw_only=True)
class Embedded:
    """A vector for each text, in their order, all of one length."""

    vectors: list[list[float]]


@dataclass(frozen=True, kw_only=True)
class Written:
    """The whole text as far as it is written. It may start anew when a broken stream is asked for again."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Finished:
    """The end of a chat request; `complete` is False when the model's limit or a broken stream ended the text."""

    text: str
    complete: bool
    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What was spoken, as text."""

    text: str


class FormerModelGoneError(Refusal):
    """The model that an index was made with is offered no more; another one is configured."""


class LLM:
    """A client of one LLM service; its requests may run at the same time."""

    def __init__(self, config: LLMConfig) -> None:
        self.config = config
        self._state = LLMState()
        self._missing: dict[str, LLMState] = {}  # by model of the configuration: what was told when it was asked for
        self.windows: dict[str, int] = {}
        self.asked_to_wait = 0  # 429 so far
        self._wire = Wire(timeout=config.timeout)
        self._short = True

    def state(self) -> LLMState:
        """What requests told, or that none is made because the budget is spent."""
        try:
            self.config.allow()
        except Refusal as refusal:
            return LLMState(ready=False, reason="BudgetSpent", message=str(refusal.values.get("budget", "")))
        return self._told()

    async def close(self) -> None:
        """Close the connections; a later request opens new ones."""
        await self._wire.close()

    async def check(self) -> LLMState:
        """Ask whether the service is there and takes the key.

        Only what the answer proves changes the state: a service that has no list of models tells nothing, and a model
        that was missing still is unless the list names it.
        """
        try:
            offered = await self._wire.get(self._url("models"), key=self._key())
        except Refusal:
            return self._told()
        except ServiceError as error:
            if error.fault.status not in {400, 404, 405}:
                verdict = decide(error.fault, attempt=ATTEMPTS, jitter=0, model=self.config.model, longest_wait=0)
                if isinstance(verdict, GiveUp) and verdict.state:
                    self._fails(verdict.state, self.config.model)
        else:
            self.windows = _windows(offered)
            self._works(*self.windows)
        return self._told()

    async def embed(self, texts: Sequence[str], *, model: str | None = None) -> AsyncGenerator[Waiting | Embedded]:
        """Give the vectors of `texts` in one request; at most 300,000 tokens in all and 8,192 each (the API's limits).

        Args:
            texts: none of them empty.
            model: another one than the configured: that of an index which was made before the configuration changed.

        Raises:
            FormerModelGoneError: the service does not offer `model`, which is not the configured one.
            Refusal: the service cannot or will not.
        """
        attempt = 0
        self.config.allow()
        model = model or self.config.embedding_model
        while True:
            attempt += 1
            try:
                body = {"model": model, "input": list(texts), "encoding_format": "float"} | self._width(model)
                response = await self._wire.post(self._url("embeddings"), body, key=self._key())
                vectors = _vectors(response, count=len(texts))
            except ServiceError as error:
                if self._short and "dimension" in error.fault.detail and error.fault.status in {400, 422}:
                    self._short = False  # another service's model by this name, which knows no such thing
                    continue
                former = model != self.config.embedding_model
                wait = self._judge(error, attempt=attempt, model=model, former=former)
                yield Waiting(seconds=wait)
                await asyncio.sleep(wait)
                continue
            self._works(model)
            self.config.on_usage(model, _tokens_sent(response), 0)
            yield Embedded(vectors=vectors)
            return

    async def transcribe(self, recording: Path, *, name: str) -> AsyncGenerator[Waiting | Heard]:
        """Write down what is spoken in a file of at most 25 MB; `name` tells the format by its ending.

        Raises:
            Refusal: the service cannot or will not; one that offers no such thing says nothing about its health.
        """
        attempt = 0
        self.config.allow()
        model = self.config.transcription_model
        while True:
            attempt += 1
            try:
                fields = {"model": model, "response_format": "json"}
                url = self._url("audio/transcriptions")
                response = await self._wire.post_file(url, fields, recording, name=name, key=self._key())
            except ServiceError as error:
                if error.fault.status in _NOT_OFFERED:
                    raise Refusal("voice_unheard") from None
                wait = self._judge(error, attempt=attempt, model=model)
                yield Waiting(seconds=wait)
                await asyncio.sleep(wait)
                continue
            text = response.get("text") if isinstance(response, dict) else None
            if not isinstance(text, str):
                raise Refusal("voice_unheard")
            self._works(model)
            usage = response.get("usage") or {}
            self.config.on_usage(model, int(usage.get("input_tokens") or 0), int(usage.get("output_tokens") or 0))
            yield Heard(text=text)
            return

    async def chat(
        self, messages: Sequence[Message], *, model: str = ""
    ) -> AsyncGenerator[Waiting | Written | Finished]:
        """Let the model write an answer; the last event is `Finished`.

        A stream that broke off is asked for again (nothing has happened yet but text), and after some tries the
        longest text is given as incomplete. `model` may be another one than the configured.

        Raises:
            Refusal: the service cannot or will not.
        """
        attempt = cuts = 0
        longest = ""
        self.config.allow()
        model = model or self.config.model
        while True:
            attempt += 1
            reply = _Reply()
            try:
                body = {
                    "model": model,
                    "messages": list(messages),
                    "stream": True,
                    "stream_options": {"include_usage": True},
                }
                url = self._url("chat/completions")
                async with contextlib.aclosing(self._wire.stream(url, body, key=self._key())) as chunks:
                    async for chunk in chunks:
                        if reply.add(chunk):
                            yield Written(text=reply.text)
                finished = reply.finished()
            except ServiceError as error:
                longest = max(longest, reply.text, key=len)
                cuts += bool(reply.text)
                if longest and cuts > _CUTS_RETRIED:
                    yield Finished(text=longest, complete=False)
                    return
                try:
                    wait = self._judge(error, attempt=attempt, model=model)
                except Refusal:
                    if not longest:
                        raise
                    finished = Finished(text=longest, complete=False)
                else:
                    yield Waiting(seconds=wait)
                    await asyncio.sleep(wait)
                    continue
            else:
                self._works(model)
                self.config.on_usage(model, finished.prompt_tokens, finished.completion_tokens)
            yield finished
            return

    def _judge(self, error: ServiceError, *, attempt: int, model: str, former: bool = False) -> float:
        """Seconds to wait before the next attempt; `former`: the model was configured once.

        Raises:
            Refusal: there shall be none.
        """
        self.asked_to_wait += error.fault.status == HTTPStatus.TOO_MANY_REQUESTS
        verdict = decide(
            error.fault,
            attempt=attempt,
            jitter=random.random(),  # noqa: S311 - spreads retries, keeps no secret
            model=model,
            longest_wait=self.config.longest_wait,
        )
        if isinstance(verdict, GiveUp):
            if former and verdict.refusal.key in _GONE:
                raise FormerModelGoneError(verdict.refusal.key, **verdict.refusal.values) from None
            if verdict.state:
                self._fails(verdict.state, model)
            raise verdict.refusal from None
        return verdict.seconds

    def _works(self, *models: str) -> None:
        """Take note that the key is accepted and these models are there."""
        self._state = _ACCEPTED
        for model in models:
            self._missing.pop(model, None)

    def _fails(self, state: LLMState, model: str) -> None:
        """Take note of what was told when this model was asked for.

        What concerns a model alone counts for those of the configuration only, not for one that a person chose.
        """
        configured = model in {self.config.model, self.config.embedding_model}
        if state.reason == "ModelMissing" and configured:
            self._missing[model] = state
            self._works()
        elif configured or state.reason not in _OF_A_MODEL:
            self._state = state

    def _told(self) -> LLMState:
        """What was told of the service, or else of a model that is missing."""
        return self._state if self._state.ready is False else next(iter(self._missing.values()), self._state)

    def _key(self) -> str:
        try:
            key = self.config.key_provider().strip()
        except OSError:
            key = ""
        if not key:
            self._state = LLMState(ready=False, reason="KeyRefused", message="there is no key in the key's file")
            raise Refusal("llm_key_refused")
        return key

    def _width(self, model: str) -> dict[str, int]:
        """Ask for short vectors of models whose first numbers say most (OpenAI's guide on embeddings, "dimensions")."""
        return {"dimensions": SHORT} if self._short and model.startswith(_SHORTENED_MODELS) else {}

    def _url(self, endpoint: str) -> str:
        return f"{self.config.base_url.rstrip('/')}/{endpoint}"


class _Reply:
    """What has come of one chat stream."""

    def __init__(self) -> None:
        self.text = ""
        self._reason: str | None = None
        self._prompt_tokens = self._completion_tokens = 0

    def add(self, chunk: dict[str, Any]) -> bool:
        """Take in a chunk; True when it brought text. Imitating servers may leave out any field."""
        if usage := chunk.get("usage"):
            self._prompt_tokens = usage.get("prompt_tokens") or 0
            self._completion_tokens = usage.get("completion_tokens") or 0
        before = len(self.text)
        for choice in chunk.get("choices") or ():
            self.text += (choice.get("delta") or {}).get("content") or ""
            self._reason = choice.get("finish_reason") or self._reason
        return len(self.text) > before

    def finished(self) -> Finished:
        """Give the end.

        Raises:
            ServiceError: the stream ended without saying why: it was cut.
            Refusal: a filter held everything back.
        """
        if self._reason is None:
            raise ServiceError(Fault(detail="the stream ended early"))
        if self._reason == "content_filter" and not self.text:
            raise Refusal("llm_filtered")
        return Finished(
            text=self.text,
            complete=self._reason not in {"length", "content_filter"},
            prompt_tokens=self._prompt_tokens,
            completion_tokens=self._completion_tokens,
        )


def _tokens_sent(response: dict[str, Any]) -> int:
    usage = response.get("usage")
    return int(usage.get("prompt_tokens") or 0) if isinstance(usage, dict) else 0


def _windows(offered: Any) -> dict[str, int]:  # noqa: ANN401 - JSON
    """The models that a service offers, with the tokens of their windows; 0 where it does not tell, as OpenAI's.

    vLLM, OpenRouter and Groq tell, each by a name of its own.
    """
    cards = offered.get("data") if isinstance(offered, dict) else None
    windows = {}
    for card in cards if isinstance(cards, list) else ():
        if isinstance(card, dict) and isinstance(card.get("id"), str):
            told = [card.get(name) for name in ("max_model_len", "context_length", "context_window")]
            windows[card["id"]] = next((window for window in told if isinstance(window, int)), 0)
    return windows


def _vectors(response: Any, *, count: int) -> list[list[float]]:  # noqa: ANN401 - JSON
    try:
        vectors = [item["embedding"] for item in sorted(response["data"], key=lambda item: item["index"])]
    except (TypeError, KeyError):
        raise ServiceError(Fault(detail="the answer holds no embeddings")) from None
    if len(vectors) != count or len({len(vector) for vector in vectors}) > 1:
        raise Refusal("llm_rejected", detail=f"{count} texts were sent, {len(vectors)} vectors came back")
    return vectors
