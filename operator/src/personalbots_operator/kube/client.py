"""The API server behind one small interface: raw dictionaries in and out, one exception for each different reaction.

ApiError                  the call did not do what it was to do
├── NotFound              404: it is not there (any more)
├── Conflict              409: it changed meanwhile, or has another UID than was expected
├── AlreadyExists         409: something of that name is there
├── Refused               400, 403, 413, 422: the object or the call is not allowed; the message says why
└── Unavailable           429, 5xx, no answer: to be tried again, after `.after` seconds when the server said so
"""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from enum import Enum
from typing import Any, Final, Protocol, Self
from urllib.parse import quote

import aiohttp
import kopf

from personalbots_api import names
from personalbots_operator.kube.rate_limit import Pace

Raw = dict[str, Any]

TIMEOUT: Final = aiohttp.ClientTimeout(total=30, sock_connect=5)
PAGE: Final = 500
_UNAUTHORIZED: Final = 401
_METADATA_ONLY: Final = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
_MERGE_PATCH: Final = "application/merge-patch+json"
_STRATEGIC_PATCH: Final = "application/strategic-merge-patch+json"


class ApiError(Exception):
    """The call did not do what it was to do; `message` is the API server's."""

    def __init__(self, message: str, *, after: float | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.after = after


class NotFound(ApiError):  # noqa: N818 - what happened is its name
    """It is not there (any more)."""


class Conflict(ApiError):  # noqa: N818 - what happened is its name
    """It changed meanwhile, or it has another UID than was expected."""


class AlreadyExists(ApiError):  # noqa: N818 - what happened is its name
    """Something of that name is there."""


class Refused(ApiError):  # noqa: N818 - what happened is its name
    """The object or the call is not allowed."""


class Unavailable(ApiError):  # noqa: N818 - what happened is its name
    """The API server does not answer, or asks for patience."""


class Kind(Enum):
    """A kind of object: the API's path and the plural."""

    BOT = (f"apis/{names.API_VERSION}", names.PLURAL)
    POD = ("api/v1", "pods")
    VOLUME = ("api/v1", "persistentvolumeclaims")
    EVENT = ("api/v1", "events")
    LEASE = ("apis/coordination.k8s.io/v1", "leases")
    DEPLOYMENT = ("apis/apps/v1", "deployments")

    def path(self, namespace: str | None, *names: str) -> str:
        """The URL path of a collection or of what is in it; None: of all namespaces."""
        api, plural = self.value
        place = f"namespaces/{namespace}/{plural}" if namespace else plural
        return "/".join((api, place, *(quote(name, safe="") for name in names)))


class Counter(Protocol):
    """Counts calls by verb, kind and status code (0: no answer)."""

    def __call__(self, verb: str, kind: str, code: int) -> None: ...


class Cluster:
    """Calls to the API server. Made and closed by `async with`."""

    def __init__(
        self,
        connect: Callable[[], kopf.ConnectionInfo],
        *,
        connections: int,
        count: Counter | None = None,
        pace: Pace | None = None,
    ) -> None:
        """`connect` reads where the server is and how to log in, again whenever the server does not know us."""
        self._connect = connect
        self._count = count or (lambda _verb, _kind, _code: None)
        self._pace = pace or Pace(0)
        where = connect()
        self._server = where.server.rstrip("/")
        self._headers = where.as_http_headers()
        connector = aiohttp.TCPConnector(ssl=where.as_ssl_context(), limit=connections, keepalive_timeout=60)
        self._session = aiohttp.ClientSession(connector=connector, timeout=TIMEOUT, trust_env=where.trust_env)

    def log_in(self) -> None:
        """Read the credentials again: a service account's token is renewed in its file."""
        self._headers = self._connect().as_http_headers()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def get(self, kind: Kind, namespace: str, name: str) -> Raw:
        """One object."""
        return await self._call("GET", kind, kind.path(namespace, name))

    async def create(self, kind: Kind, namespace: str, body: Raw) -> Raw:
        """Make an object; what was made."""
        return await self._call("POST", kind, kind.path(namespace), body=body)

    async def delete(self, kind: Kind, namespace: str, name: str, *, uid: str) -> None:
        """Delete the object of this name if it still has this UID."""
        body = {"kind": "DeleteOptions", "apiVersion": "v1", "preconditions": {"uid": uid}}
        await self._call("DELETE", kind, kind.path(namespace, name), body=body)

    async def patch(self, kind: Kind, namespace: str, name: str, body: Raw, *, subresource: str = "") -> Raw:
        """Merge `body` into an object: a null removes a field, a list is replaced whole."""
        path = kind.path(namespace, name, *([subresource] if subresource else []))
        return await self._call("PATCH", kind, path, body=body, content=_MERGE_PATCH)

    async def set_condition(self, kind: Kind, namespace: str, name: str, condition: Raw) -> None:
        """Add or replace one condition, by its type; the others stay."""
        body = {"status": {"conditions": [condition]}}
        await self._call("PATCH", kind, kind.path(namespace, name, "status"), body=body, content=_STRATEGIC_PATCH)

    async def resize(self, namespace: str, pod: str, *, uid: str, container: str, resources: Raw) -> Raw:
        """Give a container other requests and limits while it runs; the pod as it is then."""
        body = {"metadata": {"uid": uid}, "spec": {"containers": [{"name": container, "resources": resources}]}}
        path = Kind.POD.path(namespace, pod, "resize")
        return await self._call("PATCH", Kind.POD, path, body=body, content=_STRATEGIC_PATCH)

    async def metadata(self, kind: Kind, namespace: str | None, selector: str) -> AsyncIterator[list[Raw]]:
        """The `metadata` of all objects of a kind, page by page: a fraction of the objects' own size."""
        query = {"labelSelector": selector} if selector else {}
        async for page in self._pages(kind, namespace, query, accept=_METADATA_ONLY):
            yield [item["metadata"] for item in page]

    def warnings(self, namespace: str) -> AsyncIterator[list[Raw]]:
        """All Events of a namespace that are warnings, page by page."""
        return self._pages(Kind.EVENT, namespace, {"fieldSelector": "type=Warning"})

    async def _pages(
        self, kind: Kind, namespace: str | None, query: Mapping[str, str], *, accept: str = "application/json"
    ) -> AsyncIterator[list[Raw]]:
        asked = {**query, "limit": str(PAGE)}
        while True:
            page = await self._call("GET", kind, kind.path(namespace), query=asked, accept=accept)
            yield page.get("items") or []
            following = (page.get("metadata") or {}).get("continue")
            if not following:
                return
            asked["continue"] = following

    async def serves(self, kind: Kind) -> bool:
        """Whether the API server knows this kind."""
        api, plural = kind.value
        try:
            found = await self._call("GET", kind, api)
        except NotFound:
            return False
        return any(resource["name"] == plural for resource in found.get("resources") or ())

    async def _call(  # noqa: PLR0913 - by keyword
        self,
        verb: str,
        kind: Kind,
        path: str,
        *,
        body: Raw | None = None,
        query: Mapping[str, str] | None = None,
        content: str = "application/json",
        accept: str = "application/json",
    ) -> Raw:
        headers = {"Accept": accept} | ({"Content-Type": content} if body is not None else {})
        data = None if body is None else json.dumps(body, separators=(",", ":"))
        code, answer, retry_after = await self._send(verb, kind, path, data=data, query=query, headers=headers)
        if code == _UNAUTHORIZED:
            self.log_in()
            code, answer, retry_after = await self._send(verb, kind, path, data=data, query=query, headers=headers)
        if code < 300:  # noqa: PLR2004 - HTTP
            result: Raw = json.loads(answer)
            return result
        raise _error(code, answer, retry_after)

    async def _send(  # noqa: PLR0913 - by keyword
        self,
        verb: str,
        kind: Kind,
        path: str,
        *,
        data: str | None,
        query: Mapping[str, str] | None,
        headers: Mapping[str, str],
    ) -> tuple[int, bytes, str]:
        code = 0
        await self._pace.turn()
        try:
            async with self._session.request(
                verb, f"{self._server}/{path}", data=data, params=query, headers={**headers, **self._headers}
            ) as response:
                code = response.status
                return code, await response.read(), response.headers.get("Retry-After", "")
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unavailable(f"{verb} {path}: {error or type(error).__name__}") from error
        finally:
            self._count(verb, kind.value[1], code)


def _error(code: int, answer: bytes, retry_after: str) -> ApiError:
    try:
        said = json.loads(answer)
    except ValueError:
        said = {}
    message = str(said.get("message") or f"the API server answered {code}") if isinstance(said, dict) else str(code)
    after = float(retry_after) if retry_after.isdigit() else None
    match code:
        case 404:
            return NotFound(message)
        case 409 if said.get("reason") == "AlreadyExists":
            return AlreadyExists(message)
        case 409:
            return Conflict(message)
        case 400 | 403 | 413 | 422:
            return Refused(message)
        case _:
            return Unavailable(message, after=after)
