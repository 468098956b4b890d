"""What setWebhook says: where to, with which secret, how many at once, whom to trust."""

import ssl
from dataclasses import dataclass

from standins.telegram.webhook.address import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A webhook as it was set.

    Attributes:
        url: as the bot gave it.
        address: the same, taken apart.
        connect_to: host and port where it really is; the address says what is asked for there.
        ip: what getWebhookInfo shows.
        fixed_ip: the bot chose the IP address.
        max_connections: requests at once.
        secret_token: a header, unless empty.
        certificate: the bot's own one, as PEM; empty: it has none.
        trusted: certificates that count as publicly trusted besides the system's, as PEM.
    """

    url: str
    address: Address
    connect_to: tuple[str, int]
    ip: str
    fixed_ip: bool = False
    max_connections: int = 40
    secret_token: str = ""
    certificate: str = ""
    trusted: str = ""

    def tls(self) -> ssl.SSLContext | None:
        """How to check the server's certificate; None for http."""
        if self.address.scheme == "http":
            return None

        if self.certificate:
            return ssl.create_default_context(cadata=self.certificate)

        context = ssl.create_default_context()
        if self.trusted:
            context.load_verify_locations(cadata=self.trusted)

        return context
