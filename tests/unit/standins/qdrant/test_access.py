"""Keys and tokens, as https://qdrant.tech/documentation/guides/security/ describes them."""

import time
import warnings
from collections.abc import AsyncIterator
from typing import Any, Final

import jwt
import pytest
from qdrant_client import AsyncQdrantClient
from qdrant_client import models as m
from qdrant_client.http.exceptions import UnexpectedResponse

from standins.qdrant import Keys, QdrantStandIn
from standins.qdrant.access import Access, Need, access_of
from standins.qdrant.errors import QdrantError

KEY: Final = "the-key-that-signs-tokens-and-allows-everything"
READ_ONLY: Final = "the-key-that-only-reads"
MINE, OTHERS = "user_1", "user_2"


def token(key: str = KEY, **claims: Any) -> str:  # noqa: ANN401 - JSON
    return jwt.encode(claims, key, algorithm="HS256")


@pytest.fixture
async def url() -> AsyncIterator[str]:
    async with QdrantStandIn.start(keys=Keys(api_key=KEY, read_only_api_key=READ_ONLY, jwt_rbac=True)) as qdrant:
        client = connect(qdrant.url, KEY)
        for collection in (MINE, OTHERS):
            await client.create_collection(collection, m.VectorParams(size=2, distance=m.Distance.DOT))
        await client.close()
        yield qdrant.url


def connect(url: str, key: str | None) -> AsyncQdrantClient:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a key over plain HTTP
        return AsyncQdrantClient(url=url, api_key=key, check_compatibility=False)


async def outcome(url: str, key: str | None, call: str, collection: str = MINE) -> str:
    """``ok``, or the status and words of the refusal."""
    client = connect(url, key)
    try:
        match call:
            case "read":
                await client.count(collection)
            case "write":
                await client.upsert(collection, [m.PointStruct(id=1, vector=[1.0, 2.0])], wait=True)
            case "index":
                await client.create_payload_index(collection, "a", field_schema=m.PayloadSchemaType.KEYWORD)
            case "delete":
                await client.delete_collection(collection)
    except UnexpectedResponse as refused:
        return f"{refused.status_code} {refused.content.decode()}"
    finally:
        await client.close()

    return "ok"


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (None, "401 Must provide an API key or an Authorization bearer token"),
        ("wrong", "401 Invalid API key or JWT"),
        ("a.b.c", "401 Invalid API key or JWT"),
        (token(access="nonsense"), "401 Invalid API key or JWT"),
        (token("x" * 40, access="m"), "403 InvalidSignature"),
        (token(access="m", exp=int(time.time()) - 60), "403 ExpiredSignature"),
    ],
    ids=["none", "wrong", "no token", "malformed", "forged", "too old"],
)
async def test_without_a_valid_key_nothing_is_told(url: str, key: str | None, words: str) -> None:
    assert await outcome(url, key, "read") == words


async def test_health_needs_no_key(url: str) -> None:
    client = connect(url, None)
    assert (await client.info()).version
    await client.close()


MANAGE, GLOBAL = "Forbidden: Global manage access is required", "Forbidden: Global access is required"


@pytest.mark.parametrize(
    ("key", "refused"),
    [
        (KEY, {}),
        (READ_ONLY, {"write": MANAGE, "index": MANAGE, "delete": MANAGE}),
        (token(), {}),
        (token(access="m"), {}),
        (token(access="r"), {"write": MANAGE, "index": MANAGE, "delete": MANAGE}),
        (token(access=[{"collection": MINE, "access": "rw"}]), {"delete": GLOBAL}),
        (
            token(access=[{"collection": MINE, "access": "r"}]),
            {"write": f"Write access to collection {MINE} is required", "delete": GLOBAL},
        ),
    ],
    ids=["key", "read-only key", "no claim", "manage", "read", "one collection", "one to read"],
)
async def test_a_key_allows_what_it_says(url: str, key: str, refused: dict[str, str]) -> None:
    for call in ("read", "write", "delete"):
        said = await outcome(url, key, call)
        if call in refused:
            assert said.startswith("403")
            assert refused[call] in said
        else:
            assert said == "ok", call


async def test_a_key_that_is_a_little_too_old_is_taken_for_clocks_differ(url: str) -> None:
    assert await outcome(url, token(access="m", exp=int(time.time()) - 10), "read") == "ok"


async def test_a_token_for_one_collection_opens_no_other(url: str) -> None:
    key = token(access=[{"collection": MINE, "access": "rw"}])
    assert await outcome(url, key, "index") == "ok"
    assert f"Access to collection {OTHERS} is required" in await outcome(url, key, "read", OTHERS)

    client = connect(url, key)
    assert [one.name for one in (await client.get_collections()).collections] == [MINE]
    await client.close()


@pytest.mark.parametrize(
    "access",
    ["w", 7, [{"collection": "a"}], [{"collection": "a", "access": "m"}], [{"collection": "a", "access": "r"}] * 2],
)
def test_a_claim_that_is_malformed_is_none(access: object) -> None:
    assert access_of({"access": access}) is None


def test_reading_everywhere_is_not_writing() -> None:
    Access(everywhere="r").require(Need.READ, "a")
    with pytest.raises(QdrantError, match="Global manage access"):
        Access(everywhere="r").require(Need.WRITE, "a")
