"""A bot whose resource is changed in several ways is given one other pod, and never two poll at a time."""

import json

import pytest
from test_survival import pods_at_once

from standins.telegram import TelegramClient
from support.installation import Installation, Json, Setup, until
from support.recording import Recording

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]

KNOWLEDGE = {"collection": "c", "qdrant": {"url": "http://qdrant.invalid:6333"}}


def pod(installed: Installation, name: str) -> Json:
    return installed.get("pod", f"pbot-{name}") or {"metadata": {"uid": "", "annotations": {}}}


async def test_a_bot_that_is_replaced_polls_only_when_the_old_one_is_gone(
    installed: Installation, setup: Setup, telegram: TelegramClient, record: Recording
) -> None:
    """Whatever is changed: who may write to it, its model, where its pod may run."""
    installed.apply(installed.bot(setup.name, owner=setup.owner.id, knowledge=KNOWLEDGE))
    await installed.reason(setup.name, "Polling", timeout=90)
    before = pod(installed, setup.name)["metadata"]["uid"]
    change = {
        "access": {"mode": "Public"},
        "llm": {"model": "another-model"},
        "pod": {"nodeSelector": {"kubernetes.io/os": "linux"}},
    }
    installed.patch(setup.name, {"spec": change})
    await until(lambda: pod(installed, setup.name)["metadata"]["uid"] not in ("", before), what="another pod")
    await installed.reason(setup.name, "Polling", timeout=90)
    after = pod(installed, setup.name)["spec"]
    arguments = json.dumps(after["containers"][0]["args"])
    assert '"--access-mode", "Public"' in arguments
    assert '"--model", "another-model"' in arguments
    assert after["nodeSelector"] == {"kubernetes.io/os": "linux"}
    polls = await telegram.calls(bot=setup.bot.username, method="getUpdates")
    assert polls
    assert 409 not in {call["code"] for call in polls}, "two polled at the same time"
    assert pods_at_once(record, setup.name) == 1

    def said() -> set[str]:
        return {
            item["reason"]
            for change in record.changes("personalbots", installed.namespace)
            if change["object"]["metadata"]["name"] == setup.name
            for item in (change["object"].get("status") or {}).get("conditions") or ()
        }

    await until(lambda: said() >= {"Starting", "Restarting"}, what="it was told on the way", show=said)
