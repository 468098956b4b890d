"""One update over HTTP, and what became of it."""

import json
import os
import ssl
from collections.abc import AsyncIterable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl

import aiohttp
from yarl import URL

from standins.telegram.api.arguments import Upload
from standins.telegram.clock import Clock
from standins.telegram.models import Json
from standins.telegram.webhook.target import Target

PATIENCE: Final = 60  # seconds without an answer: WebhookActor.cpp, create_connection
TIMED_OUT: Final = "Read timeout expired"
CERTIFICATE: Final = "SSL error {error:0A000086:SSL routines::certificate verify failed}"
UNRESOLVED: Final = "Failed to resolve host: Name or service not known"
NOT_BY_REPLY: Final = frozenset({"deletewebhook", "setwebhook", "close", "logout"})
"""Methods that a reply cannot call, besides those that begin with ``get``: WebhookActor.cpp, handle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a request.

    Attributes:
        status: of the answer; 0: there was none.
        error: what getWebhookInfo shows of it; a closed connection shows nothing.
        retry_after: seconds that the receiver asks for; 0: it does not.
        keep: whether the connection can be used again.
        reply: the method in the answer with its arguments, when it may be called.
        uploads: the files in the answer, by the names of their parts.
    """

    status: int
    error: str = ""
    retry_after: int = 0
    keep: bool = False
    reply: Json | None = None
    uploads: Mapping[str, Upload] = field(default_factory=dict)

    @property
    def acknowledged(self) -> bool:
        return 200 <= self.status <= 299


async def post(session: aiohttp.ClientSession, target: Target, update: Json, *, clock: Clock) -> Outcome:
    """Post an update to a webhook; every failure is an outcome."""
    try:
        return await clock.wait_for(_exchange(session, target, update), timeout=PATIENCE)
    except TimeoutError:
        return Outcome(status=0, error=TIMED_OUT)
    except aiohttp.ClientConnectorDNSError:
        return Outcome(status=0, error=UNRESOLVED)
    except (aiohttp.ClientSSLError, ssl.SSLError) as error:
        certificate = isinstance(error, aiohttp.ClientConnectorCertificateError)
        return Outcome(status=0, error=CERTIFICATE if certificate else f"SSL error {{{error}}}")
    except aiohttp.ClientConnectorError as error:
        return Outcome(status=0, error=os.strerror(error.errno or 0))
    except (aiohttp.ClientError, OSError):
        return Outcome(status=0)  # closed: Telegram says nothing of it


async def _exchange(session: aiohttp.ClientSession, target: Target, update: Json) -> Outcome:
    address, (host, port) = target.address, target.connect_to
    url = URL(f"{address.scheme}://{f'[{host}]' if ':' in host else host}:{port}{address.rest}", encoded=True)
    auth = aiohttp.BasicAuth(*address.userinfo.split(":", 1)) if address.userinfo else None
    tls = target.tls()
    async with session.post(
        url, data=json.dumps(update, ensure_ascii=False).encode(), headers=_headers(target), auth=auth,
        allow_redirects=False, ssl=tls or True, server_hostname=address.host if tls else None,
    ) as answer:  # fmt: skip
        said, uploads = await _read(answer)
        keep = not answer.headers.get("Connection", "").lower().startswith("close")
        if 200 <= answer.status <= 299:
            return Outcome(status=answer.status, keep=keep, reply=_callable(said), uploads=uploads)

        after = answer.headers.get("Retry-After", "")
        return Outcome(
            status=answer.status,
            error=f"Wrong response from the webhook: {answer.status} {answer.reason}",
            retry_after=int(after) if after.isdecimal() else 0,
            keep=keep,
        )


def _headers(target: Target) -> dict[str, str]:
    address = target.address
    usual = {"https": 443, "http": 80}[address.scheme]
    headers = {
        "Host": address.host if address.port == usual else f"{address.host}:{address.port}",
        "Content-Type": "application/json",
        "Accept-Encoding": "gzip, deflate",
    }
    return headers | ({"X-Telegram-Bot-Api-Secret-Token": target.secret_token} if target.secret_token else {})


async def _read(answer: aiohttp.ClientResponse) -> tuple[Json, dict[str, Upload]]:
    """What an answer says, and the files in it: JSON, a form, or a form with files."""
    if answer.content_type.startswith("multipart/"):
        return await _read_parts(aiohttp.MultipartReader.from_response(answer))

    body = await answer.read()
    try:
        if answer.content_type == "application/x-www-form-urlencoded":
            return dict(parse_qsl(body.decode())), {}
        said = json.loads(body or b"{}")
    except ValueError:
        return {}, {}

    return said if isinstance(said, dict) else {}, {}


async def _read_parts(parts: AsyncIterable[object]) -> tuple[Json, dict[str, Upload]]:
    values: Json = {}
    uploads: dict[str, Upload] = {}
    async for part in parts:
        if not isinstance(part, aiohttp.BodyPartReader) or not part.name:
            continue

        data = bytes(await part.read(decode=True))
        if part.filename:
            kind = part.headers.get("Content-Type", "application/octet-stream")
            uploads[part.name] = Upload(name=part.filename, mime_type=kind, data=data)
        else:
            values[part.name] = data.decode(errors="replace")

    return values, uploads


def _callable(said: Json) -> Json | None:
    """An answer that calls a method; None when it calls none, or one that a reply cannot call."""
    method = str(said.get("method", "")).lower()
    return said if method and method not in NOT_BY_REPLY and not method.startswith("get") else None
