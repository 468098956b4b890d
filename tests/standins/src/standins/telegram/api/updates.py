"""getUpdates and the webhook: how a bot gets its updates (https://core.telegram.org/bots/api#getting-updates)."""

import asyncio
import time
from itertools import islice
from typing import Final

from standins.telegram.api.arguments import Call
from standins.telegram.errors import bad_request, conflict
from standins.telegram.models import Bot, Json
from standins.telegram.world import UPDATES_LIVE

LONGEST_POLL: Final = 50  # seconds
SECOND_POLLER: Final = "terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_ACTIVE: Final = (
    "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)


async def get_updates(call: Call) -> list[Json]:
    """Wait for updates. A newer call ends an older one of the same bot with 409.

    Raises:
        ApiError: 409 while a webhook is set.
    """
    bot = call.bot
    if bot.webhook.url:
        raise conflict(WEBHOOK_ACTIVE)

    bot.end_poll(conflict(SECOND_POLLER))

    if "allowed_updates" in call.values:
        bot.allowed_updates = list(call.json("allowed_updates") or [])

    limit = call.integer("limit", 100, lowest=1, highest=100)
    timeout = call.integer("timeout", 0, lowest=0, highest=LONGEST_POLL)
    _forget_old(bot)
    _confirm(call, call.integer("offset"))

    if not bot.updates and timeout:
        poll = bot.poll = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(timeout):
                await poll
        except TimeoutError:
            pass
        finally:
            if bot.poll is poll:
                bot.poll = None

    return list(islice(bot.updates, limit))


def _forget_old(bot: Bot) -> None:
    oldest = time.time() - UPDATES_LIVE
    while bot.updates and bot.arrived[bot.updates[0]["update_id"]] < oldest:
        del bot.arrived[bot.updates.popleft()["update_id"]]


def _confirm(call: Call, offset: int) -> None:
    """Forget everything below the offset; a negative offset keeps that many from the end."""
    bot = call.bot

    if offset < 0:
        offset = bot.updates[offset]["update_id"] if len(bot.updates) >= -offset else 0

    while bot.updates and bot.updates[0]["update_id"] < offset:
        update = bot.updates.popleft()
        del bot.arrived[update["update_id"]]
        _mark_read(call, update)


def _mark_read(call: Call, update: Json) -> None:
    message = update.get("message")
    chat = call.bot.chats.get(message["chat"]["id"]) if message else None
    if message and chat and message["message_id"] > chat.read_by_bot:
        chat.read_by_bot = message["message_id"]
        call.world.notify(chat, {"type": "read_by_bot", "up_to": chat.read_by_bot})


def set_webhook(call: Call) -> bool:
    """Keep the address; this stand-in does not call it, updates wait as they do when a webhook is out of reach.

    Raises:
        ApiError: no bot can be reached at this address.
    """
    url = call.text("url")
    if not url:
        return delete_webhook(call)
    if not url.startswith("https://"):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if "." not in url.partition("//")[2].partition("/")[0]:
        raise bad_request("bad webhook: Failed to resolve host: Name or service not known")

    call.bot.webhook.url = url
    call.bot.webhook.max_connections = call.integer("max_connections", 40, lowest=1, highest=100)

    if "allowed_updates" in call.values:
        call.bot.allowed_updates = list(call.json("allowed_updates") or [])

    call.bot.end_poll(conflict("terminated by setWebhook request"))
    return _drop_pending(call)


def delete_webhook(call: Call) -> bool:
    call.bot.webhook.url = ""
    return _drop_pending(call)


def _drop_pending(call: Call) -> bool:
    if call.flag("drop_pending_updates"):
        call.bot.updates.clear()
        call.bot.arrived.clear()
    return True


def get_webhook_info(call: Call) -> Json:
    bot = call.bot
    info: Json = {
        "url": bot.webhook.url,
        "has_custom_certificate": False,
        "pending_update_count": len(bot.updates),
    }

    if bot.webhook.url:
        info["max_connections"] = bot.webhook.max_connections

    return info | ({"allowed_updates": bot.allowed_updates} if bot.allowed_updates else {})
