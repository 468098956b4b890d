"""A bot that nobody writes to sleeps without a pod, and answers what was written meanwhile when it wakes."""

import asyncio
from datetime import UTC, datetime

import pytest

from standins.telegram import TelegramClient
from support.cluster.bots import pods_at_once
from support.cluster.installation import Installation, Setup, new_setup
from support.cluster.recording import Recording

pytestmark = pytest.mark.cluster

SOON = {"after": "1m", "wakeEvery": "1m"}  # the shortest that the schema allows
LONG = {"after": "1m", "wakeEvery": "12h"}


async def test_a_bot_sleeps_when_nobody_writes_and_wakes_to_answer_or_when_its_owner_wants_it(
    installed: Installation, setup: Setup, telegram: TelegramClient, record: Recording
) -> None:
    """Two bots at once: falling asleep takes a minute."""
    other = await new_setup(installed, telegram)
    installed.apply(
        installed.bot(setup.name, owner=setup.owner.id, sleep=SOON),
        installed.bot(other.name, owner=other.owner.id, sleep=LONG),
    )
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(_wakes_by_itself(installed, setup))
            await installed.reason(other.name, "Asleep", timeout=240)
            await installed.owner_reads(other.name, "Asleep")
            now = datetime.now(UTC).isoformat(timespec="seconds")
            wake = f"personalbots.io/restartedAt={now}"
            installed.kubectl("-n", installed.namespace, "annotate", "pbot", other.name, wake)
            await installed.reason(other.name, "Polling", timeout=90)
            await installed.owner_reads(other.name, "Polling")
    finally:
        installed.remove(other.name)
    assert pods_at_once(record, setup.name) == 1
    assert pods_at_once(record, other.name) == 1


async def _wakes_by_itself(installed: Installation, setup: Setup) -> None:
    found = await installed.reason(setup.name, "Asleep", phase="Sleeping", timeout=240)
    assert found["message"].startswith("The bot sleeps, since nobody has written to it for 1m.")
    await installed.gone("pod", f"pbot-{setup.name}")

    columns = installed.kubectl("-n", installed.namespace, "get", "pbot", setup.name, "--no-headers").split()
    assert columns[:4] == [setup.name, "Sleeping", "False", "Asleep"]

    sent = await setup.owner.send(setup.bot.username, "/help")
    await setup.owner.wait(setup.bot.username, lambda said: "/docs" in said.text, after=sent, timeout=180)
    await installed.reason(setup.name, "Polling")
