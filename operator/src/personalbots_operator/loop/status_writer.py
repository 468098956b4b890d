"""Writes what a decision says about a bot: its status, Events and log lines."""

from collections.abc import Callable

from personalbots_operator.cache.bot import Bot, Key
from personalbots_operator.cache.cache import Cache, Slot
from personalbots_operator.decision.outcome import Decision, Status
from personalbots_operator.decision.status import changes
from personalbots_operator.decision.world import World
from personalbots_operator.kube.client import Cluster, Kind, NotFoundError
from personalbots_operator.loop.bot_log import log_reason, log_start
from personalbots_operator.loop.event_recorder import EventRecorder
from personalbots_operator.metrics import Metrics


class StatusWriter:
    """Writes only what changed, so a bot that does well costs no call."""

    def __init__(
        self,
        *,
        cluster: Cluster,
        cache: Cache,
        recorder: EventRecorder,
        metrics: Metrics,
        enqueue: Callable[[Key], None],
    ) -> None:
        """`enqueue` is given bots to reconcile because of what an answer showed about another."""
        self._cluster = cluster
        self._cache = cache
        self._recorder = recorder
        self._metrics = metrics
        self._enqueue = enqueue

    async def write(self, world: World, decision: Decision) -> None:
        """Write the status if it changed, then record the Events.

        Raises:
            ApiError: the status cannot be written now.
        """
        bot = world.bot
        changed = {} if decision.status is None else changes(bot.status, decision.status)
        if changed and not await self._write_status(world, changed):
            return

        for notice in decision.notices:
            self._recorder.record(bot, notice, now=world.now)

    async def _write_status(self, world: World, changed: Status) -> bool:
        """Whether the resource is still there."""
        bot = world.bot
        try:
            raw = await self._cluster.patch(
                Kind.BOT, bot.key.namespace, bot.key.name, {"status": changed}, subresource="status"
            )
        except NotFoundError:
            self._cache.forget(Slot(Kind.BOT, bot.key), bot.uid)
            return False

        for key in self._cache.put_answer(bot, raw):
            self._enqueue(key)
        self._log_changes(world, changed)
        return True

    def _log_changes(self, world: World, changed: Status) -> None:
        bot, pod = world.bot, world.pod
        after = self._cache.bots.get(bot.key) or bot
        if changed.get("lastTermination") and pod and (last := pod.container.termination):
            log_start(after, "died: exit code %d %s %s", last.exit_code, last.reason, last.message)

        if after.reason == bot.reason:
            return
        if after.reason == "Polling":
            self._log_alive(world, after)
        else:
            log_reason(after)

    def _log_alive(self, world: World, bot: Bot) -> None:
        log_start(bot, "alive")
        if world.pod is not None:
            self._metrics.pod_ready(max(0.0, world.now - world.pod.created))
