"""The vectors of a list of texts, in as many requests as the service wants, whatever single texts it cannot embed.

Pure but for its memory: it says what to send next, takes what came back, and says what a refusal leads to.
"""

import re
from collections import deque
from collections.abc import Sequence
from typing import Any, Final

from personal_bot.llm.causes import Cause, cause_of
from personal_bot.llm.errors import Fault
from personal_bot.llm.events import Embedded
from personal_bot.llm.profile import Profile
from personal_bot.llm.vectors import Vector, vectors_of
from personal_bot.models import RefusedError

SHORT: Final = (
    512  # numbers in a vector: a third of the disk, the page cache and the time of a search, for 1% of quality
)
_SHORTENED_MODELS: Final = "text-embedding-3-"
_OF_ONE_TEXT: Final = frozenset({Cause.TOO_LONG, Cause.MODERATION})
_NOT_A_NUMBER: Final = re.compile(r"\bnan\b|unsupported value|infinity|\binf\b")
"""What services say when a model makes no numbers of a text (Ollama, llama.cpp)."""
_PROBE: Final = "text"
"""Embedded when nothing else of a list could be, to know how long a vector of zeros has to be."""
_SHORTEST: Final = 200  # characters: a text of so few is too long for no model


class Embedding:
    """Makes work of texts, and remembers how long the vectors of each model are."""

    def __init__(self) -> None:
        self._lengths: dict[str, int] = {}

    def of(self, texts: Sequence[str], model: str) -> "Work":
        """The work of embedding these texts."""
        return Work(texts, model, self._lengths)


class Work:
    """One list of texts on its way to vectors."""

    def __init__(self, texts: Sequence[str], model: str, lengths: dict[str, int]) -> None:
        self._count = len(texts)
        self._texts = list(texts)
        self._model = model
        self._lengths = lengths
        self._vectors: dict[int, Vector | None] = {}
        self._waiting = deque([list(range(len(texts)))] if texts else [])

    def batch(self, profile: Profile) -> list[str]:
        """The texts of the next request; empty when all are done."""
        if not self._waiting and self._needs_length():
            self._texts.append(_PROBE)
            self._waiting.append([self._count])
        if not self._waiting:
            return []
        first = self._waiting[0]
        if profile.batch and len(first) > profile.batch:
            self._waiting.popleft()
            starts = range(0, len(first), profile.batch)
            self._waiting.extendleft(first[start : start + profile.batch] for start in reversed(starts))
        return [self._texts[position] for position in self._waiting[0]]

    def body(self, batch: Sequence[str], profile: Profile) -> dict[str, Any]:
        """The request for a batch; short vectors are asked of models whose first numbers say most."""
        body: dict[str, Any] = {"model": self._model, "input": list(batch)}
        if profile.encoding_format:
            body["encoding_format"] = "float"
        if profile.dimensions and self._model.startswith(_SHORTENED_MODELS):
            body["dimensions"] = SHORT
        return body

    def take(self, batch: Sequence[str], response: Any) -> None:  # noqa: ANN401 - JSON
        """Take in the answer to the last request.

        Raises:
            ServiceError: it holds no vectors.
        """
        vectors = vectors_of(response, count=len(batch))
        self._vectors.update(zip(self._waiting.popleft(), vectors, strict=True))
        self._lengths[self._model] = next((len(one) for one in vectors if one), self._lengths.get(self._model, 0))

    def bears(self, fault: Fault) -> bool:
        """Whether the last request is worth asking for in parts: one bad text never costs the others.

        A text that is too long for the model is cut until it fits; one that has no vector at all goes without.
        """
        cause = cause_of(fault)
        if cause not in _OF_ONE_TEXT and not (fault.answered and _NOT_A_NUMBER.search(fault.detail.lower())):
            return False

        positions = self._waiting.popleft()
        if len(positions) > 1:
            middle = len(positions) // 2
            self._waiting.extendleft((positions[middle:], positions[:middle]))
            return True
        text = self._texts[positions[0]]
        if cause is Cause.TOO_LONG and len(text) > _SHORTEST:
            self._texts[positions[0]] = text[: len(text) // 2]
            self._waiting.appendleft(positions)
        else:
            self._vectors[positions[0]] = None
        return True

    def embedded(self) -> Embedded:
        """All vectors.

        Raises:
            RefusedError: the service can embed nothing at all.
        """
        vectors = [self._vectors[position] for position in range(self._count)]
        without = tuple(position for position, vector in enumerate(vectors) if vector is None)
        length = self._lengths.get(self._model, 0)
        if not length:
            raise RefusedError("llm_rejected", detail="no text could be embedded")
        return Embedded(vectors=[vector or [0.0] * length for vector in vectors], without=without)

    def _needs_length(self) -> bool:
        """Whether nothing is known of the model's vectors although all texts are done."""
        return bool(self._count) and len(self._texts) == self._count and not self._lengths.get(self._model)
