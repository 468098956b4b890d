"""Bots whose process lives and hears nothing: one alone is given another pod, many at once are left alone."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator

import pytest

from cluster import deploy
from standins.telegram import TelegramClient
from support.cluster.bots import NO_VOLUME, fails, restarts
from support.cluster.deployment import condition, condition_holds, metrics, set_env, wait_for_rollout
from support.cluster.installation import Installation, Setup, new_setup
from support.cluster.node import send_signal

pytestmark = [pytest.mark.cluster, pytest.mark.disruptive, pytest.mark.timeout(300)]

BOTS = 5
DEAF_SECONDS = 12  # until a deaf bot is replaced here; five minutes otherwise


@pytest.fixture
def soon(installed: Installation) -> Iterator[None]:
    """An operator that soon replaces a deaf bot."""
    set_env(installed, f"OPERATOR_DEAF_BOT_SECONDS={DEAF_SECONDS}")
    wait_for_rollout(installed)
    yield
    set_env(installed, "OPERATOR_DEAF_BOT_SECONDS-")
    wait_for_rollout(installed)


@pytest.fixture
async def bots(installed: Installation, telegram: TelegramClient, soon: None) -> AsyncIterator[list[Setup]]:
    """Some bots that poll."""
    del soon
    made = [await new_setup(installed, telegram) for _ in range(BOTS)]
    installed.apply(*(installed.bot(setup.name, owner=setup.owner.id, knowledge=NO_VOLUME) for setup in made))
    await asyncio.gather(*(installed.reason(setup.name, "Polling", timeout=120) for setup in made))
    yield made
    installed.remove(*(setup.name for setup in made))


def freeze(installed: Installation, container: str) -> None:
    """Stop the bot's process; it lives, and hears nothing."""
    send_signal(installed.context, container, signal.SIGSTOP)


async def test_one_deaf_bot_is_replaced_and_many_at_once_are_one_condition_and_left_alone(
    installed: Installation, bots: list[Setup]
) -> None:
    before = restarts(installed, bots)
    one, pod = bots[0].name, f"pbot-{bots[0].name}"
    freeze(installed, installed.container(one))
    await fails(installed, one, "NotPolling", "Running", "does not even answer")

    def replaced() -> bool:
        return restarts(installed, bots[:1]).get(pod, before[pod])[0] != before[pod][0]

    await installed.until(replaced, "another pod", show=lambda: installed.describe(one))
    await installed.reason(one, "Polling", timeout=90)
    assert condition(installed, "ManyBotsDeaf")["status"] == "False"
    now = restarts(installed, bots)
    assert {name for name in now if now[name] != before[name]} == {pod}

    containers = [installed.container(setup.name) for setup in bots]
    for container in containers:
        freeze(installed, container)
    try:
        told = await condition_holds(installed, "ManyBotsDeaf", timeout=90)
        assert told["reason"] == "TelegramAway"
        assert f"{BOTS} of {BOTS} bots" in told["message"]
        assert "personalbots_operator_many_bots_deaf 1.0" in metrics(installed)
        await asyncio.sleep(DEAF_SECONDS + 4)  # nothing may happen: there is no condition to wait for
        assert restarts(installed, bots) == now, "no bot was restarted for it"
    finally:
        for container in containers:
            send_signal(installed.context, container, signal.SIGCONT)

    await asyncio.gather(*(installed.reason(setup.name, "Polling", timeout=60) for setup in bots))
    assert restarts(installed, bots) == now
    await installed.until(lambda: condition(installed, "ManyBotsDeaf")["status"] == "False", "the condition is over")
    events = installed.items("events", "--field-selector=reason=TelegramAway", namespace=deploy.NAMESPACE)
    assert len(events) == 1
