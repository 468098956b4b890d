"""The LLM service as the bot uses it: chat in a stream, embeddings, recordings, and a check of the key.

Requests are async generators: what the service asks to wait comes as `Waiting`, then comes what was asked for. Retries
are decided in `errors`: the service's own Retry-After is honoured and shown.
"""

import asyncio
import contextlib
import random
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from personal_bot.llm import replies
from personal_bot.llm.errors import ATTEMPTS, GiveUp, decide
from personal_bot.llm.events import Embedded, Finished, Heard, Written
from personal_bot.llm.health import Health
from personal_bot.llm.protocol import Message, ServiceError, Wire
from personal_bot.models import LLMState, Refusal, Waiting

SHORT: Final = 512
"""Numbers in a vector: a third of the disk, the page cache and the time of a search, for 1% of quality."""
_SHORTENED_MODELS: Final = "text-embedding-3-"
_CUTS_RETRIED: Final = 2
_NO_MODEL_LIST: Final = frozenset({400, 404, 405})
_NOT_OFFERED: Final = frozenset({400, 404, 405, 415, 501})
"""Answers of a service without this endpoint or model, or of this format."""
_GONE: Final = frozenset({"llm_model_missing", "llm_rejected"})
"""How services say that they do not offer a model."""


@dataclass(frozen=True, slots=True, kw_only=True)
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
        allow: is called before each request; raises `Refusal` when none may be made.
        on_usage: is called with the model and the tokens, sent and written, of each request that was answered.
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


class FormerModelGoneError(Refusal):
    """The model that an index was made with is offered no more; another one is configured."""


class LLM:
    """A client of one LLM service; its requests may run at the same time."""

    def __init__(self, config: LLMConfig) -> None:
        self.config = config
        self.windows: dict[str, int] = {}  # tokens by model, as far as the service says
        self.asked_to_wait = 0  # 429 so far
        self._health = Health()
        self._wire = Wire(timeout=config.timeout)
        self._short = True

    def state(self) -> LLMState:
        """Give what requests have shown, or that none is made because the budget is spent."""
        try:
            self.config.allow()
        except Refusal as refusal:
            return LLMState(ready=False, reason="BudgetSpent", message=str(refusal.values.get("budget", "")))
        return self._health.state()

    async def close(self) -> None:
        """Close the connections; a later request opens new ones."""
        await self._wire.close()

    async def check(self) -> LLMState:
        """Ask whether the service is there and takes the key.

        Only what the answer proves changes the state: a service that has no list of models proves nothing, and a model
        that was missing still is unless the list names it.
        """
        try:
            offered = await self._wire.get(self._url("models"), key=self._key())
        except Refusal:
            return self._health.state()
        except ServiceError as error:
            if error.fault.status not in _NO_MODEL_LIST:
                verdict = decide(error.fault, attempt=ATTEMPTS, jitter=0, model=self.config.model, longest_wait=0)
                if isinstance(verdict, GiveUp) and verdict.state:
                    self._note_failure(verdict.state, self.config.model)
        else:
            self.windows = replies.windows(offered)
            self._health.works(*self.windows)
        return self._health.state()

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
                vectors = replies.vectors(response, count=len(texts))
            except ServiceError as error:
                if self._short and "dimension" in error.fault.detail and error.fault.status in {400, 422}:
                    self._short = False  # another service's model by this name, which cannot shorten its vectors
                    continue
                wait = self._judge(error, attempt=attempt, model=model, former=model != self.config.embedding_model)
                yield Waiting(seconds=wait)
                await asyncio.sleep(wait)
                continue

            self._answered(model, replies.prompt_tokens(response), 0)
            yield Embedded(vectors=vectors)
            return

    async def transcribe(self, recording: Path, *, name: str) -> AsyncGenerator[Waiting | Heard]:
        """Write down what is spoken in a file of at most 25 MB; the ending of `name` tells the format.

        Raises:
            Refusal: the service cannot or will not; one that offers no such thing says nothing about its health.
        """
        attempt = 0
        self.config.allow()
        model = self.config.transcription_model
        fields = {"model": model, "response_format": "json"}

        while True:
            attempt += 1
            try:
                url = self._url("audio/transcriptions")
                response = await self._wire.post_file(url, fields, recording, name=name, key=self._key())
            except ServiceError as error:
                if error.fault.status in _NOT_OFFERED:
                    raise Refusal("voice_unheard") from None
                wait = self._judge(error, attempt=attempt, model=model)
                yield Waiting(seconds=wait)
                await asyncio.sleep(wait)
                continue

            text, sent, written = replies.transcript(response)
            self._answered(model, sent, written)
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
            reply = replies.ChatReply()
            try:
                async with contextlib.aclosing(self._chat_chunks(messages, model)) as chunks:
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
                self._answered(model, finished.prompt_tokens, finished.completion_tokens)

            yield finished
            return

    def _chat_chunks(self, messages: Sequence[Message], model: str) -> AsyncGenerator[dict[str, Any]]:
        body = {
            "model": model,
            "messages": list(messages),
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        return self._wire.stream(self._url("chat/completions"), body, key=self._key())

    def _judge(self, error: ServiceError, *, attempt: int, model: str, former: bool = False) -> float:
        """Give the seconds to wait before the next attempt; `former`: the model was configured once.

        Raises:
            Refusal: there is to be no other attempt.
        """
        self.asked_to_wait += error.fault.status == HTTPStatus.TOO_MANY_REQUESTS
        verdict = decide(
            error.fault,
            attempt=attempt,
            jitter=random.random(),  # noqa: S311 - spreads retries, keeps no secret
            model=model,
            longest_wait=self.config.longest_wait,
        )
        if not isinstance(verdict, GiveUp):
            return verdict.seconds

        if former and verdict.refusal.key in _GONE:
            raise FormerModelGoneError(verdict.refusal.key, **verdict.refusal.values) from None
        if verdict.state:
            self._note_failure(verdict.state, model)
        raise verdict.refusal from None

    def _note_failure(self, state: LLMState, model: str) -> None:
        configured = model in {self.config.model, self.config.embedding_model}
        self._health.fails(state, model, configured=configured)

    def _answered(self, model: str, sent: int, written: int) -> None:
        self._health.works(model)
        self.config.on_usage(model, sent, written)

    def _key(self) -> str:
        try:
            key = self.config.key_provider().strip()
        except OSError:
            key = ""

        if not key:
            self._health.has_no_key()
            raise Refusal("llm_key_refused")
        return key

    def _width(self, model: str) -> dict[str, int]:
        """Ask for short vectors of models whose first numbers say most (OpenAI's guide on embeddings, "dimensions")."""
        return {"dimensions": SHORT} if self._short and model.startswith(_SHORTENED_MODELS) else {}

    def _url(self, endpoint: str) -> str:
        return f"{self.config.base_url.rstrip('/')}/{endpoint}"
