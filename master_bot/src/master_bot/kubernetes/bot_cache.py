"""All bots, kept up to date by one watch: a list costs no request to the cluster, however many people ask for one.

What people see comes from here. What is done to a bot is decided on a fresh read of it.
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import Final

from master_bot.kubernetes.client import ClusterError
from master_bot.kubernetes.cluster import Cluster
from master_bot.kubernetes.personal_bots import parse_bot
from master_bot.metrics import Metrics
from master_bot.models import Raw
from personalbots_api.models import InvalidResourceError, PersonalBot

_PAUSE: Final = 2.0  # seconds
logger = logging.getLogger(__name__)


class BotCache:
    """See the module. `run` keeps it up to date; `filled` is set once the first list is in."""

    def __init__(self, cluster: Cluster, metrics: Metrics) -> None:
        self._cluster = cluster
        self._metrics = metrics
        self._bots: dict[str, PersonalBot] = {}
        self.filled = asyncio.Event()

    def get(self, name: str) -> PersonalBot | None:
        """The bot of this name."""
        return self._bots.get(name)

    def all(self) -> Sequence[PersonalBot]:
        """All bots, by name."""
        return [self._bots[name] for name in sorted(self._bots)]

    def of(self, owner_id: int) -> Sequence[PersonalBot]:
        """One owner's bots, by name."""
        own = [bot for bot in self._bots.values() if bot.spec.owner_id == owner_id]
        return sorted(own, key=lambda bot: bot.metadata.name)

    def put(self, bot: PersonalBot) -> None:
        """Put the bot as the watch or a write gave it, unless a newer version is known."""
        known = self._bots.get(bot.metadata.name)
        # Resource versions of one kind are numbers in order (Kubernetes 1.35, KEP-5504).
        if known is None or int(bot.metadata.resource_version) >= int(known.metadata.resource_version):
            self._bots[bot.metadata.name] = bot

    async def run(self) -> None:
        """List and watch for ever; after a fault, list again."""
        while True:
            try:
                await self._follow()
            except Exception as error:
                # Whatever it is, the watch must go on: without it people are shown what is no longer true.
                self._metrics.errors.labels(type(error).__name__).inc()
                known = isinstance(error, ClusterError)
                logger.warning("the list of bots is not up to date", extra={"error": str(error)}, exc_info=not known)
                await asyncio.sleep(_PAUSE)

    async def _follow(self) -> None:
        found, version = await self._cluster.list_bots()
        read = [bot for raw in found if (bot := _read(raw))]
        self._bots = {bot.metadata.name: bot for bot in read}
        self.filled.set()

        while True:
            async for change in self._cluster.watch_bots(version):
                version = change["object"]["metadata"]["resourceVersion"]
                self._apply(change)

    def _apply(self, change: Raw) -> None:
        kind, raw = change["type"], change["object"]
        if kind == "DELETED":
            self._bots.pop(raw["metadata"]["name"], None)
        elif kind != "BOOKMARK" and (bot := _read(raw)):
            self.put(bot)


def _read(raw: Raw) -> PersonalBot | None:
    try:
        return parse_bot(raw)
    except InvalidResourceError as error:
        logger.warning("a PersonalBot cannot be read", extra={"bot": raw["metadata"]["name"], "error": str(error)})
        return None
