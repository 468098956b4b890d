"""``/v1/embeddings``: the shapes around the vectors."""

import base64
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from standins.llm import errors
from standins.llm.bert import Floats
from standins.llm.calls import Call
from standins.llm.writing import count_tokens

MAX_INPUTS: Final = 2048  # texts in one request, OpenAI's limit
MAX_INPUT_TOKENS: Final = 8192  # of one text, OpenAI's limit


def inputs_of(call: Call) -> list[str]:
    """The texts of an embeddings request.

    Raises:
        ApiError: there are none, one is empty or no text, or there are too many or too long ones.
    """
    given = call.body.get("input")
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list) or not texts or not all(isinstance(text, str) and text for text in texts):
        raise errors.invalid(
            "'$.input' is invalid. Please check the API reference: https://platform.openai.com/docs/api-reference."
        )
    if len(texts) > MAX_INPUTS:
        raise errors.invalid(
            f"Invalid 'input': array too long. Expected an array with maximum length {MAX_INPUTS}, "
            f"but got an array with length {len(texts)} instead.",
            param="input",
            code="array_above_max_length",
        )
    if any(count_tokens(text) > MAX_INPUT_TOKENS for text in texts):
        raise errors.invalid(
            f"This model's maximum context length is {MAX_INPUT_TOKENS} tokens. Please reduce your prompt.",
            param="input",
        )

    return texts


def embeddings(call: Call, model: str, texts: Sequence[str], vectors: Floats) -> dict[str, Any]:
    """The answer of the API, with the vectors as lists or packed, cut to the width that was asked for."""
    width = call.body.get("dimensions")
    if width is not None:
        vectors = vectors[:, : int(width)]
        vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    packed = call.body.get("encoding_format") == "base64"
    data = [
        {"object": "embedding", "index": index, "embedding": _packed(vector) if packed else vector.tolist()}
        for index, vector in enumerate(vectors)
    ]
    tokens = sum(map(count_tokens, texts))
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}

    return {"object": "list", "data": data, "model": model, "usage": usage}


def _packed(vector: Floats) -> str:
    return base64.b64encode(vector.astype("<f4").tobytes()).decode()
