"""Other values of the chart: another image reaches the bots a few at a time, and the master bot may see the nodes."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from cluster import Context, deploy, images
from standins.telegram import TelegramClient
from support.cluster.deployment import condition, condition_holds, metrics
from support.cluster.installation import Installation, new_setup
from support.cluster.master_talk import Talk
from support.cluster.recording import Recording

pytestmark = [pytest.mark.cluster, pytest.mark.disruptive]

BOTS = 3


@pytest.fixture
async def bots(installed: Installation, telegram: TelegramClient) -> AsyncIterator[list[str]]:
    """Some bots that poll."""
    made = [await new_setup(installed, telegram) for _ in range(BOTS)]
    installed.apply(*(installed.bot(setup.name, owner=setup.owner.id) for setup in made))
    names = [setup.name for setup in made]
    for name in names:
        await installed.reason(name, "Polling", timeout=120)
    yield names
    installed.remove(*names)


@pytest.fixture
def refs(here: Context) -> Iterator[dict[str, str]]:
    """The images; afterwards the chart is as it was."""
    refs = dict(images.refs(here))
    yield refs
    deploy.chart(here, refs, deploy.for_standins())


@pytest.fixture
async def administrator(installed: Installation, telegram: TelegramClient) -> Talk:
    return Talk(await telegram.join(deploy.ADMINISTRATOR), installed)


async def test_a_bad_image_stops_at_the_first_bot_a_good_one_reaches_all_and_nodes_are_seen_once_allowed(  # noqa: PLR0913, PLR0917 - fixtures
    here: Context,
    installed: Installation,
    bots: list[str],
    refs: dict[str, str],
    record: Recording,
    administrator: Talk,
) -> None:
    del record
    values = deploy.for_standins()
    values |= {"operator": {"rollout": {"progressSeconds": 10}}, "masterBot": values["masterBot"] | {"seesNodes": True}}
    await administrator.say("/health", "⚪️ servers: I may not look", "masterBot.seesNodes: true")
    bad = {**refs, "bot": "registry.invalid/personalbots/bot:none"}
    await asyncio.to_thread(deploy.chart, here, bad, values)
    nodes = len(installed.items("nodes"))
    await administrator.say("/health", f"🟢 servers: {nodes} of {nodes} ready", "operator")

    halted = await condition_holds(installed, "RolloutHalted", timeout=120)
    assert halted["reason"] == "NewBotsFail"
    assert sum(installed.ready(name)["reason"] == "Polling" for name in bots) == BOTS - 1
    assert "personalbots_operator_rollout_halted 1.0" in metrics(installed)
    about = "--field-selector=reason=NewBotsFail"
    assert installed.items("events", about, namespace=deploy.NAMESPACE)

    good = {**refs, "bot": refs["bot"]}
    await asyncio.to_thread(deploy.chart, here, good, values)
    await installed.until(
        lambda: all(installed.ready(name)["reason"] == "Polling" for name in bots), "all bots poll", timeout=120
    )
    await installed.until(
        lambda: condition(installed, "RolloutHalted").get("status") == "False", "the rollout is no longer halted"
    )
