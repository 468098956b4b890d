"""A bot whose resource is changed in several ways is given one other pod, and never two poll at a time."""

import json

import pytest

from standins.telegram import TelegramClient
from support.cluster.bots import NO_VOLUME, pod_of, pods_at_once, recorded_reasons
from support.cluster.installation import Installation, Setup
from support.cluster.recording import Recording

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]


async def test_a_bot_that_is_replaced_polls_only_when_the_old_one_is_gone(
    installed: Installation, setup: Setup, telegram: TelegramClient, record: Recording
) -> None:
    """Whatever is changed: who may write to it, its model, where its pod may run."""
    installed.apply(installed.bot(setup.name, owner=setup.owner.id, knowledge=NO_VOLUME))
    await installed.reason(setup.name, "Polling", timeout=90)
    before = pod_of(installed, setup.name)["metadata"]["uid"]
    change = {
        "access": {"mode": "Public"},
        "llm": {"model": "another-model"},
        "pod": {"nodeSelector": {"kubernetes.io/os": "linux"}},
    }
    installed.patch(setup.name, {"spec": change})
    await installed.until(lambda: pod_of(installed, setup.name)["metadata"]["uid"] not in ("", before), "another pod")
    await installed.reason(setup.name, "Polling", timeout=90)

    after = pod_of(installed, setup.name)["spec"]
    arguments = json.dumps(after["containers"][0]["args"])
    assert '"--access-mode", "Public"' in arguments
    assert '"--model", "another-model"' in arguments
    assert after["nodeSelector"] == {"kubernetes.io/os": "linux"}

    polls = await telegram.calls(bot=setup.bot.username, method="getUpdates")
    assert polls
    assert 409 not in {call["code"] for call in polls}, "two polled at the same time"
    assert pods_at_once(record, setup.name) == 1

    def recorded() -> set[str]:
        return recorded_reasons(record, setup.name)

    await installed.until(lambda: recorded() >= {"Starting", "Restarting"}, "it was told on the way", show=recorded)
