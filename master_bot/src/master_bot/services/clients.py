"""What almost every part works with; made once at the start and passed on."""

from dataclasses import dataclass

from aiogram import Bot

from master_bot.kubernetes.bot_cache import BotCache
from master_bot.kubernetes.cluster import Cluster
from master_bot.metrics import Metrics
from master_bot.models import Clock, Raw
from master_bot.settings import Settings
from personalbots_api.models import PersonalBot


@dataclass(frozen=True, slots=True, kw_only=True)
class Clients:
    """Telegram, the cluster and the cache of its bots, with settings, metrics and the clock."""

    telegram: Bot
    cluster: Cluster
    cache: BotCache
    settings: Settings
    metrics: Metrics
    now: Clock

    async def patch_bot(self, bot: PersonalBot, patch: Raw) -> PersonalBot:
        """Merge `patch` into this very bot, in the cluster and at once in the cache.

        Raises:
            ClusterError: nothing was changed, or nobody knows whether it was.
        """
        changed = await self.cluster.patch_bot(bot, patch)
        self.cache.put(changed)
        return changed

    async def annotate(self, bot: PersonalBot, annotation: str, value: str | None) -> PersonalBot:
        """Set one annotation of the bot; None removes it.

        Raises:
            ClusterError: as `patch_bot`.
        """
        return await self.patch_bot(bot, {"metadata": {"annotations": {annotation: value}}})
