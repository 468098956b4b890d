"""The LLM service as the bot uses it: chat in a stream, embeddings, and a check of the key.

Requests are async generators: what has to be waited for comes as `Waiting`, then what was asked for. Retries are
decided in `verdicts`: the service's own Retry-After is honoured and shown. What the service turns out not to know is
left out of the next request and remembered (`profile`).
"""

import asyncio
import contextlib
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, TypeVar

from personal_bot.llm import address
from personal_bot.llm.causes import Cause, cause_of
from personal_bot.llm.embedding import Embedding
from personal_bot.llm.errors import ServiceError
from personal_bot.llm.events import Embedded, Finished, Heard, Written
from personal_bot.llm.health import Health
from personal_bot.llm.offered import Model, models_of
from personal_bot.llm.profile import Profile, Profiles, learn, without_system
from personal_bot.llm.protocol import Message, Wire
from personal_bot.llm.reply import Reply, Usage
from personal_bot.llm.verdicts import ATTEMPTS, GiveUp, decide
from personal_bot.models import LLMState, RefusedError, Waiting

__all__ = ["LLM", "Embedded", "Finished", "FormerModelGoneError", "Heard", "LLMConfig", "Written"]

_CUTS_RETRIED: Final = 2
_SLOW: Final = 15.0  # seconds without a word from the service after which the person is told
_BYTES_PER_TOKEN: Final = 4  # of UTF-8: four Latin letters or two Cyrillic ones, as tokenizers of today make them
_OF_THE_LIST: Final = frozenset({Cause.ADDRESS, Cause.REJECTED, Cause.MODERATION, Cause.TOO_LONG})
"""What a refused list of models says of nothing but the list: many services have none."""
_NOT_OFFERED: Final = frozenset({400, 404, 405, 415, 501})
"""HTTP statuses of a service without this endpoint or model, or of this format."""
_GONE: Final = frozenset({"llm_model_missing", "llm_model_forbidden", "llm_rejected"})
"""As services say that they do not offer a model."""
_PICTURE_TOKENS: Final = 1_000  # of a picture, about as services count one of a phone's size

_Awaited = TypeVar("_Awaited")


@dataclass(frozen=True, kw_only=True)
class LLMConfig:
    """Where the LLM service is and what to ask of it.

    Attributes:
        base_url: up to and with ``/v1``; what is pasted too much or too little is put right.
        model: answers.
        embedding_model: makes vectors of texts.
        transcription_model: writes down what is spoken.
        key_provider: gives the key as it is on the disk now; asked before each request, so a new key works at once.
        timeout: seconds without a byte after which an answer that has begun has failed.
        first_byte: seconds until an answer has to begin.
        longest_wait: seconds; a service that asks to wait longer is not waited for.
        profiles: where it is kept what the service can do; None: nowhere.
        allow: is asked before each request; raises `RefusedError` when there shall be none.
        on_usage: is told the model and the tokens, sent and written, of each request; estimated where nobody tells.
    """

    base_url: str
    model: str
    embedding_model: str
    transcription_model: str = "gpt-4o-mini-transcribe"
    key_provider: Callable[[], str]
    timeout: float = 60.0
    first_byte: float = 1200.0
    longest_wait: float = 600.0
    profiles: Path | None = None
    allow: Callable[[], None] = lambda: None
    on_usage: Callable[[str, int, int], None] = lambda *_: None


class FormerModelGoneError(RefusedError):
    """The model that an index was made with is offered no more; another one is configured."""


