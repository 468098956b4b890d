"""Two Qdrants that are asked the same: a server over HTTP, and qdrant-client's own implementation in this process."""

import warnings
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import pytest
from pydantic import BaseModel
from qdrant_client import AsyncQdrantClient
from qdrant_client import models as m
from qdrant_client.http.exceptions import UnexpectedResponse

T = TypeVar("T")

NAME: Final = "standin_test"
OTHER: Final = "standin_test_2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Twins:
    """The server is judged, the local one says what is right."""

    server: AsyncQdrantClient
    local: AsyncQdrantClient

    async def ask(self, call: Callable[[AsyncQdrantClient], Awaitable[T]]) -> T:
        """Ask both, and give the server's answer, which must be the other's too but for versions and rounding."""
        answer = await call(self.server)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the local one says what it leaves out
            expected = await call(self.local)

        assert comparable(answer) == _nearly(comparable(expected))
        return answer

    async def refuse(self, call: Callable[[AsyncQdrantClient], Awaitable[object]], status: int, words: str) -> None:
        """The server refuses with this status and these words; the local one refuses somehow."""
        with pytest.raises(UnexpectedResponse, match=words) as refused:
            await call(self.server)

        assert refused.value.status_code == status
        with pytest.raises((ValueError, KeyError)):
            await call(self.local)

    async def make(self, *, size: int = 3, datatype: m.Datatype | None = None) -> None:
        """A collection as the bots make theirs: a dense vector, a sparse one, and indexes."""
        dense = m.VectorParams(size=size, distance=m.Distance.COSINE, datatype=datatype)
        sparse = m.SparseVectorParams(modifier=m.Modifier.IDF)
        await self.clean()
        await self.ask(lambda q: q.create_collection(NAME, {"dense": dense}, {"words": sparse}))
        for field in ("kind", "number"):
            schema = m.PayloadSchemaType.KEYWORD if field == "kind" else m.PayloadSchemaType.INTEGER
            await self.server.create_payload_index(NAME, field, field_schema=schema, wait=True)

    async def clean(self) -> None:
        for collection in (NAME, OTHER):
            await self.server.delete_collection(collection)
            await self.local.delete_collection(collection)


def comparable(answer: Any) -> Any:  # noqa: ANN401 - any answer of the client's
    """An answer as plain data, without what two servers need not have in common."""
    match answer:
        case m.UpdateResult():
            return answer.status.value
        case BaseModel():
            return comparable({key: value for key, value in answer.model_dump().items() if value is not None})
        case dict():
            return {key: comparable(value) for key, value in answer.items() if key not in {"version", "shard_key"}}
        case list() | tuple():
            return [comparable(one) for one in answer]

    return answer


def _nearly(expected: Any) -> Any:  # noqa: ANN401 - plain data
    match expected:
        case dict():
            return {key: _nearly(value) for key, value in expected.items()}
        case list():
            return [_nearly(one) for one in expected]
        case float():
            return pytest.approx(expected, abs=1e-4)

    return expected
