"""The OpenAI API over HTTP: what a request is, what an answer is, and what is wrong with it.

The official SDK would cost each bot 40 MiB and a second of import at its first question. A bot needs only a few
endpoints and a stream of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html);
aiohttp is there for Telegram anyway.
"""

import contextlib
import json
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypedDict

import aiohttp

from personal_bot.llm.errors import Fault, one_line, retry_after

_CONNECT_TIMEOUT: Final = 10.0  # seconds
_LARGEST_EVENT: Final = 1 << 20  # bytes of one line of a stream
_END: Final = "[DONE]"


class Message(TypedDict):
    """A message of a chat request; `role` is system, user or assistant."""

    role: str
    content: str | list[dict[str, Any]]  # text, or the API's content parts: text and pictures


class ServiceError(Exception):
    """A request failed; `fault` says how. Its text holds no key."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.detail)
        self.fault = fault


class Wire:
    """Connections to one service, opened at the first request."""

    def __init__(self, *, timeout: float) -> None:
        """Take `timeout`: seconds without a byte after which a request has failed."""
        self._timeout = aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_TIMEOUT, sock_read=timeout)
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close the connections; a later request opens new ones."""
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

    async def get(self, url: str, *, key: str) -> Any:  # noqa: ANN401 - JSON
        """Get a JSON document.

        Raises:
            ServiceError: there is none.
        """
        async with _failures(), self._opened().get(url, headers=_headers(key)) as answer:
            return await _document(answer)

    async def post(self, url: str, body: dict[str, Any], *, key: str) -> Any:  # noqa: ANN401 - JSON
        """Post a JSON document and give the JSON document that answers.

        Raises:
            ServiceError: none does.
        """
        async with _failures(), self._opened().post(url, json=body, headers=_headers(key)) as answer:
            return await _document(answer)

    async def post_file(self, url: str, fields: dict[str, str], file: Path, *, name: str, key: str) -> Any:  # noqa: ANN401 - JSON
        """Post a file in a form and give the JSON document that answers.

        Raises:
            ServiceError: none does.
        """
        form = aiohttp.FormData(fields)
        with file.open("rb") as content:
            form.add_field("file", content, filename=name)
            async with _failures(), self._opened().post(url, data=form, headers=_headers(key)) as answer:
                return await _document(answer)

    async def stream(self, url: str, body: dict[str, Any], *, key: str) -> AsyncGenerator[dict[str, Any]]:
        """Post a JSON document and give the events that answer, as they come; leaving early ends the request.

        Raises:
            ServiceError: no stream comes, it breaks off, or the service reports an error in it.
        """
        async with _failures(), self._opened().post(url, json=body, headers=_headers(key)) as answer:
            await _require_success(answer)
            async for line in answer.content:
                field, _, value = line.decode().partition(":")
                data = value.strip()
                if field != "data" or not data:
                    continue
                if data == _END:
                    return

                event = json.loads(data)
                if not isinstance(event, dict):
                    raise ServiceError(Fault(detail="an event that is no object"))
                if error := event.get("error"):
                    raise ServiceError(_told(error, status=None, headers={}))

                yield event

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=self._timeout, trust_env=True, read_bufsize=_LARGEST_EVENT, auto_decompress=True
            )
        return self._session


@contextlib.asynccontextmanager
async def _failures() -> AsyncGenerator[None]:
    """Turn what aiohttp and the JSON parser raise into `ServiceError`."""
    try:
        yield
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        raise ServiceError(Fault(detail=type(error).__name__)) from None  # its text may hold a key from the address


def _headers(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


async def _document(answer: aiohttp.ClientResponse) -> Any:  # noqa: ANN401 - JSON
    await _require_success(answer)
    return json.loads(await answer.read())


async def _require_success(answer: aiohttp.ClientResponse) -> None:
    if answer.status == 200:  # noqa: PLR2004 - HTTP's own number
        return

    try:
        error = json.loads(await answer.read()).get("error")
    except (ValueError, AttributeError):
        error = None

    raise ServiceError(_told(error, status=answer.status, headers=answer.headers))


def _told(error: object, *, status: int | None, headers: Any) -> Fault:  # noqa: ANN401 - a mapping of any library
    """Read the API's error object, of which imitating servers send a part, or only a sentence."""
    told = error if isinstance(error, dict) else {"message": error or ""}
    code = told.get("code") or told.get("type") or ""
    return Fault(
        status=status or (code if isinstance(code, int) else None),
        code=str(code),
        detail=one_line(told.get("message") or ""),
        retry_after=retry_after(headers, now=datetime.now(UTC)),
    )
