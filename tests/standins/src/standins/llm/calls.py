"""One request to the API, checked before anything answers it: its key, its body, its model, its fault."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from aiohttp import web

from standins.llm import errors
from standins.llm.faults import Fault
from standins.llm.media import SAYS, text_after

GOOD_KEY: Final = "sk-standin-"
QUOTA_KEY: Final = "sk-standin-quota"  # the beginning of keys whose account has no money left


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of a server.

    Attributes:
        chat_models: names that it answers to at chat/completions.
        embedding_models: names that it answers to at embeddings.
        transcription_models: names that it answers to at audio/transcriptions.
        tokens_per_second: the pace of writing; 0: as fast as it can.
    """

    chat_models: tuple[str, ...] = ("gpt-5-mini",)
    embedding_models: tuple[str, ...] = ("text-embedding-3-small",)
    transcription_models: tuple[str, ...] = ("gpt-4o-mini-transcribe",)
    tokens_per_second: float = 0

    @property
    def models(self) -> tuple[str, ...]:
        return (*self.chat_models, *self.embedding_models, *self.transcription_models)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request that may be answered, and the fault that hits it."""

    endpoint: str
    body: dict[str, Any]
    fault: Fault

    def model(self, allowed: Sequence[str], known: Sequence[str]) -> str:
        """The model that was asked for, of those `allowed` at this endpoint.

        Raises:
            ApiError: none is named, it does not exist, or it is for another endpoint.
        """
        model = self.body.get("model")
        if not isinstance(model, str) or not model:
            raise errors.invalid("you must provide a model parameter", param="model")
        if model not in known:
            raise errors.model_not_found(model)
        if model not in allowed:
            raise errors.wrong_endpoint(model, f"/v1/{self.endpoint}")

        return model


def key_of(request: web.Request) -> str:
    """The request's API key.

    Raises:
        ApiError: there is none, or it is none that this server knows.
    """
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    key = key.strip()
    if scheme.lower() != "bearer" or not key:
        raise errors.no_key()
    if not key.startswith(GOOD_KEY):
        raise errors.wrong_key(key)

    return key


async def body_of(request: web.Request) -> dict[str, Any]:
    """The request's JSON object, or the fields of its form, a file in it with what `senses.text_after` finds there.

    Raises:
        ApiError: the body is something else.
    """
    if request.content_type == "multipart/form-data":
        return {name: _field(value) for name, value in (await request.post()).items()}

    with contextlib.suppress(ValueError):
        body = await request.json()
        if isinstance(body, dict):
            return body

    raise errors.invalid("We could not parse the JSON body of your request. The OpenAI API expects a JSON payload.")


def _field(value: Any) -> Any:  # noqa: ANN401 - aiohttp's
    if isinstance(value, str):
        return value
    data = value.file.read()
    return {"filename": value.filename, "size": len(data), "told": text_after(data, SAYS)}


def refusal(fault: Fault, model: str) -> errors.ApiError:
    """The error that a fault asks for, as OpenAI words it."""
    if fault.code == "insufficient_quota":
        return errors.quota_exhausted()

    match fault.status:
        case 401:
            return errors.wrong_key(GOOD_KEY)
        case 404:
            return errors.model_not_found(model)
        case 429:
            return errors.rate_limited(model, 1 if fault.retry_after is None else fault.retry_after)
        case status:
            return errors.server_error(status or 500, code=fault.code, retry_after=fault.retry_after)


def break_off(request: web.Request) -> NoReturn:
    """Close the connection without an answer, like a proxy or a network that fails.

    Raises:
        ConnectionResetError: always; aiohttp then writes no answer.
    """
    if request.transport is not None:
        request.transport.abort()
    raise ConnectionResetError("broken off on demand")
