"""Fetches links that the owner sends, and never anything inside the network that the bot runs in.

A name may resolve to another address each time, a page may redirect anywhere, and an address can be written in ways
that only the connection takes for one. So each socket is made for an address that was checked, whatever led there.
"""

import asyncio
import functools
import ipaddress
import socket
from collections.abc import Callable, Collection
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from personal_bot.models import RefusedError

LARGEST: Final = 512 << 20  # bytes: what a document may have
_SECONDS: Final = 60  # of silence; the request itself limits how long all of it may take
_REDIRECTS: Final = 5
_MOVED: Final = frozenset({301, 302, 303, 307, 308})
_BLOCK: Final = 1 << 16  # bytes
_IPV4: Final = 4
_GLOBAL_UNICAST: Final = ipaddress.ip_network("2000::/3")
"""All that IANA has given to the internet; translated, compatible and site-local addresses are outside of it."""
_SPECIAL: Final = tuple(
    map(
        ipaddress.ip_network,
        (
            "168.63.129.16/32",  # Azure's own services, at every machine there
            "192.0.0.0/24",  # protocol assignments, and Oracle's metadata
            "192.88.99.0/24",  # relays of 6to4
            "2001::/23",  # protocol assignments, Teredo
            "2002::/16",  # 6to4: an IPv4 address, private ones too
            "3fff::/20",  # documentation
        ),
    )
)
_ENDINGS: Final = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "application/pdf": ".pdf",
    "text/plain": ".txt",
}
_LONGEST_NAME: Final = 150  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What came: the name of a document for it, and what the server says that it is."""

    name: str
    mime_type: str


Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def is_public(text: str) -> bool:
    """Whether an IP address is somebody's on the internet: global, unicast, and no other address written as IPv6."""
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped

    unicast = address.version == _IPV4 or address in _GLOBAL_UNICAST
    special = any(address in network for network in _SPECIAL)
    return unicast and address.is_global and not address.is_multicast and not special


def public_or_in(networks: Collection[Network]) -> Callable[[str], bool]:
    """Allow public addresses, and those in networks of one's own."""

    def allowed(text: str) -> bool:
        address = ipaddress.ip_address(text)
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        return any(address in network for network in networks) or is_public(text)

    return allowed


async def fetch(
    url: str,
    into: Path,
    *,
    on_progress: Callable[[int, int], None] = lambda *_: None,
    allowed: Callable[[str], bool] = is_public,
    largest: int = LARGEST,
) -> Fetched:
    """Fetch a link into a file.

    Args:
        url: http or https.
        into: where to.
        on_progress: is called with the bytes that are there, and the bytes in all; 0 when nobody knows.
        allowed: says whether an IP address may be connected to.
        largest: bytes that it may have.

    Raises:
        RefusedError: it leads nowhere, to an address that may not be fetched, or to too much.
        OSError: the volume is full.
    """
    connector = aiohttp.TCPConnector(
        resolver=_Checked(allowed), use_dns_cache=False, socket_factory=functools.partial(_checked_socket, allowed)
    )
    timeout = aiohttp.ClientTimeout(total=None, connect=_SECONDS, sock_read=_SECONDS)

    try:
        async with aiohttp.ClientSession(
            connector=connector, timeout=timeout, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False
        ) as session:
            for _ in range(_REDIRECTS + 1):
                _require_web(url)
                async with session.get(url, allow_redirects=False) as response:
                    if response.status in _MOVED and "Location" in response.headers:
                        url = urljoin(url, response.headers["Location"])
                        continue
                    if response.status != HTTPStatus.OK:
                        raise RefusedError("link_failed", status=response.status)

                    await _save(response, into, on_progress, largest)
                    return Fetched(name=_name(url, response.content_type), mime_type=response.content_type)
    except _ForbiddenError:
        raise RefusedError("link_private") from None
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        raise RefusedError(
            "link_private" if isinstance(error.__cause__, _ForbiddenError) else "link_unreachable"
        ) from error

    raise RefusedError("link_unreachable")


class _ForbiddenError(OSError):
    """The address may not be connected to."""


class _Checked(AbstractResolver):
    def __init__(self, allowed: Callable[[str], bool]) -> None:
        self._allowed = allowed

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM, family=family)
        addresses = [(kind, str(address[0])) for kind, _, _, _, address in found]
        if not all(self._allowed(address.partition("%")[0]) for _, address in addresses):
            raise _ForbiddenError(host)

        return [
            ResolveResult(hostname=host, host=address, port=port, family=kind, proto=0, flags=socket.AI_NUMERICHOST)
            for kind, address in addresses
        ]

    async def close(self) -> None:
        """Nothing is held."""


def _checked_socket(allowed: Callable[[str], bool], address: aiohttp.AddrInfoType) -> socket.socket:
    """Make the socket for a connection; no connection is made without it."""
    family, kind, protocol, _, (host, *_) = address
    if not allowed(str(host).partition("%")[0]):
        raise _ForbiddenError(host)
    return socket.socket(family, kind, protocol)


def _require_web(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise _ForbiddenError(url)


async def _save(
    response: aiohttp.ClientResponse, into: Path, on_progress: Callable[[int, int], None], largest: int
) -> None:
    size, total = 0, 0 if "Content-Encoding" in response.headers else response.content_length or 0
    if total > largest:
        raise RefusedError("link_too_large", limit=largest)

    with into.open("wb") as file:
        async for block in response.content.iter_chunked(_BLOCK):
            size += len(block)
            if size > largest:
                raise RefusedError("link_too_large", limit=largest)

            file.write(block)
            on_progress(size, total)


def _name(url: str, mime_type: str) -> str:
    parts = urlsplit(url)
    name = f"{parts.hostname}{unquote(parts.path)}".rstrip("/")[:_LONGEST_NAME]
    ending = _ENDINGS.get(mime_type, "")
    return "".join(filter(str.isprintable, name if name.endswith(ending) else name + ending))
