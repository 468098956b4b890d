"""The master bot on the real cluster: what it does there, what it survives, and that it tells the truth."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from cluster import deploy, kube
from master_bot.kubernetes.client import ConflictError, DeniedError, Kube, NotFoundError
from master_bot.kubernetes.cluster import Conversation, KubernetesCluster
from master_bot.metrics import Metrics
from personalbots_api.models import PersonalBot
from standins.telegram import NewBot, TelegramClient
from support.cluster.installation import Installation
from support.cluster.master_talk import MASTER, Talk

pytestmark = pytest.mark.cluster


@pytest.fixture
async def talk(installed: Installation, telegram: TelegramClient) -> Talk:
    return Talk(await telegram.join(f"Anna {secrets.token_hex(4)}"), installed)


@pytest.fixture
async def bot(installed: Installation, telegram: TelegramClient, talk: Talk) -> AsyncIterator[NewBot]:
    made = await telegram.make_bot(f"master_{secrets.token_hex(4)}_bot", owner_id=talk.person.id)
    installed.secrets.add(made.token)
    yield made
    remove(installed, f"bot-{made.id}")


def remove(installed: Installation, name: str) -> None:
    """Delete a bot and its volume; its Secret goes with it."""
    words = ("-n", installed.namespace, "delete", "--ignore-not-found")
    installed.kubectl(*words, "pbot", name)
    installed.kubectl(*words, "--wait=false", "pvc", f"pbot-{name}")


@pytest.fixture
async def real(installed: Installation) -> AsyncIterator[KubernetesCluster]:
    """The master bot's client, in a namespace of its own that no operator and no master bot serves."""
    namespace = f"master-{secrets.token_hex(3)}"
    kube.apply(installed.context, kube.namespace(namespace))
    connection = await Kube.connect(Metrics(), installed.context.kubeconfig)
    yield KubernetesCluster(connection, bots_namespace=namespace, namespace=namespace)
    await connection.close()
    installed.kubectl("delete", "namespace", namespace, "--wait=false")


def resource(name: str = "one", **spec: object) -> PersonalBot:
    ref = {"name": "draft"}
    raw = {
        "metadata": {"name": name},
        "spec": {"ownerId": 7, "telegram": {"tokenSecretRef": ref}, "llm": {"apiKeySecretRef": ref}, **spec},
    }
    return PersonalBot.from_raw(raw)


async def test_conversations_are_kept_found_and_forgotten(real: KubernetesCluster) -> None:
    first = Conversation(name="conversation-1-1", state="S", data='{"a": "я"}', updated=datetime.now(UTC))
    await real.save_conversation(first)
    second = Conversation(name="conversation-1-1", state="", data="{}", updated=datetime.now(UTC))
    await real.save_conversation(second)
    assert await real.conversation("conversation-1-1") == second
    assert [found.name for found in await real.conversations()] == ["conversation-1-1"]
    await real.forget_conversation("conversation-1-1")
    await real.forget_conversation("conversation-1-1")
    assert await real.conversation("conversation-1-1") is None


async def test_a_secret_is_written_in_parts_and_goes_with_its_bot(
    real: KubernetesCluster, installed: Installation
) -> None:
    await real.create_secret("draft", {"telegram-token": "t"}, {"personalbots.io/draft": "true"})
    with pytest.raises(ConflictError):
        await real.create_secret("draft", {}, {})
    await real.patch_secret("draft", {"stringData": {"openai-api-key": "k"}})
    with pytest.raises(NotFoundError):
        await real.patch_secret("another", {"stringData": {}})
    made = await real.create_bot(resource())
    owner = {"apiVersion": "personalbots.io/v1alpha1", "kind": "PersonalBot", "name": "one", "uid": made.metadata.uid}
    meta = {"ownerReferences": [owner], "labels": {"personalbots.io/draft": None}}
    await real.patch_secret("draft", {"metadata": meta})
    found = installed.get("secret", "draft", namespace=made.metadata.namespace)
    assert found
    assert set(found["data"]) == {"telegram-token", "openai-api-key"}
    assert not found["metadata"].get("labels")
    await real.delete_bot(made)
    await installed.until(
        lambda: installed.get("secret", "draft", namespace=made.metadata.namespace) is None, what="the Secret goes too"
    )
    await real.delete_secret("draft")


