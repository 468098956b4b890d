"""The one who posts a bot's updates to its webhook, from setWebhook until it is deleted, replaced, or gone."""

import asyncio
import contextlib
import random
from typing import Final

import aiohttp

from standins.telegram.faults import Fault
from standins.telegram.models import Bot
from standins.telegram.webhook.connections import Connections
from standins.telegram.webhook.deliveries import LONGEST_DELAY, Deliveries, Delivery
from standins.telegram.webhook.post import Outcome, post
from standins.telegram.webhook.target import Target
from standins.telegram.world import World

GONE: Final = 410
GONE_FOR: Final = 23 * 3600  # seconds of nothing but 410 that remove a webhook


class WebhookActor:
    """Posts updates by the rules of this package; `wake` tells it of something new."""

    def __init__(self, world: World, bot: Bot, target: Target) -> None:
        self.target = target
        self._world = world
        self._bot = bot
        self._deliveries = Deliveries(most=2 * target.max_connections, longest_delay=_longest_delay)
        self._connections = Connections(most=target.max_connections)
        self._changed = asyncio.Event()
        self._first_gone = 0.0  # Unix time of the first 410 in a row
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    def wake(self) -> None:
        """Look again: there is an update, or Telegram is back."""
        self._changed.set()

    def stop(self) -> None:
        """Post no more; what is under way is broken off and stays in the queue."""
        if self._task:
            self._task.cancel()

    async def closed(self) -> None:
        """Stop, and wait until nothing is under way."""
        self.stop()
        if self._task:
            await asyncio.wait({self._task})

    async def _run(self) -> None:
        # The connections are aiohttp's own; how many there may be is decided by `Connections`.
        connector = aiohttp.TCPConnector(limit=0)
        async with (
            aiohttp.ClientSession(connector=connector, skip_auto_headers=("User-Agent",)) as session,
            asyncio.TaskGroup() as tasks,
        ):
            while True:
                self._changed.clear()
                for delivery in self._ready():
                    tasks.create_task(self._deliver(session, delivery))
                await self._wait()

    def _ready(self) -> list[Delivery]:
        """Those that are posted now."""
        if self._world.away:
            return []

        now = self._world.clock.now()
        self._deliveries.load(self._bot.updates, now=now)

        ready: list[Delivery] = []
        while self._deliveries.next_due() is not None:
            if (self._deliveries.next_due() or 0) > now:
                break
            if not self._connections.take(now=now, chats=self._deliveries.chats):
                break
            if delivery := self._deliveries.take(now=now):
                ready.append(delivery)

        return ready

    async def _wait(self) -> None:
        """Until something changes, or an update is due and there is a connection for it."""
        now = self._world.clock.now()
        due = self._deliveries.next_due()
        free = self._connections.free_at(now=max(now, due or 0), chats=self._deliveries.chats)

        if due is None or self._world.away or (free is None and due <= now):
            await self._changed.wait()
            return

        with contextlib.suppress(TimeoutError):
            await self._world.clock.wait_for(self._changed.wait(), timeout=max(due, free or due) - now)

    async def _deliver(self, session: aiohttp.ClientSession, delivery: Delivery) -> None:
        outcome = await self._post(session, delivery)
        now = self._world.clock.now()
        self._connections.give_back(now=now, succeeded=outcome.acknowledged, keep=outcome.keep)
        self._world.log_delivery(self._bot, delivery.update.id, outcome.status, outcome.error)

        if outcome.acknowledged:
            self._acknowledge(delivery)
        else:
            self._fail(delivery, outcome)

        self._note_gone(outcome, now)
        self._changed.set()

        if outcome.reply:
            await self._world.carry_out(self._bot, outcome.reply, outcome.uploads)

    async def _post(self, session: aiohttp.ClientSession, delivery: Delivery) -> Outcome:
        clock, update = self._world.clock, delivery.update.as_json()
        fault = self._world.faults.take_for_webhook(self._bot.username)
        if not fault:
            return await post(session, self.target, update, clock=clock)

        await clock.sleep(fault.delay)
        if fault.drop == "after":
            await post(session, self.target, update, clock=clock)
            return Outcome(status=0)  # the answer is lost on the way: nobody knows whether it was a 2xx

        return _struck(fault) or await post(session, self.target, update, clock=clock)

    def _acknowledge(self, delivery: Delivery) -> None:
        self._deliveries.done(delivery)
        if self._bot.updates.forget(delivery.update.id):
            self._world.mark_read(self._bot, delivery.update)

    def _fail(self, delivery: Delivery, outcome: Outcome) -> None:
        now = self._world.clock.now()
        if outcome.error:
            self._bot.last_webhook_error = (int(now), outcome.error)

        if not self._deliveries.failed(delivery, now=now, retry_after=outcome.retry_after):
            self._deliveries.done(delivery)
            self._bot.updates.forget(delivery.update.id)

    def _note_gone(self, outcome: Outcome, now: float) -> None:
        """Remove the webhook when it has said 410, and nothing else, for 23 hours."""
        if not outcome.status:
            return  # no answer says neither

        if outcome.status != GONE:
            self._first_gone = 0.0
        elif not self._first_gone:
            self._first_gone = now
        elif now > self._first_gone + GONE_FOR:
            self._bot.remove_webhook()


def _struck(fault: Fault) -> Outcome | None:
    """What a fault makes of a request that is not even sent; None when it only delays."""
    if fault.drop == "before":
        return Outcome(status=0, error=fault.description or "")

    if refusal := fault.refusal():
        words = f"Wrong response from the webhook: {refusal.code} {refusal.description}"
        return Outcome(status=refusal.code, error=words, retry_after=refusal.retry_after or 0, keep=True)

    return None


def _longest_delay() -> int:
    return random.randint(LONGEST_DELAY, 2 * LONGEST_DELAY)  # noqa: S311 - no secret
