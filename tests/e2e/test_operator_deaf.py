"""Bots whose process lives and hears nothing: one alone is given another pod, many at once are left alone."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from test_operator_reasons import FREEZE, THAW, fails
from test_rollout import OWN, condition

from cluster import deploy, kube
from standins.telegram import TelegramClient
from support.installation import Installation, Setup, new_setup, until
from support.recording import NODE

pytestmark = [pytest.mark.cluster, pytest.mark.alone, pytest.mark.timeout(300)]

BOTS = 5
PATIENCE = 12  # seconds that a deaf bot is given here; five minutes otherwise


@pytest.fixture
def impatient(installed: Installation) -> Iterator[None]:
    """An operator that soon replaces a deaf bot."""
    target = ("-n", deploy.NAMESPACE, "set", "env", f"deployment/{deploy.RELEASE}-operator")
    rollout = ("-n", deploy.NAMESPACE, "rollout", "status", f"deployment/{deploy.RELEASE}-operator", "--timeout=90s")
    installed.kubectl(*target, f"OPERATOR_DEAF_BOT_SECONDS={PATIENCE}")
    installed.kubectl(*rollout)
    yield
    installed.kubectl(*target, "OPERATOR_DEAF_BOT_SECONDS-")
    installed.kubectl(*rollout)


@pytest.fixture
async def bots(installed: Installation, telegram: TelegramClient, impatient: None) -> AsyncIterator[list[Setup]]:
    """Some bots that poll."""
    del impatient
    made = [await new_setup(installed, telegram) for _ in range(BOTS)]
    knowledge = {"collection": "c", "qdrant": {"url": "http://qdrant.invalid:6333"}}
    installed.apply(*(installed.bot(setup.name, owner=setup.owner.id, knowledge=knowledge) for setup in made))
    await asyncio.gather(*(installed.reason(setup.name, "Polling", timeout=120) for setup in made))
    yield made
    installed.remove(*(setup.name for setup in made))


def pods(installed: Installation, bots: list[Setup]) -> dict[str, tuple[str, int]]:
    """Each bot's pod, by UID, and how often its container was started again."""
    names = {f"pbot-{setup.name}" for setup in bots}
    return {
        item["metadata"]["name"]: (item["metadata"]["uid"], sum(one["restartCount"] for one in statuses))
        for item in installed.items("pods")
        if item["metadata"]["name"] in names
        for statuses in [item["status"].get("containerStatuses", [])]
    }


async def test_one_deaf_bot_is_replaced_and_many_at_once_are_one_condition_and_left_alone(
    installed: Installation, bots: list[Setup]
) -> None:
    hand = ("-n", NODE, "exec", NODE, "--", "python3", "-c")
    before = pods(installed, bots)

    one, container = bots[0].name, installed.container(bots[0].name)
    kube.kubectl(installed.context, *hand, FREEZE, container)
    await fails(installed, one, "NotPolling", "Running", "does not even answer")

    def replaced() -> bool:
        return pods(installed, bots[:1]).get(f"pbot-{one}", before[f"pbot-{one}"])[0] != before[f"pbot-{one}"][0]

    await until(replaced, what="another pod", show=lambda: installed.told(one))
    await installed.reason(one, "Polling", timeout=90)
    assert condition(installed, "ManyBotsDeaf")["status"] == "False"
    now = pods(installed, bots)
    assert {name for name in now if now[name] != before[name]} == {f"pbot-{one}"}

    containers = [installed.container(setup.name) for setup in bots]
    for container in containers:
        kube.kubectl(installed.context, *hand, FREEZE, container)
    try:
        told = await until(
            lambda: found if (found := condition(installed, "ManyBotsDeaf")).get("status") == "True" else None,
            timeout=90, what="the condition", show=lambda: condition(installed, "ManyBotsDeaf"),
        )  # fmt: skip
        assert told["reason"] == "TelegramAway"
        assert f"{BOTS} of {BOTS} bots" in told["message"]
        assert "personalbots_operator_many_bots_deaf 1.0" in installed.kubectl("get", "--raw", OWN)
        await asyncio.sleep(PATIENCE + 4)  # nothing is to happen: there is no condition to wait for
        assert pods(installed, bots) == now, "no bot was restarted for it"
    finally:
        for container in containers:
            kube.kubectl(installed.context, *hand, THAW, container)
    await asyncio.gather(*(installed.reason(setup.name, "Polling", timeout=60) for setup in bots))
    assert pods(installed, bots) == now
    await until(lambda: condition(installed, "ManyBotsDeaf")["status"] == "False", what="the condition is over")
    events = installed.items("events", "--field-selector=reason=TelegramAway", namespace=deploy.NAMESPACE)
    assert len(events) == 1
