"""The HTTP side: the REST calls of a Qdrant server that the bots use, and their near neighbours.

Source of the shapes: https://api.qdrant.tech and docs/redoc/master/openapi.json of qdrant/qdrant.
"""

import asyncio
import json
import logging
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from aiohttp import BodyPartReader, web

from standins.qdrant.access import OPEN, Access, Keys, Need
from standins.qdrant.engine import Json
from standins.qdrant.errors import QdrantError, bad_json, forbidden
from standins.qdrant.store import Store

VERSION: Final = "1.20.0"  # the one whose engine this is
LARGEST_BODY: Final = 32 * 2**20  # bytes, Qdrant's own limit
CHUNK: Final = 2**20  # bytes of an upload at a time
ACCESS: Final = web.RequestKey("access", Access)
COLLECTION: Final = "/collections/{collection}"
POINTS: Final = f"{COLLECTION}/points"

logger = logging.getLogger(__name__)

Work = Callable[[str, Json], Any]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Server:
    """A server over a folder; everything is done in one thread, one call after the other."""

    def __init__(self, folder: Path, keys: Keys) -> None:
        self._store = Store(folder)
        self._keys = keys
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="qdrant")

    def app(self) -> web.Application:
        app = web.Application(client_max_size=LARGEST_BODY, middlewares=[self._answer_refusals, self._check_key])
        app.add_routes([web.get("/", _version), *(web.get(path, _healthy) for path in OPEN - {"/"})])
        app.add_routes([*self._collection_routes(), *self._point_routes(), *self._snapshot_routes()])
        app.cleanup_ctx.append(self._opened)
        return app

    def _collection_routes(self) -> list[web.RouteDef]:
        store = self._store
        change_aliases = _done(lambda _, body: store.change_aliases(body["actions"]))
        return [
            web.get("/collections", self._list),
            web.get("/aliases", self._call(Need.READ, lambda _, __: _aliases(store.aliases))),
            web.post("/collections/aliases", self._call(Need.MANAGE, change_aliases)),
            web.get(COLLECTION, self._call(Need.READ, lambda name, _: store.get(name).info())),
            web.put(COLLECTION, self._call(Need.MANAGE, _done(store.create))),
            web.patch(COLLECTION, self._call(Need.MANAGE, _done(lambda name, _: store.get(name)))),
            web.delete(COLLECTION, self._call(Need.MANAGE, lambda name, _: store.delete(name))),
            web.get(f"{COLLECTION}/exists", self._call(Need.READ, lambda name, _: {
                "exists": store.aliases.get(name, name) in store.collections})),
            web.get(f"{COLLECTION}/aliases", self._call(Need.READ, lambda name, _: _aliases({
                alias: meant for alias, meant in store.aliases.items() if meant == name}))),
            web.put(f"{COLLECTION}/index", self._change("create_index")),
            web.delete(f"{COLLECTION}/index/{{field_name:.+}}", self._change("delete_index")),
        ]  # fmt: skip

    def _point_routes(self) -> list[web.RouteDef]:
        store, read = self._store, Need.READ
        return [
            web.post(POINTS, self._call(read, lambda name, body: store.get(name).retrieve(body))),
            web.get(f"{POINTS}/{{id}}", self._point),
            web.put(POINTS, self._change("upsert")),
            web.post(f"{POINTS}/delete", self._change("delete")),
            web.post(f"{POINTS}/scroll", self._call(read, lambda name, body: store.get(name).scroll(body))),
            web.post(f"{POINTS}/count", self._call(read, lambda name, body: store.get(name).count(body))),
            web.post(f"{POINTS}/query", self._call(read, lambda name, body: store.get(name).query([body])[0])),
            web.post(f"{POINTS}/query/batch", self._call(read, lambda name, body: store.get(name).query(
                body["searches"]))),
            web.post(f"{COLLECTION}/facet", self._call(read, lambda name, body: store.get(name).facet(body))),
            web.put(f"{POINTS}/vectors", self._change("update_vectors")),
            web.post(f"{POINTS}/vectors/delete", self._change("delete_vectors")),
            web.post(f"{POINTS}/payload", self._change("set_payload")),
            web.put(f"{POINTS}/payload", self._change("overwrite_payload")),
            web.post(f"{POINTS}/payload/delete", self._change("delete_payload")),
            web.post(f"{POINTS}/payload/clear", self._change("clear_payload")),
            web.post(f"{POINTS}/batch", self._batch),
        ]  # fmt: skip

    def _snapshot_routes(self) -> list[web.RouteDef]:
        store, path = self._store, f"{COLLECTION}/snapshots"
        remove = _done(lambda name, body: store.snapshot(name, body["snapshot"]).unlink())
        return [
            web.get(path, self._call(Need.READ, lambda name, _: store.snapshots(name))),
            web.post(path, self._call(Need.WRITE, lambda name, _: store.create_snapshot(name))),
            web.put(f"{path}/recover", self._recover),
            web.post(f"{path}/upload", self._upload),
            web.get(f"{path}/{{snapshot}}", self._download),
            web.delete(f"{path}/{{snapshot}}", self._call(Need.WRITE, remove)),
        ]  # fmt: skip

    async def _opened(self, _: web.Application) -> AsyncIterator[None]:
        await self._run(self._store.open)
        yield
        await self._run(self._store.close)
        self._thread.shutdown(wait=False)

    # Around every call

    @web.middleware
    async def _answer_refusals(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        started = time.monotonic()
        try:
            return await handler(request)
        except QdrantError as refusal:
            if refusal.plain:
                return web.Response(text=refusal.words, status=refusal.status)
            body = {"status": {"error": refusal.words}, "time": time.monotonic() - started}
            return web.json_response(body, status=refusal.status)

    @web.middleware
    async def _check_key(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path not in OPEN:
            request[ACCESS] = self._keys.access(request.headers)

        return await handler(request)

    def _call(self, need: Need, work: Work) -> Handler:
        """A handler that checks the access, reads the body and does its work in the store's thread."""

        async def handle(request: web.Request) -> web.Response:
            name = request.match_info.get("collection")
            request[ACCESS].require(need, self._meant(name))
            body = await _body(request)
            return await self._timed(lambda: work(name or "", body | dict(request.match_info)))

        return handle

    def _change(self, operation: str) -> Handler:
        """A handler of a change to a collection's points; ``wait=true``: it is done when the answer comes."""

        async def handle(request: web.Request) -> web.Response:
            name = request.match_info["collection"]
            request[ACCESS].require(Need.WRITE, self._meant(name))
            body = await _body(request)
            status = "completed" if request.query.get("wait") == "true" else "acknowledged"
            return await self._timed(lambda: {
                "operation_id": self._store.get(name).change(operation, body | dict(request.match_info)),
                "status": status,
            })  # fmt: skip

        return handle

    def _meant(self, name: str | None) -> str | None:
        """The collection behind a name: a token names collections, not aliases."""
        return name and self._store.aliases.get(name, name)

    async def _timed(self, work: Callable[[], Any]) -> web.Response:
        started = time.monotonic()
        result = await self._run(work)
        return web.json_response({"result": result, "status": "ok", "time": time.monotonic() - started})

    async def _run(self, work: Callable[[], Any]) -> Any:  # noqa: ANN401 - what the work gives
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    # Calls that are more than one piece of work

    async def _list(self, request: web.Request) -> web.Response:
        access = request[ACCESS]
        return await self._timed(lambda: {
            "collections": [{"name": name} for name in self._store.collections if access.allows(name)]
        })  # fmt: skip

    async def _point(self, request: web.Request) -> web.Response:
        name, number = request.match_info["collection"], request.match_info["id"]
        request[ACCESS].require(Need.READ, self._meant(name))
        wanted = int(number) if number.isdecimal() else number
        body = {"ids": [wanted], "with_payload": True, "with_vector": True}
        found = await self._run(lambda: self._store.get(name).retrieve(body))
        if not found:
            raise QdrantError(404, f"Not found: Point with id {number} does not exists!")

        return await self._timed(lambda: found[0])

    async def _batch(self, request: web.Request) -> web.Response:
        """Several changes in one call."""
        name = request.match_info["collection"]
        request[ACCESS].require(Need.WRITE, self._meant(name))
        operations = (await _body(request))["operations"]

        def work() -> list[Json]:
            collection = self._store.get(name)
            changes = [(kind, body) for operation in operations for kind, body in operation.items()]
            return [
                {"operation_id": collection.change(kind, _batched(body)), "status": "completed"}
                for kind, body in changes
            ]

        return await self._timed(work)

    # Snapshots as files

    async def _download(self, request: web.Request) -> web.StreamResponse:
        name, snapshot = request.match_info["collection"], request.match_info["snapshot"]
        request[ACCESS].require(Need.READ, self._meant(name))
        return web.FileResponse(await self._run(lambda: self._store.snapshot(name, snapshot)))

    async def _recover(self, request: web.Request) -> web.Response:
        """From a file of this server's: ``file:///…``."""
        name, body = request.match_info["collection"], await _body(request)
        request[ACCESS].require(Need.MANAGE, name)
        location = urlsplit(body["location"])
        if location.scheme != "file":
            raise forbidden("this stand-in recovers from file:// alone")

        return await self._recovered(name, Path(location.path))

    async def _recovered(self, name: str, file: Path) -> web.Response:
        await self._run(lambda: self._store.recover(name, file))
        return await self._timed(lambda: True)

    async def _upload(self, request: web.Request) -> web.Response:
        name = request.match_info["collection"]
        request[ACCESS].require(Need.MANAGE, name)
        with tempfile.NamedTemporaryFile(suffix=".snapshot") as file:
            async for part in await request.multipart():
                if isinstance(part, BodyPartReader) and part.name == "snapshot":
                    while chunk := await part.read_chunk(CHUNK):
                        file.write(chunk)

            file.flush()
            if not file.tell():
                raise bad_json("missing field `snapshot`")

            return await self._recovered(name, Path(file.name))


async def _body(request: web.Request) -> Json:
    """The JSON object of a request; nothing is an empty one.

    Raises:
        QdrantError: it is none.
    """
    try:
        body = json.loads(await request.read() or b"{}")
    except ValueError as error:
        raise bad_json(str(error)) from None

    if not isinstance(body, dict):
        raise bad_json("invalid type, expected a map")

    return body


def _batched(body: Any) -> Json:  # noqa: ANN401 - JSON
    """The body of one change in a batch as the call of its own has it."""
    return {"points": body} if isinstance(body, list) else body


def _aliases(aliases: dict[str, str]) -> Json:
    return {"aliases": [{"alias_name": alias, "collection_name": name} for alias, name in aliases.items()]}


def _done(work: Callable[[str, Json], object]) -> Work:
    """Do the work, and say that it is done."""

    def perform(name: str, body: Json) -> bool:
        work(name, body)
        return True

    return perform


async def _version(_: web.Request) -> web.Response:
    return web.json_response({"title": "qdrant - vector search engine", "version": VERSION})


async def _healthy(_: web.Request) -> web.Response:
    return web.Response(text="healthz check passed")
