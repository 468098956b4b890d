"""A way to the API server that keeps what was asked for, and answers wrongly when a test wants it."""

import asyncio
import base64
import contextlib
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web
from yarl import URL

from support.administrator import Administrator
from support.local_operator import free_port

Right = tuple[str, str]
"""A verb and a resource, as a Role writes them: ("patch", "pods/resize")."""


@dataclass(frozen=True)
class Answer:
    """What the API server could have said: the call is not passed on."""

    status: int
    reason: str


@dataclass(frozen=True)
class Cut:
    """The call is passed on, and the connection ends so many seconds into the answer: its caller knows nothing."""

    after: float = 0.0


@dataclass(frozen=True)
class Gone:
    """Somebody else deletes the object just before the call, which the API server itself then answers with 404."""


Fault = Answer | Cut | Gone


_VERBS = {"POST": "create", "PATCH": "patch", "DELETE": "delete"}
_PASSED_ON = ("accept", "content-type", "authorization")


def right(method: str, url: str, query: object = ()) -> Right | None:
    """What a call needs the right to do; None for what everybody may, such as discovery."""
    parts = urlsplit(url).path.strip("/").split("/")
    parts = parts[2:] if parts[0] == "api" else parts[3:]
    if parts[:1] == ["namespaces"] and len(parts) > 2:
        parts = parts[2:]
    if not parts:
        return None
    resource, named, *part = [*parts, ""]
    look = "watch" if "watch" in str(query) else "get" if named else "list"
    return _VERBS.get(method, look), "/".join([resource, *(word for word in part if word)])


class Proxy:
    """Passes calls on as they are, with the caller's own credentials."""

    def __init__(self, api: Administrator) -> None:
        self._api = api
        self._server = api.server
        authority = base64.b64decode(str(api.authority)).decode() if api.authority else None
        self._connector = aiohttp.TCPConnector(ssl=ssl.create_default_context(cadata=authority), limit=0)
        self.used: Counter[Right] = Counter()
        self.fault: Callable[[Right], Fault | None] = lambda _: None

    async def close(self) -> None:
        await self._connector.close(abort_ssl=True)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Pass one call on."""
        asked = right(request.method, request.path, request.query_string)
        if asked is not None:
            self.used[asked] += 1
        fault = self.fault(asked) if asked else None
        if isinstance(fault, Answer):
            said = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": fault.status,
                    "reason": fault.reason, "message": f"a fault of the test: {fault.reason}"}  # fmt: skip
            late = {"Retry-After": "1"} if fault.status in {429, 503} else {}
            return web.json_response(said, status=fault.status, headers=late)
        if isinstance(fault, Gone):
            path = request.path.strip("/").removesuffix("/resize")
            await self._api.call("DELETE", path, {"gracePeriodSeconds": 0})
        headers = {name: value for name, value in request.headers.items() if name.lower() in _PASSED_ON}
        timeout = aiohttp.ClientTimeout(total=None)
        async with (
            aiohttp.ClientSession(connector=self._connector, connector_owner=False, timeout=timeout) as session,
            session.request(
                request.method, URL(self._server + request.raw_path, encoded=True), data=await request.read() or None,
                headers=headers,
            ) as there,
        ):  # fmt: skip
            if isinstance(fault, Cut) and request.transport:
                if not fault.after:
                    request.transport.abort()
                asyncio.get_running_loop().call_later(fault.after, request.transport.abort)
            response = web.StreamResponse(status=there.status, headers={"Content-Type": there.content_type})
            with contextlib.suppress(*([ConnectionResetError] if isinstance(fault, Cut) else [])):
                await response.prepare(request)
                async for chunk in there.content.iter_any():
                    await response.write(chunk)
            return response


@contextlib.asynccontextmanager
async def proxied(api: Administrator) -> AsyncIterator[tuple[Proxy, str]]:
    """Run until the end of the block; the proxy and its address."""
    proxy, port = Proxy(api), free_port()
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
