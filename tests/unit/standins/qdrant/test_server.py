"""Collections, aliases, snapshots, refusals; the server as a process."""

import asyncio
import io
import signal
import sys
import urllib.request
from pathlib import Path

import aiohttp
import pytest
from qdrant_client import AsyncQdrantClient
from qdrant_client import models as m
from qdrant_client.http.exceptions import UnexpectedResponse

from standins.qdrant import QdrantStandIn
from support.qdrant_twins import NAME, OTHER, Twins

PLAIN = m.VectorParams(size=2, distance=m.Distance.DOT)


async def test_a_collection_says_what_it_is(twins: Twins) -> None:
    await twins.make()
    assert await twins.ask(lambda q: q.collection_exists(NAME))
    assert not await twins.ask(lambda q: q.collection_exists(OTHER))

    info = await twins.server.get_collection(NAME)
    assert info.status is m.CollectionStatus.GREEN
    assert info.points_count == 0
    assert isinstance(info.config.params.vectors, dict)
    assert info.config.params.vectors["dense"].size == 3
    assert (info.config.params.sparse_vectors or {})["words"].modifier is m.Modifier.IDF
    assert {field: index.data_type.value for field, index in info.payload_schema.items()} == {
        "kind": "keyword", "number": "integer",
    }  # fmt: skip
    assert NAME in [one.name for one in (await twins.server.get_collections()).collections]

    await twins.server.delete_payload_index(NAME, "number", wait=True)
    assert list((await twins.server.get_collection(NAME)).payload_schema) == ["kind"]


async def test_a_collection_may_have_one_vector_without_a_name(twins: Twins) -> None:
    await twins.clean()
    await twins.ask(lambda q: q.create_collection(NAME, PLAIN))
    points = [m.PointStruct(id=1, vector=[1.0, 2.0]), m.PointStruct(id=2, vector=[0.0, 1.0])]
    await twins.ask(lambda q: q.upsert(NAME, points, wait=True))
    await twins.ask(lambda q: q.query_points(NAME, [1.0, 1.0], with_vectors=True))
    await twins.ask(lambda q: q.retrieve(NAME, [2], with_vectors=True))


async def test_deleting_tells_whether_there_was_something(twins: Twins) -> None:
    await twins.make()
    assert await twins.server.delete_collection(NAME)
    assert not await twins.server.delete_collection(NAME)


async def test_what_a_server_refuses_is_refused_in_its_words(twins: Twins) -> None:
    await twins.refuse(lambda q: q.get_collection(NAME), 404, f"Not found: Collection `{NAME}` doesn")
    await twins.refuse(lambda q: q.count(NAME), 404, "Not found")
    await twins.make()
    await twins.refuse(
        lambda q: q.create_collection(NAME, PLAIN), 409, f"Wrong input: Collection `{NAME}` already exists!"
    )
    short = [m.PointStruct(id=1, vector={"dense": [1.0]})]
    await twins.refuse(
        lambda q: q.upsert(NAME, short, wait=True), 400, "Wrong input: Vector dimension error: expected dim: 3, got 1"
    )
    await twins.refuse(
        lambda q: q.query_points(NAME, [1.0, 0.0, 0.0], using="nope"), 400, "Not existing vector name error: nope"
    )
    await twins.refuse(lambda q: q.query_points(NAME, 99, using="dense"), 404, "No point with id 99 found")
    with pytest.raises(UnexpectedResponse, match="not a valid point ID") as refused:
        await twins.server.retrieve(NAME, ["somebody"])
    assert refused.value.status_code == 400


async def test_refusals_have_the_form_of_the_servers(url: str) -> None:
    async with aiohttp.ClientSession() as session:
        async with session.put(f"{url}/collections/{NAME}", data=b"{") as answer:
            assert answer.status == 400
            body = await answer.json()
        async with session.get(f"{url}/collections/nobody") as answer:
            missing = await answer.json()

    assert body["status"]["error"].startswith("Format error in JSON body")
    assert missing["status"] == {"error": "Not found: Collection `nobody` doesn't exist!"}
    assert missing["time"] >= 0


async def test_an_alias_stands_for_a_collection(twins: Twins) -> None:
    await twins.make()
    alias = f"{NAME}_alias"
    create = m.CreateAliasOperation(create_alias=m.CreateAlias(collection_name=NAME, alias_name=alias))
    await twins.ask(lambda q: q.update_collection_aliases([create]))
    await twins.server.upsert(alias, [m.PointStruct(id=1, vector={}, payload={})], wait=True)
    assert (await twins.server.count(NAME)).count == 1
    assert [one.alias_name for one in (await twins.server.get_collection_aliases(NAME)).aliases] == [alias]

    rename = m.RenameAliasOperation(rename_alias=m.RenameAlias(old_alias_name=alias, new_alias_name=OTHER))
    await twins.server.update_collection_aliases([rename])
    assert (await twins.server.count(OTHER)).count == 1
    delete = m.DeleteAliasOperation(delete_alias=m.DeleteAlias(alias_name=OTHER))
    await twins.server.update_collection_aliases([delete])
    assert not await twins.server.collection_exists(OTHER)


async def test_a_snapshot_brings_back_what_was(twins: Twins, url: str, tmp_path: Path) -> None:
    await twins.make()
    point = m.PointStruct(id=1, vector={"dense": [1.0, 0.0, 0.0]}, payload={"kind": "kept"})
    await twins.server.upsert(NAME, [point], wait=True)
    snapshot = await twins.server.create_snapshot(NAME)
    assert snapshot
    assert [one.name for one in await twins.server.list_snapshots(NAME)] == [snapshot.name]

    file = tmp_path / snapshot.name
    address = f"{url}/collections/{NAME}/snapshots/{snapshot.name}"
    await asyncio.to_thread(urllib.request.urlretrieve, address, file)
    assert file.stat().st_size == snapshot.size

    await twins.server.delete(NAME, m.PointIdsList(points=[1]), wait=True)
    async with aiohttp.ClientSession() as session:
        form = aiohttp.FormData({})
        form.add_field("snapshot", io.BytesIO(file.read_bytes()), filename=file.name)
        async with session.post(f"{url}/collections/{OTHER}/snapshots/upload", data=form) as answer:
            assert answer.status == 200, await answer.text()

    [record] = await twins.server.retrieve(OTHER, [1])
    assert record.payload == {"kind": "kept"}
    assert await twins.server.delete_snapshot(NAME, snapshot.name)
    assert await twins.server.list_snapshots(NAME) == []


async def test_collections_outlive_the_process_when_they_have_a_folder(tmp_path: Path) -> None:
    async def count() -> int:
        async with QdrantStandIn.start(folder=tmp_path) as qdrant:
            client = AsyncQdrantClient(url=qdrant.url, check_compatibility=False)
            if not await client.collection_exists(NAME):
                await client.create_collection(NAME, PLAIN)
            points = (await client.count(NAME)).count
            await client.upsert(NAME, [m.PointStruct(id=points + 1, vector=[1.0, 2.0])], wait=True)
            await client.close()
            return points

    assert [await count() for _ in range(3)] == [0, 1, 2]


async def test_the_module_serves_until_it_is_told_to_stop() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "standins.qdrant", "--port", "0", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    address = (await process.stdout.readline()).decode().split()[-1]
    async with aiohttp.ClientSession() as session, session.get(address) as answer:
        assert (await answer.json())["title"].startswith("qdrant")

    process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(10):
        assert await process.wait() == 0