class LLM:
    """A client of one LLM service; its requests may run at the same time."""

    def __init__(self, config: LLMConfig) -> None:
        self.config = config
        self.offered: dict[str, Model] = {}
        self.asked_to_wait = 0  # 429 so far
        self._health = Health()
        self._profiles = Profiles(config.profiles)
        self._wire = Wire(timeout=config.timeout, first_byte=config.first_byte)
        self._embedding = Embedding()

    @property
    def windows(self) -> dict[str, int]:
        """The models that the service offers, with the tokens of their windows; 0 where it does not tell."""
        return {name: model.window for name, model in self.offered.items()}

    def state(self) -> LLMState:
        """What requests told, or that none is made because the budget is spent."""
        try:
            self.config.allow()
        except RefusedError as refusal:
            return LLMState(ready=False, reason="BudgetSpent", message=str(refusal.values.get("budget", "")))
        return self._told()

    async def close(self) -> None:
        """Close the connections; a later request opens new ones."""
        await self._wire.close()

    async def check(self) -> LLMState:
        """Ask whether the service is there and takes the key.

        Only what the answer proves changes the state: a service that gives no list of models, or not to this key, tells
        nothing, and a model that was missing still is unless the list names it.
        """
        model = self.config.model
        try:
            offered = await self._wire.get(self._url("models", self._profile(model)), key=self._key())
        except RefusedError:
            return self._told()
        except ServiceError as error:
            cause = cause_of(error.fault)
            # A key without the right to list models (403) may well be good for answers.
            of_the_list = cause in _OF_THE_LIST or (cause is Cause.KEY and error.fault.status == HTTPStatus.FORBIDDEN)
            verdict = decide(error.fault, attempt=ATTEMPTS, jitter=0, model=model, longest_wait=0)
            if not of_the_list and isinstance(verdict, GiveUp) and verdict.state:
                self._health.fails(verdict.state, model, configured=True)
        else:
            self.offered = models_of(offered)
            self._health.works(*self.offered)
        return self._told()

    async def embed(self, texts: Sequence[str], *, model: str | None = None) -> AsyncGenerator[Waiting | Embedded]:
        """Give the vectors of `texts`; at most 300,000 tokens in all and 8,192 each (the API's limits).

        Args:
            texts: none of them empty.
            model: another one than the configured: that of an index which was made before the configuration changed.

        Raises:
            FormerModelGoneError: the service does not offer `model`, which is not the configured one.
            RefusedError: the service cannot or will not.
        """
        self.config.allow()
        model = model or self.config.embedding_model
        work = self._embedding.of(texts, model)
        attempt = 0
        while batch := work.batch(self._profile(model)):
            attempt += 1
            body = work.body(batch, self._profile(model))
            asked = self._wire.post(self._url("embeddings", self._profile(model)), body, key=self._key())
            try:
                async with contextlib.aclosing(_told_when_slow(asked)) as events:
                    async for event in events:
                        if isinstance(event, Waiting):
                            yield event
                        else:
                            work.take(batch, event)
                            self.config.on_usage(model, _tokens_sent(event, batch), 0)
                attempt = 0
            except ServiceError as error:
                if self._learns(error, body, model) or work.bears(error.fault):
                    attempt -= 1
                    continue
                former = model != self.config.embedding_model
                wait = self._judge(error, attempt=attempt, model=model, former=former)
                yield Waiting(seconds=wait)
                await asyncio.sleep(wait)
        self._health.works(model)
        yield work.embedded()

    async def transcribe(self, recording: Path, *, name: str) -> AsyncGenerator[Waiting | Heard]:
        """Write down what is spoken in a file of at most 25 MB; `name` tells the format by its ending.

        Raises:
            RefusedError: the service cannot or will not; one that offers no such thing says nothing about its health.
        """
        attempt = 0
        self.config.allow()
        model = self.config.transcription_model
        while True:
            attempt += 1
            try:
                fields = {"model": model, "response_format": "json"}
                url = self._url("audio/transcriptions", self._profile(self.config.model))
                response = await self._wire.post_file(url, fields, recording, name=name, key=self._key())
            except ServiceError as error:
                if error.fault.status in _NOT_OFFERED:
                    raise RefusedError("voice_unheard") from None
                wait = self._judge(error, attempt=attempt, model=model)
                yield Waiting(seconds=wait)
                await asyncio.sleep(wait)
                continue
            text = response.get("text") if isinstance(response, dict) else None
            if not isinstance(text, str):
                raise RefusedError("voice_unheard")
            self._health.works(model)
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
            RefusedError: the service cannot or will not, or the model gives no answer.
        """
        attempt = cuts = 0
        longest = ""
        self.config.allow()
        model = model or self.config.model
        while True:
            attempt += 1
            reply = Reply()
            body = _chat_body(messages, model, self._profile(model))
            refused = False
            try:
                async with contextlib.aclosing(self._pieces(body, model)) as pieces:
                    async for piece in pieces:
                        if isinstance(piece, Waiting):
                            yield piece
                        elif reply.add(piece) and (text := reply.text):
                            yield Written(text=text)
                end = reply.end()
            except ServiceError as error:
                refused = not reply.written
                if self._learns(error, body, model):
                    attempt -= 1
                    continue
                longest = max(longest, reply.text, key=len)
                cuts += bool(reply.written)
                try:
                    wait = self._judge(error, attempt=attempt, model=model)
                except RefusedError:
                    if not longest:
                        raise
                    cuts = _CUTS_RETRIED + 1
                if longest and cuts > _CUTS_RETRIED:
                    yield Finished(text=longest, complete=False)
                    return
                yield Waiting(seconds=wait)
                await asyncio.sleep(wait)
                continue
            finally:
                used = _used(reply, messages, refused=refused)
                self.config.on_usage(model, used.prompt, used.completion)

            self._health.works(model)
            yield Finished(
                text=end.text, complete=end.complete, prompt_tokens=used.prompt, completion_tokens=used.completion
            )
            return

    async def _pieces(self, body: dict[str, Any], model: str) -> AsyncGenerator[dict[str, Any] | Waiting]:
        """What answers a chat request, in a stream or in one; told when it takes its time to begin."""
        url = self._url("chat/completions", self._profile(model))
        if not body.get("stream"):
            async with contextlib.aclosing(_told_when_slow(self._wire.post(url, body, key=self._key()))) as whole:
                async for event in whole:
                    yield event
            return

        async with contextlib.aclosing(self._wire.stream(url, body, key=self._key())) as events:
            async with contextlib.aclosing(_told_when_slow(anext(events, None))) as begin:
                async for first in begin:
                    if first is not None:
                        yield first
            async for event in events:
                yield event

    def _learns(self, error: ServiceError, body: dict[str, Any], model: str) -> bool:
        """Whether the refusal teaches what to leave out, so that asking again at once is worth it."""
        profile = self._profile(model)
        learned = learn(profile, error.fault, body)
        if learned is None and cause_of(error.fault) is Cause.ADDRESS and not address.has_version(self.config.base_url):
            # Once with /v1 and once without; back to what was given when neither is there.
            learned = replace(profile, versioned=not profile.versioned)
            self._profiles.keep(self.config.base_url, model, learned)
            return learned.versioned
        if learned is None or learned == profile:
            return False
        self._profiles.keep(self.config.base_url, model, learned)
        return True

    def _judge(self, error: ServiceError, *, attempt: int, model: str, former: bool = False) -> float:
        """Seconds to wait before the next attempt; `former`: the model was configured once.

        Raises:
            RefusedError: there shall be none.
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
                configured = model in {self.config.model, self.config.embedding_model}
                self._health.fails(verdict.state, model, configured=configured)
            raise verdict.refusal from None
        return verdict.seconds

    def _told(self) -> LLMState:
        return self._health.told((self.config.model, self.config.embedding_model))

    def _profile(self, model: str) -> Profile:
        return self._profiles.of(self.config.base_url, model)

    def _url(self, name: str, profile: Profile) -> str:
        return address.endpoint(self.config.base_url, name, versioned=profile.versioned)

    def _key(self) -> str:
        """The key as it is on the disk.

        Raises:
            RefusedError: there is none.
        """
        with contextlib.suppress(OSError):
            if key := self.config.key_provider().strip():
                return key
        state = LLMState(ready=False, reason="KeyRefused", message="there is no key in the key's file")
        self._health.fails(state, self.config.model, configured=True)
        raise RefusedError("llm_key_refused")


