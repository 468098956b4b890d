"""The OpenAI API over HTTP: what a request is, what an answer is, and what is wrong with it.

The official SDK would do, and cost each bot 40 MiB and a second of import at its first question. What a bot needs of it
is two endpoints and a stream of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html);
aiohttp is there for Telegram anyway.
"""

import asyncio
import io
import json
import re
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypedDict, TypeVar

import aiohttp

from personal_bot.llm import refusals
from personal_bot.llm.errors import Fault, ServiceError, one_line, retry_after

_CONNECT_TIMEOUT: Final = 10.0  # seconds
_LARGEST_EVENT: Final = 1 << 20  # bytes of one line of a stream
_LARGEST_ANSWER: Final = 64 << 20  # bytes of a whole document: vectors of a large batch take some 10 MiB
_LARGEST_REFUSAL: Final = 1 << 16  # bytes of a refusal that are read
_END: Final = "[DONE]"
_OF_A_STREAM: Final = re.compile(rb"(?:\xef\xbb\xbf)?(?:data|event|id|retry)?:")
_SUCCESS: Final = range(200, 300)

_Read = TypeVar("_Read")


class Message(TypedDict):
    """A message of a chat request; `role` is system, user or assistant."""

    role: str
    content: str | list[dict[str, Any]]  # text, or the API's content parts: text and pictures


class Wire:
    """Connections to one service, opened at the first request.

    What goes out honours `HTTP(S)_PROXY` and `NO_PROXY` of the environment.
    """

    def __init__(self, *, timeout: float, first_byte: float) -> None:
        """Set how long to wait, in seconds.

        Args:
            timeout: without a byte, once an answer has begun.
            first_byte: until an answer begins; a model may be loaded first, or think for minutes.
        """
        self._timeout = timeout
        self._first_byte = first_byte
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
        async with self._asked("GET", url, key=key) as answer:
            return await self._document(answer)

    async def post(self, url: str, body: dict[str, Any], *, key: str) -> Any:  # noqa: ANN401 - JSON
        """Post a JSON document and give the one that answers.

        Raises:
            ServiceError: none does.
        """
        async with self._asked("POST", url, key=key, data=_json(body)) as answer:
            return await self._document(answer)

    async def post_file(self, url: str, fields: dict[str, str], file: Path, *, name: str, key: str) -> Any:  # noqa: ANN401 - JSON
        """Post a file in a form and give the JSON document that answers.

        Raises:
            ServiceError: none does.
        """
        form = aiohttp.FormData(fields)
        with file.open("rb") as content:
            form.add_field("file", content, filename=name)
            async with self._asked("POST", url, key=key, data=form) as answer:
                return await self._document(answer)

    async def stream(self, url: str, body: dict[str, Any], *, key: str) -> AsyncGenerator[dict[str, Any]]:
        """Post a JSON document and give the events that answer, as they come; leaving early ends the request.

        A service that answers with one document gives that as the only event.

        Raises:
            ServiceError: no answer comes, it breaks off, or the service reports an error in it.
        """
        async with self._asked("POST", url, key=key, data=_json(body)) as answer:
            await self._require_success(answer)
            begun = False
            while line := await self._read(answer.content.readline(), begun=begun):
                if not begun and line.strip() and not _OF_A_STREAM.match(line):
                    yield await self._document(answer, read=line)  # whatever its content type says
                    return
                begun = begun or bool(line.strip())
                field, _, value = line.decode(errors="replace").lstrip("\ufeff").partition(":")
                data = value.strip()
                if field != "data" or not data:
                    continue  # a comment keeps the connection open; an event's name adds nothing to its data
                if data == _END:
                    yield {"done": True}
                    return
                yield _event(data)

    @asynccontextmanager
    async def _asked(self, method: str, url: str, *, key: str, **what: Any) -> AsyncIterator[aiohttp.ClientResponse]:  # noqa: ANN401 - a body of any kind
        """The answer to a request, once its head is there; what aiohttp and JSON raise becomes a `ServiceError`."""
        asked = self._opened().request(method, url, headers={"Authorization": f"Bearer {key}"}, **what)
        try:
            async with await self._read(asked, begun=False) as answer:
                yield answer
        except (aiohttp.ClientError, OSError, ValueError) as error:
            # The error's own text may hold the address with a key in it.
            raise ServiceError(Fault(detail=type(error).__name__, codes=_codes(error))) from None

    async def _read(self, doing: Awaitable[_Read], *, begun: bool) -> _Read:
        """Wait for the next bytes: long for the first ones, and for the others as long as a living service pauses."""
        try:
            async with asyncio.timeout(self._timeout if begun else self._first_byte):
                return await doing
        except TimeoutError:
            codes = frozenset() if begun else frozenset({"no first byte"})
            raise ServiceError(Fault(detail="TimeoutError", codes=codes)) from None

    async def _document(self, answer: aiohttp.ClientResponse, *, read: bytes = b"") -> Any:  # noqa: ANN401 - JSON
        await self._require_success(answer)
        document = refusals.document_of(read + await self._body(answer, largest=_LARGEST_ANSWER))
        if isinstance(document, str) and document.startswith(("{", "[")):
            raise ServiceError(Fault(detail="an answer that is broken off"))
        if isinstance(document, str):  # the page of a gateway, or of whatever else is under the address
            raise ServiceError(Fault(detail=one_line(document), codes=frozenset({"address"}), answered=True))
        if refusals.is_refusal(document) and not isinstance(document, list):
            raise ServiceError(_fault(document, status=None, headers=answer.headers))
        return document

    async def _require_success(self, answer: aiohttp.ClientResponse) -> None:
        if answer.status in _SUCCESS:
            return
        body = await self._body(answer, largest=_LARGEST_REFUSAL)
        raise ServiceError(_fault(refusals.document_of(body), status=answer.status, headers=answer.headers))

    async def _body(self, answer: aiohttp.ClientResponse, *, largest: int) -> bytes:
        """The body, up to as many bytes."""
        body = bytearray()
        while len(body) <= largest and (piece := await self._read(answer.content.readany(), begun=bool(body))):
            body += piece
        return bytes(body[:largest])

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_TIMEOUT, sock_read=None)
            self._session = aiohttp.ClientSession(
                timeout=timeout, trust_env=True, read_bufsize=_LARGEST_EVENT, auto_decompress=True
            )
        return self._session


