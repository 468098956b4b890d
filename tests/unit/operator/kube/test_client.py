"""Calls to an API server that really answers over HTTP."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import kopf
import pytest
from aiohttp import web

from personalbots_operator.kube.client import (
    AlreadyExistsError,
    ApiError,
    Cluster,
    ConflictError,
    Kind,
    NotFoundError,
    RefusedError,
    UnavailableError,
)

Handler = Callable[[web.Request], Awaitable[web.Response]]


@asynccontextmanager
async def api(
    handler: Handler, *, token: str | None = None
) -> AsyncIterator[tuple[Cluster, list[tuple[str, str, int]]]]:
    calls: list[tuple[str, str, int]] = []
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    where = kopf.ConnectionInfo(server=f"http://127.0.0.1:{runner.addresses[0][1]}", token=token)
    try:
        async with Cluster(
            lambda: where, connections=4, count=lambda verb, kind, code: calls.append((verb, kind, code))
        ) as cluster:
            yield cluster, calls
    finally:
        await runner.cleanup()


def status(code: int, reason: str = "", **headers: str) -> web.Response:
    return web.json_response(
        {"kind": "Status", "message": f"because {reason}", "reason": reason}, status=code, headers=headers
    )


@pytest.mark.parametrize(
    ("code", "reason", "error"),
    [
        (404, "NotFound", NotFoundError),
        (409, "AlreadyExists", AlreadyExistsError),
        (409, "Conflict", ConflictError),
        (403, "Forbidden", RefusedError),
        (422, "Invalid", RefusedError),
        (429, "TooManyRequests", UnavailableError),
        (500, "InternalError", UnavailableError),
        (503, "ServiceUnavailable", UnavailableError),
    ],
)
async def test_each_refusal_has_its_own_exception_with_the_servers_message(
    code: int, reason: str, error: type[ApiError]
) -> None:
    async def answer(_: web.Request) -> web.Response:
        return status(code, reason, **{"Retry-After": "7"})

    async with api(answer) as (cluster, calls):
        with pytest.raises(error, match=f"because {reason}") as raised:
            await cluster.create(Kind.POD, "bots", {})
    assert type(raised.value) is error
    assert raised.value.after == (7 if error is UnavailableError else None)
    assert calls == [("POST", "pods", code)]


async def test_a_server_that_does_not_answer_or_not_with_json_is_unavailable() -> None:
    async def page(_: web.Request) -> web.Response:
        return web.Response(status=502, text="<html>")

    async with api(page) as (cluster, _):
        with pytest.raises(UnavailableError, match="502"):
            await cluster.get(Kind.POD, "bots", "a")
    nowhere = kopf.ConnectionInfo(server="http://127.0.0.1:1")
    async with Cluster(lambda: nowhere, connections=1) as cluster:
        with pytest.raises(UnavailableError, match="GET api/v1/namespaces/bots/pods/a"):
            await cluster.get(Kind.POD, "bots", "a")


async def test_each_call_is_what_kubernetes_expects() -> None:
    seen: list[tuple[str, str, str, Any]] = []

    async def answer(request: web.Request) -> web.Response:
        body = await request.json() if request.can_read_body else None
        seen.append((request.method, request.path, request.headers.get("Content-Type", ""), body))
        return web.json_response({})

    async with api(answer) as (cluster, _):
        await cluster.create(Kind.VOLUME, "bots", {"a": 1})
        await cluster.delete(Kind.POD, "bots", "x", uid="u")
        await cluster.patch(Kind.BOT, "bots", "x", {"status": {}}, subresource="status")
    json, merge = "application/json", "application/merge-patch+json"
    options = {"kind": "DeleteOptions", "apiVersion": "v1", "preconditions": {"uid": "u"}}
    assert seen == [
        ("POST", "/api/v1/namespaces/bots/persistentvolumeclaims", json, {"a": 1}),
        ("DELETE", "/api/v1/namespaces/bots/pods/x", json, options),
        ("PATCH", "/apis/personalbots.io/v1alpha1/namespaces/bots/personalbots/x/status", merge, {"status": {}}),
    ]


async def test_metadata_is_listed_page_by_page() -> None:
    async def answer(request: web.Request) -> web.Response:
        assert "PartialObjectMetadataList" in request.headers["Accept"]
        assert request.query["labelSelector"] == "personalbots.io/bot"
        last = "continue" in request.query
        items = [{"metadata": {"name": "b" if last else "a"}}]
        return web.json_response({"items": items, "metadata": {} if last else {"continue": "more"}})

    async with api(answer) as (cluster, _):
        pages = [page async for page in cluster.metadata(Kind.POD, None, "personalbots.io/bot")]
    assert pages == [[{"name": "a"}], [{"name": "b"}]]


async def test_only_the_warnings_of_a_namespaces_events_are_listed() -> None:
    async def answer(request: web.Request) -> web.Response:
        assert (request.path, request.query["fieldSelector"]) == ("/api/v1/namespaces/bots/events", "type=Warning")
        return web.json_response({"items": [{"reason": "FailedMount"}], "metadata": {}})

    async with api(answer) as (cluster, _):
        assert [page async for page in cluster.warnings("bots")] == [[{"reason": "FailedMount"}]]


async def test_a_renewed_token_is_read_again() -> None:
    tokens = iter(["old", "new"])

    async def answer(request: web.Request) -> web.Response:
        good = request.headers["Authorization"] == "Bearer new"
        return web.json_response({"ok": True}) if good else status(401, "Unauthorized")

    async with api(answer) as (cluster, _):
        where = cluster._connect()  # noqa: SLF001 - where the test's server is
        cluster._connect = lambda: kopf.ConnectionInfo(server=where.server, token=next(tokens))  # noqa: SLF001
        cluster.log_in()
        assert await cluster.get(Kind.POD, "bots", "a") == {"ok": True}


async def test_the_server_knows_whether_it_serves_a_kind() -> None:
    async def answer(request: web.Request) -> web.Response:
        if request.path == "/api/v1":
            return web.json_response({"resources": [{"name": "pods"}]})
        return status(404, "NotFound")

    async with api(answer) as (cluster, _):
        assert await cluster.serves(Kind.POD)
        assert not await cluster.serves(Kind.VOLUME)
        assert not await cluster.serves(Kind.BOT)
