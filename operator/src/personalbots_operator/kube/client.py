"""The API server behind one small interface: raw dictionaries in and out, one exception for each different reaction.

ApiError                  the call failed
├── NotFoundError         404: the object does not exist, or no longer
├── ConflictError         409: it changed meanwhile, or has another UID than expected
├── AlreadyExistsError    409: there is an object of that name
├── RefusedError          400, 403, 413, 422: the object or the call is not allowed; the message says why
└── UnavailableError      429, 5xx, no answer: try again, after `.after` seconds when the server said so
"""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from enum import Enum
from typing import Any, Final, Protocol, Self
from urllib.parse import quote

import aiohttp
import kopf

from personalbots_api import names
from personalbots_operator.kube.rate_limit import RateLimiter

Raw = dict[str, Any]

TIMEOUT: Final = aiohttp.ClientTimeout(total=30, sock_connect=5)  # seconds
PAGE: Final = 500  # objects in one answer to a list
_UNAUTHORIZED: Final = 401
_FIRST_ERROR: Final = 300  # the first status code that is no success
_METADATA_ONLY: Final = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
_MERGE_PATCH: Final = "application/merge-patch+json"
_STRATEGIC_PATCH: Final = "application/strategic-merge-patch+json"


class ApiError(Exception):
    """The call failed.

    Attributes:
        message: the API server's.
        after: in how many seconds to try again, if the server said so.
    """

    def __init__(self, message: str, *, after: float | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.after = after


class NotFoundError(ApiError):
    """The object does not exist, or no longer."""


class ConflictError(ApiError):
    """The object changed meanwhile, or has another UID than expected."""


class AlreadyExistsError(ApiError):
    """There is an object of that name."""


class RefusedError(ApiError):
    """The object or the call is not allowed."""


class UnavailableError(ApiError):
    """The API server does not answer, or asks to be called later."""


class Kind(Enum):
    """A kind of object: the API's path and the plural."""

    BOT = (f"apis/{names.API_VERSION}", names.PLURAL)
    POD = ("api/v1", "pods")
    VOLUME = ("api/v1", "persistentvolumeclaims")
    EVENT = ("api/v1", "events")
    LEASE = ("apis/coordination.k8s.io/v1", "leases")
    DEPLOYMENT = ("apis/apps/v1", "deployments")

    @property
    def plural(self) -> str:
        """The plural that names it in URLs, messages and metrics."""
        return self.value[1]

    def path(self, namespace: str | None, *names: str) -> str:
        """The URL path of a collection or of an object in it. `namespace` None means all namespaces."""
        api, plural = self.value
        place = f"namespaces/{namespace}/{plural}" if namespace else plural
        return "/".join((api, place, *(quote(name, safe="") for name in names)))


class Counter(Protocol):
    """Counts calls by verb, kind and status code (0: no answer)."""

    def __call__(self, verb: str, kind: str, code: int) -> None: ...


class Cluster:
    """Calls to the API server, opened and closed by `async with`. Each raises `ApiError` when it fails."""

    def __init__(
        self,
        connect: Callable[[], kopf.ConnectionInfo],
        *,
        connections: int,
        count: Counter | None = None,
        limiter: RateLimiter | None = None,
    ) -> None:
        """`connect` reads where the server is and how to log in. It is called again when the login has expired."""
        self._connect = connect
        self._count = count or (lambda _verb, _kind, _code: None)
        self._limiter = limiter or RateLimiter(0)

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
        """Create an object, and return it as it is then."""
        return await self._call("POST", kind, kind.path(namespace), body=body)

    async def delete(self, kind: Kind, namespace: str, name: str, *, uid: str) -> None:
        """Delete the object of this name if it still has this UID."""
        # The UID keeps a decision about an old object from deleting a new one of the same name.
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
        """Change a container's requests and limits while it runs, and return the pod as it is then."""
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
        parameters = {**query, "limit": str(PAGE)}
        while True:
            page = await self._call("GET", kind, kind.path(namespace), query=parameters, accept=accept)
            yield page.get("items") or []

            following = (page.get("metadata") or {}).get("continue")
            if not following:
                return
            parameters["continue"] = following

    async def serves(self, kind: Kind) -> bool:
        """Whether the API server knows this kind."""
        api, plural = kind.value
        try:
            found = await self._call("GET", kind, api)
        except NotFoundError:
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
        if code == _UNAUTHORIZED:  # the token was renewed meanwhile
            self.log_in()
            code, answer, retry_after = await self._send(verb, kind, path, data=data, query=query, headers=headers)

        if code < _FIRST_ERROR:
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
        await self._limiter.wait()
        try:
            async with self._session.request(
                verb, f"{self._server}/{path}", data=data, params=query, headers={**headers, **self._headers}
            ) as response:
                code = response.status
                return code, await response.read(), response.headers.get("Retry-After", "")
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise UnavailableError(f"{verb} {path}: {error or type(error).__name__}") from error
        finally:
            self._count(verb, kind.plural, code)


def _error(code: int, answer: bytes, retry_after: str) -> ApiError:
    try:
        status = json.loads(answer)
    except ValueError:
        status = {}
    known = isinstance(status, dict)
    message = str(status.get("message") or f"the API server answered {code}") if known else str(code)
    after = float(retry_after) if retry_after.isdigit() else None

    match code:
        case 404:
            return NotFoundError(message)
        case 409 if known and status.get("reason") == "AlreadyExists":
            return AlreadyExistsError(message)
        case 409:
            return ConflictError(message)
        case 400 | 403 | 413 | 422:
            return RefusedError(message)
        case _:
            return UnavailableError(message, after=after)
