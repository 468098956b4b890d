"""A bot in the making, and the resource that it becomes."""

from master_bot.services.drafts import Draft, manifest
from master_bot.settings import Settings
from master_bot.views.choices import Choices
from support.master_world import Talk, World
from support.memory_cluster import MemoryCluster

SIZES = '{"small": {"limits": {"cpu": "1", "memory": "256Mi"}}, "large": {"limits": {"cpu": "2", "memory": "1Gi"}}}'


def test_a_new_bot_is_made_as_the_settings_say() -> None:
    settings = Settings.from_environment({"MASTER_BOT_SIZES": SIZES, "MASTER_BOT_STORAGE_SIZE": "5Gi"})
    draft = Draft(secret="bot-7-x", bot_id=7, username="anna_bot")  # noqa: S106 - a name
    choices = Choices(model="gpt-5-mini", size=settings.default_size, language="ru")
    raw = manifest(draft, choices, settings, owner_id=11).to_raw()
    assert raw == {
        "apiVersion": "personalbots.io/v1alpha1",
        "kind": "PersonalBot",
        "metadata": {
            "name": "bot-7",
            "labels": {
                "personalbots.io/bot": "bot-7",
                "personalbots.io/owner-id": "11",
                "app.kubernetes.io/managed-by": "master-bot",
            },
            "annotations": {"personalbots.io/username": "anna_bot", "personalbots.io/language": "ru"},
        },
        "spec": {
            "ownerId": 11,
            "telegram": {
                "tokenSecretRef": {"name": "bot-7-x", "key": "telegram-token"},
                "apiUrl": "https://api.telegram.org",
            },
            "llm": {
                "apiKeySecretRef": {"name": "bot-7-x", "key": "openai-api-key"},
                "baseUrl": "https://api.openai.com/v1",
                "model": "gpt-5-mini",
                "embeddingModel": "text-embedding-3-small",
            },
            "access": {"mode": "Owner"},
            "knowledge": {"storage": {"size": "5Gi"}},
            "resources": {"limits": {"cpu": "1", "memory": "256Mi"}},
        },
    }


async def test_nothing_secret_is_kept_in_a_conversation(world: World, anna: Talk, cluster: MemoryCluster) -> None:
    new = await world.telegram.client.make_bot("anna_docs_bot")
    await anna.say("/start", "Step 1")
    await anna.say(new.token, "Step 2 of 3")
    [kept] = cluster.kept.values()
    assert new.token not in str(kept)
    assert new.token.partition(":")[2] not in str(kept)
