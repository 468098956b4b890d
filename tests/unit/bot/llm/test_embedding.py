"""However a service embeds, each text gets its vector, and one bad text never costs the others theirs."""

import base64
import struct
from typing import Any

import pytest

from personal_bot.llm.embedding import Embedding
from personal_bot.llm.errors import Fault, ServiceError
from personal_bot.llm.events import Embedded
from personal_bot.llm.profile import Profile
from personal_bot.llm.vectors import vectors_of
from personal_bot.models import RefusedError

TEXTS = [f"text {number}" for number in range(8)]
TOO_LONG = Fault(status=400, detail="This model's maximum context length is 512 tokens.", answered=True)
NAN = Fault(status=500, detail="failed to encode response: json: unsupported value: NaN", answered=True)


def vector(text: str) -> list[float]:
    return [float(len(text)), 1.0]


def embedded(texts: list[str], *, batch: int = 0, bad: str = "", longest: int = 10**6) -> tuple[Embedded, int]:
    """What comes of a service that refuses one text, or long ones; and how many requests it took."""
    work, requests = Embedding().of(texts, "m"), 0
    while sent := work.batch(Profile(batch=batch)):
        requests += 1
        assert not batch or len(sent) <= batch
        if bad and bad in sent:
            assert work.bears(NAN)
        elif any(len(text) > longest for text in sent):
            assert work.bears(TOO_LONG)
        else:
            work.take(sent, {"data": [{"index": n, "embedding": vector(text)} for n, text in enumerate(sent)]})
    return work.embedded(), requests


@pytest.mark.parametrize(("batch", "requests"), [(0, 1), (3, 3), (1, 8), (100, 1)])
def test_vectors_come_in_the_order_of_the_texts_whatever_a_request_takes(batch: int, requests: int) -> None:
    assert embedded(TEXTS, batch=batch) == (Embedded(vectors=[vector(text) for text in TEXTS]), requests)


@pytest.mark.parametrize("bad", TEXTS)
def test_a_text_that_cannot_be_embedded_goes_without_a_vector_and_the_others_have_theirs(bad: str) -> None:
    given, requests = embedded(TEXTS, bad=bad)
    position = TEXTS.index(bad)
    assert given.without == (position,)
    assert given.vectors == [[0.0, 0.0] if number == position else vector(text) for number, text in enumerate(TEXTS)]
    assert requests <= 2 * 3 + 1


def test_a_text_that_is_too_long_is_embedded_by_its_beginning() -> None:
    given, _ = embedded(["short", "long " * 400], longest=600)
    assert given == Embedded(vectors=[vector("short"), vector("long " * 100)])


def test_a_text_that_is_too_long_however_short_goes_without() -> None:
    given, _ = embedded(["a", "long " * 400], longest=3)
    assert given.without == (1,)


def test_a_single_text_without_a_vector_is_as_long_as_others_of_the_model() -> None:
    given, requests = embedded(["bad"], bad="bad")
    assert given == Embedded(vectors=[[0.0, 0.0]], without=(0,))
    assert requests == 2


def test_a_service_that_embeds_nothing_at_all_is_a_refusal() -> None:
    work = Embedding().of(["a", "b"], "m")
    while work.batch(Profile()):
        assert work.bears(NAN)
    with pytest.raises(RefusedError, match="llm_rejected"):
        work.embedded()


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=429, detail="Rate limit reached", answered=True),
        Fault(status=503, detail="overloaded", answered=True),
        Fault(detail="ServerDisconnectedError"),
        Fault(status=401, detail="bad key", answered=True),
    ],
)
def test_a_fault_of_the_service_is_no_fault_of_a_text(fault: Fault) -> None:
    work = Embedding().of(TEXTS, "m")
    assert work.batch(Profile()) == TEXTS
    assert not work.bears(fault)
    assert work.batch(Profile()) == TEXTS


FLOATS = base64.b64encode(struct.pack("<2f", 0.5, 1.5)).decode()


@pytest.mark.parametrize(
    ("response", "vectors"),
    [
        ({"data": [{"index": 1, "embedding": [2.0]}, {"index": 0, "embedding": [1.0]}]}, [[1.0], [2.0]]),
        ({"data": [{"embedding": [1.0]}, {"index": 1, "embedding": [2.0]}]}, [[1.0], [2.0]]),
        ({"data": [{"index": 0, "embedding": FLOATS}, {"index": 1, "embedding": FLOATS}]}, [[0.5, 1.5]] * 2),
        ({"data": [{"index": 0, "embedding": [1]}, {"index": 1, "embedding": None}]}, [[1.0], None]),
        ({"data": [{"index": 0, "embedding": [float("nan")]}, {"index": 1, "embedding": [1.0]}]}, [None, [1.0]]),
        ({"data": [{"index": 0, "embedding": [[1.0, 2.0]]}, {"index": 1, "embedding": [3.0, 4.0]}]}, [[1, 2], [3, 4]]),
        ([[1.0], [2.0]], [[1.0], [2.0]]),
    ],
)  # fmt: skip
def test_vectors_are_read_in_every_form(response: Any, vectors: list[list[float] | None]) -> None:
    assert vectors_of(response, count=2) == vectors


@pytest.mark.parametrize(
    "response",
    [
        {"data": [{"index": 0, "embedding": [1.0]}]},
        {"data": [{"index": 0, "embedding": [1.0]}, {"index": 1, "embedding": [1.0, 2.0]}]},
        {"data": [{"index": 0, "embedding": []}, {"index": 1, "embedding": []}]},
        {"data": [{"index": 0, "embedding": "no base64!"}, {"index": 1, "embedding": FLOATS}]},
        {"data": [{"index": 0}, {"index": 1}]},
        {"data": None},
        {},
        "text",
    ],
)
def test_what_is_no_embedding_is_a_fault_of_the_service(response: Any) -> None:
    with pytest.raises(ServiceError):
        vectors_of(response, count=2)
