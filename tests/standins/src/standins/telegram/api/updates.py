"""getUpdates: how a bot fetches its updates (https://core.telegram.org/bots/api#getting-updates)."""

import asyncio
from itertools import islice
from typing import Final

from standins.telegram.api.arguments import Call
from standins.telegram.errors import ApiError, conflict
from standins.telegram.models import Json

LONGEST_POLL: Final = 50  # seconds
CONFLICT_PAUSE: Final = 3  # seconds between two 409: Client.cpp, fail_query_conflict
SECOND_POLLER: Final = "terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_ACTIVE: Final = (
    "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)


async def get_updates(call: Call) -> list[Json]:
    """Wait for updates. A newer call that waits ends an older one of the same bot with 409.

    Raises:
        ApiError: 409 while a webhook is set, or when another call takes over.
    """
    bot, world = call.bot, call.world
    if bot.webhook:
        await _delay_conflict(call)
        raise conflict(WEBHOOK_ACTIVE)

    read_allowed_updates(call)
    limit = call.integer("limit", 100, lowest=1, highest=100)
    timeout = call.integer("timeout", 0, lowest=0, highest=LONGEST_POLL)

    bot.updates.forget_old(world.clock.now())
    for update in bot.updates.confirm(call.integer("offset")):
        world.mark_read(bot, update)

    if timeout and not len(bot.updates):
        bot.end_poll(conflict(SECOND_POLLER))
        await _poll(call, timeout)

    return [update.as_json() for update in islice(bot.updates, limit)]


def read_allowed_updates(call: Call) -> None:
    """Keep which kinds of updates the bot wants; the others are not queued from now on."""
    if "allowed_updates" in call.values:
        call.bot.allowed_updates = list(call.json("allowed_updates") or [])


async def _poll(call: Call, timeout: int) -> None:
    """Wait until something comes, for `timeout` seconds, or until another call takes over."""
    poll = call.bot.poll = asyncio.get_running_loop().create_future()

    async def waiting() -> None:
        await poll

    try:
        await call.world.clock.wait_for(waiting(), timeout=timeout)
    except TimeoutError:
        pass
    except ApiError as refusal:
        if refusal.code == 409:
            await _delay_conflict(call)
        raise
    finally:
        if call.bot.poll is poll:
            call.bot.poll = None


async def _delay_conflict(call: Call) -> None:
    """Hold back a 409 that comes soon after another one, so that two pollers don't chase each other."""
    clock = call.world.clock
    if clock.now() < call.bot.next_conflict:
        await clock.sleep(CONFLICT_PAUSE)
    else:
        call.bot.next_conflict = clock.now() + CONFLICT_PAUSE
