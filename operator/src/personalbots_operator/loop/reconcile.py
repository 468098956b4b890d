"""The thin shell around a decision: gathers what is known of a bot, decides, carries it out, and writes the status.

What goes wrong in the middle of a call is expected: an object that is gone is forgotten, one that changed is decided
upon again when the watch has shown it, and an API server that does not answer is tried again.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from personalbots_operator.cache.bot import Key
from personalbots_operator.decision.actions import CreatePod
from personalbots_operator.decision.decide import decide
from personalbots_operator.decision.outcome import Decision
from personalbots_operator.decision.world import World
from personalbots_operator.kube.client import ConflictError, NotFoundError, RefusedError, UnavailableError
from personalbots_operator.loop.backoffs import Backoffs
from personalbots_operator.loop.execute import Executor
from personalbots_operator.loop.gather import Gatherer
from personalbots_operator.loop.queue import RetryError
from personalbots_operator.loop.status_writer import StatusWriter
from personalbots_operator.loop.statusz import StatuszReader
from personalbots_operator.settings import Settings

logger = logging.getLogger(__name__)

_ROUNDS: Final = 5
"""How often to decide anew in a row when the cluster turns out to be different."""
_AFTER_CREATION_SECONDS: Final = 1.0
"""When to look at a new pod, even if no watch shows anything."""
_UNREPORTED_SECONDS: Final = 30.0
"""For how long a busy operator does not write that a new bot is on its way."""
_CHECK_SECONDS: Final = 5.0
"""How often to look at a bot whose start is not reported."""


class Reconciler:
    """Brings one bot after another to the state that its resource asks for."""

    def __init__(  # noqa: PLR0913 - by keyword
        self,
        *,
        gatherer: Gatherer,
        executor: Executor,
        writer: StatusWriter,
        reader: StatuszReader,
        backoffs: Backoffs,
        settings: Settings,
        is_busy: Callable[[], bool],
    ) -> None:
        """`is_busy` tells whether many bots wait to be reconciled."""
        self._gatherer = gatherer
        self._executor = executor
        self._writer = writer
        self._reader = reader
        self._backoffs = backoffs
        self._settings = settings
        self._is_busy = is_busy

    async def __call__(self, key: Key) -> float | None:
        """Reconcile one bot. Returns the seconds after which to do so again without any event, or None.

        Raises:
            RetryError: something changed in the middle, or the API server does not answer.
        """
        world = self._gatherer.world(key)
        if world is None:
            self._reader.forget(key)
            self._backoffs.forget(key)
            return None

        try:
            return await self._reconcile(world)
        except UnavailableError as unavailable:
            raise RetryError(unavailable.message, after=unavailable.after) from unavailable
        except (ConflictError, NotFoundError) as changed:
            raise RetryError(changed.message) from changed
        except RefusedError as refused:
            logger.warning("%s cannot be looked after, and is tried again: %s", key, refused.message)
            raise RetryError(refused.message) from refused

    async def _reconcile(self, world: World) -> float | None:
        for _ in range(_ROUNDS):
            decision = decide(world, self._settings)
            if decision.wants_events:
                world = replace(world, events=await self._gatherer.events(world))
                continue

            other = await self._executor.carry_out(decision.actions, world)
            if other is None:
                return await self._report(world, decision)
            world = other
        raise RetryError("the cluster changes faster than it can be looked at")

    async def _report(self, world: World, decision: Decision) -> float | None:
        """Write the status, unless it can wait. Returns the seconds after which to reconcile again, or None."""
        if wait := self._can_wait(world, decision):
            return wait

        await self._writer.write(world, decision)
        if decision.wants_statusz:
            self._reader.refresh(world.bot.key)
        return decision.requeue_after

    def _can_wait(self, world: World, decision: Decision) -> float:
        """For how many seconds the first status of a new bot can wait: "it is starting" is soon outdated.

        0 when the status must be written now. What becomes of a pod is worth a write, that it was just created is not;
        under load, only that the bot runs.
        """
        if world.bot.reason or decision.reason != "Starting":
            return 0.0
        if any(isinstance(action, CreatePod) for action in decision.actions):
            return _AFTER_CREATION_SECONDS
        new = world.now - world.bot.created < _UNREPORTED_SECONDS
        return _CHECK_SECONDS if new and self._is_busy() else 0.0