async def test_a_bot_that_has_another_ones_name_by_now_is_not_touched(real: KubernetesCluster) -> None:
    old = await real.create_bot(resource())
    with pytest.raises(ConflictError):
        await real.create_bot(resource())
    await real.delete_bot(old)
    new = await real.create_bot(resource())
    with pytest.raises(ConflictError):
        await real.patch_bot(old, {"spec": {"state": "Stopped"}})
    await real.delete_bot(old)
    assert (await real.bot("one")).metadata.uid == new.metadata.uid
    assert (await real.patch_bot(new, {"spec": {"state": "Stopped"}})).spec.state == "Stopped"


async def test_what_the_api_server_refuses_is_told_apart_from_what_is_not_there(real: KubernetesCluster) -> None:
    with pytest.raises(NotFoundError):
        await real.bot("nobody")
    with pytest.raises(DeniedError, match="ownerId"):
        await real.patch_bot(await real.create_bot(resource()), {"spec": {"ownerId": 8}})
    nobody = await real.bot("one")
    assert await real.pod(nobody) is None
    assert await real.log(nobody, lines=5) is None
    assert await real.events(nobody) == []


async def test_nodes_are_seen_with_what_is_wrong_with_them(real: KubernetesCluster, installed: Installation) -> None:
    named = installed.kubectl("get", "nodes", "-o", "jsonpath={.items[*].metadata.name}").split()
    assert sorted(node.name for node in await real.nodes() if node.ready) == sorted(named)


async def test_a_strangers_pod_of_the_bots_name_is_not_shown_to_the_bots_owner(
    real: KubernetesCluster, installed: Installation
) -> None:
    bot = await real.create_bot(resource())
    rights = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}, "runAsNonRoot": True}
    rights |= {"seccompProfile": {"type": "RuntimeDefault"}}
    container = {"name": "bot", "image": "registry.invalid/none:1", "securityContext": rights}
    namespace = bot.metadata.namespace
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": bot.pod_name, "namespace": namespace}}
    installed.apply(pod | {"spec": {"containers": [container]}})
    assert installed.get("pod", bot.pod_name, namespace=namespace)
    assert await real.pod(bot) is None
    assert await real.log(bot, lines=5) is None


async def test_the_watch_tells_of_every_change(real: KubernetesCluster) -> None:
    found, version = await real.list_bots()
    assert not found
    made = await real.create_bot(resource())
    await real.patch_bot(made, {"spec": {"state": "Stopped"}})
    await real.delete_bot(made)
    changes: list[str] = []
    async with contextlib.aclosing(real.watch_bots(version)) as watch, asyncio.timeout(20):  # type: ignore[type-var] # a generator
        async for change in watch:
            changes.append(change["type"])
            if change["type"] == "DELETED":
                break
    assert changes == ["ADDED", "MODIFIED", "DELETED"]


async def kill_master(installed: Installation) -> None:
    """Kill the master bot's pod at once; its Deployment makes another one."""
    words = ("-n", deploy.NAMESPACE, "get", "pods", "-l", "app.kubernetes.io/component=master-bot", "-o", "name")
    pod = installed.kubectl(*words).strip().splitlines()[0]
    delete = ("-n", deploy.NAMESPACE, "delete", pod, "--force", "--grace-period=0")
    await asyncio.to_thread(installed.kubectl, *delete)


@pytest.mark.disruptive
async def test_the_conversation_survives_the_death_of_the_master_bot_at_every_step(
    installed: Installation, talk: Talk, bot: NewBot
) -> None:
    await talk.say("/start", "Step 1 of 3")
    await kill_master(installed)
    await talk.say(bot.token, "Step 2 of 3", timeout=90)
    await kill_master(installed)
    screen = await talk.say(talk.key, "Step 3 of 3", timeout=90)
    await kill_master(installed)
    await talk.person.press(screen, "✅ Create the bot")
    live = await talk.hear("is on its way", after=screen, timeout=90)
    await kill_master(installed)
    ready = await talk.hear("is ready", timeout=120)
    assert ready.id == live.id, "the same message goes on"
    left = [message.text for message in await talk.person.messages(MASTER) if not message.from_bot]
    assert left == ["/start"], "nothing secret stays in the chat"
    found = installed.items("secrets", "-l", f"personalbots.io/bot=bot-{bot.id}")
    assert len(found) == 1
    assert found[0]["metadata"]["ownerReferences"][0]["name"] == f"bot-{bot.id}"