def _json(body: dict[str, Any]) -> aiohttp.BytesIOPayload:
    """A body as a file: pictures make it large, and aiohttp sends bytes of this size in one go."""
    return aiohttp.BytesIOPayload(io.BytesIO(json.dumps(body).encode()), content_type="application/json")


def _event(data: str) -> dict[str, Any]:
    """An event of a stream.

    Raises:
        ServiceError: it reports an error, or is none.
    """
    event = json.loads(data)
    if not isinstance(event, dict):
        raise ServiceError(Fault(detail="an event that is no object"))
    if event.get("error") or event.get("object") == "error":
        raise ServiceError(_fault(event, status=None, headers={}))
    return event


def _fault(document: object, *, status: int | None, headers: Mapping[str, str]) -> Fault:
    """What a refusal says; one without an HTTP status of its own often has it in its body."""
    codes = refusals.codes_of(document)
    told = retry_after(headers, now=datetime.now(UTC))
    numbers = [int(code) for code in codes if code.isdecimal() and 400 <= int(code) < 600]  # noqa: PLR2004 - HTTP's errors
    return Fault(
        status=status or next(iter(numbers), None),
        detail=one_line(refusals.sentence_of(document)),
        retry_after=refusals.wait_of(document) if told is None else told,
        codes=codes,
        answered=True,
    )


def _codes(error: Exception) -> frozenset[str]:
    """What came before any answer, as far as somebody can mend it."""
    match error:
        case aiohttp.ClientHttpProxyError() | aiohttp.ClientProxyConnectionError():
            return frozenset({"proxy"})
        case aiohttp.ClientSSLError() | aiohttp.ClientConnectorCertificateError():
            return frozenset({"certificate"})
        case aiohttp.InvalidURL():
            return frozenset({"address"})
    return frozenset()
