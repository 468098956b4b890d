"""A bot that nobody writes to sleeps without a pod, and answers what was written meanwhile when it looks for it."""

from datetime import UTC, datetime

import pytest

from recording import Recording
from support import Installation, Setup
from test_survival import pods_at_once

pytestmark = pytest.mark.cluster


async def test_a_bot_sleeps_when_nobody_writes_and_answers_when_it_wakes(
    installed: Installation, setup: Setup, record: Recording
) -> None:
    sleep = {"after": "1m", "wakeEvery": "1m"}
    installed.apply(installed.bot(setup.name, owner=setup.owner.id, sleep=sleep))
    await installed.reason(setup.name, "Polling", timeout=90)
    found = await installed.reason(setup.name, "Asleep", phase="Sleeping", timeout=150)
    assert found["message"].startswith("The bot sleeps, since nobody has written to it for 1m.")
    await installed.gone("pod", f"pbot-{setup.name}")
    columns = installed.kubectl("-n", installed.namespace, "get", "pbot", setup.name, "--no-headers").split()
    assert columns[:4] == [setup.name, "Sleeping", "False", "Asleep"]
    sent = await setup.owner.send(setup.bot.username, "/help")
    await setup.owner.wait(setup.bot.username, lambda said: "/docs" in said.text, after=sent, timeout=180)
    await installed.reason(setup.name, "Polling")
    assert pods_at_once(record, setup.name) == 1
    installed.patch(setup.name, {"spec": {"sleep": {"after": "72h", "wakeEvery": "12h"}}})


async def test_its_owner_reads_that_it_sleeps_and_wakes_it(installed: Installation, setup: Setup) -> None:
    installed.apply(installed.bot(setup.name, owner=setup.owner.id, sleep={"after": "1m", "wakeEvery": "12h"}))
    await installed.reason(setup.name, "Asleep", timeout=240)
    await installed.owner_reads(setup.name, "Asleep")
    installed.kubectl(
        "-n", installed.namespace, "annotate", "pbot", setup.name, f"personalbots.io/restartedAt={_now()}"
    )
    await installed.reason(setup.name, "Polling", timeout=90)
    await installed.owner_reads(setup.name, "Polling")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
