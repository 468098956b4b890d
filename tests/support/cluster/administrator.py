"""The API server as an administrator reaches it over HTTP: for many calls at once, and for watches."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path
from typing import Any, Final, Self

import aiohttp
import kopf
import yaml

Json = dict[str, Any]

BOTS: Final = "apis/personalbots.io/v1alpha1"
_TYPES: Final = {"PATCH": "application/merge-patch+json"}


def connection(kubeconfig: Path) -> kopf.ConnectionInfo:
    """Give the server and the credentials of a kubeconfig's current context."""
    raw = yaml.safe_load(kubeconfig.read_text())
    context = _named(raw["contexts"], raw["current-context"])["context"]
    cluster = _named(raw["clusters"], context["cluster"])["cluster"]
    user = _named(raw["users"], context["user"])["user"]

    return kopf.ConnectionInfo(
        server=cluster["server"],
        ca_data=cluster.get("certificate-authority-data"),
        certificate_data=user.get("client-certificate-data"),
        private_key_data=user.get("client-key-data"),
        token=user.get("token"),
    )


def _named(items: Iterable[Json], name: str) -> Json:
    return next(item for item in items if item["name"] == name)


class Administrator:
    """Calls with the rights of the kubeconfig's user. Made and closed by `async with`."""

    def __init__(self, kubeconfig: Path) -> None:
        self.connection = connection(kubeconfig)
        self.server = self.connection.server
        self.authority = self.connection.ca_data
        self._connector = aiohttp.TCPConnector(ssl=self.connection.as_ssl_context(), limit=64)
        self._session = aiohttp.ClientSession(
            connector=self._connector,
            headers=self.connection.as_http_headers(),
            timeout=aiohttp.ClientTimeout(total=60),
            read_bufsize=2**20,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._connector.close(abort_ssl=True)  # a transport that waits for TLS to end outlives the loop
        await self._session.close()

    async def call(self, method: str, path: str, body: Any = None, **query: str) -> tuple[int, Json]:  # noqa: ANN401
        """Give status and body of an answer. A PATCH merges."""
        headers = {"Content-Type": _TYPES.get(method, "application/json")}
        data = None if body is None else json.dumps(body)
        url = f"{self.server}/{path}"
        async with self._session.request(method, url, data=data, params=query, headers=headers) as response:
            text = await response.text()

        try:
            found = json.loads(text)
        except ValueError:
            found = {"message": text}
        return response.status, found if isinstance(found, dict) else {"message": text}

    async def items(self, path: str) -> list[Json]:
        """Give all objects of a collection."""
        status, found = await self.call("GET", path)
        assert status == 200, found
        items: list[Json] = found["items"]
        return items

    @contextlib.asynccontextmanager
    async def watching(self, path: str, handle: Callable[[str, Json], None]) -> AsyncIterator[None]:
        """Call `handle` with every event (type, object) of a collection, from now until the end of the block."""
        _, listed = await self.call("GET", path, limit="1")
        watch = asyncio.create_task(self._watch(path, listed["metadata"]["resourceVersion"], handle))
        try:
            yield
        finally:
            assert not watch.done(), f"the watch of {path} ended: {watch.exception()}"
            watch.cancel()
            await asyncio.wait([watch])

    async def _watch(self, path: str, version: str, handle: Callable[[str, Json], None]) -> None:
        while True:  # the server ends a watch now and then: the next one goes on where this one was
            query = {"watch": "1", "resourceVersion": version, "timeoutSeconds": "600"}
            with contextlib.suppress(aiohttp.ClientPayloadError, aiohttp.ServerDisconnectedError):
                async with self._session.get(
                    f"{self.server}/{path}", params=query, timeout=aiohttp.ClientTimeout(total=None)
                ) as response:
                    async for line in response.content:
                        event = json.loads(line)
                        assert event["type"] != "ERROR", event
                        version = event["object"]["metadata"]["resourceVersion"]
                        handle(event["type"], event["object"])
