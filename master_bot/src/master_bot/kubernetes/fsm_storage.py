"""aiogram's storage of conversations, in ConfigMaps: one per chat and person, deleted when the conversation is over.

Nothing secret is ever put into it. Only this process writes them (the deployment has one replica and `Recreate`), so
they are read once at the start and kept in memory too: a message costs no request unless it changes something.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from aiogram.fsm.state import State
from aiogram.fsm.storage.base import BaseStorage, StateType, StorageKey

from master_bot.kubernetes.cluster import Cluster, Conversation
from master_bot.models import Clock

_FORMER_STATES: Final = {
    "Onboarding:wishes": "Onboarding:choices",
    **{f"Changing:{step}": f"SettingsInput:{step}" for step in ("key", "token", "title", "person")},
    "Looking:word": "LogSearch:word",
}
"""What a state was called before, and what it is called now: a conversation outlives an upgrade."""
_FORMER_KEYS: Final = {"wish": "choices"}
"""The same of the keys of its data."""


class ConfigMapStorage(BaseStorage):
    """See the module. Call `read` before anything else."""

    def __init__(self, cluster: Cluster, now: Clock) -> None:
        self._cluster = cluster
        self._now = now
        self._known: dict[str, Conversation] = {}

    async def read(self) -> None:
        """Take up the conversations of the former process.

        Raises:
            ClusterError: they cannot be read.
        """
        self._known = {found.name: _modern(found) for found in await self._cluster.conversations()}

    async def set_state(self, key: StorageKey, state: StateType = None) -> None:
        """See `BaseStorage`."""
        known = self._get(key)
        await self._put(known, state=(state.state if isinstance(state, State) else state) or "")

    async def get_state(self, key: StorageKey) -> str | None:
        """See `BaseStorage`."""
        return self._get(key).state or None

    async def set_data(self, key: StorageKey, data: Mapping[str, Any]) -> None:
        """See `BaseStorage`."""
        known = self._get(key)
        await self._put(known, data=json.dumps(dict(data), ensure_ascii=False))

    async def get_data(self, key: StorageKey) -> dict[str, Any]:
        """See `BaseStorage`."""
        data: dict[str, Any] = json.loads(self._get(key).data)
        return data

    async def close(self) -> None:
        """See `BaseStorage`; the cluster is closed by who opened it."""

    def forget(self, name: str) -> None:
        """Drop from memory what was deleted in the cluster under this name."""
        self._known.pop(name, None)

    def _get(self, key: StorageKey) -> Conversation:
        name = conversation_name(chat_id=key.chat_id, user_id=key.user_id)
        return self._known.get(name) or Conversation(name=name)

    async def _put(self, known: Conversation, *, state: str | None = None, data: str | None = None) -> None:
        wanted = Conversation(
            name=known.name,
            state=known.state if state is None else state,
            data=known.data if data is None else data,
            updated=self._now(),
        )
        if (wanted.state, wanted.data) == (known.state, known.data):
            return

        if wanted.state or wanted.data != "{}":
            await self._cluster.save_conversation(wanted)
            self._known[known.name] = wanted
        else:
            await self._cluster.forget_conversation(known.name)
            self.forget(known.name)


def _modern(found: Conversation) -> Conversation:
    """The conversation with today's names; what is written next is written with them."""
    data = {_FORMER_KEYS.get(key, key): value for key, value in json.loads(found.data).items()}
    state = _FORMER_STATES.get(found.state, found.state)
    return replace(found, state=state, data=json.dumps(data, ensure_ascii=False))


def conversation_name(*, chat_id: int, user_id: int) -> str:
    """The ConfigMap's name; a group's id is negative, which a name cannot begin with."""
    chat = f"{chat_id}" if chat_id >= 0 else f"g{-chat_id}"
    return f"conversation-{chat}-{user_id}"
