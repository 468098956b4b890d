"""One way to speak to the API server: a path, a method, JSON in and out, and one exception for each reaction.

    ClusterError            the API server did not do what was asked; the message is its own
    ├── NotFoundError       404: it is not there
    ├── ConflictError       409: it is there already, or is not the object (uid) that was meant
    ├── DeniedError        400, 403, 422: validation, quota, policy or rights; asking again does not help
    └── AwayError           no answer, 429 or 5xx: asking again later may help

Raw dictionaries instead of the client's typed models: those are slow and heavy.
"""

import json
from collections.abc import AsyncIterator, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import aiohttp
from kubernetes.aio import config
from kubernetes.aio.client.api_client import ApiClient
from kubernetes.aio.client.configuration import Configuration

from master_bot.metrics import Metrics

TIMEOUT: Final = 20.0  # seconds
MERGE_PATCH: Final = "application/merge-patch+json"
APPLY_PATCH: Final = "application/apply-patch+yaml"
ONLY_METADATA: Final = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
"""Have the API server answer with the object's metadata alone: how a Secret is written and never read back."""


class ClusterError(Exception):
    """The API server did not do what was asked."""


class NotFoundError(ClusterError):
    """It is not there."""


class ConflictError(ClusterError):
    """It is there already, or is not the object that was meant."""


class DeniedError(ClusterError):
    """Validation, quota, policy or rights."""


class AwayError(ClusterError):
    """No answer, or one that says later."""


class Kube:
    """The connection; made once at the start, closed at the end."""

    def __init__(self, client: ApiClient, metrics: Metrics) -> None:
        self._client = client
        self._metrics = metrics

    @classmethod
    async def connect(cls, metrics: Metrics, kubeconfig: Path | None = None) -> "Kube":
        """Connect as the pod's service account; outside a cluster by `kubeconfig`, else by `$KUBECONFIG`."""
        configuration = Configuration()
        try:
            config.load_incluster_config(client_configuration=configuration)  # type: ignore[no-untyped-call] # untyped
        except config.ConfigException:
            file = str(kubeconfig) if kubeconfig else None
            await config.load_kube_config(file, client_configuration=configuration)  # type: ignore[no-untyped-call] # untyped

        return cls(ApiClient(configuration), metrics)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()  # type: ignore[no-untyped-call] # no types

    async def send(  # noqa: PLR0913 - an HTTP request, by keyword
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        content_type: str = "application/json",
        accept: str = "application/json",
    ) -> str:
        """Do one request and give the answer's text: JSON, except for logs.

        Raises:
            ClusterError: see the module.
        """
        headers = {"Accept": accept, "Content-Type": content_type}
        with self._metrics.api_call(method):
            try:
                response = await self._request(
                    method, path, query, headers, body, timeout=aiohttp.ClientTimeout(TIMEOUT)
                )
                data: bytes = await response.read()
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                raise AwayError(f"the API server does not answer: {type(error).__name__}") from error

            text = data.decode(errors="replace")
            if response.status >= HTTPStatus.BAD_REQUEST:
                raise _error(response.status, text)

            return text

    async def watch(self, path: str, *, resource_version: str, seconds: int) -> AsyncIterator[Mapping[str, Any]]:
        """The changes since `resource_version`, for up to `seconds`.

        Raises:
            ClusterError: see the module; also for a 410 in the middle of the stream.
        """
        query = {"watch": "1", "resourceVersion": resource_version, "timeoutSeconds": str(seconds)}
        query["allowWatchBookmarks"] = "true"
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=TIMEOUT, sock_read=seconds + TIMEOUT)

        try:
            response = await self._request("GET", path, query, {"Accept": "application/json"}, None, timeout=timeout)
            try:
                if response.status >= HTTPStatus.BAD_REQUEST:
                    raise _error(response.status, (await response.read()).decode(errors="replace"))
                async for line in response.response.content:
                    change = json.loads(line)
                    if change["type"] == "ERROR":
                        raise _error(change["object"].get("code", 500), json.dumps(change["object"]))
                    yield change
            finally:
                response.response.close()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise AwayError(f"the watch broke: {type(error).__name__}") from error

    async def _request(  # noqa: PLR0913 - an HTTP request
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None,
        headers: Mapping[str, str],
        body: Mapping[str, Any] | None,
        *,
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - passed on to aiohttp, connect and read apart
    ) -> Any:  # noqa: ANN401 - the client has no types
        full = f"{path}?{urlencode(query)}" if query else path
        _, url, prepared_headers, _, _ = await self._client.param_serialize(
            method, full, header_params=dict(headers), auth_settings=["BearerToken"]
        )
        return await self._client.call_api(method, url, prepared_headers, body, _request_timeout=timeout)


def _error(status: int, text: str) -> ClusterError:
    try:
        status_object: Mapping[str, Any] = json.loads(text)
    except ValueError:
        status_object = {}

    message = status_object.get("message") or text
    causes = (status_object.get("details") or {}).get("causes") or []
    # A uid that is not the object's is answered with 409 for built-in kinds, with 422 for custom resources.
    if status == HTTPStatus.CONFLICT or any(cause.get("field") == "metadata.uid" for cause in causes):
        return ConflictError(message)
    if status == HTTPStatus.NOT_FOUND:
        return NotFoundError(message)
    if status in (HTTPStatus.GONE, HTTPStatus.TOO_MANY_REQUESTS) or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return AwayError(message)

    return DeniedError(message)