async def test_debug_names_the_cause_and_the_remedy(
    installed: Installation, telegram: TelegramClient, talk: Talk, bot: NewBot
) -> None:
    await talk.onboard(bot)
    name = f"bot-{bot.id}"
    installed.secrets.add(await telegram.revoke_token(bot.username))
    await installed.reason(name, "TokenRefused", timeout=120)
    said = await talk.say("/debug", "🔴")
    assert said.text.splitlines()[1].startswith("Telegram no longer accepts the token")
    assert "exit code 77" in said.text
    installed.patch(name, {"spec": {"image": "registry.invalid/none:1"}})
    await installed.reason(name, "ImagePullFailed", timeout=120)
    said = await talk.say("/debug", "🔴", "cannot be loaded")
    assert "registry.invalid/none:1" in said.text
    installed.patch(
        name, {"spec": {"image": None, "resources": {"requests": {"cpu": "900"}, "limits": {"cpu": "900"}}}}
    )
    await installed.reason(name, "Unschedulable", timeout=120)
    await talk.say("/debug", "🔴", "No server has room")


async def test_the_owner_is_told_unasked_of_a_refused_token_and_again_when_the_new_one_works(
    installed: Installation, telegram: TelegramClient, talk: Talk, bot: NewBot
) -> None:
    await talk.onboard(bot)
    token = await telegram.revoke_token(bot.username)
    installed.secrets.add(token)
    told = await talk.hear("Telegram no longer accepts the token", f"@{bot.username}", timeout=120)
    await kill_master(installed)
    await talk.person.press(told, "New token")
    await talk.hear("send me the current token", timeout=90)
    live = await talk.say(token, "is on its way")
    await talk.ready(live)
    await talk.hear(f"🟢 @{bot.username} works again", timeout=60)
    said = [message.text for message in await talk.person.messages(MASTER) if message.from_bot]
    assert len([text for text in said if "no longer accepts" in text]) == 1, "it is told once, also over a restart"


async def test_nobody_touches_the_bot_of_another(
    installed: Installation, telegram: TelegramClient, talk: Talk, bot: NewBot
) -> None:
    await talk.onboard(bot)
    before = installed.get("pbot", f"bot-{bot.id}")
    stranger = Talk(await telegram.join(f"Boris {secrets.token_hex(4)}"), installed)
    for command in ("status", "debug", "logs", "restart", "stop", "resume", "delete"):
        await stranger.say(f"/{command} @{bot.username}", "no bot of that name")
        await stranger.say(f"/{command} bot-{bot.id}", "no bot of that name")
    await stranger.say("/bots", "You have no bot yet")
    await stranger.say("/start", "Step 1 of 3")
    await stranger.say(bot.token, "is in use here already")
    after = installed.get("pbot", f"bot-{bot.id}")
    assert before
    assert after
    assert after["metadata"]["generation"] == before["metadata"]["generation"]


async def test_what_a_deleted_bot_had_read_is_there_again_when_it_comes_back(
    installed: Installation, talk: Talk, bot: NewBot
) -> None:
    await talk.onboard(bot)
    name = f"bot-{bot.id}"
    volume = installed.get("pvc", f"pbot-{name}")
    assert volume
    question = await talk.say("/delete", f"Delete @{bot.username}?")
    await talk.person.press(question, "Delete the bot, keep what it read")
    await talk.hear("is deleted", "is kept for you", timeout=100)
    await installed.gone("pbot", name)
    await installed.until(
        lambda: not installed.items("secrets", "-l", f"personalbots.io/bot={name}"), what="the Secret is gone too"
    )
    await talk.onboard(bot)
    again = installed.get("pvc", f"pbot-{name}")
    assert again
    assert again["metadata"]["uid"] == volume["metadata"]["uid"]


async def test_one_tap_makes_a_bot_with_nothing_pasted_but_the_key(installed: Installation, talk: Talk) -> None:
    offer = await talk.say("/start", "Step 1 of 3")
    pressed = await talk.person.press(offer, "✨ Make my bot")
    assert pressed
    username = pressed["url"].rpartition("/")[2]
    made = await talk.person.make_managed_bot(MASTER, username)
    name = f"bot-{made['id']}"
    await talk.hear(f"@{username} is yours", "Step 2 of 3")
    try:
        live = await talk.create()
        await talk.ready(live)
        assert installed.ready(name)["reason"] == "Polling"
    finally:
        remove(installed, name)
