"""The proxy counts calls by the right that they need, and answers wrongly or keeps events back when it is told to."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import yaml
from aiohttp import web
from aiohttp.test_utils import TestServer

from support.cluster.administrator import Administrator
from support.cluster.api_proxy import Answer, Cut, Proxy, proxied, right

BOTS = "/apis/personalbots.io/v1alpha1/namespaces/bots/personalbots"


@pytest.mark.parametrize(
    ("method", "path", "query", "needed"),
    [
        ("GET", BOTS, "", ("list", "personalbots")),
        ("GET", BOTS, "watch=true", ("watch", "personalbots")),
        ("GET", f"{BOTS}/one", "", ("get", "personalbots")),
        ("PATCH", f"{BOTS}/one/status", "", ("patch", "personalbots/status")),
        ("POST", "/api/v1/namespaces/bots/pods", "", ("create", "pods")),
        ("DELETE", "/api/v1/namespaces/bots/pods/one", "", ("delete", "pods")),
        ("GET", "/api/v1/namespaces/bots", "", ("get", "namespaces")),
        ("GET", "/apis/apps/v1", "", None),
    ],
)
def test_a_call_needs_a_right(method: str, path: str, query: str, needed: tuple[str, str] | None) -> None:
    assert right(method, path, query) == needed


@pytest.fixture
async def proxy(tmp_path: Path) -> AsyncIterator[tuple[Proxy, str]]:
    """In front of a server that gives one event of a watch, and else what it was asked by whom."""

    async def answer(request: web.Request) -> web.Response:
        if "watch" in request.query:
            return web.json_response({"type": "ADDED"})
        return web.json_response({"path": request.path, "by": request.headers.get("Authorization")})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    async with TestServer(app, shutdown_timeout=0) as server:
        config = {
            "current-context": "here",
            "clusters": [{"name": "here", "cluster": {"server": str(server.make_url("")).rstrip("/")}}],
            "users": [{"name": "here", "user": {"token": "administrator"}}],
            "contexts": [{"name": "here", "context": {"cluster": "here", "user": "here"}}],
        }
        (tmp_path / "config").write_text(yaml.safe_dump(config))
        async with (
            Administrator(tmp_path / "config") as api,
            proxied(api, as_administrator=True) as (made, url),
        ):
            yield made, url


async def test_calls_are_passed_on_and_counted(proxy: tuple[Proxy, str]) -> None:
    made, url = proxy
    async with aiohttp.ClientSession() as session, session.get(f"{url}{BOTS}") as response:
        assert await response.json() == {"path": BOTS, "by": "Bearer administrator"}
    assert made.used == {("list", "personalbots"): 1}


async def test_a_fault_is_answered_or_the_answer_is_cut_off(proxy: tuple[Proxy, str]) -> None:
    made, url = proxy
    made.fault = lambda _: Answer(503, "ServiceUnavailable")
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{url}{BOTS}") as response:
            assert (response.status, response.headers["Retry-After"]) == (503, "1")
            assert (await response.json())["reason"] == "ServiceUnavailable"

        made.fault = lambda _: Cut()
        with pytest.raises(aiohttp.ClientError):
            await session.post(f"{url}{BOTS}")


async def test_a_watch_goes_deaf_without_an_error(proxy: tuple[Proxy, str]) -> None:
    made, url = proxy
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{url}{BOTS}?watch=true") as response:
            assert json.loads(await response.text()) == {"type": "ADDED"}

        made.deaf_to = "personalbots"
        async with session.get(f"{url}{BOTS}?watch=true") as response:
            assert (response.status, await response.text()) == (200, "")
