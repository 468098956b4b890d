"""A proxy for the API server: it counts the calls, answers some wrongly, or keeps events back, as a test wants it."""

import asyncio
import base64
import contextlib
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web
from yarl import URL

from support.cluster.administrator import Administrator
from support.cluster.local_operator import free_port

Right = tuple[str, str]
"""A verb and a resource, as a Role writes them: ("patch", "pods/resize")."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The proxy answers as the API server could have, and does not pass the call on."""

    status: int
    reason: str


@dataclass(frozen=True, slots=True)
class Cut:
    """The call is passed on, and the connection ends so many seconds into the answer: the caller cannot tell."""

    after: float = 0.0


@dataclass(frozen=True, slots=True)
class Gone:
    """Somebody else deletes the object just before the call, which the API server itself then answers with 404."""


Fault = Answer | Cut | Gone

_VERBS: Final = {"POST": "create", "PATCH": "patch", "DELETE": "delete"}
_PASSED_ON: Final = ("accept", "content-type", "authorization")


def right(method: str, url: str, query: object = ()) -> Right | None:
    """Give the right that a call needs; None for what everybody may do, such as discovery."""
    parts = urlsplit(url).path.strip("/").split("/")
    parts = parts[2:] if parts[0] == "api" else parts[3:]
    if parts[:1] == ["namespaces"] and len(parts) > 2:
        parts = parts[2:]
    if not parts:
        return None

    resource, named, *part = [*parts, ""]
    reading = "watch" if "watch" in str(query) else "get" if named else "list"
    return _VERBS.get(method, reading), "/".join([resource, *(word for word in part if word)])


class Proxy:
    """Passes calls on as they are.

    Attributes:
        used: how often each right was needed.
        fault: gives the fault of a call, if any.
        deaf_to: no event of a watch of this resource gets through.
    """

    def __init__(self, api: Administrator, *, as_administrator: bool = False) -> None:
        """Pass calls on with the caller's own credentials, or with the administrator's."""
        self._api = api
        self._server = api.server
        self._headers = dict(api.connection.as_http_headers()) if as_administrator else {}
        self._connector = aiohttp.TCPConnector(ssl=_tls(api, as_administrator=as_administrator), limit=0)
        self.used: Counter[Right] = Counter()
        self.fault: Callable[[Right], Fault | None] = lambda _: None
        self.deaf_to = ""

    async def close(self) -> None:
        """Cut every connection to the API server."""
        await self._connector.close(abort_ssl=True)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Pass one call on."""
        asked = right(request.method, request.path, request.query_string)
        if asked is not None:
            self.used[asked] += 1

        fault = self.fault(asked) if asked else None
        if isinstance(fault, Answer):
            return _answer(fault)
        if isinstance(fault, Gone):
            path = request.path.strip("/").removesuffix("/resize")
            await self._api.call("DELETE", path, {"gracePeriodSeconds": 0})

        return await self._pass_on(request, asked, fault)

    async def _pass_on(self, request: web.Request, asked: Right | None, fault: Fault | None) -> web.StreamResponse:
        headers = {name: value for name, value in request.headers.items() if name.lower() in _PASSED_ON}
        url = URL(self._server + request.raw_path, encoded=True)
        data = await request.read() or None
        timeout = aiohttp.ClientTimeout(total=None)
        async with (
            aiohttp.ClientSession(connector=self._connector, connector_owner=False, timeout=timeout) as session,
            session.request(request.method, url, data=data, headers=headers | self._headers) as there,
        ):
            if isinstance(fault, Cut) and request.transport:
                _cut(request.transport, fault.after)
            response = web.StreamResponse(status=there.status, headers={"Content-Type": there.content_type})

            with contextlib.suppress(*([ConnectionResetError] if isinstance(fault, Cut) else [])):
                await response.prepare(request)
                async for chunk in there.content.iter_any():
                    if asked != ("watch", self.deaf_to):
                        await response.write(chunk)
            return response


def _tls(api: Administrator, *, as_administrator: bool) -> ssl.SSLContext:
    if as_administrator:
        return api.connection.as_ssl_context()

    authority = base64.b64decode(str(api.authority)).decode() if api.authority else None
    return ssl.create_default_context(cadata=authority)


def _answer(fault: Answer) -> web.Response:
    body = {
        "kind": "Status",
        "apiVersion": "v1",
        "status": "Failure",
        "code": fault.status,
        "reason": fault.reason,
        "message": f"a fault of the test: {fault.reason}",
    }
    headers = {"Retry-After": "1"} if fault.status in {429, 503} else {}
    return web.json_response(body, status=fault.status, headers=headers)


def _cut(transport: asyncio.Transport, after: float) -> None:
    if not after:
        transport.abort()
    asyncio.get_running_loop().call_later(after, transport.abort)


@contextlib.asynccontextmanager
async def proxied(api: Administrator, *, as_administrator: bool = False) -> AsyncIterator[tuple[Proxy, str]]:
    """Run a proxy until the end of the block; give it and its address."""
    proxy, port = Proxy(api, as_administrator=as_administrator), free_port()
    app = web.Application(client_max_size=2**26)
    app.router.add_route("*", "/{path:.*}", proxy.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()

    try:
        yield proxy, f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()
        await proxy.close()
        await asyncio.sleep(0.25)  # TLS transports end after their session (aiohttp's docs, Graceful Shutdown)
