"""setWebhook, deleteWebhook, getWebhookInfo (https://core.telegram.org/bots/api#setwebhook).

The rules, and where they were read, are in `standins.telegram.webhook`.
"""

import asyncio
import re
import socket
from collections.abc import Mapping
from typing import Final

from standins.telegram.api.arguments import Call, Described
from standins.telegram.api.updates import read_allowed_updates
from standins.telegram.errors import bad_request, conflict, too_many_requests
from standins.telegram.models import Json
from standins.telegram.webhook import address as addresses
from standins.telegram.webhook.actor import WebhookActor
from standins.telegram.webhook.address import Address
from standins.telegram.webhook.target import Target

PAUSE: Final = 1  # second between two calls of setWebhook
MAX_CONNECTIONS: Final = 100
MAX_LOCAL_CONNECTIONS: Final = 100_000
SECRET_LIMIT: Final = 256  # characters
SOMEWHERE: Final = "8.8.8.8"  # shown for a public name that is not resolved here
_SECRET: Final = re.compile(r"[A-Za-z0-9_-]*")


async def set_webhook(call: Call) -> Described:
    """Post updates to an address from now on.

    Raises:
        ApiError: too soon after another call, or no bot can be reached at this address.
    """
    url, bot, now = call.text("url"), call.bot, call.world.clock.now()
    if not url:
        return await delete_webhook(call)
    if now < bot.next_webhook_change:
        raise too_many_requests(PAUSE)

    bot.next_webhook_change = now + PAUSE
    if bot.webhook and _is_the_same(call, bot.webhook):
        read_allowed_updates(call)
        return Described(result=True, description="Webhook is already set")

    bot.end_poll(conflict("terminated by setWebhook request"))
    await _remove(call)
    _check_secret(call.text("secret_token"))
    target = await _target(call, addresses.parse(url))
    read_allowed_updates(call)

    actor = WebhookActor(call.world, bot, target)
    bot.webhook, bot.deliverer = target, actor
    actor.start()
    return Described(result=True, description="Webhook was set")


async def delete_webhook(call: Call) -> Described:
    """Post no more; what waits stays for getUpdates, unless it is to be dropped."""
    was_set = call.bot.webhook is not None
    await _remove(call)
    return Described(result=True, description=f"Webhook {'was' if was_set else 'is already'} deleted")


def get_webhook_info(call: Call) -> Json:
    bot, webhook = call.bot, call.bot.webhook
    bot.updates.forget_old(call.world.clock.now())
    info: Json = {
        "url": webhook.url if webhook else "",
        "has_custom_certificate": bool(webhook and webhook.certificate),
        "pending_update_count": len(bot.updates),
    }

    if bot.last_webhook_error:
        info["last_error_date"], info["last_error_message"] = bot.last_webhook_error
    if webhook:
        info |= {"max_connections": webhook.max_connections, "ip_address": webhook.ip}

    return info | ({"allowed_updates": bot.allowed_updates} if bot.allowed_updates else {})


def _is_the_same(call: Call, target: Target) -> bool:
    """Whether the call would change nothing; one with a certificate always does."""
    ip = call.text("ip_address")
    return (
        target.url == call.text("url")
        and not (target.certificate or call.upload("certificate"))
        and target.max_connections == _max_connections(call)
        and target.secret_token == call.text("secret_token")
        and target.fixed_ip == bool(ip)
        and ip in {"", target.ip}
        and not call.flag("drop_pending_updates")
    )


async def _remove(call: Call) -> None:
    """End the webhook that is set, wait for what is under way, and drop what waits if asked to."""
    deliverer = call.bot.deliverer
    call.bot.remove_webhook()
    if isinstance(deliverer, WebhookActor):
        await deliverer.closed()

    if call.flag("drop_pending_updates"):
        call.bot.updates.clear()


def _check_secret(secret: str) -> None:
    if len(secret) > SECRET_LIMIT:
        raise bad_request("secret token is too long")
    if not _SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")


def _max_connections(call: Call) -> int:
    highest = MAX_LOCAL_CONNECTIONS if call.world.settings.local else MAX_CONNECTIONS
    return call.integer("max_connections", 40, lowest=1, highest=highest)


async def _target(call: Call, address: Address) -> Target:
    settings = call.world.settings
    if not settings.local:
        addresses.check(address)

    fixed = call.text("ip_address")
    ip = fixed or await _resolve(address, settings.hosts, local=settings.local)
    if not settings.local:
        addresses.check_ip(ip)

    certificate = call.upload("certificate")
    return Target(
        url=call.text("url"),
        address=address,
        connect_to=_connect_to(address, settings.hosts.get(address.host, ""), fixed),
        ip=ip,
        fixed_ip=bool(fixed),
        max_connections=_max_connections(call),
        secret_token=call.text("secret_token"),
        certificate=certificate.data.decode(errors="replace") if certificate else "",
        trusted=settings.trusted,
    )


def _connect_to(address: Address, known: str, fixed: str) -> tuple[str, int]:
    host, _, port = known.rpartition(":")
    return (host, int(port)) if known else (fixed or address.host, address.port)


async def _resolve(address: Address, hosts: Mapping[str, str], *, local: bool) -> str:
    """The IP address of a name; outside of `local` public names count as resolved, so that no network is needed."""
    if re.fullmatch(r"[\d.]+|.*:.*", address.host):
        return address.host
    if not local and (address.host in hosts or "." in address.host):
        return SOMEWHERE

    try:
        found = await asyncio.get_running_loop().getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    except OSError:
        raise addresses.bad_webhook("Failed to resolve host: Name or service not known") from None

    return str(found[0][4][0])
