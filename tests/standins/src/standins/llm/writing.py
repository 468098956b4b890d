"""The shapes of what is written: tokens, completions, and the events of a stream."""

import json
import re
import time
import uuid
from typing import Any, Final

_PIECE: Final = re.compile(r"\s*(?:\w{1,6}|[^\w\s]+)|\s+")


def pieces(text: str) -> list[str]:
    """Cut a text into pieces about as long as a model's tokens; joined they are the text."""
    return _PIECE.findall(text)


def count_tokens(text: str) -> int:
    """About how many tokens a text has: near enough for usage figures and limits."""
    return len(text) // 4 if text.isascii() else len(text) // 3


def completion(model: str, text: str, *, finish: str, usage: dict[str, int]) -> dict[str, Any]:
    """A chat completion that is given in one piece."""
    message: dict[str, Any] = {"role": "assistant", "content": text, "refusal": None, "annotations": []}
    return {
        "id": f"chatcmpl-{uuid.uuid4().hex}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": model,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": finish}],
        "usage": usage,
    }


def chunk(  # noqa: PLR0913 - the fields of the event
    name: str,
    model: str,
    delta: dict[str, Any] | None,
    *,
    finish: str | None = None,
    usage: dict[str, int] | None = None,
    with_usage: bool = False,
) -> dict[str, Any]:
    """One event of a stream: a delta, or at the end (no delta) the usage.

    Asked for usage (`with_usage`), OpenAI puts a null usage into every event but the last.
    """
    choices = [] if delta is None else [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]
    event = {
        "id": name,
        "object": "chat.completion.chunk",
        "created": int(time.time()),
        "model": model,
        "choices": choices,
    }

    return event | ({"usage": usage} if with_usage or usage else {})


def sse(event: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(event, ensure_ascii=False)}\n\n".encode()
