"""Every reason of Ready that the cluster can be made to give, produced by the real thing; and recovery by itself.

What the cluster itself does to bots is in test_failures.py, what only a bot knows in test_reported.py.
"""

import asyncio
import contextlib
import json
import signal
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from standins.telegram import TelegramClient
from support.cluster.bots import event_reasons, fails
from support.cluster.installation import Installation, Json, Setup
from support.cluster.node import send_signal

pytestmark = pytest.mark.cluster


@pytest.mark.parametrize(
    ("spec", "reason", "phase", "words"),
    [
        ({"pod": {"nodeSelector": {"no": "such"}}}, "Unschedulable", "Pending", ["0/", "node selector"]),
        ({"image": "registry.invalid/nope:1"}, "ImagePullFailed", "Pending", ["registry.invalid/nope:1"]),
        ({"knowledge": {"storage": {"storageClassName": "no-such"}}}, "VolumePending", "Pending", ["no-such"]),
        ({"pod": {"priorityClassName": "no-such"}}, "PodRefused", "Pending", ["no-such"]),
        (
            {"resources": {"requests": {"memory": "32Mi"}, "limits": {"memory": "32Mi"}}},
            "OutOfMemory",
            "Failed",
            ["32Mi"],
        ),
        ({"pod": {"env": [{"name": "PYTHONHOME", "value": "/nowhere"}]}}, "CrashLoop", "Failed", ["exit code 1"]),
        ({"pod": {"env": [{"name": "PERSONAL_BOT_LOG_LEVEL", "value": "x"}]}}, "BadArguments", "Failed", ["log"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_spec_that_cannot_work_has_its_reason_and_works_once_it_is_corrected(  # noqa: PLR0913, PLR0917 - a table
    installed: Installation, setup: Setup, spec: Json, reason: str, phase: str, words: list[str]
) -> None:
    installed.apply(installed.bot(setup.name, owner=setup.owner.id, **spec))
    await fails(installed, setup.name, reason, phase, *words)
    if reason == "VolumePending":
        return  # a claim keeps its class, and so does the resource
    installed.patch(setup.name, undone(spec))
    await installed.reason(setup.name, "Polling", timeout=90)


def undone(spec: Json) -> Json:
    """Give the merge patch that takes away what `spec` said."""

    def without(value: Any) -> Any:  # noqa: ANN401 - JSON
        return {key: without(inner) for key, inner in value.items()} if isinstance(value, dict) else None

    return {"spec": without(spec)}


async def test_a_bot_waits_for_its_secret_and_starts_when_it_is_there(installed: Installation, setup: Setup) -> None:
    namespace = ("-n", installed.namespace)
    installed.kubectl(*namespace, "delete", "secret", setup.name)
    installed.apply(installed.bot(setup.name, owner=setup.owner.id))
    await fails(installed, setup.name, "SecretMissing", "Pending", f"Secret {setup.name} does not exist.")
    installed.secret(setup.name, setup.bot.token, setup.key)
    await installed.reason(setup.name, "Polling", timeout=120)


async def test_a_secret_without_the_key_is_named_with_the_key(installed: Installation, setup: Setup) -> None:
    drop = [{"op": "remove", "path": "/data/openai-api-key"}]
    installed.kubectl("-n", installed.namespace, "patch", "secret", setup.name, "--type=json", "-p", json.dumps(drop))
    installed.apply(installed.bot(setup.name, owner=setup.owner.id))
    await fails(installed, setup.name, "SecretMissing", "Pending", f"Secret {setup.name} has no key openai-api-key.")


async def test_a_refused_token_is_said_and_a_good_one_with_a_restart_brings_the_bot_back(
    installed: Installation, setup: Setup
) -> None:
    name, namespace = setup.name, installed.namespace
    installed.secret(name, f"{setup.bot.id}:{'x' * 35}", setup.key)
    installed.apply(installed.bot(name, owner=setup.owner.id))
    await fails(installed, name, "TokenRefused", "Failed", f"key telegram-token of Secret {name}", "@BotFather")
    last = (installed.get("pbot", name) or {})["status"]["lastTermination"]
    assert (last["exitCode"], last["reason"]) == (77, "TelegramUnauthorized")

    installed.secret(name, setup.bot.token, setup.key)
    annotation = "personalbots.io/restartedAt=2027-01-01T00:00:00Z"
    installed.kubectl("-n", namespace, "annotate", "pbot", name, annotation)
    await installed.reason(name, "Polling", timeout=60)


@contextlib.asynccontextmanager
async def another_poller(url: str, token: str) -> AsyncIterator[None]:
    """Poll with the bot's token, as somebody outside who does not give way."""

    async def poll() -> None:
        async with aiohttp.ClientSession() as session:
            while True:
                async with session.get(f"{url}/bot{token}/getUpdates", params={"timeout": "50"}) as response:
                    await response.read()

    task = asyncio.create_task(poll())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def test_a_token_that_another_program_polls_with_is_said_and_the_bot_goes_on_when_that_ends(
    installed: Installation, setup: Setup, telegram_url: str
) -> None:
    async with another_poller(telegram_url, setup.bot.token):
        installed.apply(installed.bot(setup.name, owner=setup.owner.id))
        await fails(installed, setup.name, "TokenHeldElsewhere", "Running", "Another program")
        pod = installed.get("pod", f"pbot-{setup.name}")
        assert pod
        assert pod["status"]["containerStatuses"][0]["restartCount"] == 0
    await installed.reason(setup.name, "Polling", timeout=90)


async def test_a_telegram_that_is_away_is_said(installed: Installation, setup: Setup) -> None:
    spec = installed.bot(setup.name, owner=setup.owner.id)
    spec["spec"]["telegram"]["apiUrl"] = "http://telegram.nowhere.invalid:8081"
    installed.apply(spec)
    await fails(installed, setup.name, "TelegramUnreachable", "Running", "http://telegram.nowhere.invalid:8081")


async def test_a_frozen_process_is_said_and_goes_on_when_it_thaws(
    installed: Installation, setup: Setup, telegram: TelegramClient
) -> None:
    del telegram
    installed.apply(installed.bot(setup.name, owner=setup.owner.id))
    await installed.reason(setup.name, "Polling", timeout=90)
    container = installed.container(setup.name)

    send_signal(installed.context, container, signal.SIGSTOP)
    await fails(installed, setup.name, "NotPolling", "Running", "does not even answer")
    send_signal(installed.context, container, signal.SIGCONT)
    await installed.reason(setup.name, "Polling", timeout=60)


async def test_the_newer_of_two_with_one_secret_has_no_pod_until_the_older_goes(
    installed: Installation, setup: Setup
) -> None:
    installed.apply(installed.bot(setup.name, owner=setup.owner.id))
    await installed.reason(setup.name, "Polling", timeout=90)
    newer = f"{setup.name}-2"
    installed.apply(installed.bot(newer, owner=setup.owner.id, secret=setup.name))
    try:
        await fails(installed, newer, "TokenConflict", "Failed", f"PersonalBot {setup.name} holds")
        assert installed.get("pod", f"pbot-{newer}") is None
        installed.kubectl("-n", installed.namespace, "delete", "pbot", setup.name)
        await installed.reason(newer, "Polling", timeout=90)
    finally:
        installed.kubectl("-n", installed.namespace, "delete", "pbot", newer)
        installed.kubectl("-n", installed.namespace, "delete", "pvc", f"pbot-{newer}", "--wait=false")


async def test_two_secrets_with_one_token_are_found_out(installed: Installation, setup: Setup) -> None:
    newer = f"{setup.name}-2"
    installed.secret(newer, setup.bot.token, setup.key)
    installed.apply(installed.bot(setup.name, owner=setup.owner.id))
    await installed.reason(setup.name, "Polling", timeout=90)
    installed.apply(installed.bot(newer, owner=setup.owner.id))
    try:
        await fails(installed, newer, "TokenConflict", "Failed", f"PersonalBot {setup.name} holds")
        await installed.gone("pod", f"pbot-{newer}")
        await installed.reason(setup.name, "Polling", timeout=90)
    finally:
        installed.kubectl("-n", installed.namespace, "delete", "pbot,secret", newer)
        installed.kubectl("-n", installed.namespace, "delete", "pvc", f"pbot-{newer}", "--wait=false")


async def test_a_strangers_pod_of_the_bots_name_is_left_alone(installed: Installation, setup: Setup) -> None:
    pod = f"pbot-{setup.name}"
    container = {
        "name": "sleeper",
        "image": "registry.invalid/sleeper:1",
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }
    secure = {"runAsNonRoot": True, "runAsUser": 1000, "seccompProfile": {"type": "RuntimeDefault"}}
    stranger = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": pod, "namespace": installed.namespace},
        "spec": {"containers": [container], "securityContext": secure, "terminationGracePeriodSeconds": 0},
    }
    installed.apply(stranger)
    uid = (installed.get("pod", pod) or {})["metadata"]["uid"]
    installed.apply(installed.bot(setup.name, owner=setup.owner.id))
    await fails(installed, setup.name, "PodNameTaken", "Pending", pod)
    assert (installed.get("pod", pod) or {})["metadata"]["uid"] == uid
    installed.kubectl("-n", installed.namespace, "delete", "pod", pod)
    await installed.reason(setup.name, "Polling", timeout=90)


async def test_an_evicted_pod_is_made_again_and_the_event_says_why(installed: Installation, setup: Setup) -> None:
    installed.apply(installed.bot(setup.name, owner=setup.owner.id))
    await installed.reason(setup.name, "Polling", timeout=90)
    pod = f"pbot-{setup.name}"
    before = (installed.get("pod", pod) or {})["metadata"]["uid"]
    metadata = {"name": pod, "namespace": installed.namespace}
    eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": metadata}
    path = f"/api/v1/namespaces/{installed.namespace}/pods/{pod}/eviction"
    installed.kubectl("create", "--raw", path, "-f", "-", stdin=json.dumps(eviction))
    await installed.until(lambda: "Evicted" in event_reasons(installed, setup.name), "an Event Evicted")
    await installed.reason(setup.name, "Polling", timeout=90)
    assert (installed.get("pod", pod) or {})["metadata"]["uid"] != before
