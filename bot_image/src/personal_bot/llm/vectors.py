"""The vectors of an embedding answer, whatever form they come in. Pure."""

import base64
import binascii
import math
import struct
from typing import Any

from personal_bot.llm.errors import Fault, ServiceError

Vector = list[float]


def vectors_of(response: Any, *, count: int) -> list[Vector | None]:  # noqa: ANN401 - JSON
    """A vector for each text, in their order; None for one that the service could not embed (NaN, null).

    Raises:
        ServiceError: the answer holds no embeddings, not as many as asked for, or of several lengths.
    """
    items = response.get("data") if isinstance(response, dict) else response
    if not isinstance(items, list):
        raise ServiceError(Fault(detail="the answer holds no embeddings"))
    if all(isinstance(item, dict) and isinstance(item.get("index"), int) for item in items):
        items = sorted(items, key=lambda item: item["index"])  # otherwise they are in their order

    vectors = [_vector(item.get("embedding", item) if isinstance(item, dict) else item) for item in items]
    lengths = {len(vector) for vector in vectors if vector is not None}
    if len(vectors) != count or len(lengths) > 1 or 0 in lengths:
        raise ServiceError(Fault(detail=f"{count} texts were sent, {len(vectors)} vectors came back"))
    return vectors


def _vector(value: object) -> Vector | None:
    """Numbers, or the base64 of little-endian float32; None for what is no vector.

    Raises:
        ServiceError: it is neither.
    """
    match value:
        case None:
            return None
        case str():
            try:
                data = base64.b64decode(value, validate=True)
                numbers = list(struct.unpack(f"<{len(data) // 4}f", data))
            except (binascii.Error, struct.error):
                raise ServiceError(Fault(detail="an embedding that is neither numbers nor base64")) from None
        case [[*inner]]:
            return _vector(inner)
        case list() if all(isinstance(number, int | float | None) for number in value):
            numbers = [math.nan if number is None else float(number) for number in value]
        case _:
            raise ServiceError(Fault(detail="the answer holds no embeddings"))
    return numbers if all(math.isfinite(number) for number in numbers) else None
