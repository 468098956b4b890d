"""``/v1/chat/completions``: an answer in one piece, or as a stream of events."""

import asyncio
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web

from standins.llm import errors
from standins.llm.calls import Call, Settings, break_off
from standins.llm.prompt import text_of
from standins.llm.writing import chunk, completion, count_tokens, pieces, sse

CONTEXT_TOKENS: Final = 400_000  # what gpt-5-mini takes


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer that is ready to be written."""

    model: str
    tokens: Sequence[str]
    finish: str
    usage: dict[str, int]
    pause: float  # seconds between two tokens


def messages_of(call: Call) -> list[dict[str, Any]]:
    """The messages of a chat request.

    Raises:
        ApiError: there are none, they have no role, or they are longer than the model's context.
    """
    messages = call.body.get("messages")
    if (
        not isinstance(messages, list)
        or not messages
        or not all(isinstance(m, dict) and m.get("role") for m in messages)
    ):
        raise errors.invalid("Invalid 'messages': expected a non-empty array of messages.", param="messages")

    tokens = _tokens(messages)
    if tokens > CONTEXT_TOKENS:
        raise errors.invalid(
            f"This model's maximum context length is {CONTEXT_TOKENS} tokens. However, your messages resulted in "
            f"{tokens} tokens. Please reduce the length of the messages.",
            param="messages",
            code="context_length_exceeded",
        )

    return messages


def answer_of(call: Call, model: str, text: str, settings: Settings) -> Answer:
    """Cut an answer into tokens, no more than the request allows."""
    limit = call.body.get("max_completion_tokens") or call.body.get("max_tokens")
    tokens = pieces(text)
    finish = "length" if limit is not None and len(tokens) > int(limit) else "stop"
    tokens = tokens[: int(limit)] if limit is not None else tokens
    asked = _tokens(call.body["messages"])
    pace = settings.tokens_per_second if call.fault.tokens_per_second is None else call.fault.tokens_per_second

    return Answer(
        model=model,
        tokens=tokens,
        finish=finish,
        usage={"prompt_tokens": asked, "completion_tokens": len(tokens), "total_tokens": asked + len(tokens)},
        pause=1 / pace if pace else 0,
    )


async def whole(answer: Answer) -> web.Response:
    if answer.pause:
        await asyncio.sleep(len(answer.tokens) * answer.pause)
    return web.json_response(completion(answer.model, "".join(answer.tokens), finish=answer.finish, usage=answer.usage))


async def stream(request: web.Request, call: Call, answer: Answer) -> web.StreamResponse:
    """Write the answer as server-sent events, up to where a fault cuts it."""
    response = web.StreamResponse(headers={"content-type": "text/event-stream", "cache-control": "no-cache"})
    await response.prepare(request)
    name = f"chatcmpl-{uuid.uuid4().hex}"
    with_usage = bool((call.body.get("stream_options") or {}).get("include_usage"))

    async def send(delta: dict[str, Any], finish: str | None = None) -> None:
        await response.write(sse(chunk(name, answer.model, delta, finish=finish, with_usage=with_usage)))

    await send({"role": "assistant", "content": ""})

    for token in answer.tokens[: call.fault.cut_after]:
        if answer.pause:
            await asyncio.sleep(answer.pause)

        await send({"content": token})

    if call.fault.cut_after is not None:
        if call.fault.drop:
            break_off(request)

        return response

    await send({}, answer.finish)

    if with_usage:
        await response.write(sse(chunk(name, answer.model, None, usage=answer.usage)))

    await response.write(b"data: [DONE]\n\n")
    return response


def _tokens(messages: Sequence[dict[str, Any]]) -> int:
    return sum(count_tokens(text_of(message)) for message in messages)
