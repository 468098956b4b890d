"""Conversations outlive the process, and an upgrade."""

import json
from datetime import UTC, datetime

import pytest
from aiogram.fsm.storage.base import StorageKey

from master_bot.handlers.states import LogSearch, Onboarding, SettingsInput
from master_bot.kubernetes.cluster import Conversation
from master_bot.kubernetes.fsm_storage import ConfigMapStorage, conversation_name
from support.memory_cluster import MemoryCluster

KEY = StorageKey(bot_id=1, chat_id=7, user_id=7)
NAME = conversation_name(chat_id=7, user_id=7)


async def read(cluster: MemoryCluster, state: str, data: str = "{}") -> ConfigMapStorage:
    await cluster.save_conversation(Conversation(name=NAME, state=state, data=data))
    storage = ConfigMapStorage(cluster, lambda: datetime.now(UTC))
    await storage.read()
    return storage


@pytest.mark.parametrize(
    ("former", "today"),
    [
        ("Onboarding:wishes", Onboarding.choices),
        ("Changing:key", SettingsInput.key),
        ("Changing:token", SettingsInput.token),
        ("Changing:title", SettingsInput.title),
        ("Changing:person", SettingsInput.person),
        ("Looking:word", LogSearch.word),
        ("Onboarding:key", Onboarding.key),
    ],
)
async def test_a_conversation_goes_on_whose_state_had_another_name_before_the_upgrade(
    cluster: MemoryCluster, former: str, today: object
) -> None:
    storage = await read(cluster, former)
    assert await storage.get_state(KEY) == getattr(today, "state", None)


async def test_what_was_chosen_before_the_upgrade_is_still_there(cluster: MemoryCluster) -> None:
    storage = await read(cluster, "Onboarding:wishes", json.dumps({"wish": {"model": "a"}, "begun": "x"}))
    assert await storage.get_data(KEY) == {"choices": {"model": "a"}, "begun": "x"}
