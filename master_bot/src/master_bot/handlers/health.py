"""/health: whether everything answers that the bots depend on, and which nodes are in trouble."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from time import monotonic
from typing import Final

import aiohttp
from aiogram.types import Message

from master_bot.kubernetes.client import ClusterError, DeniedError
from master_bot.services.clients import Clients
from master_bot.telegram.person import Person
from master_bot.texts import Texts, fill
from master_bot.views.admin import answer_time, health_line, servers
from master_bot.views.diagnosis import Light, diagnose

_TIMEOUT: Final = aiohttp.ClientTimeout(total=5)  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthHandlers:
    """Asks everything."""

    clients: Clients
    http: aiohttp.ClientSession
    last_poll: Callable[[], float | None]
    """When Telegram last answered, in seconds since the epoch."""

    async def health(self, message: Message, person: Person) -> None:
        """How the parts are that everything depends on."""
        texts, words = person.texts, person.texts.admin
        cluster, llm, nodes = await asyncio.gather(self._cluster_answers(), self._llm_answers(), self._nodes(texts))
        lines = [
            health_line(words.part_telegram, self._polled(texts), texts),
            health_line(words.part_cluster, answer_time(cluster, texts), texts),
            health_line(words.part_llm, answer_time(llm, texts), texts),
            self._operator(texts),
            nodes,
        ]
        await message.answer("\n".join([words.health, *lines]))

    def _polled(self, texts: Texts) -> str | None:
        last = self.last_poll()
        return fill(texts.admin.heard, seconds=int(self.clients.now().timestamp() - last)) if last else None

    def _operator(self, texts: Texts) -> str:
        """The operator answers nobody: it is judged by the bots that it does not look after."""
        words, now = texts.admin, self.clients.now()
        silent = sum(diagnose(bot, None, (), now).reason == "OperatorSilent" for bot in self.clients.cache.all())
        state = fill(words.silent_bots, count=silent) if silent else words.looks_after
        return fill(words.health_line, sign="🔴" if silent else "🟢", part=words.part_operator, said=state)

    async def _nodes(self, texts: Texts) -> str:
        words = texts.admin
        try:
            return servers(await self.clients.cluster.nodes(), texts)
        except DeniedError:
            return f"{fill(words.health_line, sign=Light.RESTS, part=words.part_nodes, said='')}{words.nodes_unseen}"
        except ClusterError:
            return health_line(words.part_nodes, None, texts)

    async def _cluster_answers(self) -> float | None:
        begun = monotonic()
        try:
            await self.clients.cluster.conversation("health")
        except ClusterError:
            return None

        return monotonic() - begun

    async def _llm_answers(self) -> float | None:
        begun, url = monotonic(), f"{self.clients.settings.llm_base_url}/models"
        try:
            async with self.http.get(url, timeout=_TIMEOUT) as response:
                # Without a key it answers 401, which is an answer.
                return monotonic() - begun if response.status < HTTPStatus.INTERNAL_SERVER_ERROR else None
        except (aiohttp.ClientError, TimeoutError, OSError):
            return None
