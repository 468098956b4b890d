"""Everything that a decision about one bot rests on, gathered at one moment."""

from collections.abc import Sequence
from dataclasses import dataclass

from personalbots_operator.cache.bot import Bot
from personalbots_operator.cache.pod import Pod, PodEvent, Volume
from personalbots_operator.cache.statusz import Reading, Statusz


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """What the operator remembers of failed tries for a bot, until one works."""

    refusal: str = ""
    """The API server's message when it refused the pod or the volume."""
    next_try: float = 0.0
    """When a pod may be created again, in seconds since the epoch."""
    unresizable: str = ""
    """The UID of a pod that the cluster does not resize while it runs."""
    ungrowable: str = ""
    """The size that the volume's class refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The resource, what exists of it in the cluster, and what concerns it elsewhere."""

    bot: Bot
    pod: Pod | None = None
    """The pod with the bot's pod name, which may be somebody else's."""
    volume: Volume | None = None
    cleanup: Pod | None = None
    rival: str | None = None
    """The older resource that holds the same Telegram bot."""
    over_quota: int | None = None
    """How many bots the owner may have, when older ones are that many already."""
    may_be_replaced: bool = False
    """A rollout of what the operator itself changed has reached this bot."""
    many_deaf: bool = False
    """So many bots are deaf, or were a moment ago, that the cause is outside of them."""
    reading: Reading | None = None
    reading_for: float = 0.0
    """How long the reading has been pending, in seconds."""
    reading_late: bool = False
    """So many bots are waiting to be read that it makes no sense to wait for this one."""
    events: Sequence[PodEvent] | None = None
    """Events of the pod; None until they were asked for."""
    backoff: Backoff = Backoff()
    now: float
    """Seconds since the epoch."""

    @property
    def own_pod(self) -> Pod | None:
        """The pod, if it is this bot's own."""
        return self.pod if self.pod is not None and self.pod.owner_uid == self.bot.uid else None

    @property
    def statusz(self) -> Statusz | None:
        """What the bot reported last."""
        return self.reading.statusz if self.reading else None
