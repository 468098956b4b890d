"""Faults on demand: which requests they hit, how often, and what happens then."""

import dataclasses
from dataclasses import dataclass
from typing import Any, Final, Self

ENDPOINTS: Final = ("chat/completions", "audio/transcriptions", "embeddings", "models")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What goes wrong, for which requests. Everything that is given happens; nothing given changes nothing.

    Attributes:
        endpoint: only this one, e.g. ``chat/completions``; None: all.
        key: only requests with this API key; None: all.
        times: how many requests it hits before it is over; None: until it is cleared.
        status: answered with this HTTP status and OpenAI's error for it, e.g. 429, 500, 503.
        retry_after: seconds, in the headers and the text of the refusal.
        code: another error code, e.g. ``insufficient_quota`` with 429.
        delay: seconds before anything is answered.
        tokens_per_second: the pace of writing, instead of the server's.
        cut_after: a stream ends after so many tokens, with no finish reason and no ``[DONE]``.
        drop: the connection is broken off, at once or, with `cut_after`, there.
        garbage: a 200 whose body is no JSON.
    """

    endpoint: str | None = None
    key: str | None = None
    times: int | None = 1
    status: int | None = None
    retry_after: float | None = None
    code: str | None = None
    delay: float = 0
    tokens_per_second: float | None = None
    cut_after: int | None = None
    drop: bool = False
    garbage: bool = False

    @classmethod
    def from_json(cls, data: Any) -> Self:  # noqa: ANN401 - whatever was posted
        """Read a fault.

        Raises:
            ValueError: a field is unknown or of another type.
        """
        if not isinstance(data, dict):
            raise ValueError("a fault is a JSON object")  # noqa: TRY004 - one error for bad input

        fields = {field.name for field in dataclasses.fields(cls)}
        if unknown := sorted(data.keys() - fields):
            raise ValueError(f"no such field: {', '.join(unknown)}; there are: {', '.join(sorted(fields))}")
        if data.get("endpoint") not in (None, *ENDPOINTS):
            raise ValueError(f"no such endpoint; there are: {', '.join(ENDPOINTS)}")

        return cls(**data)

    def to_json(self) -> dict[str, Any]:
        return {name: value for name, value in dataclasses.asdict(self).items() if value is not None and name != "key"}


class Faults:
    """The faults that wait for their requests, oldest first."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._waiting.append(fault)

    def clear(self, key: str | None = None) -> None:
        """Forget all, or those for requests with this API key."""
        self._waiting = [fault for fault in self._waiting if key is not None and fault.key != key]

    def waiting(self) -> list[Fault]:
        return list(self._waiting)

    def take(self, *, endpoint: str, key: str) -> Fault | None:
        """The first fault for such a request, used up by one."""
        for index, fault in enumerate(self._waiting):
            if fault.endpoint in (None, endpoint) and fault.key in (None, key):
                left = None if fault.times is None else fault.times - 1
                self._waiting[index : index + 1] = [] if left == 0 else [dataclasses.replace(fault, times=left)]
                return fault

        return None
