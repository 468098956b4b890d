"""Which addresses a webhook may have (WebhookActor.cpp, ``start_up`` and ``check_ip_address``)."""

import ipaddress
import re
from dataclasses import dataclass
from typing import Final

from standins.telegram.errors import ApiError, bad_request

PORTS: Final = (443, 80, 88, 8443)
HOST: Final = re.compile(r"[a-z0-9_.-]+|\[[0-9a-f:.]+\]")
_URL: Final = re.compile(r"(?:([a-z]+)://)?(?:([^@/?#]*)@)?(\[[^\]]*\]|[^:/?#]*)(?::(\d+))?([/?#].*)?", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where updates are posted to; `rest` is the path with its query."""

    scheme: str
    userinfo: str
    host: str
    port: int
    rest: str


def parse(url: str) -> Address:
    """Take an address apart; without a scheme it is https.

    Raises:
        ApiError: it is no address of http or https.
    """
    match = _URL.fullmatch(url.strip())
    scheme, userinfo, host, port, rest = match.groups() if match else ("", "", "", "", "")
    scheme = (scheme or "https").lower()
    host = host.lower()
    number = int(port) if port else {"https": 443, "http": 80}.get(scheme, 0)
    if scheme not in {"http", "https"} or not HOST.fullmatch(host) or not 0 < number < 65536:
        raise bad_request("invalid webhook URL specified")

    path = (rest or "").partition("#")[0]
    return Address(
        scheme=scheme, userinfo=userinfo or "", host=host.strip("[]"), port=number,
        rest=path if path.startswith("/") else f"/{path}",
    )  # fmt: skip


def check(address: Address) -> None:
    """Refuse what only a server of one's own allows.

    Raises:
        ApiError: http, or another port.
    """
    if address.scheme != "https":
        raise bad_webhook("An HTTPS URL must be provided for webhook")
    if address.port not in PORTS:
        raise bad_webhook("Webhook can be set up only on ports 80, 88, 443 or 8443")


def check_ip(text: str) -> None:
    """Refuse an IP address that is not of the Internet, or not IPv4.

    Raises:
        ApiError: it is, in Telegram's words.
    """
    try:
        ip = ipaddress.ip_address(text)
    except ValueError:
        raise bad_webhook("Invalid IP address specified") from None

    if ip.version != 4:
        raise bad_webhook("IPv6-only addresses are not allowed")
    if not ip.is_global or ip.is_multicast:
        raise bad_webhook(f"IP address {ip} is reserved")


def bad_webhook(words: str) -> ApiError:
    return bad_request(f"bad webhook: {words}")
