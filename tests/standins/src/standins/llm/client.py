"""The control API of a stand-in, in this process or far away: faults, and the log of requests."""

from types import TracebackType
from typing import Any, Self

import aiohttp

from standins.llm.faults import Fault


class LLMClient:
    """The control API of a stand-in. Use it in `async with`, or call `close` at the end.

    Args:
        url: the address of the server, with or without ``/v1``.
    """

    def __init__(self, url: str) -> None:
        self._control = url.rstrip("/").removesuffix("/v1") + "/standin"
        self._session: aiohttp.ClientSession | None = None

    async def fault(self, **fields: Any) -> None:  # noqa: ANN401 - checked by Fault
        """Add a fault; the fields are those of `Fault`."""
        fault = Fault.from_json(fields)
        await self._ask("POST", "/faults", json=fault.to_json() | {"key": fault.key, "times": fault.times})

    async def clear_faults(self, key: str | None = None) -> None:
        """Forget all faults, or those for requests with this API key."""
        await self._ask("DELETE", "/faults", json={"key": key})

    async def requests(self, endpoint: str | None = None) -> list[dict[str, Any]]:
        """The last requests, oldest first: time, method, endpoint, body, status (null while under way)."""
        found: list[dict[str, Any]] = await self._ask("GET", "/requests")
        return [request for request in found if endpoint in (None, request["endpoint"])]

    async def clear_requests(self) -> None:
        await self._ask("DELETE", "/requests")

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _ask(self, method: str, path: str, **options: Any) -> Any:  # noqa: ANN401 - JSON
        if self._session is None:
            self._session = aiohttp.ClientSession()
        async with self._session.request(method, self._control + path, **options) as response:
            response.raise_for_status()
            return await response.json() if response.status == 200 else None