def _chat_body(messages: Sequence[Message], model: str, profile: Profile) -> dict[str, Any]:
    body: dict[str, Any] = {
        "model": model,
        "messages": list(messages) if profile.system_role else without_system(messages),
    }
    if profile.streams:
        body["stream"] = True
    if profile.streams and profile.stream_usage:
        body["stream_options"] = {"include_usage": True}
    return body


async def _told_when_slow(doing: Awaitable[_Awaited]) -> AsyncGenerator[_Awaited | Waiting]:
    """What is waited for, with a `Waiting` before it when it takes its time."""
    task = asyncio.ensure_future(doing)
    try:
        done, _ = await asyncio.wait({task}, timeout=_SLOW)
        if not done:
            yield Waiting(seconds=_SLOW, slow=True)
        yield await task
    finally:
        task.cancel()
        await asyncio.wait({task})  # what it was reading is closed by whoever opened it


def _used(reply: Reply, messages: Sequence[Message], *, refused: bool) -> Usage:
    """What a request took: as the service tells, else estimated from what was sent and received."""
    if reply.usage.told or refused:
        return reply.usage
    texts = [part for message in messages for part in _parts(message)]
    sent = sum(len(text.encode()) for text in texts if text is not None)
    pictures = texts.count(None)
    return Usage(prompt=_tokens(sent) + _PICTURE_TOKENS * pictures, completion=_tokens(reply.written))


def _parts(message: Message) -> list[str | None]:
    """The texts of a message, and None for each picture."""
    content = message["content"]
    return [content] if isinstance(content, str) else [part.get("text") for part in content]


def _tokens_sent(response: Any, texts: Sequence[str]) -> int:  # noqa: ANN401 - JSON
    usage = response.get("usage") if isinstance(response, dict) else None
    told = (usage.get("prompt_tokens") or usage.get("total_tokens")) if isinstance(usage, dict) else None
    return int(told) if told else _tokens(sum(len(text.encode()) for text in texts))


def _tokens(size: int) -> int:
    return -(-size // _BYTES_PER_TOKEN)
