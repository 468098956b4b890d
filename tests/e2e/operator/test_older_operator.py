"""An operator of another version replaces the pods of the one before, a few at a time."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from personalbots_api import names
from standins.telegram import TelegramClient
from support.cluster.bots import NO_VOLUME, pod_of
from support.cluster.installation import Installation, Setup, new_setup
from support.cluster.recording import Recording

pytestmark = [pytest.mark.cluster, pytest.mark.disruptive, pytest.mark.timeout(240)]


@pytest.fixture
async def bots(installed: Installation, telegram: TelegramClient) -> AsyncIterator[list[Setup]]:
    """Three bots that poll."""
    made = await asyncio.gather(*(new_setup(installed, telegram) for _ in range(3)))
    installed.apply(*(installed.bot(setup.name, owner=setup.owner.id, knowledge=NO_VOLUME) for setup in made))
    await asyncio.gather(*(installed.reason(setup.name, "Polling", timeout=120) for setup in made))
    yield list(made)
    installed.remove(*(setup.name for setup in made))


def down_at_once(record: Recording, installed: Installation, bots: set[str], since: int) -> int:
    """Give the largest number of these bots that did not poll at the same time, after a resourceVersion."""
    down: set[str] = set()
    most = 0
    for change in record.changes("personalbots", installed.namespace):
        bot = change["object"]
        if bot["metadata"]["name"] not in bots or int(bot["metadata"]["resourceVersion"]) <= since:
            continue
        conditions = (bot.get("status") or {}).get("conditions") or ()
        polls = any(item["type"] == "Ready" and item["status"] == "True" for item in conditions)
        (down.discard if polls else down.add)(bot["metadata"]["name"])
        most = max(most, len(down))
    return most


async def test_pods_that_an_older_operator_made_are_replaced_one_after_another(
    installed: Installation, bots: list[Setup], record: Recording
) -> None:
    """The older operator also hashed other fields: that is no reason to replace all pods at once."""
    since = max(int(item["metadata"]["resourceVersion"]) for item in installed.items("pbot"))
    before = {setup.name: pod_of(installed, setup.name) for setup in bots}
    template = next(iter(before.values()))["metadata"]["annotations"][names.TEMPLATE_ANNOTATION]
    older = [f"{names.TEMPLATE_ANNOTATION}=1", f"{names.SPEC_HASH_ANNOTATION}=0123456789abcdef"]
    pods = (f"pod/pbot-{name}" for name in before)
    installed.kubectl("-n", installed.namespace, "annotate", "--overwrite", *pods, *older)

    def replaced() -> bool:
        now = [pod_of(installed, name)["metadata"] for name in before]
        return all(meta["annotations"].get(names.TEMPLATE_ANNOTATION) == template for meta in now)

    await installed.until(replaced, "all pods are of this operator's making", timeout=150)
    await asyncio.gather(*(installed.reason(name, "Polling", timeout=90) for name in before))
    assert all(pod_of(installed, name)["metadata"]["uid"] != old["metadata"]["uid"] for name, old in before.items())
    assert down_at_once(record, installed, set(before), since) == 1
