"""/health: whether everything answers that the bots depend on, and which nodes are in trouble."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Final

import aiohttp
from aiogram.types import Message

from master_bot.kubernetes.bot_cache import BotCache
from master_bot.kubernetes.client import ClusterError, DeniedError
from master_bot.kubernetes.cluster import Cluster
from master_bot.kubernetes.fsm_storage import Clock
from master_bot.kubernetes.objects import Node
from master_bot.settings import Settings
from master_bot.telegram.person import Person
from master_bot.texts import Texts, fill
from master_bot.views.diagnosis import Light, diagnose

_MOST_NODES: Final = 20
_TIMEOUT: Final = aiohttp.ClientTimeout(total=5)
_REASON: Final = 150
"""Characters of what a node says of itself."""


@dataclass(frozen=True, kw_only=True)
class CheckUp:
    """Asks everything. `last_poll`: when Telegram last answered, in seconds since the epoch."""

    cluster: Cluster
    cache: BotCache
    http: aiohttp.ClientSession
    settings: Settings
    now: Clock
    last_poll: Callable[[], float | None]

    async def health(self, message: Message, person: Person) -> None:
        """How the parts are that everything depends on."""
        said = person.texts.admin
        last = self.last_poll()
        polled = fill(said.heard, seconds=int(self.now().timestamp() - last)) if last else None
        now = self.now()
        unseen = sum(diagnose(bot, None, (), now).reason == "OperatorSilent" for bot in self.cache.all())
        operator = fill(said.silent_bots, count=unseen) if unseen else said.looks_after
        cluster, llm, nodes = await asyncio.gather(
            self._cluster_answers(), self._llm_answers(), self._nodes(person.texts)
        )
        lines = [
            _health(said.part_telegram, polled, person.texts),
            _health(said.part_cluster, _timed(cluster, person.texts), person.texts),
            _health(said.part_llm, _timed(llm, person.texts), person.texts),
            fill(said.health_line, sign="🔴" if unseen else "🟢", part=said.part_operator, said=operator),
            nodes,
        ]
        await message.answer("\n".join([said.health, *lines]))

    async def _cluster_answers(self) -> float | None:
        begun = monotonic()
        try:
            await self.cluster.conversation("health")
        except ClusterError:
            return None
        return monotonic() - begun

    async def _nodes(self, texts: Texts) -> str:
        said = texts.admin
        try:
            return servers(await self.cluster.nodes(), texts)
        except DeniedError:
            return fill(said.health_line, sign=Light.RESTS, part=said.part_nodes, said=said.nodes_unseen)
        except ClusterError:
            return _health(said.part_nodes, None, texts)

    async def _llm_answers(self) -> float | None:
        begun = monotonic()
        try:
            async with self.http.get(f"{self.settings.llm_base_url}/models", timeout=_TIMEOUT) as response:
                # Without a key it answers 401, which is an answer.
                return monotonic() - begun if response.status < 500 else None  # noqa: PLR2004 - HTTP
        except (aiohttp.ClientError, TimeoutError, OSError):
            return None


def servers(nodes: Sequence[Node], texts: Texts) -> str:
    """How many nodes are ready, and what is wrong with each of the others; pure."""
    said, ready = texts.admin, sum(node.ready for node in nodes)
    troubled = [node for node in nodes if node.troubles]
    only_closed = all(node.troubles == ("Cordoned",) for node in troubled)
    sign = Light.WORKS if not troubled else Light.WAITS if only_closed else Light.FAILS
    count = fill(said.nodes_ready, ready=ready, count=len(nodes))
    lines = [
        fill(said.node_troubles[trouble], node=node.name, message=node.message[:_REASON].rstrip(". "))
        for node in troubled[:_MOST_NODES]
        for trouble in node.troubles
    ]
    return "\n".join([fill(said.health_line, sign=sign, part=said.part_nodes, said=count), *lines])


def _timed(seconds: float | None, texts: Texts) -> str | None:
    return None if seconds is None else fill(texts.admin.answers, milliseconds=int(seconds * 1000))


def _health(part: str, well: str | None, texts: Texts) -> str:
    said = texts.admin
    return fill(said.health_line, sign="🟢" if well else "🔴", part=part, said=well or said.silent)
