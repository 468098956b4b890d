"""Reads single values out of the API server's JSON: times, quantities, and fields of an expected type.

Nothing here fails on odd input. An older schema or another client may have let any value through, and one broken
resource must not stop the others.
"""

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from personalbots_api.quantities import parse_quantity

Raw = Mapping[str, Any]


def seconds(text: str | None) -> float | None:
    """The time in an RFC 3339 `text`, in seconds since the epoch; None when it holds no time."""
    try:
        return datetime.fromisoformat(text).timestamp() if text else None
    except (TypeError, ValueError):
        return None


def rfc3339(when: float) -> str:
    """`when`, seconds since the epoch, as Kubernetes writes times: whole seconds, UTC."""
    return datetime.fromtimestamp(when, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def newer(left: str, right: str) -> bool:
    """Whether resourceVersion `left` belongs to a later write than `right`.

    Kubernetes 1.35 guarantees that they are comparable integers (KEP-5504); with etcd they always were.
    """
    return int(left) > int(right) if left.isdigit() and right.isdigit() else left != right


def mapping(value: Any) -> Raw:  # noqa: ANN401 - any JSON value
    """`value` if it is a JSON object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def text(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """`value` if it is a string, else an empty one."""
    return value if isinstance(value, str) else ""


def integer(value: Any) -> int | None:  # noqa: ANN401 - any JSON value
    """`value` if it is a whole number, else None."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def quantity(value: Any) -> Decimal | None:  # noqa: ANN401 - any JSON value
    """The number behind a Kubernetes quantity; None when it is missing or invalid."""
    try:
        return None if value is None else parse_quantity(value).normalize()
    except ValueError:
        return None


def amounts(resources: Raw) -> str:
    """CPU and memory of requests and limits as one text that is equal for equal amounts, "1" and "1000m" alike."""
    parts = (
        f"{part}.{name}={amount if (number := quantity(amount)) is None else f'{number:f}'}"
        for part in ("limits", "requests")
        for name in ("cpu", "memory")
        if (amount := mapping(resources.get(part)).get(name)) is not None
    )
    # Thousands of pods share a few texts: interned, each is held once.
    return sys.intern(" ".join(parts))


def condition(status: Raw, kind: str) -> Raw:
    """The condition of type `kind` in a status; empty when there is none."""
    conditions = status.get("conditions")
    found = (mapping(item) for item in conditions) if isinstance(conditions, list) else ()
    return next((item for item in found if item.get("type") == kind), {})
